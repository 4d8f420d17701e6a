import { afterAll, expect, test } from 'vitest'
import { connect } from '@yibao/drizzle/connect'
import { testDatabase } from './database.ts'

const database = await testDatabase()
const settlement = await connect({ url: database.url, schema: 'settlement' })
afterAll(async () => {
  await settlement.close()
  await database.close()
})

test('a cloned database keeps the roles of its template', async () => {
  const [row] = await settlement.hot.unsafe<{ name: string }>('select current_user as name')
  expect(row?.name).toMatch(/^yibao_test_[0-9a-f]{8}_settlement_writer$/)
})
