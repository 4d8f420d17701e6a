import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conclude, play, type Run } from './exchange-runs.ts'
import { booksOf, groundOf, openProvinces, type Provinces } from './exchange-workload.ts'

// Some of the seeded runs; `npm run faults -- --runs 1000 --seed 1` makes as many as wished.

const RUNS = Number(process.env['YIBAO_RUNS'] ?? 15)
const SEED = Number(process.env['YIBAO_SEED'] ?? 20_261_122)

/** Runs that are played before time is given to all of them to come to their end. */
const TOGETHER = 10

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
})
afterAll(() => provinces.close())

test(
  `whatever becomes of messages between two provinces, both end with the same bills, to the fen (${RUNS} runs from seed ${SEED})`,
  async () => {
    const ground = groundOf(provinces)
    for (let done = 0; done < RUNS; done += TOGETHER) {
      const runs: Run[] = []
      for (let run = done; run < Math.min(RUNS, done + TOGETHER); run += 1) runs.push(await play(ground, SEED + run))
      await conclude(ground, runs)
    }
    const books = await booksOf(provinces)
    expect(books.receivable).toBe(books.payable)
    expect(books.hospital).toBe(books.payable)
    for (const side of [provinces.place, provinces.home])
      expect((await verify(side.platform.databases.settlement, () => {})).mismatches).toEqual([])
  },
  60_000 + RUNS * 20_000,
)
