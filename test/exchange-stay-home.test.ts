import { randomUUIDv7 } from 'node:crypto'
import { answerStays } from '@yibao/cross-province/internal'
import { loadRules } from '@yibao/cross-province/store/rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMITTED, nextVisit, PNEUMONIA, staysOf } from './exchange-stays.ts'
import { HOSPITAL, openTwoProvinces, OTHER_HOSPITAL, type TwoProvinces } from './two-provinces.ts'
import type { Data, WorldPerson } from './world.ts'

// The home platform's side of a stay in another province, asked without the way between.

let two: TwoProvinces
let stays: ReturnType<typeof staysOf>
beforeAll(async () => {
  two = await openTwoProvinces()
  stays = staysOf(two)
})
afterAll(async () => {
  await two.close()
})

async function say(type: string, message: object, province = '51'): Promise<Data> {
  const { platform, time } = two.gansu
  const answer = answerStays({ db: platform.databases.crossProvince, rules: loadRules(), clock: () => time.now })
  return answer(`exchange.${type}`, { province, message }, 'trace')
}
const body = (person: WorldPerson, change: object = {}) => ({
  exchange: randomUUIDv7(),
  insuredId: person.insuredId,
  institution: { code: HOSPITAL, name: '成都示范医院', pool: '510100' },
  visit: nextVisit(),
  careType: '21',
  department: null,
  diagnoses: [PNEUMONIA],
  admittedAt: ADMITTED,
  ...change,
})

test('records one message once, whoever says it how often, and refuses another body under its id', async () => {
  const person = await stays.patient()
  const message = body(person)
  const all = await Promise.all([say('admission', message), say('admission', message), say('admission', message)])
  expect(all).toEqual(Array.from({ length: 3 }, () => ({ state: 'RECORDED', rejection: null })))
  expect(await say('admission', { ...message, careType: '24' })).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'REQUEST_REUSED' },
  })
  expect(await stays.mine(person)).toHaveLength(1)
  const discharge = {
    exchange: randomUUIDv7(),
    of: message.exchange,
    dischargedAt: ADMITTED,
    way: '1',
    diagnoses: null,
  }
  expect(await say('discharge', discharge, '44')).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'NOT_FOUND' },
  })
  expect(await stays.mine(person)).toMatchObject([{ state: 'ADMITTED' }])
  const early = { ...discharge, exchange: randomUUIDv7(), dischargedAt: '2026-11-20T09:30:00+08:00' }
  expect(await say('discharge', early)).toMatchObject({ rejection: { code: 'BEFORE_BEGIN' } })
  expect(await say('discharge', discharge)).toMatchObject({ state: 'RECORDED' })
})

const code = async (message: object, province?: string) => (await say('admission', message, province)).rejection?.code

test('takes no stay from who has not seen the person, of another province, or that has not its form', async () => {
  const person = await stays.patient()
  const stranger = await stays.stranger()
  expect(await code(body(stranger))).toBe('NOT_SHOWN')
  expect(await code(body(person, { institution: { code: OTHER_HOSPITAL, name: '另一医院', pool: '510100' } }))).toBe(
    'NOT_SHOWN',
  )
  expect(await code(body(person), '44')).toBe('INSTITUTION_ELSEWHERE')
  for (const change of [
    { careType: '11' },
    { admittedAt: 'yesterday' },
    { diagnoses: [] },
    { diagnoses: [{ code: 'J18.900', name: person.identityNumber }] },
    { more: 'SECRET' },
  ]) {
    const answer = await say('admission', body(person, change))
    expect(answer).toMatchObject({ state: 'REFUSED', rejection: { code: 'INVALID_INPUT' } })
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`SECRET|${person.identityNumber}`))
  }
  expect(await stays.mine(stranger)).toEqual([])
})

test('a stay of a record that was merged later is in the sight of the person', async () => {
  const [old, person] = [await stays.patient(), await stays.stranger()]
  await say('admission', body(old))
  await two.gansu.admin.query(
    `insert into insured.person_alias (insured_id, into_id, survivor_id, pool, reason, merged_by, merged_at)
     values ($1, $2, $2, '629900', '重复登记', 'staff:629900:clerk-629900', now())`,
    [old.insuredId, person.insuredId],
  )
  expect(await stays.mine(person)).toMatchObject([{ institution: HOSPITAL, state: 'ADMITTED' }])
})
