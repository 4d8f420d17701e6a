import { change, fresh, REJECTION } from './enrolment-gateway.ts'
import type { Data, World, WorldPerson } from './world.ts'

// What employers declare of a month, and what becomes of it.

export const DEMO = '91629900DEM000001P'
export const EMPLOYER = 'employer-629900'

const DECLARATION = `id employerCode pool insuranceType month state reason heads baseTotal corrects { id }
  corrections { id state reason heads baseTotal }
  vouchers { id number kind entryKind entryId content sha256 retainUntil }
  lines(first: 100) {
    ... on EmployerDeclarationLineConnection {
      edges { node { insuredId personType base enteredBase baseBefore insured { name identityMasked } } } } }`

const mutation = (name: string, input: string) => `mutation ($requestId: ID!, $input: ${input}!) {
  ${name}(requestId: $requestId, input: $input) { __typename ... on EmployerDeclaration { ${DECLARATION} } ${REJECTION} } }`

const DOCUMENTS = {
  openEmployerDeclaration: mutation('openEmployerDeclaration', 'OpenEmployerDeclarationInput'),
  correctEmployerDeclaration: mutation('correctEmployerDeclaration', 'CorrectEmployerDeclarationInput'),
  uploadEmployerLines: `mutation ($requestId: ID!, $input: EmployerDeclarationLinesInput!) {
    uploadEmployerLines(requestId: $requestId, input: $input) {
      __typename
      ... on EmployerDeclarationUpload { accepted clamped removed rejected { index problems { path code message { zh en } } } }
      ${REJECTION} } }`,
} as const

export const DECLARE = `mutation ($requestId: ID!, $id: ID!) {
  declareEmployerMonth(requestId: $requestId, declarationId: $id) {
    __typename ... on EmployerDeclaration { ${DECLARATION} } ${REJECTION} } }`
export const SHOW = `query ($id: ID!) {
  employerDeclaration(id: $id) { __typename ... on EmployerDeclaration { ${DECLARATION} } ${REJECTION} } }`
export const LIST = `query ($month: String, $first: Int, $after: String) {
  employerDeclarations(month: $month, first: $first, after: $after) {
    ... on EmployerDeclarationConnection { edges { node { id month state } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
export const VOUCHERS = `query ($entry: ID, $number: String) {
  accountingVouchers(entry: $entry, number: $number) {
    ... on AccountingVoucherConnection { edges { node { id number kind entryId sha256 retainUntil } } } ${REJECTION} } }`
export const OWN_BASES = `{ me { declaredBases { ... on DeclaredBaseConnection {
  edges { node { declarationId employerCode month base baseBefore } } } } } }`

export async function ask(
  world: Pick<World, 'as'>,
  who: string,
  name: keyof typeof DOCUMENTS,
  input: object,
  requestId = fresh('d'),
): Promise<Data> {
  return (await world.as(who, DOCUMENTS[name], { requestId, input }))[name]
}

export const declare = async (
  world: Pick<World, 'as'>,
  who: string,
  id: string,
  requestId = fresh('d'),
): Promise<Data> => (await world.as(who, DECLARE, { requestId, id })).declareEmployerMonth

export const upload = (world: Pick<World, 'as'>, who: string, declarationId: string, lines: readonly object[]) =>
  ask(world, who, 'uploadEmployerLines', { declarationId, lines })

/** Lets an employer enrol somebody by number and name. */
export const employ = (
  world: Pick<World, 'as'>,
  who: string,
  { identityNumber }: Pick<WorldPerson, 'identityNumber'>,
  more: object = {},
) =>
  change(world, who, 'enrol', {
    identityNumber,
    name: '故事人物',
    pool: '629900',
    insuranceType: '310',
    personType: '1101',
    beginOn: '2026-11-22',
    ...more,
  })

/** A month of an employer, declared with these bases. */
export async function declareMonth(
  world: Pick<World, 'as'>,
  who: string,
  { month, pool, lines }: { month: string; pool: string; lines: readonly object[] },
): Promise<Data> {
  const draft = await ask(world, who, 'openEmployerDeclaration', { pool, insuranceType: '310', month })
  await upload(world, who, draft.id, lines)
  return declare(world, who, draft.id)
}
