import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPersons } from '../../demo/persons.ts'
import { openProxy, type Mishap } from '../exchange-proxy.ts'
import { conclude, HOME, PLACE, play, POOL, type Playground, type Run } from '../exchange-runs.ts'
import { introduceSide, openSide, type ProvinceSide } from './province.ts'

// Two provinces, each with processes and a database server of its own, and messages between them that get lost. Now and then
// one of the processes or servers is killed with -9. `npm run faults -- --runs 1000 --seed 7` makes as many runs as wished.

const RUNS = Number(process.env['YIBAO_RUNS'] ?? 30)
const SEED = Number(process.env['YIBAO_SEED'] ?? 7)
/** Runs that are played before time is given to all of them to come to their end. */
const TOGETHER = 10

let place: ProvinceSide
let home: ProvinceSide
const plan = { next: (_type: string): Mishap => 'PASS', lateMs: () => 0 }
let way: Awaited<ReturnType<typeof openProxy>>
beforeAll(async () => {
  way = await openProxy(
    (type) => plan.next(type),
    () => plan.lateMs(),
  )
  place = await openSide(PLACE)
  home = await openSide(HOME)
  way.to(home.address)
  await introduceSide(place, home, way.address)
  await introduceSide(home, place, place.address)
}, 300_000)
afterAll(async () => {
  await Promise.all([place?.close(), home?.close()])
  await way?.close()
})

/** Employees of the demo, who have filed for Ningbo. */
const filed = new Map<string, Promise<void>>()
async function persons(seed: number) {
  const employees = demoPersons().filter(
    ({ label, enrolments }) =>
      label.startsWith(POOL) && enrolments[0]?.insuranceType === '310' && !label.includes('停保'),
  )
  const [one, other] = [0, 1].map((k) => employees[(seed + k) % employees.length])
  if (one === undefined || other === undefined) throw new Error('the demo has employees')
  return Promise.all(
    [one, other].map(async ({ personNumber, identityNumber }) => {
      if (!filed.has(personNumber)) filed.set(personNumber, home.file(personNumber, '330200'))
      await filed.get(personNumber)
      return { identityNumber }
    }),
  )
}

const ground: Playground = {
  get place() {
    return place
  },
  get home() {
    return home
  },
  get passed() {
    return way.passed
  },
  plan,
  persons,
  async disturb(random) {
    const side = random() < 0.5 ? place : home
    const what = random() < 0.6 ? 'process' : 'server'
    await (what === 'process' ? side.killProcess() : side.killServer())
    return `${side.province} ${what} killed`
  },
  pass: () => sleep(3000),
}

const owed = async (side: ProvinceSide, account: string): Promise<string> => {
  const [row] = await side.rows(
    'select coalesce(sum(amount), 0)::text as fen from settlement.ledger_entry where account like $1',
    [account],
  )
  return row.fen
}

test(
  `whatever is lost and killed, both provinces end with the same bills, to the fen (${RUNS} runs from seed ${SEED})`,
  async () => {
    for (let done = 0; done < RUNS; done += TOGETHER) {
      const runs: Run[] = []
      for (let run = done; run < Math.min(RUNS, done + TOGETHER); run += 1) runs.push(await play(ground, SEED + run))
      await conclude(ground, runs)
      console.info(`${done + runs.length} of ${RUNS} runs agree, ${place.kills() + home.kills()} kills`)
    }
    const payable = await owed(home, `payable:province:${POOL}:${PLACE}`)
    expect(await owed(place, `receivable:province:%:${HOME}`)).toBe(String(-BigInt(payable)))
    for (const side of [place, home]) expect(await side.verify()).toMatchObject({ code: 0 })
  },
  120_000 + RUNS * 60_000,
)
