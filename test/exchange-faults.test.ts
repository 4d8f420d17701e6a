import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { booksOf, openProvinces, runOf, type Provinces } from './exchange-workload.ts'

// Some of the seeded runs; `npm run faults -- --runs 1000 --seed 1` makes as many as wished.

const RUNS = Number(process.env['YIBAO_RUNS'] ?? 15)
const SEED = Number(process.env['YIBAO_SEED'] ?? 20_261_122)

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
})
afterAll(() => provinces.close())

test(
  `whatever becomes of messages between two provinces, both end with the same bills, to the fen (${RUNS} runs from seed ${SEED})`,
  async () => {
    for (let run = 0; run < RUNS; run += 1) await runOf(provinces, SEED + run)
    const books = await booksOf(provinces)
    expect(books.receivable).toBe(books.payable)
    expect(books.hospital).toBe(books.payable)
    for (const side of [provinces.place, provinces.home])
      expect((await verify(side.platform.databases.settlement, () => {})).mismatches).toEqual([])
  },
  60_000 + RUNS * 20_000,
)
