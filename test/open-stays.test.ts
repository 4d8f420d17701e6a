import { connect, type Database } from '@yibao/drizzle/connect'
import { followDays } from '@yibao/institutions/commands/agreement-days'
import { createInstitutions } from '@yibao/institutions/schema'
import type { Identity } from '@yibao/schema/identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { DIRECT, designating, GROUND } from './designation-world.ts'
import {
  billOf,
  hospital,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf } from './visit-world.ts'

// What becomes of stays that were open when the agreement of their hospital ceased to hold. Institutions and settlement on
// one database, as two processes would be.

let world: SettleWorld
let institutions: Database
let say: ReturnType<typeof designating>
beforeAll(async () => {
  world = await settleWorld()
  institutions = await connect({ url: world.url, schema: 'institutions' })
  const subgraph = await createInstitutions({ db: institutions, clock: () => world.time.now })
  say = designating({ ask: asking(subgraph, []) })
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

const at = (text: string) => {
  world.time.now = Temporal.Instant.from(text)
}

let sequence = 0
/** A hospital with an agreement of its own, and its visits. */
async function newHospital(change: object = {}) {
  sequence += 1
  const code = `H620900001${String(sequence).padStart(2, '0')}`
  const input = { code, name: '试验医院', level: 'LEVEL_2', type: 'GENERAL_HOSPITAL', creditCode: '91440300708461136T' }
  expect(await say(clerk, 'registerInstitution', input)).toMatchObject({ code })
  const signed = await say(clerk, 'agree', { institution: code, beginOn: '2026-01-01', ...DIRECT, ...change })
  expect(signed).toMatchObject({ status: 'ACTIVE' })
  return { code, agreement: String(signed.id), identity: hospital(code), visits: visitsOf(world, hospital(code)) }
}
type Hospital = Awaited<ReturnType<typeof newHospital>>

const insuredIn = (pool: string): Promise<WorldPerson> =>
  world.addPerson(0, { enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] })

/** Admits somebody on the tenth of November, with one line of 200 yuan on the eleventh. */
async function admit({ visits }: Hospital, person: WorldPerson): Promise<string> {
  const visit = fresh('S')
  expect(await visits.open(opening(person, visit))).toMatchObject({ state: 'OPEN' })
  expect(await visits.upload({ visit, lines: linesOf('1') })).toMatchObject({ accepted: 1 })
  return visit
}

/** Discharges on the twentieth and settles. */
async function leave({ visits }: Hospital, person: WorldPerson, visit: string) {
  await visits.discharge(ending(visit))
  return visits.settle(settling(person, visit, '200.00'))
}

const outpatient = (one: Hospital, person: WorldPerson, change: object = {}) =>
  settle(world, fresh('o'), billOf(person, change), one.identity)

const NOON = '2026-11-22T12:00:00+08:00'

describe('when an agreement is suspended', () => {
  test('outpatient care and new admissions are refused at once, a stay admitted before goes on to its settlement', async () => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital()
    const [person, other] = [await insuredIn('620900'), await insuredIn('620900')]
    const visit = await admit(one, person)
    expect(await outpatient(one, other)).toMatchObject({ __typename: 'Settlement' })
    at(NOON)
    await say(clerk, 'suspend', { agreement: one.agreement, ...GROUND, cause: 'BREACH' })
    expect(await outpatient(one, other)).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
    expect(await one.visits.open(opening(other, fresh('N')))).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
    expect(await one.visits.upload({ visit, lines: linesOf('2') })).toMatchObject({ accepted: 1 })
    await one.visits.withdraw({ visit, serials: ['2'] })
    await one.visits.discharge(ending(visit))
    const bill = settling(person, visit, '200.00')
    expect(await one.visits.trial(bill)).toMatchObject({ __typename: 'Trial' })
    expect(await one.visits.settle(bill)).toMatchObject({ __typename: 'Settlement', total: '200.00' })
  })

  test('a stay nobody opened here before is not believed', async () => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital()
    const person = await insuredIn('620900')
    await say(clerk, 'suspend', { agreement: one.agreement, ...GROUND })
    const stay = { careType: '21', begin: '2026-11-01T08:00:00+08:00' }
    expect(await outpatient(one, person, stay)).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
  })

  test('what was done while it was suspended is not paid after it was resumed, what comes then is', async () => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital()
    const [person, other] = [await insuredIn('620900'), await insuredIn('620900')]
    const visit = await admit(one, other)
    at(NOON)
    await say(clerk, 'suspend', { agreement: one.agreement, ...GROUND })
    at('2026-11-25T10:00:00+08:00')
    await say(clerk, 'resume', { agreement: one.agreement, reason: '整改合格' })
    const on = (day: string) => ({
      begin: `${day}T10:30:00+08:00`,
      end: `${day}T11:00:00+08:00`,
      lines: [{ ...billOf(person).lines[0], time: `${day}T10:40:00+08:00` }],
    })
    at('2026-11-26T10:00:00+08:00')
    expect(await outpatient(one, person, on('2026-11-23'))).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
    expect(await outpatient(one, person, on('2026-11-21'))).toMatchObject({ __typename: 'Settlement' })
    expect(await outpatient(one, person, on('2026-11-25'))).toMatchObject({ __typename: 'Settlement' })
    await one.visits.discharge(ending(visit, { end: '2026-11-24T10:00:00+08:00' }))
    expect(await one.visits.settle(settling(other, visit, '200.00'))).toMatchObject({ __typename: 'Settlement' })
    at('2026-11-22T10:00:00+08:00')
  })
})

describe('the pool says what becomes of open stays', () => {
  test.each([
    ['terminated', '620897', { cause: 'REQUEST' }, 'Settlement'],
    ['terminated for fraud', '620900', { cause: 'FRAUD' }, 'Settlement'],
    ['terminated for fraud', '620897', { cause: 'FRAUD' }, 'INSTITUTION_TERMINATED'],
  ])('after it was %s, in %s', async (_how, pool, cause, expected) => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital()
    const person = await insuredIn(pool)
    const visit = await admit(one, person)
    at(NOON)
    await say(clerk, 'terminate', { agreement: one.agreement, ...GROUND, ...cause })
    const answer = await leave(one, person, visit)
    expect(answer.code ?? answer.__typename).toBe(expected)
  })

  test.each([
    ['620900', 'Settlement'],
    ['620897', 'INSTITUTION_NOT_DESIGNATED'],
  ])('after it expired in the middle of the stay, in %s', async (pool, expected) => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital({ endOn: '2026-11-15' })
    const person = await insuredIn(pool)
    at('2026-11-10T10:00:00+08:00')
    const visit = fresh('X')
    await one.visits.open(opening(person, visit))
    at('2026-11-22T10:00:00+08:00')
    await one.visits.upload({ visit, lines: linesOf('1') })
    const answer = await leave(one, person, visit)
    expect(answer.code ?? answer.__typename).toBe(expected)
    expect(await outpatient(one, person)).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
  })

  test('a termination from a day to come refuses nothing before it', async () => {
    at('2026-11-22T10:00:00+08:00')
    const one = await newHospital()
    const person = await insuredIn('620900')
    await say(clerk, 'terminate', { agreement: one.agreement, ...GROUND, cause: 'REQUEST', from: '2026-11-24' })
    const visit = await admit(one, person)
    expect(await outpatient(one, person)).toMatchObject({ __typename: 'Settlement' })
    at('2026-11-24T10:00:00+08:00')
    const today = {
      begin: '2026-11-24T08:00:00+08:00',
      end: '2026-11-24T09:30:00+08:00',
      lines: [{ ...billOf(person).lines[0], time: '2026-11-24T08:30:00+08:00' }],
    }
    await followDays({ db: institutions, clock: () => world.time.now })
    expect(await outpatient(one, person, today)).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
    expect(await outpatient(one, person)).toMatchObject({ __typename: 'Settlement' })
    expect(await leave(one, person, visit)).toMatchObject({ __typename: 'Settlement' })
    at('2026-11-22T10:00:00+08:00')
  })
})

test('bills go by the level of their own day', async () => {
  at('2026-11-22T10:00:00+08:00')
  const one = await newHospital()
  const [before, after] = [await insuredIn('620897'), await insuredIn('620897')]
  const change = { institution: one.code, level: 'LEVEL_3', reason: '评审升级', from: '2026-11-24' }
  await say(clerk, 'changeLevel', change)
  at('2026-11-25T10:00:00+08:00')
  const today = {
    begin: '2026-11-25T08:00:00+08:00',
    end: '2026-11-25T09:30:00+08:00',
    lines: [{ ...billOf(after).lines[0], time: '2026-11-25T08:30:00+08:00' }],
  }
  expect(await outpatient(one, before)).toMatchObject({ deductible: '50.00' })
  expect(await outpatient(one, after, today)).toMatchObject({ deductible: '90.00' })
  at('2026-11-22T10:00:00+08:00')
})

test('where the pool asks for it, chronic outpatient care needs an agreement that covers it on the day', async () => {
  at('2026-11-22T10:00:00+08:00')
  const one = await newHospital()
  const person = await insuredIn('620897')
  await world.admin.query(REGISTRATION, [person.insuredId])
  const chronic = { careType: '14', disease: 'M03900' }
  expect(await outpatient(one, person, chronic)).toMatchObject({ code: 'CAPABILITY_MISSING' })
  const grant = { agreement: one.agreement, capability: 'CHRONIC', granted: true, reason: '通过慢特病评估' }
  await say(clerk, 'setCapability', { ...grant, from: '2026-11-23' })
  expect(await outpatient(one, person, chronic)).toMatchObject({ code: 'CAPABILITY_MISSING' })
  await say(clerk, 'setCapability', { ...grant, granted: false, from: '2026-11-23' })
  await say(clerk, 'setCapability', grant)
  expect(await outpatient(one, person, chronic)).toMatchObject({ __typename: 'Settlement' })
  expect(await outpatient({ ...one, identity: hospital(OTHER_HOSPITAL) }, person)).toMatchObject({
    __typename: 'Settlement',
  })
})

const REGISTRATION = `insert into insured.registration (insured_id, registration_id, pool, insurance_type, disease, name, kind,
    begin_on, certified_by, certified_on, doctor_code, doctor_name, registered_at)
  values ($1, gen_random_uuid(), '620897', '310', 'M03900', '高血压', 'CHRONIC', '2026-01-01', 'H62090000001',
    '2026-01-01', 'D620900000001', '某医师', now())`
