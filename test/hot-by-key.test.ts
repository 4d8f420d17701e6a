import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const ROUNDS = 8
const PERSONS = 8
/** All that grows with bills and persons and that a bill reads or writes. */
const GROWING = ['account', 'bill', 'claim', 'counter', 'invoice', 'person', 'request', 'stay', 'visit']

async function counted() {
  const { rows } = await world.admin.query<{ written: number; read: string[] }>(
    `select max(n_tup_ins) filter (where relname = 'bill')::int as written,
      array_agg(relname::text order by relname) filter (where seq_tup_read > 0) as read
    from pg_stat_user_tables where schemaname = 'settlement' and relname = any($1)`,
    [GROWING],
  )
  return rows[0] ?? { written: 0, read: [] }
}

test('bills find their rows by key in tables nobody has analysed, however the statements were planned', async () => {
  const persons = await Promise.all(Array.from({ length: PERSONS }, () => world.addPerson(100)))
  // What was done to make the world is no bill.
  await world.admin.query('select pg_stat_reset()')
  for (let round = 0; round < ROUNDS; round += 1) {
    const answers = await Promise.all(
      persons.map((person, n) => {
        const careType = n % 2 === 0 ? { careType: '21', begin: '2026-11-10T08:00:00+08:00' } : {}
        return settle(world, `by-key-${round}-${n}`, billOf(person, careType))
      }),
    )
    for (const answer of answers) expect(answer).toMatchObject({ __typename: 'Settlement' })
  }
  // A connection tells what it has read and written at the latest when it has been idle for ten seconds.
  await expect.poll(async () => (await counted()).written, { timeout: 20_000 }).toBe(ROUNDS * PERSONS)
  expect((await counted()).read ?? []).toEqual([])
})
