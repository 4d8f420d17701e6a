import { randomUUID } from 'node:crypto'
import type { SeedPerson } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { personOf, type InsuredWorld } from './insured-world.ts'

// What is asked about registrations of diseases and about mutual aid.

const REJECTION = '... on Rejection { code problems { path code } }'
const REGISTRATION = 'id pool disease kind state institutions beginOn endOn certifiedBy requestedBy endReason'
const BINDING = `id sponsorId sponsorName beneficiaryId beneficiaryName relation place yearlyLimit beginOn endOn endedBy`

export const REGISTER_DISEASE = `mutation ($requestId: ID!, $input: RegisterDiseaseInput!) {
  answer: registerDisease(requestId: $requestId, input: $input) {
    __typename ... on DiseaseRegistration { ${REGISTRATION} } ${REJECTION} } }`
export const END_REGISTRATION = `mutation ($requestId: ID!, $registrationId: ID!, $endOn: Date, $reason: String!) {
  answer: endRegistration(requestId: $requestId, registrationId: $registrationId, endOn: $endOn, reason: $reason) {
    __typename ... on DiseaseRegistration { ${REGISTRATION} } ${REJECTION} } }`
export const SHOW = `query ($credential: CredentialInput!) {
  answer: insuredByCredential(credential: $credential) { __typename } }`
export const registrationsOf = (id: string) =>
  `{ answer: insured(id: "${id}") { __typename ... on Insured { registrations { id } } } }`

export const BIND = `mutation ($requestId: ID!, $input: BindMutualAidInput!) {
  answer: bindMutualAid(requestId: $requestId, input: $input) { __typename ... on MutualAid { ${BINDING} } ${REJECTION} } }`
export const UNBIND = `mutation ($requestId: ID!, $bindingId: ID!) {
  answer: unbindMutualAid(requestId: $requestId, bindingId: $bindingId) {
    __typename ... on MutualAid { ${BINDING} } ${REJECTION} } }`
export const ORDER = `mutation ($requestId: ID!, $bindings: [ID!]!) {
  answer: orderMutualAid(requestId: $requestId, bindings: $bindings) {
    __typename ... on Insured { mutualAid { sponsorId place } } ${REJECTION} } }`
export const bindingsOf = (id: string) =>
  `{ answer: insured(id: "${id}") { __typename ... on Insured { mutualAid { ${BINDING} } } } }`

type Binding = Readonly<Record<'id' | 'sponsorId' | 'beneficiaryId' | 'endOn', string>> & { readonly place: number }
type Answer = Binding & {
  readonly __typename: string
  readonly code?: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
  readonly mutualAid: readonly Binding[]
  readonly registrations?: readonly { readonly id: string }[]
}

/** A request of its own, unless it says which. */
export const say = async (world: InsuredWorld, who: Identity, query: string, variables: object = {}) =>
  (await world.ask<{ answer: Answer }>(who, query, { requestId: randomUUID(), ...variables })).answer

/** A person who may bind. */
export const me = ({ insuredId }: Pick<SeedPerson, 'insuredId'>) => personOf(insuredId, ['insured:write'])

export const bind = (world: InsuredWorld, sponsor: SeedPerson, relative: SeedPerson, change: object = {}) =>
  say(world, me(sponsor), BIND, { input: bindingOf(relative, change) })

export const bindingOf = ({ identityNumber, name }: SeedPerson, change: object = {}) => ({
  identityNumber,
  name,
  relation: 'SIBLING',
  ...change,
})

let diseases = 0

/** A registration for a disease nobody has yet. */
export const registrationOf = (insuredId: string, change: object = {}) => ({
  insuredId,
  insuranceType: '310',
  disease: `M1${String(++diseases).padStart(4, '0')}`,
  name: '高血压',
  kind: 'CHRONIC' as const,
  certifiedBy: 'H62020000001',
  certifiedOn: '2026-11-20',
  doctorCode: 'D620200000101',
  doctorName: '甲医师',
  beginOn: '2026-11-22',
  ...change,
})
