import { randomUUIDv7 } from 'node:crypto'
import { connect, type Database } from '@yibao/drizzle/connect'
import { fenOf } from '@yibao/schema/money'
import { verify } from '@yibao/settlement/commands/verify'
import { countBudget, giveBudget, listCountable, takeBudget } from '@yibao/settlement/store/province-budget'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { settleWorld, staff, type SettleWorld } from './settle-world.ts'
import type { Data } from './world.ts'

// The hard limit of what another province may owe here: off it asks nothing of the database, on it is never exceeded,
// however many processes take of it at once, and what a bill took goes back once.

const GANSU = '62'
const LIMIT = 1000n
let world: SettleWorld
let processes: Database[]
beforeAll(async () => {
  world = await settleWorld()
  processes = await Promise.all([1, 2, 3].map(() => connect({ url: world.url, schema: 'settlement', hot: 8 })))
})
afterAll(async () => {
  await Promise.all(processes.map((one) => one.close()))
  await world.close()
})

const clerkOf = (pool: string): ReturnType<typeof staff> => ({
  ...staff(pool),
  scopes: ['settlement:read', 'settlement:write'],
})
const speaker = clerkOf('519900')
const SET = `mutation ($requestId: ID!, $province: String!, $limit: Money, $paperNumber: String!) {
  setProvinceLimit(requestId: $requestId, province: $province, limit: $limit, paperNumber: $paperNumber) {
    ... on ProvinceLimited { positions { province side used limit { limit isInForce taken } } }
    ... on Rejection { code problems { path } } } }`
const setLimit = async (limit: string | null, who: Parameters<SettleWorld['ask']>[0] = speaker, change = {}) =>
  (
    await world.ask<Data>(who, SET, {
      requestId: randomUUIDv7(),
      province: GANSU,
      limit,
      paperNumber: '川甘〔2026〕1号',
      ...change,
    })
  ).setProvinceLimit

/** Every process has read by now that there is a limit, or that there is none. */
const known = () => new Promise((done) => setTimeout(done, 1100))
const taken = async (): Promise<bigint> => {
  const { rows } = await world.admin.query(`select taken from settlement.province_budget where province = '${GANSU}'`)
  return BigInt(rows[0].taken)
}
const taking = (amount: bigint, exchange: string = randomUUIDv7()) => ({
  province: GANSU,
  amount: fenOf(amount),
  exchange,
})
const hot = (i: number) => (processes[i % processes.length] ?? world.db).hot
/** As the worker does some seconds later. */
async function comeIntoForce(): Promise<void> {
  await world.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  expect(await listCountable(world.db.hot)).toEqual([GANSU])
  await countBudget(world.db.hot, GANSU)
}
/** A bill as the place of treatment has it under way or done. */
const bill = (exchange: string, state: string, i = 0) =>
  hot(i).unsafe(
    `with request as (insert into settlement.request (caller, request_id, operation, digest, outcome, at)
       select 'x', $1::text, 'settle', '', 'PENDING', now() where $2::text in ('ASKED', 'COMMITTING'))
     insert into settlement.away_bill (exchange, kind, province, caller, request_id, operation, digest, institution,
       clearing_agency, visit, charge_batch, state, asked, answer, settlement_id, asked_at, next_at)
     values ($1::uuid, 'SETTLE', '${GANSU}', 'x', $1::text, 'settle', '', 'H51010000001', '510100', 'V', 'B', $2::text, '{}', '{}',
       gen_random_uuid(), now(), case when $2::text in ('ASKED', 'COMMITTING', 'CANCELLING') then now() end)`,
    [exchange, state],
  )

beforeEach(async () => {
  await world.admin.query('delete from settlement.budget_taken; delete from settlement.away_bill;')
  await world.admin.query(`delete from settlement.request where caller = 'x'`)
  await world.admin.query('delete from settlement.province_budget')
  await known()
})

test('without a limit a bill asks nothing of the database', async () => {
  await takeBudget(hot(0), taking(1n))
  const counting = { asked: 0 }
  const original = hot(0)
  const watched = Object.assign(Object.create(original) as typeof original, {
    unsafe: (...args: Parameters<typeof original.unsafe>) => {
      counting.asked += 1
      return original.unsafe(...args)
    },
  })
  for (let i = 0; i < 1000; i += 1) expect(await takeBudget(watched, taking(BigInt(10 ** 12)))).toBe(true)
  // Once to know that there is none, and once more for each second that goes by.
  expect(counting.asked).toBeLessThan(5)
})

test('a limit is the bureau of the province’s to set, and is in force once every process knows of it', async () => {
  expect(await setLimit('10.00', clerkOf('510100'))).toMatchObject({ code: 'NOT_THE_PROVINCE' })
  expect(await setLimit('-1.00')).toMatchObject({ problems: [{ path: 'limit' }] })
  expect(await setLimit('1.00', speaker, { province: '51' })).toMatchObject({ problems: [{ path: 'province' }] })
  expect(await setLimit('10.00')).toMatchObject({
    positions: [{ province: GANSU, side: 'HOLDER', limit: { limit: '10.00', isInForce: false, taken: '0.00' } }],
  })
  expect(await listCountable(world.db.hot)).toEqual([])
  await known()
  // Counted already, refused not yet.
  expect(await takeBudget(hot(0), taking(LIMIT + 1n))).toBe(true)
  expect(await taken()).toBe(LIMIT + 1n)
  await comeIntoForce()
  expect(await takeBudget(hot(1), taking(LIMIT))).toBe(true)
  expect(await takeBudget(hot(2), taking(1n))).toBe(false)
  expect(await setLimit('12.00')).toMatchObject({ positions: [{ limit: { isInForce: true, limit: '12.00' } }] })
  expect(await takeBudget(hot(2), taking(200n))).toBe(true)
  expect(await setLimit(null)).toMatchObject({ positions: [{ limit: { limit: null, isInForce: false } }] })
  await known()
  expect(await takeBudget(hot(2), taking(LIMIT))).toBe(true)
})

const draw = fc.array(
  fc.record({ amount: fc.integer({ min: 1, max: 400 }), fate: fc.constantFrom('keep', 'give', 'twice') }),
  {
    minLength: 1,
    maxLength: 40,
  },
)

test('whoever takes at once, in whatever process and however often, the limit is never exceeded and what goes back goes once', async () => {
  await setLimit('10.00')
  await known()
  await comeIntoForce()
  await fc.assert(
    fc.asyncProperty(draw, async (bills) => {
      await world.admin.query('delete from settlement.budget_taken; update settlement.province_budget set taken = 0;')
      let held = 0n
      let highest = 0n
      await Promise.all(
        bills.map(async ({ amount, fate }, i) => {
          const one = taking(BigInt(amount))
          const answers = await Promise.all([takeBudget(hot(i), one), takeBudget(hot(i + 1), one)])
          if (!answers.includes(true)) return
          held += one.amount
          highest = held > highest ? held : highest
          if (fate === 'keep') return
          const times = fate === 'give' ? 1 : 3
          held -= one.amount
          await Promise.all(Array.from({ length: times }, (_, n) => giveBudget(hot(i + n), one)))
          // What went back is not taken again under the same id.
          expect(await takeBudget(hot(i), one)).toBe(false)
        }),
      )
      expect(highest <= LIMIT).toBe(true)
      expect(await taken()).toBe(held)
      expect(held <= LIMIT).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('counted anew under load nothing is lost, and what nobody gave back goes back', async () => {
  await setLimit('1000.00')
  await known()
  await comeIntoForce()
  const bills = Array.from({ length: 200 }, (_, i) => ({
    ...taking(100n),
    state: ['COMMITTING', 'ABORTED'][i % 2] ?? '',
  }))
  const counting = { on: true }
  const worker = (async () => {
    while (counting.on) await countBudget(world.db.hot, GANSU)
  })()
  await Promise.all(
    bills.map(async (one, i) => {
      await bill(one.exchange, 'ASKED', i)
      expect(await takeBudget(hot(i), one)).toBe(true)
      await hot(i).unsafe(
        `with request as (delete from settlement.request
           where caller = 'x' and request_id = $1::text and $2::text <> 'COMMITTING')
         update settlement.away_bill set state = $2::text, next_at = case $2::text when 'COMMITTING' then now() end
         where exchange = $1::uuid`,
        [one.exchange, one.state],
      )
    }),
  )
  counting.on = false
  await worker
  // Whoever took for the aborted ones died before giving back.
  await countBudget(world.db.hot, GANSU)
  expect(await taken()).toBe(100n * 100n)
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  await world.admin.query('update settlement.province_budget set taken = taken - 1')
  const wrong = (await verify(world.db, () => {})).mismatches.map((one) => one.table)
  expect(new Set(wrong)).toEqual(new Set(['settlement.province_budget']))
})

test('what is given back while it is counted anew waits for the count, and goes back once', async () => {
  await setLimit('10.00')
  await known()
  await comeIntoForce()
  const one = taking(400n)
  expect(await takeBudget(hot(0), one)).toBe(true)
  let given = Promise.resolve()
  // In the order in which a count does it.
  await world.db.hot.begin(async (count) => {
    await count.unsafe('select from settlement.province_budget for update')
    given = giveBudget(hot(0), one)
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await world.admin.query(waiting)).rows.length).toBe(1)
    await count.unsafe('update settlement.budget_taken set given = true')
    await count.unsafe('update settlement.province_budget set taken = 0')
  })
  await given
  expect(await taken()).toBe(0n)
})

test('one guarded row bears many times what an exchange brings', async () => {
  await setLimit('100000000.00')
  await known()
  await comeIntoForce()
  const begun = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: 32 }, async (_, i) => {
      for (let n = 0; n < 40; n += 1) if (await takeBudget(hot(i), taking(1n))) done += 1
    }),
  )
  const each = (performance.now() - begun) / done
  expect(done).toBe(1280)
  // 50 a second are asked for; the server of tests does not wait for its disk.
  expect(each).toBeLessThan(5)
})
