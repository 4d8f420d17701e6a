import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { outcomesOf, type OutcomeOf } from './bills.ts'
import { runWhole, startWhole, type Child } from './child.ts'
import { askUntilAnswered, flowing, resend, startLoad } from './client.ts'
import { faultsIn, firstStart, freePort, isAlive, newDataFolder, postmasterOf, signedIn } from './world.ts'
import type { DataFolder } from './world.ts'

let folder: DataFolder
let running: Child[]
beforeEach(async () => {
  folder = await newDataFolder()
  running = []
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') for (const one of running) console.error(one.output().slice(-5000))
  await Promise.all(running.map((one) => one.end('SIGTERM')))
  await folder.remove()
})

const start = async (starting: Promise<Child>): Promise<Child> => {
  const child = await starting
  running.push(child)
  return child
}

test('SIGTERM under load: what was let in is answered, the rest did not happen, and all is over within 15 s', async () => {
  const first = await start(firstStart(folder))
  const where = await signedIn(first, folder.dataDir)
  const load = startLoad({ ...where, run: 'S' })
  await flowing(load)
  await sleep(1000)
  const postmaster = await postmasterOf(folder.dataDir)
  const since = performance.now()
  const code = await first.end('SIGTERM')
  const seconds = (performance.now() - since) / 1000
  await load.stop()
  console.info(`stopped after ${seconds.toFixed(1)} s`)
  expect({ code, output: first.output() }).toMatchObject({ code: 0 })
  expect(seconds).toBeLessThan(15)
  expect(await isAlive(postmaster)).toBe(false)

  const second = await start(startWhole(folder.dataDir, folder.port))
  const again = await signedIn(second, folder.dataDir)
  const outcomes = await outcomesOf(
    (body) => askUntilAnswered<{ data?: Record<string, OutcomeOf> }>({ ...again, body }),
    load.sent.map((one) => one.requestId),
  )
  for (const { requestId, amounts } of load.sent) {
    const expected =
      amounts === null ? { state: 'UNKNOWN', settlement: null } : { state: 'COMMITTED', settlement: amounts }
    expect(outcomes.get(requestId), requestId).toEqual(expected)
  }
  expect(await faultsIn(folder.dataDir)).toEqual([])
})

test('two platforms started at once in one new folder share one database, and the last to stop stops it', async () => {
  const ports = [folder.port, await freePort()]
  const [one, two] = await Promise.all(ports.map((port) => start(startWhole(folder.dataDir, port))))
  if (one === undefined || two === undefined) throw new Error('two were started')
  const postmaster = await postmasterOf(folder.dataDir)
  const query = '{ settlements(first: 100) { ... on SettlementConnection { edges { node { id requestId } } } } }'
  const lists = await Promise.all(
    [one, two].map(async (child) => {
      const { address, token } = await signedIn(child, folder.dataDir)
      return askUntilAnswered<{ data?: unknown; errors?: unknown }>({ address, token, body: JSON.stringify({ query }) })
    }),
  )
  expect(lists[0]).toEqual(lists[1])
  expect(JSON.stringify(lists[0]).match(/"requestId"/g)).toHaveLength(1)
  expect(await one.end('SIGKILL')).toBe(null)
  const where = await signedIn(two, folder.dataDir)
  expect(await askUntilAnswered({ ...where, body: JSON.stringify({ query }) })).toEqual(lists[1])
  expect(await isAlive(postmaster)).toBe(true)
  expect(await two.end('SIGTERM')).toBe(0)
  expect(await isAlive(postmaster)).toBe(false)
})

test('a second start on the same port says so and ends, and harms nothing of the first', async () => {
  const first = await start(firstStart(folder))
  const where = await signedIn(first, folder.dataDir)
  const load = startLoad({ ...where, run: 'D' })
  const { code, output } = await runWhole(folder.dataDir, folder.port)
  expect(code).toBe(1)
  expect(output).toMatch(/端口已被占用.*The port is taken/)
  expect(output).not.toMatch(/ {4}at /)
  await load.stop()
  expect(load.sent.filter((one) => one.amounts === null)).toEqual([])
  const [bill] = load.sent
  if (bill === undefined) throw new Error('nothing was sent')
  expect(await resend(where, bill)).toEqual(bill.amounts)
  expect(await faultsIn(folder.dataDir)).toEqual([])
})
