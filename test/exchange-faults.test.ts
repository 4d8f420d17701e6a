import { expect, test } from 'vitest'
import { limit, roomOf } from './exchange-limit.ts'
import { SIDES } from './exchange-parties.ts'
import { groundOf, holdWorkers, limitBoth, openProvinces } from './exchange-workload.ts'
import { inWorlds } from './exchange-series.ts'

// Some of the seeded runs; `npm run faults -- --runs 1000 --seed 1` makes as many as wished, and kills processes besides.

const RUNS = Number(process.env['YIBAO_RUNS'] ?? 10)
const SEED = Number(process.env['YIBAO_SEED'] ?? 20_261_120)

test(
  `whatever becomes of messages and clocks of two provinces, both end with the same bills and statements, to the fen (${RUNS} runs from seed ${SEED})`,
  async () => {
    const done = await inWorlds({ runs: RUNS, seed: SEED }, async (world) => {
      const provinces = await openProvinces()
      const ground = await groundOf(provinces)
      const letGo = await holdWorkers(provinces)
      const isLimited = world % 3 !== 2
      return {
        ground,
        prepare: async (seed, isFirst) => {
          if (isLimited && isFirst) return limitBoth(provinces, ground, seed)
          if (isLimited) for (const side of SIDES) await limit(ground, side, roomOf(seed), `limit-${seed}`)
        },
        async close() {
          await letGo()
          await provinces.close()
        },
      }
    })
    expect(done).toBe(RUNS)
  },
  60_000 + RUNS * 20_000,
)
