import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, ZHEJIANG } from './away-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'
import { limitOf } from './province-limited.ts'
import { moneyOf } from './province-money.ts'
import { POOLS } from './reverse-world.ts'
import { introduce } from './two-provinces.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Some pools reckon the rest of a year anew when a bill is taken back, so that a reversal gives back less than its bill paid. What
// is owed on goes on being counted under a hard limit.
//
// The policy: the fund pays all of a bill, 500 yuan a year at most.

const POOL = POOLS.RECOMPUTED
const ANSWER = `__typename ... on Settlement { id total fundTotal } ... on Rejection { code }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${ANSWER} } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) { reverse(requestId: $requestId, settlement: $settlement) { ${ANSWER} } }`

let place: World
let home: World
let money: ReturnType<typeof moneyOf>
beforeAll(async () => {
  ;[place, home] = await Promise.all([
    openWorld({ province: ZHEJIANG }),
    openWorld({ province: GANSU, policies: [join(import.meta.dirname, 'reverse-policies')] }),
  ])
  await introduce(place, home, GANSU)
  await introduce(home, place, ZHEJIANG)
  money = moneyOf({ place, home })
})
afterAll(() => Promise.all([place.close(), home.close()]))

const addPerson = () =>
  home.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: 0 },
  })
async function settle({ identityNumber: value }: WorldPerson): Promise<Data> {
  const input = {
    ...bill({ lines: [{ code: CLASS_A, price: 1000 }] }),
    emergency: true,
    credential: { kind: 'IDENTITY_CARD', value },
    insuredPool: POOL,
  }
  return (await place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle
}

test('a reversal that gives back less than its bill paid makes no more room than it gives back', async () => {
  const { taken, comeIntoForce } = limitOf(place)
  await money.atPlace(CLEARING_REQUESTS.setProvinceLimit, { province: GANSU, limit: '500.00' })
  await comeIntoForce()
  const person = await addPerson()
  const first = await settle(person)
  expect(first).toMatchObject({ fundTotal: '500.00' })
  const second = await settle(person)
  expect(second).toMatchObject({ fundTotal: '0.00' })
  // The second takes over what the first had of the cap.
  const requestId = randomUUID()
  const { reverse } = await place.as(NINGBO, REVERSE, { requestId, settlement: first.id })
  expect(reverse).toMatchObject({ total: '-1000.00', fundTotal: '0.00' })
  const counted = async () => (await place.admin.query('select taken::text from settlement.province_budget')).rows[0]
  expect(await counted()).toEqual({ taken: '50000' })
  expect(await settle(await addPerson())).toMatchObject({ code: 'PROVINCE_LIMIT' })
  expect(await taken()).toBe('50000')
  expect(await money.proven()).toEqual([])
})
