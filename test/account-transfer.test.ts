import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { transferAccounts } from '@yibao/settlement/commands/account-transfer'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { change } from './enrolment-gateway.ts'
import { expectPutAway } from './put-away.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A personal account goes with its person into another pool: what the old one kept it owes the new one, who pays from then on.

const [OLD, NEW, NEW_HOSPITAL] = ['629900', '620100', 'H62010000001']
const CLERK = { [OLD]: 'clerk-629900', [NEW]: 'clerk-620100' }
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => expect(await mismatches()).toEqual([]))

const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
const employee = (yuan: number) =>
  world.addPerson({
    enrolments: [{ pool: OLD, insuranceType: '310', personType: '1103', beginOn: '2024-01-01' }],
    account: { pool: OLD, current: yuan },
  })
const transfer = async (one: WorldPerson, from: string, to = NEW) =>
  expect(
    await change(world, CLERK[to] ?? '', 'transferEnrolment', {
      identityNumber: one.identityNumber,
      name: '故事人物',
      insuranceType: '310',
      personType: '1103',
      from,
    }),
  ).toMatchObject({ pool: to })
const moveAll = () =>
  transferAccounts({
    db: world.platform.databases.settlement,
    clock: () => world.time.now,
    newId: createStamp(randomUUIDv7),
  })
/** What pools owe each other for the account of a person, in yuan, by account of the ledger. */
const betweenPools = async ({ insuredId }: WorldPerson): Promise<Data> => {
  const { rows } = await world.admin.query<{ account: string; yuan: string }>(
    `select account, (sum(amount) / 100)::int as yuan from settlement.ledger_entry
     where insured_id = $1 and account ~ '^(due|claim):' group by 1 order by 1`,
    [insuredId],
  )
  return Object.fromEntries(rows.map(({ account, yuan }) => [account, yuan]))
}
const keptBy = async ({ insuredId }: WorldPerson) =>
  (
    await world.admin.query<{ pool: string; yuan: number }>(
      `select pool, (balance / 100)::int as yuan from settlement.account where insured_id = $1 and kind = 'CURRENT'`,
      [insuredId],
    )
  ).rows
const settle = async (one: WorldPerson, day: string, yuan: number): Promise<Data> => {
  const lines = [{ code: CLASS_A, price: yuan }]
  const input = bill({ card: one.cardNumber, begin: `${day}T08:00:00+08:00`, lines })
  return (await world.as(NEW_HOSPITAL, SETTLE, { requestId: randomUUID(), input })).settle
}
/** The worker moves accounts within seconds. */
const MOVED = { timeout: 15_000 }
const at = (time: string) => {
  world.time.now = Temporal.Instant.from(time)
}

test('what the account holds is owed by the old pool to the new one, and paid from there', async () => {
  const one = await employee(500)
  await transfer(one, '2026-11-22')
  await expect.poll(() => keptBy(one), MOVED).toEqual([{ pool: NEW, yuan: 500 }])
  expect(await betweenPools(one)).toEqual({ [`due:${OLD}:${NEW}`]: 500, [`claim:${NEW}:${OLD}`]: -500 })
  at('2026-11-24T10:00:00+08:00')
  expect(await settle(one, '2026-11-24', 100)).toMatchObject({ account: '100.00', insuredPool: NEW })
  expect(await keptBy(one)).toEqual([{ pool: NEW, yuan: 400 }])
  const books = `{ poolBooks(other: "${NEW}") { ... on PoolBooksOfBoth {
    directions { debtor creditor due claim agree } } } }`
  const { poolBooks } = await world.as(CLERK[OLD] ?? '', books)
  expect(poolBooks.directions).toContainEqual({
    debtor: OLD,
    creditor: NEW,
    due: '500.00',
    claim: '500.00',
    agree: true,
  })
  expect(await betweenPools(one)).toEqual({ [`due:${OLD}:${NEW}`]: 500, [`claim:${NEW}:${OLD}`]: -500 })
})

test('it is moved once, by however many at once, on the day on which the insurance goes over and not before', async () => {
  const one = await employee(300)
  await transfer(one, '2026-12-01')
  await moveAll()
  expect([await keptBy(one), await betweenPools(one)]).toEqual([[{ pool: OLD, yuan: 300 }], {}])
  at('2026-12-01T10:00:00+08:00')
  await Promise.all([moveAll(), moveAll()])
  await moveAll()
  expect(await betweenPools(one)).toEqual({ [`due:${OLD}:${NEW}`]: 300, [`claim:${NEW}:${OLD}`]: -300 })
  expect(await keptBy(one)).toEqual([{ pool: NEW, yuan: 300 }])
})

test('who comes back brings back what is left', async () => {
  const one = await employee(200)
  await transfer(one, '2026-12-01')
  await expect.poll(() => keptBy(one), MOVED).toEqual([{ pool: NEW, yuan: 200 }])
  await settle(one, '2026-12-01', 50)
  at('2026-12-03T10:00:00+08:00')
  await transfer(one, '2026-12-03', OLD)
  await expect.poll(() => keptBy(one), MOVED).toEqual([{ pool: OLD, yuan: 150 }])
  expect(await betweenPools(one)).toEqual({
    [`claim:${NEW}:${OLD}`]: -200,
    [`claim:${OLD}:${NEW}`]: -150,
    [`due:${NEW}:${OLD}`]: 150,
    [`due:${OLD}:${NEW}`]: 200,
  })
})

/** Breaks off whatever writes of a person into a table, until it is told to let it through. */
async function breakOff(table: string, { insuredId }: WorldPerson): Promise<() => Promise<unknown>> {
  await world.admin.query(`create or replace function settlement.break_off() returns trigger language plpgsql as
    $$ begin raise exception 'broken off'; end $$`)
  await world.admin.query(`create trigger break_off before insert or update on settlement.${table} for each row
    when (new.insured_id = '${insuredId}') execute function settlement.break_off()`)
  return () => world.admin.query(`drop trigger break_off on settlement.${table}`)
}

test('broken off at whichever step nothing is moved, and what bills of the new pool took meanwhile the old one owes too', async () => {
  at('2026-12-03T10:00:00+08:00')
  const one = await employee(400)
  let letThrough = await breakOff('transferred_account', one)
  await transfer(one, '2026-12-03')
  expect(await settle(one, '2026-12-03', 120)).toMatchObject({ account: '120.00', insuredPool: NEW })
  for (const table of ['ledger_entry', 'account', 'account_transfer', 'person']) {
    const next = await breakOff(table, one)
    await letThrough()
    letThrough = next
    await moveAll()
    expect([table, await keptBy(one), await betweenPools(one)]).toEqual([table, [{ pool: OLD, yuan: 280 }], {}])
  }
  await letThrough()
  await expect.poll(() => keptBy(one), MOVED).toEqual([{ pool: NEW, yuan: 280 }])
  expect(await betweenPools(one)).toEqual({ [`due:${OLD}:${NEW}`]: 400, [`claim:${NEW}:${OLD}`]: -400 })
})

test('an account is not moved by a wrong amount when bills the new pool paid meanwhile were put away', async () => {
  at('2026-12-04T10:00:00+08:00')
  const one = await employee(400)
  const letThrough = await breakOff('transferred_account', one)
  await transfer(one, '2026-12-04')
  await settle(one, '2026-12-04', 120)
  await expectPutAway(world.platform.databases.settlement, '2026-12')
  at('2027-01-05T10:00:00+08:00')
  await letThrough()
  await moveAll()
  const why = () => world.logged.map(({ details }) => JSON.stringify(details))
  await expect.poll(why, MOVED).toContainEqual(expect.stringContaining('ARCHIVED'))
  expect(await keptBy(one)).toEqual([{ pool: OLD, yuan: 280 }])
})
