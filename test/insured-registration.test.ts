import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '@yibao/drizzle/connect'
import { seedPersons, seedRegistrations } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import {
  auditor,
  HOSPITAL,
  institution,
  insuredWorld,
  newPerson,
  personOf,
  staff,
  type InsuredWorld,
} from './insured-world.ts'

let world: InsuredWorld
const OTHER = 'H62020000002'
const hospital = institution(HOSPITAL, ['insured:write'])
const other = institution(OTHER, ['insured:write'])
const here = newPerson({ cardNumber: 'K1' })
const there = newPerson({
  cardNumber: 'K2',
  enrolments: [{ pool: '620100', insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }],
})

beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [here, there])
})
afterAll(() => world.close())

const FIELDS = `id pool disease kind state institutions beginOn endOn certifiedBy requestedBy endReason`
const REJECTION = '... on Rejection { code problems { path code } }'
const REGISTER = `mutation ($requestId: ID!, $input: RegisterDiseaseInput!) {
  answer: registerDisease(requestId: $requestId, input: $input) {
    __typename ... on DiseaseRegistration { ${FIELDS} } ${REJECTION} } }`
const END = `mutation ($requestId: ID!, $registrationId: ID!, $endOn: Date, $reason: String!) {
  answer: endRegistration(requestId: $requestId, registrationId: $registrationId, endOn: $endOn, reason: $reason) {
    __typename ... on DiseaseRegistration { ${FIELDS} } ${REJECTION} } }`
const SHOW = `query ($credential: CredentialInput!) {
  answer: insuredByCredential(credential: $credential) { __typename } }`
const OF = (id: string) => `{ answer: insured(id: "${id}") { __typename ... on Insured { registrations { id } } } }`

type Answer = Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly registrations?: readonly { readonly id: string }[]
}
const say = async (who: Identity, query: string, variables: object = {}) =>
  (await world.ask<{ answer: Answer }>(who, query, { requestId: randomUUID(), ...variables })).answer
const show = (who: Identity, value: string) => say(who, SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value } })

const INPUT = {
  insuranceType: '310',
  disease: 'M03900',
  name: '高血压',
  kind: 'CHRONIC',
  certifiedBy: HOSPITAL,
  certifiedOn: '2026-11-20',
  doctorCode: 'D620200000101',
  doctorName: '甲医师',
  beginOn: '2026-11-22',
}
let diseases = 0
/** A disease nobody has yet. */
const disease = () => `M1${String(++diseases).padStart(4, '0')}`
const inputOf = (change: object = {}) => ({ ...INPUT, insuredId: here.insuredId, disease: disease(), ...change })
const register = (who: Identity, change: object = {}) => say(who, REGISTER, { input: inputOf(change) })
const end = (who: Identity, registrationId: string, endOn: string | null, reason = '复核') =>
  say(who, END, { registrationId, endOn, reason })
/** Does some work `days` later. */
async function later(days: number, work: () => Promise<void>): Promise<void> {
  const { now } = world.time
  world.time.now = now.add({ hours: 24 * days })
  await work().finally(() => (world.time.now = now))
}

describe('registering', () => {
  test('by the bureau holds from its first day, at the institutions that were chosen', async () => {
    const done = await register(staff(), { institutions: [HOSPITAL, OTHER], endOn: '2027-11-21' })
    expect(done).toMatchObject({
      __typename: 'DiseaseRegistration',
      pool: '620200',
      kind: 'CHRONIC',
      state: 'IN_FORCE',
      institutions: [HOSPITAL, OTHER],
      endOn: '2027-11-21',
      requestedBy: null,
    })
    const [row] = await world.db.hot.unsafe('select * from insured.registration_v1 where registration_id = $1', [
      done.id,
    ])
    expect(row).toMatchObject({
      insured_id: here.insuredId,
      name: '高血压',
      kind: 'CHRONIC',
      institutions: [HOSPITAL, OTHER],
      pool: '620200',
      insurance_type: '310',
    })
    expect(String(row?.['begin_on'])).toBe('2026-11-22')
  })

  test('by a hospital is for whoever showed it a credential that day, and for nobody else', async () => {
    const { certifiedBy: _, ...own } = inputOf()
    expect(await say(hospital, REGISTER, { input: own })).toMatchObject({
      code: 'NOT_FOUND',
      problems: [{ path: 'insuredId' }],
    })
    await show(hospital, 'K1')
    expect(await register(other)).toMatchObject({ code: 'NOT_FOUND' })
    const requestId = randomUUID()
    const done = await say(hospital, REGISTER, { requestId, input: own })
    expect(done).toMatchObject({ state: 'IN_FORCE', certifiedBy: HOSPITAL, requestedBy: HOSPITAL })
    await later(1, async () => {
      expect(await register(hospital, { beginOn: '2026-11-23' })).toMatchObject({ code: 'NOT_FOUND' })
      expect(await say(hospital, REGISTER, { requestId, input: own })).toEqual(done)
    })
  })

  test('by a hospital is of what it found itself, from today on', async () => {
    await show(hospital, 'K1')
    const bad = await register(hospital, { certifiedBy: OTHER, beginOn: '2026-11-21' })
    expect(bad).toMatchObject({
      problems: [
        { path: 'certifiedBy', code: 'NOT_YOURSELF' },
        { path: 'beginOn', code: 'DATE_IN_PAST' },
      ],
    })
    const pharmacy: Identity = { ...hospital, institution: 'P62020000001' } as Identity
    expect(await register(pharmacy)).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
  })

  test('in the pool of another bureau, or without coverage on its first day, is refused', async () => {
    expect(await register(staff('620100'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await register(staff(), { insuranceType: '390' })).toMatchObject({
      code: 'NOT_COVERED',
      problems: [{ path: 'insuranceType' }],
    })
    const early = { insuredId: there.insuredId, insuranceType: '390', certifiedOn: '2025-12-01' }
    expect(await register(staff('620100'), { ...early, beginOn: '2025-12-31' })).toMatchObject({ code: 'NOT_COVERED' })
    expect(await register(staff('620100'), { ...early, beginOn: '2026-01-01' })).toMatchObject({ pool: '620100' })
  })

  test('twice for one disease on a same day is refused, also when both come at once', async () => {
    const twice = { disease: disease() }
    const clerks = Array.from({ length: 6 }, (_, i) => ({ ...staff(), subject: `clerk-${i}` }))
    const answers = await Promise.all(clerks.map((clerk) => register(clerk, twice)))
    expect(answers.map((one) => one['code'] ?? one['__typename']).toSorted()).toEqual([
      'DiseaseRegistration',
      ...Array.from({ length: 5 }, () => 'REGISTRATION_OVERLAP'),
    ])
    const first = answers.find((one) => one['code'] === undefined)
    await end(staff(), first?.id ?? '', '2026-12-31')
    expect(await register(staff(), { ...twice, beginOn: '2026-12-31' })).toMatchObject({ code: 'REGISTRATION_OVERLAP' })
    expect(await register(staff(), { ...twice, beginOn: '2027-01-01' })).toMatchObject({ state: 'PENDING' })
  })

  test('names every fault of the input at once, and writes nothing', async () => {
    const input = {
      insuranceType: '999',
      disease: 'm1',
      name: `糖尿病，证号${here.identityNumber}`,
      institutions: ['X', HOSPITAL, HOSPITAL],
      certifiedBy: 'P62020000001',
      certifiedOn: '2026-11-23',
      doctorCode: here.identityNumber,
      doctorName: '7',
      beginOn: '2028-01-01',
      endOn: '2026-01-01',
    }
    const { problems } = (await register(staff(), input)) as unknown as { problems: { path: string; code: string }[] }
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'insuranceType INSURANCE_TYPE_UNKNOWN',
      'disease DISEASE_FORM',
      'name IDENTITY_IN_TEXT',
      'institutions[0] INSTITUTION_FORM',
      'institutions[2] TWICE',
      'certifiedBy NO_HOSPITAL',
      'doctorCode IDENTITY_IN_TEXT',
      'doctorName NAME_FORM',
      'endOn PERIOD_REVERSED',
      'certifiedOn DATE_IN_FUTURE',
      'beginOn DATE_IN_FUTURE',
    ])
    expect(await register(staff(), { certifiedBy: null })).toMatchObject({ problems: [{ code: 'MISSING' }] })
    expect(await register(staff(), { beginOn: '2026-11-19' })).toMatchObject({
      problems: [{ code: 'BEFORE_CERTIFICATION' }],
    })
  })

  test('at an institution nobody knows is refused, naming which', async () => {
    expect(await register(staff(), { certifiedBy: 'H62020099999' })).toMatchObject({
      code: 'INSTITUTION_NOT_DESIGNATED',
      problems: [{ path: 'certifiedBy' }],
    })
    expect(await register(staff(), { institutions: [HOSPITAL, 'H62020099999'] })).toMatchObject({
      code: 'INSTITUTION_NOT_DESIGNATED',
      problems: [{ path: 'institutions[1]' }],
    })
  })

  test('is for bureaus and hospitals with the scope only', async () => {
    for (const who of [institution(), staff('620200', []), personOf(here.insuredId, ['insured:write']), auditor]) {
      await expect(register(who)).rejects.toThrow('FORBIDDEN')
    }
  })
})

describe('ending a registration', () => {
  test('sets its last day, which can only be brought forward', async () => {
    const { id } = await register(staff())
    expect(await end(staff('620100'), id, '2026-12-31')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await end(hospital, id, '2026-12-31')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await end(staff(), id, '2026-12-31')).toMatchObject({ endOn: '2026-12-31', endReason: '复核' })
    expect(await end(staff(), id, '2026-12-31')).toMatchObject({ code: 'REGISTRATION_ENDED' })
    expect(await end(staff(), id, '2026-11-30')).toMatchObject({ endOn: '2026-11-30', state: 'IN_FORCE' })
    expect(await end(staff(), id, '2026-11-21')).toMatchObject({
      problems: [{ path: 'endOn', code: 'PERIOD_REVERSED' }],
    })
    expect(await end(staff(), randomUUID(), '2026-12-31')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await end(staff(), 'none', '2026-12-31')).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('that was a mistake withdraws it: it never held, and the disease can be registered anew', async () => {
    const twice = { disease: disease() }
    const { id } = await register(staff(), twice)
    expect(await end(staff(), id, null)).toMatchObject({ state: 'WITHDRAWN' })
    expect(await world.db.hot.unsafe('select from insured.registration_v1 where registration_id = $1', [id])).toEqual(
      [],
    )
    expect(await end(staff(), id, '2026-12-31')).toMatchObject({ code: 'REGISTRATION_WITHDRAWN' })
    expect(await register(staff(), twice)).toMatchObject({ state: 'IN_FORCE' })
  })

  test('withdraws one that has begun on the day it was entered only', async () => {
    const { id } = await register(staff())
    const ahead = await register(staff(), { beginOn: '2026-12-01' })
    await later(1, async () => {
      expect(await end(staff(), id, null)).toMatchObject({ code: 'WITHDRAWN_TOO_LATE' })
      expect(await end(staff(), ahead.id, null)).toMatchObject({ state: 'WITHDRAWN' })
    })
  })

  test('is for the hospital that asked, too, and not in the past', async () => {
    await show(hospital, 'K1')
    const { id } = await register(hospital)
    await later(2, async () => {
      expect(await end(hospital, id, '2026-11-23')).toMatchObject({ problems: [{ code: 'DATE_IN_PAST' }] })
      expect(await end(other, id, '2026-11-24')).toMatchObject({ code: 'NOT_FOUND' })
      expect(await end(hospital, id, '2026-11-24')).toMatchObject({ endOn: '2026-11-24' })
    })
  })

  test('says why, in words without an identity number', async () => {
    const { id } = await register(staff())
    for (const [reason, code] of [
      ['', 'LENGTH'],
      [`本人${here.identityNumber}申请`, 'IDENTITY_IN_TEXT'],
    ] as const) {
      expect(await end(staff(), id, null, reason)).toMatchObject({ problems: [{ path: 'reason', code }] })
    }
  })
})

describe('a registration is seen by', () => {
  test('the person, the bureau of the pool, auditors, and hospitals that were shown a credential today', async () => {
    const { id } = await register(staff())
    const seen = async (who: Identity) =>
      (await say(who, OF(here.insuredId))).registrations?.some((one) => one.id === id)
    for (const who of [personOf(here.insuredId), staff(), auditor]) expect(await seen(who)).toBe(true)
    expect(await seen(institution('H62020000008'))).toBeUndefined()
    await show(institution('H62020000008'), 'K1')
    expect(await seen(institution('H62020000008'))).toBe(true)
    expect((await say(personOf(there.insuredId), OF(here.insuredId)))['__typename']).toBe('NotFound')
  })

  test('raw SQL in the reader’s role as by the graph', async () => {
    const rows = (who: Identity | null) =>
      world.db.readAs(who, async (tx) => {
        const found = await tx.execute<{ insured_id: string }>(
          sql`select distinct insured_id from insured.registration`,
        )
        return found.rows.map((row) => row.insured_id)
      })
    expect(await rows(personOf(here.insuredId))).toEqual([here.insuredId])
    expect(await rows(staff('620100'))).toEqual([there.insuredId])
    expect(await rows(institution('H62020000009'))).toEqual([])
    expect(await rows(null)).toEqual([])
    expect((await rows(auditor)).toSorted()).toEqual([here.insuredId, there.insuredId].toSorted())
  })

  test('settlement by the view, and by nobody else there', async () => {
    const settlement = await connect({ url: world.url, schema: 'settlement' })
    const crossProvince = await connect({ url: world.url, schema: 'cross_province' })
    expect((await settlement.hot.unsafe('select * from insured.registration_v1')).length).toBeGreaterThan(3)
    const denied = { code: '42501' }
    await expect(settlement.hot.unsafe('select * from insured.registration')).rejects.toMatchObject(denied)
    await expect(crossProvince.hot.unsafe('select * from insured.registration_v1')).rejects.toMatchObject(denied)
    await Promise.all([settlement.close(), crossProvince.close()])
  })

  test('its writer without a right to rewrite or remove it', async () => {
    for (const statement of [
      `update insured.registration set disease = 'M1'`,
      `update insured.registration set begin_on = '2000-01-01'`,
      'delete from insured.registration',
    ]) {
      await expect(world.db.hot.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
    }
  })
})

test('registrations are seeded by the same checks, once', async () => {
  const [rest, id] = [inputOf(), randomUUID()]
  const seed = { ...rest, kind: 'SPECIAL' as const, registrationId: id }
  expect(await seedRegistrations(world.db, [seed], world.time.now)).toBe(1)
  expect(await seedRegistrations(world.db, [seed], world.time.now)).toBe(0)
  await expect(
    seedRegistrations(world.db, [{ ...seed, registrationId: randomUUID() }], world.time.now),
  ).rejects.toThrow('REGISTRATION_OVERLAP')
})
