import { ensurePartitions } from '@yibao/drizzle/partitions'
import { archiveLedger } from '@yibao/settlement/commands/archive-ledger'
import { settlementNumber } from '@yibao/settlement/domain/settlement-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mismatchesOf } from './behind-back.ts'
import { billAt } from './ledger-world.ts'
import { foldAll, monthOf } from './put-away.ts'
import { hospital, settle, settleWorld, type SettleWorld } from './settle-world.ts'

// What keeps a month of the ledger here, and until when.

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
  world.time.now = Temporal.Instant.from('2026-11-20T10:00:00+08:00')
  await ensurePartitions(world.db, world.time.now, 3)
})
afterAll(() => world.close())

const archive = async (before: string) => {
  const months: string[] = []
  const parts = { db: world.db, clock: () => world.time.now, proving: () => {} }
  await archiveLedger({ ...parts, done: ({ table }) => void months.push(table) }, monthOf(before))
  return months
}
const annul = (requestId: string) =>
  world.ask(hospital(), `mutation { annul(requestId: "annul-${requestId}", target: "${requestId}") { __typename } }`)
const archivedMonths = async () =>
  (await world.admin.query('select month::text from settlement.ledger_archive order by 1')).rows.map((one) => one.month)

test('an empty ledger has nothing to put away', async () => {
  expect(await archive('2024-01')).toEqual([])
})

test('an entry whose day is not folded stays, until the transaction that holds up the fold has ended', async () => {
  const long = await world.admin.query('begin; select pg_current_xact_id()')
  expect(long).toBeTruthy()
  await settle(world, 'one', billAt(await world.addPerson(300), world.time.now))
  world.time.now = Temporal.Instant.from('2029-01-10T10:00:00+08:00')
  await expect(archive('2026-12')).rejects.toMatchObject({ code: 'NOT_FOLDED', problems: [{ path: 'before' }] })
  await world.admin.query('commit')
  await foldAll(world.db, monthOf('2026-11'))
})

test('what an institution is owed and nobody has paid stays; a bill and its reversal that nobody declared go', async () => {
  const { rows } = await world.admin.query<{ id: string }>('select id from settlement.settlement')
  const text = { en: expect.stringContaining(settlementNumber(rows[0]?.id ?? '')) }
  await expect(archive('2026-12')).rejects.toMatchObject({ code: 'IN_MOTION', text })
  expect(await archivedMonths()).toEqual([])
  await annul('one')
  expect(await archive('2026-12')).toEqual(['ledger_archived_202611'])
  expect(await mismatchesOf({ databaseUrl: world.url })).toEqual([])
})

test('months without a bill go as well, and carry on what was before them', async () => {
  expect(await archive('2026-12')).toEqual([])
  expect(await archive('2027-01')).toEqual(['ledger_archived_202612'])
  expect(await archivedMonths()).toEqual(['2026-11-01', '2026-12-01'])
  expect(await mismatchesOf({ databaseUrl: world.url })).toEqual([])
})

test('what stands in the default partition stays, and is counted', async () => {
  const other = await settleWorld()
  other.time.now = Temporal.Instant.from('2030-05-20T10:00:00+08:00')
  await settle(other, 'outside', billAt(await other.addPerson(), other.time.now))
  const parts = { db: other.db, clock: () => Temporal.Instant.from('2032-07-01T00:00:00Z'), proving: () => {} }
  await expect(archiveLedger({ ...parts, done: () => {} }, monthOf('2030-06'))).rejects.toMatchObject({
    code: 'OUTSIDE_ITS_MONTH',
    text: { zh: expect.stringContaining('默认分区'), en: expect.stringContaining('2 entries') },
  })
  await other.close()
})
