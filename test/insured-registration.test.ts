import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPersons } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { END_REGISTRATION, REGISTER_DISEASE, registrationOf, say, SHOW } from './insured-asking.ts'
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

const ask = (who: Identity, query: string, variables: object = {}) => say(world, who, query, variables)
const show = (who: Identity, value: string) => ask(who, SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value } })
const inputOf = (change: object = {}) => registrationOf(here.insuredId, change)
const disease = () => inputOf().disease
const register = (who: Identity, change: object = {}) => ask(who, REGISTER_DISEASE, { input: inputOf(change) })
const end = (who: Identity, registrationId: string, endOn: string | null, reason = '复核') =>
  ask(who, END_REGISTRATION, { registrationId, endOn, reason })
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
    expect(await ask(hospital, REGISTER_DISEASE, { input: own })).toMatchObject({
      code: 'NOT_FOUND',
      problems: [{ path: 'insuredId' }],
    })
    await show(hospital, 'K1')
    expect(await register(other)).toMatchObject({ code: 'NOT_FOUND' })
    const requestId = randomUUID()
    const done = await ask(hospital, REGISTER_DISEASE, { requestId, input: own })
    expect(done).toMatchObject({ state: 'IN_FORCE', certifiedBy: HOSPITAL, requestedBy: HOSPITAL })
    await later(1, async () => {
      expect(await register(hospital, { beginOn: '2026-11-23' })).toMatchObject({ code: 'NOT_FOUND' })
      expect(await ask(hospital, REGISTER_DISEASE, { requestId, input: own })).toEqual(done)
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
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      'DiseaseRegistration',
      ...Array.from({ length: 5 }, () => 'REGISTRATION_OVERLAP'),
    ])
    const first = answers.find((one) => one.code === undefined)
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
    const { problems } = await register(staff(), input)
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
