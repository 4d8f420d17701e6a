import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { demoPersons } from '../../demo/persons.ts'
import { jump, nextMonth } from '../exchange-clocks.ts'
import { limit, roomOf } from '../exchange-limit.ts'
import { HOME, PLACE, POOL, SIDES } from '../exchange-parties.ts'
import { openProxy, type Mishap } from '../exchange-proxy.ts'
import type { Playground } from '../exchange-runs.ts'
import { inWorlds } from '../exchange-series.ts'
import { introduceSide, openSide, type ProvinceSide } from './province.ts'

// Two provinces, each with processes and a database server of its own, and messages between them that get lost. Now and then
// one of the processes or servers is killed with -9. `npm run faults -- --runs 1000 --seed 7` makes as many runs as wished.

const RUNS = Number(process.env['YIBAO_RUNS'] ?? 20)
const SEED = Number(process.env['YIBAO_SEED'] ?? 20_261_120)

const filedOf = demoPersons().filter(
  ({ label, enrolments }) =>
    label.startsWith(POOL) && enrolments[0]?.insuranceType === '310' && !label.includes('停保'),
)
const two = <T>(of: readonly T[], seed: number): T[] => [0, 1].flatMap((k) => of[(seed + k) % of.length] ?? [])
/** Workers look every two seconds. */
const WHILE_MS = 2500

async function openBoth() {
  const plan = { next: (_type: string, _to: string): Mishap => 'PASS', lateMs: () => 0 }
  const wayTo = (province: string) =>
    openProxy(
      (type) => plan.next(type, province),
      () => plan.lateMs(),
    )
  const [toPlace, toHome] = await Promise.all([wayTo(PLACE), wayTo(HOME)])
  const place = await openSide(PLACE)
  const home = await openSide(HOME)
  toPlace.to(place.address)
  toHome.to(home.address)
  await introduceSide(place, home, toHome.address)
  await introduceSide(home, place, toPlace.address)
  // Employees of the demo, who have filed for Ningbo.
  for (const { personNumber } of filedOf) await home.file(personNumber, '330200')
  const close = async () => {
    await Promise.all([place.close(), home.close()])
    await Promise.all([toPlace.close(), toHome.close()])
  }
  return { place, home, plan, close }
}

const advance = (side: ProvinceSide, minutes: number) => side.setTime(side.now().add({ minutes }))

function groundOf({ place, home, plan }: Awaited<ReturnType<typeof openBoth>>): Playground {
  const sides = [place, home]
  return {
    place,
    home,
    plan,
    begin(seed, random) {
      const [here, there] = nextMonth([place.now(), home.now()], random)
      place.setTime(here)
      home.setTime(there)
      return Promise.resolve({ place: two(place.strangers, seed), home: two(filedOf, seed) })
    },
    async disturb(random) {
      const side = random() < 0.5 ? place : home
      const roll = random()
      if (roll < 0.3) {
        const minutes = jump(random)
        advance(side, minutes)
        return `the clock of ${side.province} jumps by ${minutes} min`
      }
      await (roll < 0.7 ? side.killProcess() : side.killServer())
      return `${side.province} ${roll < 0.7 ? 'process' : 'server'} killed`
    },
    work: (random) => sleep(random() * 500),
    async pass() {
      for (const side of sides) {
        advance(side, 2)
        await side.work()
      }
      await sleep(WHILE_MS)
    },
    logged: () => sides.flatMap((side) => side.output()),
  }
}

test(
  `whatever is lost and killed, both provinces end with the same bills and statements, to the fen (${RUNS} runs from seed ${SEED})`,
  async () => {
    const done = await inWorlds({ runs: RUNS, seed: SEED }, async () => {
      const both = await openBoth()
      const ground = groundOf(both)
      return {
        ground,
        async prepare(seed) {
          for (const side of SIDES) await limit(ground, side, roomOf(seed), `limit-${seed}`)
          for (const side of SIDES) await expect.poll(() => ground[side].rows(WAITING), IN_FORCE).toEqual([])
        },
        async close() {
          console.info(`${both.place.kills() + both.home.kills()} kills`)
          await both.close()
        },
      }
    })
    expect(done).toBe(RUNS)
  },
  300_000 + RUNS * 60_000,
)

const WAITING = 'select province from settlement.province_budget where amount is null'
const IN_FORCE = { timeout: 60_000, interval: 500 }
