import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@yibao/drizzle/connect'
import { createInstitutions } from '@yibao/institutions/schema'
import type { Identity } from '@yibao/schema/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { issue, prescriptionOf, prescriptionWorld, review } from './prescription-world.ts'
import { billOf, HOSPITAL, hospital, lineOf, OTHER_HOSPITAL, PHARMACY, settle } from './settle-world.ts'

// Whether the fund pays for what a practitioner does is said in institutions and followed in settlement; both on one
// database, as two processes would be.

let world: Awaited<ReturnType<typeof prescriptionWorld>>
let institutions: Database
let say: ReturnType<typeof asking>
beforeAll(async () => {
  world = await prescriptionWorld()
  institutions = await connect({ url: world.url, schema: 'institutions' })
  say = asking(await createInstitutions({ db: institutions, clock: () => world.time.now }), [])
})
afterAll(async () => {
  await institutions.close()
  await world.close()
})

const clerk: Identity = {
  kind: 'staff',
  pool: '620900',
  subject: 'clerk-620900',
  scopes: ['institutions:read', 'institutions:write'],
}
const REGISTER = `mutation ($requestId: ID!, $practitioners: [PractitionerInput!]!) {
  answer: registerPractitioners(requestId: $requestId, practitioners: $practitioners) {
    ... on RegisterUpload { accepted } ... on Rejection { code } } }`
const JUDGE = `mutation ($requestId: ID!, $input: JudgePractitionerInput!) {
  answer: judgePractitioner(requestId: $requestId, input: $input) {
    ... on Practitioner { status } ... on Rejection { code } } }`

async function register(code: string, institution = HOSPITAL): Promise<void> {
  const own: Identity = { ...hospital(institution), scopes: ['institutions:read', 'institutions:write'] }
  const practitioners = [{ code, name: '某人', beginOn: '2026-01-01' }]
  expect(await say(own, REGISTER, { requestId: randomUUID(), practitioners })).toEqual({ answer: { accepted: 1 } })
}

/** Suspends or resumes somebody, at the time the world has. */
async function judge(code: string, action: 'SUSPENDED' | 'RESUMED', institution = HOSPITAL): Promise<void> {
  const input = { institution, code, action, reason: '违规开药', legalGround: '医保支付资格管理' }
  const status = action === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE'
  expect(await say(clerk, JUDGE, { requestId: randomUUID(), input })).toEqual({ answer: { status } })
}

const at = (day: number, time: string) => Temporal.Instant.from(`2026-12-${String(day).padStart(2, '0')}T${time}+08:00`)

/** A bill of a day with one line for each doctor, at 09:30. */
async function billBy(day: number, doctors: readonly string[], change: object = {}) {
  const lines = doctors.map((doctor, i) => lineOf({ serial: `${i + 1}`, doctor, time: at(day, '09:30').toString() }))
  const visit = { begin: at(day, '08:00').toString(), end: at(day, '10:00').toString() }
  return billOf(await world.addPerson(5000), { ...visit, lines, total: `${200 * lines.length}.00`, ...change })
}
const refusal = (...indexes: number[]) => ({
  __typename: 'NotAllowed',
  code: 'PRACTITIONER_SUSPENDED',
  problems: indexes.map((i) => ({ path: `lines[${i}].doctor`, code: 'PRACTITIONER_SUSPENDED' })),
})
const SETTLED = { __typename: 'Settlement' }
const NOBODY = 'D620900999999'

test('a suspension counts at once, in every process and every institution, and names the lines', async () => {
  const code = 'D620900000101'
  await register(code)
  const other = await world.open()
  world.time.now = at(1, '12:00')
  expect(await settle(world, randomUUID(), await billBy(1, [code]))).toMatchObject(SETTLED)
  expect(await settle(other, randomUUID(), await billBy(1, [code]))).toMatchObject(SETTLED)

  world.time.now = at(2, '09:00')
  await judge(code, 'SUSPENDED')
  world.time.now = at(2, '12:00')
  const [requestId, bill] = [randomUUID(), await billBy(2, [NOBODY, code, code])]
  expect(await settle(other, requestId, bill)).toMatchObject(refusal(1, 2))
  expect(await settle(world, requestId, bill)).toMatchObject(refusal(1, 2))
  expect(await settle(world, randomUUID(), await billBy(2, [code]), hospital(OTHER_HOSPITAL))).toMatchObject(refusal(0))
  expect(await settle(world, randomUUID(), await billBy(2, [NOBODY]))).toMatchObject(SETTLED)
  expect(await settle(world, randomUUID(), await billBy(2, [code], { emergency: true }))).toMatchObject(SETTLED)
  await other.close()
})

test('what was done before a suspension or after it is paid, what was done meanwhile never', async () => {
  const code = 'D620900000102'
  await register(code)
  world.time.now = at(4, '12:00')
  await judge(code, 'SUSPENDED')
  world.time.now = at(6, '09:00')
  await judge(code, 'RESUMED')
  world.time.now = at(6, '12:00')
  const days = [3, 4, 5, 6].map(async (day) => settle(world, randomUUID(), await billBy(day, [code])))
  expect(await Promise.all(days)).toMatchObject([SETTLED, SETTLED, refusal(0), SETTLED])
})

test('who is suspended issues no prescription and reviews none', async () => {
  const [doctor, pharmacist] = ['D620900000103', 'HY620900000103']
  await register(doctor)
  await register(pharmacist, PHARMACY)
  world.time.now = at(8, '09:00')
  const patient = await world.newPatient()
  const input = () =>
    prescriptionOf({ doctor: { code: doctor, name: '某人' }, prescribedAt: world.time.now.toString() })
  const { number } = await issue(world, { patient, signer: world.signer, input: input() })
  await judge(doctor, 'SUSPENDED')
  await judge(pharmacist, 'SUSPENDED', PHARMACY)
  expect(await issue(world, { patient, signer: world.signer, input: input() })).toMatchObject({
    problems: [{ path: 'doctor.code', code: 'PRACTITIONER_SUSPENDED' }],
  })
  expect(await review(world, number, patient, { pharmacist: { code: pharmacist, name: '某人' } })).toMatchObject({
    problems: [{ path: 'pharmacist.code', code: 'PRACTITIONER_SUSPENDED' }],
  })
  expect(await review(world, number, patient)).toMatchObject({ reviews: [{ result: 'APPROVED' }] })
})

test('settlement reads who is suspended, and institutions alone say that it changed', async () => {
  const read = 'select version from institutions.suspension_version_v1'
  await expect(world.db.hot.unsafe('select from institutions.practitioner_event')).rejects.toThrow('permission denied')
  const [before] = await world.db.hot.unsafe<{ version: bigint }>(read)
  await expect(world.db.hot.unsafe('update institutions.suspension_version set version = 0')).rejects.toThrow(
    'permission',
  )
  await judge('D620900000103', 'RESUMED')
  const [after] = await world.db.hot.unsafe<{ version: bigint }>(read)
  expect(after?.version).toBe((before?.version ?? 0n) + 1n)
})
