import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from '@yibao/drizzle/connect'
import type { Database } from '@yibao/drizzle/connect'
import { createJobs } from '@yibao/drizzle/jobs'
import { consume, publish } from '@yibao/drizzle/outbox'
import { ensurePartitions } from '@yibao/drizzle/partitions'
import { afterAll, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from './database.ts'

const database = await testDatabase()
const { url } = database
const insured = await connect({ url, schema: 'insured' })
// Two, as two processes would have.
const settlements = await Promise.all([1, 2].map(() => connect({ url, schema: 'settlement', writers: 4 })))
const [settlement, other] = settlements as [Database, Database]
afterAll(async () => {
  await Promise.all([insured, ...settlements].map((one) => one.close()))
  await database.close()
})

const logged: string[] = []
const note = (_: object, message: string) => void logged.push(message)
const logger = { info: note, warn: note, error: note }
const now = Temporal.Instant.from('2026-11-22T09:00:00+08:00')

test('a job runs again and again, in one process at a time, and a failed run does not end it', async () => {
  const queues = await Promise.all([1, 2, 3].map(() => createJobs({ url, logger })))
  let [runs, running, most] = [0, 0, 0]
  const handler = async () => {
    running += 1
    most = Math.max(most, running)
    runs += 1
    await sleep(50)
    running -= 1
    if (runs === 2) throw new Error('once')
  }
  const start = performance.now()
  for (const jobs of queues) await jobs.every('tick', 1, handler)
  await expect.poll(() => runs, { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
  const seconds = (performance.now() - start) / 1000
  for (const jobs of queues) await jobs.stop()
  expect(seconds).toBeGreaterThan(2.5)
  expect(most).toBe(1)
  expect(logged).toContain('a job failed')
})

test('a job whose process was killed in the middle of it is run by another one soon, and again after that', async () => {
  const script = `
    import { createJobs } from '@yibao/drizzle/jobs'
    const note = () => {}
    const jobs = await createJobs({ url: ${JSON.stringify(url)}, logger: { info: note, warn: note, error: note } })
    await jobs.every('struck', 1, () => new Promise(() => process.stdout.write('running')))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
  const jobs = await createJobs({ url, logger })
  let runs = 0
  await jobs.every('struck', 1, () => Promise.resolve(void (runs += 1)))
  await expect.poll(() => runs, { timeout: 40_000, interval: 100 }).toBeGreaterThanOrEqual(3)
  await jobs.stop()
}, 60_000)

test('a run that never ends is given up, and the job goes on in the same process', async () => {
  const jobs = await createJobs({ url, logger, runSeconds: 2 })
  let runs = 0
  await jobs.every('hung', 1, () => ((runs += 1) === 1 ? new Promise(() => {}) : Promise.resolve()))
  await expect.poll(() => runs, { timeout: 20_000, interval: 100 }).toBeGreaterThanOrEqual(3)
  await jobs.stop()
}, 30_000)

const addEvents = (count: number, topic: string) =>
  insured.orm.transaction(async (tx) => {
    for (let index = 0; index < count; index += 1) {
      await publish(tx, 'insured', { topic, payload: { amount: '100.00' }, at: now })
    }
  })

test('an event has its effect once, however many consume it at once', async () => {
  await addEvents(20, 'contribution')
  const seen: string[] = []
  const results = await Promise.all(
    [settlement, other, settlement].map((db) =>
      consume(db, { from: 'insured', topics: ['contribution'] }, async (_, event) => {
        expect(event).toMatchObject({ payload: { amount: '100.00' }, insuredId: null })
        expect(event.at.equals(now)).toBe(true)
        seen.push(event.id)
        await sleep(2)
      }),
    ),
  )
  expect(results.reduce((sum, one) => sum + one.done, 0)).toBe(20)
  expect(new Set(seen).size).toBe(20)
  expect(seen).toHaveLength(20)
})

test('an event whose effect fails leaves nothing, is tried again, and holds up no other', async () => {
  await addEvents(3, 'enrolled')
  const wanted = { from: 'insured', topics: ['enrolled'] } as const
  let calls = 0
  const first = await consume(settlement, wanted, async (tx) => {
    calls += 1
    await publish(tx, 'settlement', { topic: 'echo', payload: {}, at: now })
    if (calls === 2) throw new Error('not now')
  })
  expect(first).toMatchObject({ done: 2, failures: [{ message: 'not now' }] })
  expect(await consume(settlement, wanted, () => Promise.resolve())).toEqual({ done: 1, failures: [] })
  expect(await consume(settlement, wanted, () => Promise.reject(new Error('again')))).toEqual({ done: 0, failures: [] })
  expect(await settlement.hot.unsafe(`select 1 as one from settlement.outbox where topic = 'echo'`)).toHaveLength(2)
})

const monthsOf = async (table: string) => {
  const rows = await settlement.hot.unsafe<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [`settlement.${table}`],
  )
  return rows.map((row) => row.name.replace(`settlement.${table}_`, '')).filter((name) => name !== 'default')
}

test('the months ahead have their partitions, also when several make them at once while rows are read', async () => {
  const later = Temporal.Instant.from('2031-12-31T23:59:59.999+08:00')
  const reading = Array.from({ length: 50 }, () => settlement.hot.unsafe('select count(*) from settlement.settlement'))
  await Promise.all([settlement, other, settlement].map((db) => ensurePartitions(db, later, 2)))
  await Promise.all(reading)
  for (const table of ['settlement', 'settlement_line', 'ledger_entry']) {
    const months = await monthsOf(table)
    expect(months).toEqual(expect.arrayContaining(['203112', '203201', '203202']))
    expect(months).not.toContain('203203')
  }
})
