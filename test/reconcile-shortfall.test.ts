import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fileRequest, upload } from './document-world.ts'
import { FILE, found, scopeOn, totals, type Ask, type Data, type LineOf } from './reconcile-asking.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// A details file of a hospital that lacks lines, through the gateway: what was expected, what came, and that it was cut.

const HOSPITAL = 'H62990000001'
const POOL = '629900'
const HEAD = 'setl_id,psn_no,medfee_sumamt,fund_pay_sumamt,acct_pay'

let world: World
let person: WorldPerson
let day = Temporal.PlainDate.from('2026-11-22')
/** What the hospital has settled on the day. */
let books: LineOf[]
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
})
afterAll(() => world.close())
beforeEach(async () => {
  day = day.add({ days: 1 })
  world.time.now = Temporal.Instant.from(`${day.toString()}T12:00:00+08:00`)
  books = []
  for (let n = 0; n < 3; n += 1) {
    pass()
    const input = bill({ card: person.cardNumber, begin: `${day.toString()}T08:00:00+08:00` })
    const { settle } = await ask(SETTLE, { requestId: randomUUIDv7(), input })
    expect(settle).toMatchObject({ __typename: 'Settlement' })
    books.push((await ask(OF, { id: settle.id })).settlement)
  }
})

const OF = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  number visit total fundTotal account cash personNumber } } }`
const SUMS = 'count total fundTotal account'
const SHORT = `query ($id: ID!) { reconciliation(id: $id) { ... on Reconciliation { shortfall { cause isLikelyTruncated endsInLine
  totals lines expected { ${SUMS} } came { ${SUMS} } message { zh en } } } } }`
const ask: Ask = (query, variables) => world.as(HOSPITAL, query, variables)
const pass = () => void (world.time.now = world.time.now.add({ seconds: 1 }))
const scope = () => scopeOn(day.toString(), { agency: POOL })

const sumOf = (all: readonly LineOf[]) => {
  const yuan = (name: 'total' | 'fundTotal' | 'account') =>
    all.reduce((sum, one) => sum + Number(one[name]), 0).toFixed(2)
  return { count: all.length, total: yuan('total'), fundTotal: yuan('fundTotal'), account: yuan('account') }
}
const declared = (all: readonly LineOf[]): Promise<Data> => {
  pass()
  return totals(ask, { ...scope(), ...sumOf(all) })
}
const row = (one: LineOf): string => [one.number, one.personNumber, one.total, one.fundTotal, one.account].join()
/** A file without a line break at its end. */
const fileOf = (lines: readonly LineOf[]): string => [HEAD, ...lines.map(row)].join('\n')

async function reconciled(content: string, change: object = {}): Promise<Data> {
  pass()
  const metadata = { purpose: 'RECONCILIATION', filename: 'lines.csv', pool: POOL }
  const { id, status } = await upload(world, HOSPITAL, Buffer.from(content), metadata)
  expect(status).toBe(204)
  const input = { ...scope(), document: id, ...change }
  const { reconcileFile: run } = await ask(FILE, { requestId: randomUUIDv7(), input })
  expect(run).toMatchObject({ __typename: 'Reconciliation' })
  for (let tries = 0; tries < 300; tries += 1) {
    const now = await found(ask, run.id)
    if (!['READING', 'COMPARING'].includes(now.state))
      return { ...now, shortfall: (await ask(SHORT, { id: run.id })).reconciliation.shortfall }
    await sleep(100)
  }
  throw new Error('nothing came of the reconciliation')
}
const reportOf = async (run: Data): Promise<string[]> => {
  const { documentLink } = await ask(`{ documentLink(id: "${run.report}") { ... on DocumentLink { path } } }`)
  const { body } = await fileRequest(world, null, 'GET', documentLink.path)
  return body.toString().split('\r\n')
}
const tooMany = (): LineOf => ({ ...books[0]!, number: 'OWN-1' })

test('a file cut off behind a whole line, with or without its line break, is told to lack lines of the totals, with what differs', async () => {
  const all = [...books, tooMany()]
  const sent = await declared(all)
  expect(sent.state).toBe('DIFFERENT')
  for (const end of ['', '\n']) {
    const run = await reconciled(`${fileOf(all.slice(0, 2))}${end}`)
    expect(run).toMatchObject({ state: 'DIFFERENT', matched: 2, differenceCount: 1 })
    expect(run.differences).toMatchObject([{ cause: 'ONLY_HERE', settlementNumber: books[2]?.number }])
    expect(run.shortfall).toMatchObject({
      cause: 'FEWER_LINES',
      isLikelyTruncated: true,
      endsInLine: end === '',
      totals: sent.id,
      lines: 2,
      expected: sumOf(all),
      came: sumOf(all.slice(0, 2)),
    })
    expect(run.shortfall.message.zh).toContain('截断')
    expect(run.shortfall.message.en).toMatch(/4 settlements.*lines are 2/)
    const [, notice, difference] = await reportOf(run)
    expect(notice).toMatch(/明细不全,FEWER_LINES,.*截断/)
    expect(difference).toContain(books[2]?.number)
    // What lacks lines is nothing that counts instead of the totals.
    expect((await found(ask, sent.id)).supersededBy).toBeNull()
  }
})

test('a file that lacks what the platform lacks as well is equal to it, and told to be short all the same', async () => {
  await declared([...books, tooMany()])
  const run = await reconciled(`${fileOf(books)}\n`)
  expect(run).toMatchObject({ state: 'BALANCED', matched: 3, differences: [] })
  expect(run.shortfall).toMatchObject({ cause: 'FEWER_LINES', isLikelyTruncated: true, expected: { count: 4 } })
  expect(await reportOf(run)).toHaveLength(3)
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as template from settlement.outbox where payload #>> '{data,run}' = $1`,
    [run.id],
  )
  expect(rows).toEqual([{ template: 'reconciliation.short' }])
})

test('a file that reaches its totals is whole without a line break at its end, whatever differs in it', async () => {
  const all = [...books.slice(0, 2), tooMany()]
  await declared(all)
  const run = await reconciled(fileOf(all))
  expect(run).toMatchObject({ state: 'DIFFERENT', differenceCount: 2, shortfall: null })
  expect((await reportOf(run))[1]).toContain('ONLY_')
  // Totals have served: the books are mended after that, and become shorter.
  const mended = await reconciled(fileOf(books.slice(0, 2)), { count: 2 })
  expect(mended).toMatchObject({ state: 'DIFFERENT', differenceCount: 1, shortfall: null })
  expect((await found(ask, run.id)).supersededBy).toBe(mended.id)
})

test('a last number that is cut is told by sums below the totals, and lower sums of whole lines are told without a cut', async () => {
  const sent = await declared(books)
  expect(sent.state).toBe('BALANCED')
  const last = { ...books[2]!, total: '1.00', fundTotal: '0.00' }
  const [open, closed] = [
    await reconciled(fileOf([...books.slice(0, 2), last])),
    await reconciled(`${fileOf([...books.slice(0, 2), last])}\n`),
  ]
  expect(open).toMatchObject({ state: 'DIFFERENT', differences: [{ cause: 'AMOUNTS_DIFFER' }] })
  expect(open.shortfall).toMatchObject({ cause: 'LOWER_SUMS', isLikelyTruncated: true, lines: 3 })
  expect(closed.shortfall).toMatchObject({ cause: 'LOWER_SUMS', isLikelyTruncated: false, lines: 3 })
})

test('without totals a missing line break is told where something differs, and not where a number of lines or equality speaks for the file', async () => {
  const cut = fileOf(books.slice(0, 2))
  const run = await reconciled(cut)
  expect(run).toMatchObject({ state: 'DIFFERENT', differenceCount: 1 })
  expect(run.shortfall).toMatchObject({
    cause: 'NO_LAST_LINE_BREAK',
    isLikelyTruncated: true,
    totals: null,
    expected: null,
    lines: 2,
  })
  expect((await reconciled(`${cut}\n`)).shortfall).toBeNull()
  expect((await reconciled(cut, { count: 2 })).shortfall).toBeNull()
  const last = { ...books[1]!, total: '20.00' }
  expect((await reconciled(fileOf([books[0]!, last]), { count: 2 })).shortfall).toMatchObject({
    cause: 'NO_LAST_LINE_BREAK',
  })
  expect(await reconciled(fileOf(books))).toMatchObject({ state: 'BALANCED', shortfall: null, report: null })
})

test('the bureau that clears sees it, another bureau does not', async () => {
  await declared(books)
  const { id } = await reconciled(fileOf(books.slice(0, 1)))
  const seen = (who: string) => world.as(who, SHORT, { id })
  expect((await seen(`clerk-${POOL}`)).reconciliation.shortfall).toMatchObject({ cause: 'FEWER_LINES' })
  expect((await seen('clerk-620100')).reconciliation).toEqual({})
})
