import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  auditor,
  clerk,
  HOSPITAL,
  hospital,
  institutionsWorld,
  person,
  PHARMACY,
  type InstitutionsWorld,
} from './institutions-world.ts'

let world: InstitutionsWorld
beforeAll(async () => {
  world = await institutionsWorld()
})
afterAll(() => world.close())

const REJECTION = '... on Rejection { code problems { path code } }'
const ENTRY = '... on Practitioner { code kind mayPrescribe endOn status points }'
const REGISTER = `mutation ($requestId: ID!, $practitioners: [PractitionerInput!]!) {
  answer: registerPractitioners(requestId: $requestId, practitioners: $practitioners) {
    ... on RegisterUpload { accepted known rejected rows { code state problems { path code } } } ${REJECTION} } }`
const CHANGE = `mutation ($requestId: ID!, $input: PractitionerInput!) {
  answer: changePractitioner(requestId: $requestId, input: $input) { ${ENTRY} ${REJECTION} } }`
const JUDGE = `mutation ($requestId: ID!, $input: JudgePractitionerInput!) {
  answer: judgePractitioner(requestId: $requestId, input: $input) { ${ENTRY} ${REJECTION} } }`
const LIST = `query ($institution: String, $kind: PractitionerKind, $code: String, $first: Int, $after: String) {
  answer: practitioners(institution: $institution, kind: $kind, code: $code, first: $first, after: $after) {
    ... on PractitionerConnection {
      edges { node { institution code status points } } pageInfo { hasNextPage endCursor } } } }`

type Who = Parameters<InstitutionsWorld['ask']>[0]
const own = (code = HOSPITAL) => ({ ...hospital(code), scopes: ['institutions:read', 'institutions:write'] as const })

interface Answer {
  readonly rows: { readonly problems: { readonly code: string }[] }[]
  readonly edges: { readonly node: object }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
}
const say = async (who: Who, query: string, variables: object) =>
  (await world.ask<{ answer: Answer }>(who, query, { requestId: randomUUID(), ...variables })).answer
const listed = async (who: Who, variables: object = {}) =>
  (await world.ask<{ answer: Answer }>(who, LIST, { ...variables })).answer
const entry = (code: string, change: object = {}) => ({ code, name: '某人', beginOn: '2026-01-01', ...change })

test('a code says whether somebody is a doctor, a nurse or a pharmacist, and is checked', async () => {
  const practitioners = [
    entry('D620200000101', { mayPrescribe: true, title: '主任医师', specialities: ['内科'] }),
    entry('N620200000101'),
    entry('HY620200000101'),
    entry('HJ620200000101'),
    entry('D62020000010'),
    entry('HX620200000101'),
    entry('D000000000101'),
    entry('N620200000102', { mayPrescribe: true }),
  ]
  const answer = await say(own(), REGISTER, { practitioners })
  expect(answer).toMatchObject({ accepted: 4, rejected: 4 })
  expect(answer.rows.slice(4).map(({ problems }) => problems[0]?.code)).toEqual([
    'PRACTITIONER_FORM',
    'PRACTITIONER_FORM',
    'DIVISION_UNKNOWN',
    'NOT_A_DOCTOR',
  ])
  expect(await say(own(), REGISTER, { practitioners: practitioners.slice(0, 1) })).toMatchObject({ known: 1 })
  const doctors = await listed(own(), { kind: 'DOCTOR' })
  expect(doctors.edges).toEqual([
    { node: { institution: HOSPITAL, code: 'D620200000101', status: 'ACTIVE', points: 0 } },
  ])
})

test('somebody works in several institutions; a pharmacy registers pharmacists alone', async () => {
  await say(own(), REGISTER, { practitioners: [entry('HY620200000201')] })
  expect(
    await say(own(PHARMACY), REGISTER, { practitioners: [entry('HY620200000201'), entry('D620200000201')] }),
  ).toMatchObject({
    accepted: 1,
    rows: [{}, { problems: [{ code: 'KIND_MISMATCH' }] }],
  })
  const both = await listed(auditor, { code: 'HY620200000201', first: 1 })
  expect(both.pageInfo.hasNextPage).toBe(true)
  const second = await listed(auditor, { code: 'HY620200000201', after: both.pageInfo.endCursor })
  expect(second.edges).toMatchObject([{ node: { institution: PHARMACY } }])
  expect((await listed(own(), { code: 'HY620200000201' })).edges).toHaveLength(1)
  expect((await listed(clerk('620100'))).edges).toMatchObject([{ node: { institution: PHARMACY } }])
  await expect(listed(person)).rejects.toThrow('FORBIDDEN')
})

test('a bureau notes points, suspends with a ground and resumes, wherever the person works', async () => {
  const code = 'D620200000301'
  await say(own(), REGISTER, { practitioners: [entry(code, { mayPrescribe: true })] })
  const judge = (change: object, who = clerk()) =>
    say(who, JUDGE, { input: { institution: HOSPITAL, code, reason: '违规开药', ...change } })
  expect(await judge({ action: 'POINTS' })).toMatchObject({ problems: [{ path: 'input.points', code: 'RANGE' }] })
  expect(await judge({ action: 'POINTS', points: 3 })).toMatchObject({ status: 'ACTIVE', points: 3 })
  expect(await judge({ action: 'SUSPENDED' })).toMatchObject({ problems: [{ path: 'input.legalGround' }] })
  const ground = { action: 'SUSPENDED', legalGround: '支付资格管理办法', points: 9, until: '2027-05-22' }
  expect(await judge({ ...ground, until: '2026-11-22' })).toMatchObject({ problems: [{ code: 'UNTIL' }] })
  expect(await judge(ground, clerk('620100'))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await judge(ground)).toMatchObject({ status: 'SUSPENDED', points: 12 })
  expect(await judge(ground)).toMatchObject({ code: 'STANDING_UNCHANGED' })
  const [told] = await world.db.hot.unsafe('select status from institutions.practitioner_v1 where code = $1', [code])
  expect(told).toEqual({ status: 'SUSPENDED' })
  expect(await judge({ action: 'RESUMED' })).toMatchObject({ status: 'ACTIVE', points: 12 })
  const events = await world.db.hot.unsafe(
    'select action, points from institutions.practitioner_event where code = $1 order by at, id',
    [code],
  )
  expect(events).toEqual([
    { action: 'POINTS', points: 3 },
    { action: 'SUSPENDED', points: 9 },
    { action: 'RESUMED', points: 0 },
  ])
})

test('an entry is changed by the institution, and ends by its last day', async () => {
  const code = 'N620200000401'
  await say(own(), REGISTER, { practitioners: [entry(code)] })
  const input = entry(code, { endOn: '2026-12-31' })
  expect(await say(own(), CHANGE, { input })).toMatchObject({ code, endOn: '2026-12-31' })
  expect(await say(own(PHARMACY), CHANGE, { input: entry('HY620200000999') })).toMatchObject({ code: 'NOT_FOUND' })
  await expect(world.db.hot.unsafe('delete from institutions.practitioner_event')).rejects.toThrow('permission denied')
})
