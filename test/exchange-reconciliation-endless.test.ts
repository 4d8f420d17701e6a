import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPartnerOf } from './partner-world.ts'
import { PLACE_CLERK } from './province-money.ts'
import { openWorld, type Data, type World } from './world.ts'

// A platform of another province that never comes to the end of its books is not listened to for ever.

let world: World
beforeAll(async () => {
  world = await openWorld({ province: '33' })
  world.letIn({ kind: 'staff', login: PLACE_CLERK, label: '浙江省本级 clerk', pool: '339900' })
})
afterAll(() => world.close())

const RECONCILE = `mutation ($requestId: ID!) { reconcileProvince(requestId: $requestId, province: "51", day: "2026-11-20") {
  ... on ProvinceReconciled { runs { place state trouble here { count } there { count } } } ... on Rejection { code } } }`
const sums = { total: '1.00', fund: '1.00', account: '0.00' }
const PAGE = 500
const page = (from: number) =>
  Array.from({ length: PAGE }, (_, i) => ({
    exchange: `00000000-0000-7000-8000-${String(from + i).padStart(12, '0')}`,
    of: null,
    ...sums,
  }))

async function compared(details: (message: Data) => unknown) {
  const pools = [{ pool: '510100', count: PAGE, ...sums }]
  const partner = await openPartnerOf(world, '51', (type, message) => {
    if (type === 'totals') return { pools }
    return type === 'details' ? { rows: details(message) } : { rows: [] }
  })
  const { reconcileProvince } = await world.as(PLACE_CLERK, RECONCILE, { requestId: randomUUIDv7() })
  await partner.close()
  const asked = partner.heard.filter((one) => one.type === 'details').length
  return { runs: reconcileProvince.runs as Data[], asked }
}

const failed = (trouble: string) => ({ state: 'FAILED', trouble, here: { count: 0 }, there: null })

test('the same bills told again and again end the comparison with a reason, and are no difference', async () => {
  const rows = page(0)
  const { runs, asked } = await compared(() => rows)
  expect(runs).toMatchObject([failed('ROWS_OUT_OF_ORDER'), failed('ROWS_OUT_OF_ORDER')])
  expect(asked).toBe(4)
  const { rows: found } = await world.admin.query('select from settlement.exchange_difference')
  expect(found).toEqual([])
})

test('bills out of their order, or one of them twice, end it at once', async () => {
  const rows = page(0)
  const { runs, asked } = await compared(() => rows.toReversed())
  expect(runs).toMatchObject([failed('ROWS_OUT_OF_ORDER'), failed('ROWS_OUT_OF_ORDER')])
  expect(asked).toBe(2)
  const [first] = rows
  expect((await compared(() => [first, first])).runs).toMatchObject([failed('ROWS_OUT_OF_ORDER'), {}])
})

test('pages that lead on are read to their end, and each bill is a difference once', async () => {
  const rows = [...page(0), ...page(PAGE).slice(0, 3)]
  const after = (exchange: string | null) => rows.filter((one) => exchange === null || one.exchange > exchange)
  const { runs, asked } = await compared((message) => after(message.after).slice(0, PAGE))
  expect(runs).toMatchObject([
    { state: 'DIFFERENT', trouble: null },
    { state: 'DIFFERENT', trouble: null },
  ])
  expect(asked).toBe(4)
  // Of either direction, the same bill is one difference.
  const { rows: found } = await world.admin.query('select distinct exchange from settlement.exchange_difference')
  expect(found).toHaveLength(rows.length)
})
