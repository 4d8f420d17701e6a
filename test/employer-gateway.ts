import { randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { openDispute } from './dispute-gateway.ts'
import { change, fresh, REJECTION } from './enrolment-gateway.ts'
import { merge } from './merge-gateway.ts'
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

/** An employer of the pool with one employee, what it declared, corrects and disputes, and two records made one. */
export async function tellEnrolments(world: World, { pool, clerk }: { pool: string; clerk: string }): Promise<void> {
  const who = `employer-${pool}`
  const people = []
  const account = { pool, current: 10 }
  for (const enrolments of [[], [], []]) people.push(await world.addPerson({ enrolments, account }))
  const [person, twin, other] = people
  if (person === undefined || twin === undefined || other === undefined) throw new Error('there are three')
  const { id } = await employ(world, who, person, { pool, beginOn: '2026-10-01' })
  for (const one of [twin, other]) {
    const period = one === twin ? { beginOn: '2024-01-01', endOn: '2024-12-31' } : { beginOn: '2025-01-01' }
    const named = { identityNumber: one.identityNumber, name: '故事人物' }
    await change(world, clerk, 'enrol', { ...named, pool, insuranceType: '310', personType: '1103', ...period })
  }
  await change(world, who, 'suspendEnrolment', { enrolmentId: id, from: '2026-12-01', reason: 'LEFT_WORK' })
  const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
  const declared = await declareMonth(world, who, { month: '2026-11', pool, lines })
  const correct = { declarationId: declared.id, reason: '基数有误' }
  const draft = await ask(world, who, 'correctEmployerDeclaration', correct)
  await upload(world, who, draft.id, [{ personNumber: person.personNumber, base: '9000.00' }])
  const subject = { subject: 'DECLARATION_LINE', id: declared.id, insuredId: person.insuredId, reason: '基数有误' }
  await openDispute(world, who, subject)
  await merge(world, clerk, { from: twin.insuredId, into: other.insuredId })
  const { settlement } = world.platform.databases
  await mergePersons({ db: settlement, clock: () => world.time.now, newId: createStamp(randomUUIDv7) })
}
