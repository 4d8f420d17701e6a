import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoPersons } from '../../demo/persons.ts'
import { benchPersons } from '../bench/bills.ts'
import { randomOf } from '../cases-random.ts'
import { found } from '../dump-secrets.ts'
import { PERSONS, each, outcomesOf, type OutcomeOf, type Sent } from './bills.ts'
import { run, startWhole, type Child } from './child.ts'
import { askUntilAnswered, flowing, resend, startLoad } from './client.ts'
import {
  differencesIn,
  faultsIn,
  firstStart,
  isAlive,
  mostTogether,
  newDataFolder,
  postmasterOf,
  signedIn,
  type DataFolder,
} from './world.ts'

// `npm run faults -- kill --runs 100 --seed 7` kills as often as wished, at moments the seed says.
const KILLS = Number(process.env['YIBAO_RUNS'] ?? 10)
const SEED = Number(process.env['YIBAO_SEED'] ?? 20_261_123)
const TIMEOUT = 300_000 + KILLS * 60_000
/** More than are decided at a time, so that bills wait for their turn, for company and for the database when it strikes. */
const IN_FLIGHT = 96
/** Settlements of one statement at least once: it was the writing of many that was struck. */
const TOGETHER_MIN = 8

let folder: DataFolder
let platform: Child
/** What killed processes had said. */
let said: string
beforeEach(async () => {
  said = ''
  folder = await newDataFolder()
  platform = await firstStart(folder)
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
  await platform.end('SIGTERM')
  await folder.remove()
})

/** How long bills flow before each kill: never the same, so that it strikes at every moment. */
function moments(): () => number {
  const random = randomOf(SEED)
  return () => 300 + random.below(900)
}

type Where = Awaited<ReturnType<typeof signedIn>>

const outcomes = (where: Where, sent: readonly Sent[]) =>
  outcomesOf(
    (body) => askUntilAnswered<{ data?: Record<string, OutcomeOf> }>({ ...where, body }),
    sent.map((one) => one.requestId),
  )

/** What was answered stands as it was answered. What was not is settled or unknown, and settles once when sent again. */
async function expectKept(where: Where, sent: readonly Sent[]): Promise<void> {
  const answered = sent.filter((one) => one.amounts !== null)
  const lost = sent.filter((one) => one.amounts === null)
  expect(lost.length).toBeGreaterThan(0)
  const kept = await outcomes(where, answered)
  for (const { requestId, amounts } of answered) {
    expect(kept.get(requestId), requestId).toEqual({ state: 'COMMITTED', settlement: amounts })
  }
  const before = await outcomes(where, lost)
  await each(lost, async (bill) => {
    const { state, settlement } = before.get(bill.requestId) as OutcomeOf
    expect(['COMMITTED', 'UNKNOWN']).toContain(state)
    const [again, twin] = await Promise.all([resend(where, bill), resend(where, bill)])
    expect(twin).toEqual(again)
    if (state === 'COMMITTED') expect(again).toEqual(settlement)
  })
  const after = await outcomes(where, lost)
  expect([...after.values()].filter(({ state }) => state !== 'COMMITTED')).toEqual([])
  expect(await faultsIn(folder.dataDir)).toEqual([])
  const arrived = [...before.values()].filter(({ state }) => state === 'COMMITTED')
  console.info(`${answered.length} answered, ${lost.length} not, of which ${arrived.length} had been settled`)
}

/** Everything told in all rounds still stands, and the books prove it. */
async function expectBooks(sent: readonly Sent[]): Promise<void> {
  expect(await mostTogether(folder.dataDir), 'settlements of one transaction').toBeGreaterThanOrEqual(TOGETHER_MIN)
  const told = sent.flatMap(({ amounts }) => amounts ?? [])
  expect(await differencesIn(folder.dataDir, told)).toEqual([])
  const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
  expect(verified, verified.output).toMatchObject({ code: 0 })
}

/** Whatever broke, nobody's identity or card number came into what the processes and the server had to say. */
async function expectDiscretion(): Promise<void> {
  const persons = [...demoPersons(), ...benchPersons(PERSONS)]
  const secrets = persons.flatMap(({ personNumber, identityNumber, cardNumber }) => [
    [`identity number of ${personNumber}`, identityNumber] as const,
    [`card number of ${personNumber}`, cardNumber ?? ''] as const,
  ])
  const serverLog = await readFile(join(folder.dataDir, 'postgres.log'), 'utf8')
  expect(found(said + platform.output() + serverLog, new Map(secrets))).toEqual([])
}

test(
  'Node is killed again and again while 96 bills are under way: what was answered stands, and nothing is settled twice',
  { timeout: TIMEOUT },
  async () => {
    const all: Sent[] = []
    const loadMs = moments()
    let where = await signedIn(platform, folder.dataDir)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const load = startLoad({ ...where, run: `N${kill}x`, inFlight: IN_FLIGHT })
      await flowing(load)
      await sleep(loadMs())
      await platform.end('SIGKILL')
      said += platform.output()
      await load.stop()
      platform = await startWhole(folder.dataDir, folder.port)
      where = await signedIn(platform, folder.dataDir)
      await expectKept(where, load.sent)
      all.push(...load.sent)
    }
    await expectBooks(all)
    await expectDiscretion()
    const postmaster = await postmasterOf(folder.dataDir)
    expect(await platform.end('SIGTERM')).toBe(0)
    expect(await isAlive(postmaster)).toBe(false)
  },
)

test(
  'the postmaster is killed again and again while 96 bills are under way: the platform brings it back, and nothing is lost or settled twice',
  { timeout: TIMEOUT },
  async () => {
    const all: Sent[] = []
    const loadMs = moments()
    const where = await signedIn(platform, folder.dataDir)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const load = startLoad({ ...where, run: `P${kill}x`, inFlight: IN_FLIGHT })
      await flowing(load)
      await sleep(loadMs())
      const before = load.settled()
      const postmaster = await postmasterOf(folder.dataDir)
      process.kill(postmaster, 'SIGKILL')
      const killed = performance.now()
      await expect.poll(() => load.settled() > before + 100, { timeout: 30_000, interval: 50 }).toBe(true)
      console.info(`settling again after ${Math.round(performance.now() - killed)} ms`)
      await load.stop()
      expect(await postmasterOf(folder.dataDir)).not.toBe(postmaster)
      await expectKept(where, load.sent)
      all.push(...load.sent)
    }
    await expectBooks(all)
    await expectDiscretion()
  },
)
