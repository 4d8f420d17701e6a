import { verify } from '@yibao/settlement/commands/verify'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { balances, billAt, FUND, one, plain, post, total } from './ledger-world.ts'
import {
  auditor,
  HOSPITAL,
  hospital,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type Settlements,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// The totals of accounts are folded behind the bills' backs: whatever was folded, is being folded or comes late, what an
// account holds is the sum of its entries.

/** How far a fold reaches is bounded by the oldest transaction of the whole server, other databases' too. */
const BEYOND_OTHERS = { timeout: 60_000 }

let world: SettleWorld
let person: WorldPerson
let other: WorldPerson

beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(300)
  other = await world.addPerson(300)
  await settle(world, 'first', billAt(person, world.time.now))
})
afterAll(() => world.close())

test('an entry that becomes visible late goes to its own day, once', async () => {
  const late = await world.open()
  const early = Temporal.Instant.from('2026-11-19T12:00:00+08:00')
  const account = 'fund:620900:310:999997'
  const connection = late.db.hot.begin(async (tx) => {
    await tx.unsafe(post(person.insuredId, early, 777, account))
    // Bills go on and are folded while this one is under way.
    await settle(world, 'meanwhile', billAt(other, world.time.now), hospital(OTHER_HOSPITAL))
    await foldEntries(world.db)
    expect((await plain(world))[account]).toBeUndefined()
    expect(await balances(world)).toEqual(await plain(world))
  })
  await connection
  expect(await balances(world)).toEqual(await plain(world))
  await foldEntries(world.db)
  await foldEntries(world.db)
  expect(await balances(world)).toEqual(await plain(world))
  expect(await one(world, auditor, account, '2026-11-20T00:00:00+08:00')).toMatchObject({ balance: '7.77' })
  await expect
    .poll(async () => {
      await foldEntries(world.db)
      const day = `select day::text, amount::int from settlement.ledger_day where account = '${account}'`
      return (await world.admin.query(day)).rows
    }, BEYOND_OTHERS)
    .toEqual([{ day: '2026-11-19', amount: 777 }])
  await late.close()
})

test('balances are the plain sums at any time: bills, reversals, folds, late entries and moments at random', async () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('bill' as const) },
      { weight: 1, arbitrary: fc.constant('annul' as const) },
      { weight: 2, arbitrary: fc.constant('fold' as const) },
      {
        weight: 2,
        arbitrary: fc.record({
          minutesAgo: fc.integer({ min: 0, max: 5000 }),
          fen: fc.integer({ min: 1, max: 99999 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ later: fc.integer({ min: 1, max: 3000 }) }) },
    ),
    { minLength: 4, maxLength: 12 },
  )
  let run = 0
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 20_000 }), async (list, minutesAgo) => {
      run += 1
      for (const [i, step] of list.entries()) {
        if (step === 'fold') await foldEntries(world.db)
        else if (step === 'bill')
          expect(await settle(world, `p${run}-${i}`, billAt(other, world.time.now))).toMatchObject({
            __typename: 'Settlement',
          })
        else if (step === 'annul')
          await world.ask(
            hospital(),
            `mutation { annul(requestId: "pa${run}-${i}", target: "p${run}-${i - 1}") { __typename } }`,
          )
        else if ('later' in step) world.time.now = world.time.now.add({ minutes: step.later })
        else
          await world.admin.query(
            post(person.insuredId, world.time.now.subtract({ minutes: step.minutesAgo }), step.fen, FUND),
          )
        const at = world.time.now.subtract({ minutes: minutesAgo }).toString()
        expect(await balances(world, auditor, {}, 100)).toEqual(await plain(world))
        const then = await balances(world, auditor, { at }, 100)
        expect(then).toEqual(await plain(world, at))
        expect(total(then)).toBe(0n)
      }
    }),
    { numRuns: 12 },
  )
})

/** In one snapshot: whether what was folded and what was not are together all there is, account by account. */
const DIFFERENCES = `
  with everything as (
    select account, amount from settlement.ledger_day
    union all select account, amount from settlement.ledger_entry
      where tx >= (select below from settlement.ledger_fold)
    union all select account, -amount from settlement.ledger_entry)
  select account, sum(amount) from everything group by account having sum(amount) <> 0`

test('while bills are settled by three processes and two fold, nothing is lost and nothing counted twice', async () => {
  const processes: readonly Settlements[] = [world, await world.open(), await world.open()]
  const persons = await Promise.all(Array.from({ length: 6 }, () => world.addPerson(100)))
  const state = { settling: true }
  const watching: unknown[] = []
  const fold = async (db: Settlements['db']) => {
    while (state.settling) await foldEntries(db)
  }
  const watch = async () => {
    while (state.settling) watching.push(...(await world.admin.query(DIFFERENCES)).rows)
  }
  const bills = Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const payer = persons[i % persons.length] ?? person
      return settle(
        processes[i % 3] ?? world,
        `c${i}`,
        billAt(payer, world.time.now),
        hospital(i % 2 === 0 ? HOSPITAL : OTHER_HOSPITAL),
      )
    }),
  ).finally(() => {
    state.settling = false
  })
  const [settled] = await Promise.all([bills, fold(world.db), fold(processes[1]?.db ?? world.db), watch()])
  expect(settled.filter((each) => each.__typename === 'Settlement')).toHaveLength(60)
  expect(watching).toEqual([])
  expect(await balances(world, auditor, {}, 100)).toEqual(await plain(world))
  await foldEntries(world.db)
  expect(await balances(world, auditor, {}, 100)).toEqual(await plain(world))
  expect(total(await balances(world, auditor, {}, 100))).toBe(0n)
  await Promise.all(processes.slice(1).map((each) => each.close()))
})

test('a database restored on another server, where numbers of transactions began anew, counts right at once', async () => {
  await foldEntries(world.db)
  await world.admin.query(`
    update settlement.ledger_fold set server = server - 1, below = below + 1000000;
    update settlement.ledger_entry set tx = tx + 1000000 where group_id in (select group_id from settlement.ledger_entry order by group_id limit 8)`)
  const expected = await plain(world)
  expect(await balances(world, auditor, {}, 100)).toEqual(expected)
  for (let i = 0; i < 2; i += 1) {
    await foldEntries(world.db)
    expect(await balances(world, auditor, {}, 100)).toEqual(expected)
  }
  await expect
    .poll(async () => {
      await foldEntries(world.db)
      const { rows } = await world.admin.query(
        'select count(*)::int as n from settlement.ledger_entry where tx >= (select below from settlement.ledger_fold)',
      )
      return rows
    }, BEYOND_OTHERS)
    .toEqual([{ n: 0 }])
  expect((await world.admin.query(DIFFERENCES)).rows).toEqual([])
})

test('one fen in a folded day is found, and so is a day that is missing', async () => {
  const found = async () =>
    (await verify(world.db, () => {})).mismatches.filter((each) => each.table === 'settlement.ledger_day')
  expect(await found()).toEqual([])
  // Which days there are is up to the random sequences above.
  const { rows: days } = await world.admin.query<{ account: string; pool: string; day: string }>(
    `select account, pool, day::text as day from settlement.ledger_day order by account, pool, day limit 1`,
  )
  const [{ account, pool, day } = { account: '', pool: '', day: '' }] = days
  const change = (by: string) =>
    world.admin.query(
      `update settlement.ledger_day set amount = amount ${by} where account = $1 and pool = $2 and day = $3::date`,
      [account, pool, day],
    )
  expect((await change('+ 1')).rowCount).toBe(1)
  expect(await found()).toEqual([expect.objectContaining({ row: expect.stringContaining(`${account} ${day}`) })])
  await change('- 1')
  await world.admin.query(
    `create temp table kept as select account, pool, day, amount from settlement.ledger_day where account = $1`,
    [account],
  )
  await world.admin.query('delete from settlement.ledger_day where account = $1', [account])
  expect((await found()).length).toBeGreaterThan(0)
  await world.admin.query('insert into settlement.ledger_day (account, pool, day, amount) select * from kept')
  expect(await found()).toEqual([])
})
