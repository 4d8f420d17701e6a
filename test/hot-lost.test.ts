import { setTimeout as sleep } from 'node:timers/promises'
import { withClient } from '@yibao/drizzle/client'
import { openHot } from '@yibao/drizzle/hot'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const database = await testDatabase()
const { url } = database
afterAll(() => database.close())

const NAME = 'lost'
const MAX = 3
const admin = async (text: string, args: unknown[] = []) =>
  (await withClient({ url, name: 'admin' }, (client) => client.query(text, args))).rows
const sessions = async (): Promise<number> =>
  (await admin('select count(*)::int as n from pg_stat_activity where application_name = $1', [NAME]))[0].n

test('while connections are lost over and over, each answer is that of its own statement, and none stays behind', async () => {
  await admin('create table public.note (id int primary key)')
  const hot = openHot({ url, name: NAME, max: MAX })
  const wrong: unknown[] = []
  const kept: number[] = []
  const texts = [
    'insert into public.note values ($1::int) returning id',
    'select $1::int as id, pg_sleep(0.02)',
    `select $1::int as id, repeat('x', 3000) as pad`,
  ]
  let last = 0
  let failed = 0
  const end = performance.now() + 5000
  async function ask(text: string): Promise<void> {
    const id = (last += 1)
    try {
      const rows = await hot.unsafe<{ id: number }>(text, [id])
      if (rows.length !== 1 || rows[0]?.id !== id) wrong.push(rows)
      if (text === texts[0]) kept.push(id)
    } catch {
      failed += 1
      await sleep(5)
    }
  }
  const asking = Array.from({ length: 100 }, async (_, i) => {
    while (performance.now() < end) await ask(texts[i % texts.length] ?? '')
  })
  while (performance.now() < end) {
    await admin('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [NAME])
    await sleep(30 * (1 + (last % 10)))
  }
  await Promise.all(asking)
  expect(failed).toBeGreaterThan(0)
  expect(wrong).toEqual([])
  const there = new Set((await admin('select id from public.note')).map((row) => row.id))
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.filter((id) => !there.has(id))).toEqual([])
  await expect.poll(sessions, { timeout: 30_000, interval: 500 }).toBeLessThanOrEqual(MAX)
  await hot.close()
  await expect.poll(sessions, { timeout: 30_000, interval: 500 }).toBe(0)
}, 90_000)
