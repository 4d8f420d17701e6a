import { rateOf, unitPriceOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { findItem, type Catalogue, type CatalogueEntry, type ItemPlace } from './catalogue.ts'

const entry = (change: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  pool: null,
  name: '药',
  listType: '101',
  chargeType: '09',
  class: 'B',
  restricted: false,
  essential: false,
  negotiated: false,
  paediatric: false,
  special: false,
  beginOn: '2024-01-01',
  endOn: null,
  ...change,
})
const open = { beginOn: '2024-01-01', endOn: null }
const catalogue: Catalogue = {
  version: 1n,
  codes: new Map([
    [
      'X',
      {
        entries: [
          entry({ endOn: '2024-12-31' }),
          entry({ beginOn: '2025-01-01', class: 'A' }),
          entry({ pool: '620100' }),
        ],
        selfPay: [
          { pool: '620100', personClass: 'ALL', ratio: rateOf(2000n), ...open },
          { pool: '620100', personClass: '12', ratio: rateOf(1000n), ...open },
          { pool: '620100', personClass: '1202', ratio: rateOf(500n), ...open },
        ],
        ceilings: [
          { pool: '620100', level: null, price: unitPriceOf(10n), over: 'EXCESS', ...open },
          { pool: '620100', level: 'LEVEL_3', price: unitPriceOf(20n), over: 'WHOLE_LINE', ...open },
        ],
      },
    ],
  ]),
}
const place = (change: Partial<ItemPlace> = {}): ItemPlace => ({
  pool: '620100',
  level: 'LEVEL_2',
  personType: '1101',
  day: '2024-06-01',
  ...change,
})
const item = (change: Partial<ItemPlace> = {}) => findItem(catalogue, 'X', place(change))?.item

test('the entry of the place goes before the national one, and the day decides which holds', () => {
  expect(item()).toMatchObject({ class: 'B' })
  expect(item({ pool: '620200' })).toMatchObject({ class: 'B', ceiling: null })
  expect(item({ pool: '620200', day: '2025-01-01' })).toMatchObject({ class: 'A' })
})

test('the ratio of the closest person class counts', () => {
  expect(item()?.selfPayRatio).toBe(2000n)
  expect(item({ personType: '1201' })?.selfPayRatio).toBe(1000n)
  expect(item({ personType: '1202' })?.selfPayRatio).toBe(500n)
  expect(item({ pool: '620200', day: '2025-01-01' })?.selfPayRatio).toBe(0n)
})

test('the ceiling of the level goes before that of all levels', () => {
  expect(item()).toMatchObject({ ceiling: 10n, overCeiling: 'EXCESS' })
  expect(item({ level: 'LEVEL_3' })).toMatchObject({ ceiling: 20n, overCeiling: 'WHOLE_LINE' })
})

test('a code that is known but not covered then is the person’s; an unknown one is nobody’s', () => {
  expect(item({ day: '2023-12-31' })).toMatchObject({ class: 'NONE' })
  expect(findItem(catalogue, 'Y', place())).toBeNull()
})
