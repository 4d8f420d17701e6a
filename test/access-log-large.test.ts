import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { createAccessLog, type AccessEntry } from '@yibao/drizzle/access-log'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const database = await testDatabase()
const insured = await connect({ url: database.url, schema: 'insured' })
const log = createAccessLog(insured)
afterAll(async () => {
  await insured.close()
  await database.close()
})

/** As an accounting voucher that names everybody an employer declares leaves one for each. */
const entry = (): AccessEntry => ({
  id: randomUUIDv7(),
  at: Temporal.Now.instant(),
  role: 'employer',
  actor: 'employer:91629900DEM000001P',
  subject: randomUUID(),
  operation: 'accountingVoucher',
})

test('a reading of ten thousand persons is written whole, and holds up no other until then', async () => {
  const done: string[] = []
  const large = log.record(Array.from({ length: 10_000 }, () => entry())).then(() => done.push('large'))
  const small = log.record([entry()]).then(() => done.push('small'))
  await Promise.all([large, small])
  expect(done).toEqual(['small', 'large'])
  const { rows } = await withClient({ url: database.url, name: 'test' }, (client) =>
    client.query('select count(*)::int as count from insured.access_log'),
  )
  expect(rows).toEqual([{ count: 10_001 }])
})
