import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { zipOf } from './document-content.ts'
import { fileRequest, upload } from './document-world.ts'
import { FILE, found, scopeOn, totals, type Ask, type Data, type LineOf } from './reconcile-asking.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// The end of a hospital's day, through the gateway: its totals differ, so it sends its lines as a file, fetches what
// differs, reverses one settlement, settles another, mends its books, and is balanced.

const HOSPITAL = 'H62990000001'
const POOL = '629900'

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: 5000 },
  })
})
afterAll(() => world.close())

const ask: Ask = (query, variables) => world.as(HOSPITAL, query, variables)
const pass = () => void (world.time.now = world.time.now.add({ seconds: 1 }))

const OF = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  id number visit total fundTotal account cash personNumber } } }`
type Known = LineOf & { readonly id: string }
const known = async (id: string): Promise<Known> => (await ask(OF, { id })).settlement

async function settled(requestId: string, input = bill({ card: person.cardNumber })): Promise<Known> {
  pass()
  const { settle } = await ask(SETTLE, { requestId, input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  return known(settle.id)
}

const sumOf = (all: readonly LineOf[]) => {
  const yuan = (name: 'total' | 'fundTotal' | 'account' | 'cash') =>
    all.reduce((sum, one) => sum + Number(one[name]), 0).toFixed(2)
  return { count: all.length, total: yuan('total'), fundTotal: yuan('fundTotal'), account: yuan('account') }
}

/** The books of the hospital as a file, in the layout of the national interface. */
const fileOf = (books: readonly (LineOf & { readonly request?: string })[]): Buffer<ArrayBuffer> =>
  Buffer.from(
    ['setl_id,mdtrt_id,psn_no,medfee_sumamt,fund_pay_sumamt,acct_pay,refd_setl_flag,msgid']
      .concat(
        books.map((one) =>
          [one.number, one.visit, one.personNumber, one.total, one.fundTotal, one.account]
            .concat(one.total.startsWith('-') ? '1' : '0', one.request ?? '')
            .join(),
        ),
      )
      .join('\n'),
  )

/** Uploads the books, has them compared, and waits for what comes of it. */
async function reconciled(name: string, books: Parameters<typeof fileOf>[0], isZip = false): Promise<Data> {
  pass()
  const metadata = { purpose: 'RECONCILIATION', filename: `${name}.${isZip ? 'zip' : 'csv'}`, pool: POOL }
  const file = fileOf(books)
  const content = isZip ? zipOf([{ name: '3202.txt', content: file }]) : file
  const { id, status } = await upload(world, HOSPITAL, content, metadata)
  expect(status).toBe(204)
  const input = { ...scopeOn('2026-11-22', { agency: POOL }), document: id, count: books.length }
  const { reconcileFile: run } = await ask(FILE, { requestId: name, input })
  expect(run).toMatchObject({ __typename: 'Reconciliation', kind: 'FILE' })
  for (let tries = 0; tries < 300; tries += 1) {
    const now = await found(ask, run.id)
    if (!['READING', 'COMPARING'].includes(now.state)) return now
    await sleep(100)
  }
  throw new Error('nothing came of the reconciliation')
}

test('totals differ, lines say where, two are mended on the platform and one in the books, and both sides agree', async () => {
  const [plain, unknown, refunded] = [await settled('one'), await settled('two'), await settled('three')]
  const lost = bill({ card: person.cardNumber })
  // The hospital never saw the answer of the second, gave the third back at the counter, and believes in a fourth.
  const fourth = { ...plain, number: 'OWN-0004', visit: lost.visit, total: '200.00', request: 'four' }
  const back = { ...refunded, total: '-200.00', fundTotal: '0.00', account: '0.00' }
  const books = [plain, refunded, back, fourth]

  const first = await totals(ask, { ...scopeOn('2026-11-22', { agency: POOL }), ...sumOf(books) })
  expect(first).toMatchObject({ state: 'DIFFERENT', there: { count: 4 }, here: { count: 3 } })

  const second = await reconciled('first-try', books)
  expect(second).toMatchObject({ state: 'DIFFERENT', matched: 2, differenceCount: 3, result: 'DIFFERS' })
  expect(second.differences.map((one: Data) => [one.cause, one.suggestedAction, one.settlementNumber])).toEqual([
    ['REVERSED_THERE', 'REVERSE', refunded.number],
    ['ONLY_THERE', 'SETTLE', 'OWN-0004'],
    ['ONLY_HERE', 'ANNUL', unknown.number],
  ])
  const [toReverse, toSettle, toRecord] = second.differences
  expect(toSettle.requestId).toBe('four')
  expect(toRecord.requestId).toBe('two')

  const link = `{ documentLink(id: "${second.report}") { ... on DocumentLink { path } } }`
  const { documentLink } = await ask(link)
  const { body } = await fileRequest(world, null, 'GET', documentLink.path)
  expect(body.toString().split('\r\n')).toHaveLength(5)
  expect(body.toString()).toContain(unknown.number)

  pass()
  const reverse = `mutation ($settlement: ID!) { reverse(requestId: "r3", settlement: $settlement) {
    ... on Settlement { id } } }`
  const taken = await known((await ask(reverse, { settlement: toReverse.settlementNumber })).reverse.id)
  const mended = [plain, unknown, refunded, taken, await settled(toSettle.requestId, lost)]

  // As the national interface has it: a text in an archive.
  const third = await reconciled('second-try', mended, true)
  expect(third).toMatchObject({ state: 'BALANCED', result: 'BALANCED', matched: 5, differences: [] })
  const before = await found(ask, second.id)
  expect(before.supersededBy).toBe(third.id)
  expect(before.differences.every((one: Data) => one.resolvedBy === third.id)).toBe(true)

  pass()
  const last = await totals(ask, { ...scopeOn('2026-11-22', { agency: POOL }), ...sumOf(mended) })
  expect(last).toMatchObject({ state: 'BALANCED', result: 'BALANCED' })
}, 60_000)

test('the bureau that clears sees what came of it, another bureau and the person do not', async () => {
  const list = `{ reconciliations(institution: "${HOSPITAL}") { ... on ReconciliationConnection {
    edges { node { state kind } } } ... on Rejection { code } } }`
  const states = async (who: string) =>
    (await world.as(who, list)).reconciliations.edges.map(({ node }: Data) => `${node.kind} ${node.state}`)
  expect(await states(`clerk-${POOL}`)).toEqual([
    'TOTALS BALANCED',
    'FILE BALANCED',
    'FILE DIFFERENT',
    'TOTALS DIFFERENT',
  ])
  expect(await states('clerk-620100')).toEqual([])
  expect(await states('auditor')).toHaveLength(4)
  const { errors } = await world.gql(await world.token(person.personNumber), list)
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
})
