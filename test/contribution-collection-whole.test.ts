import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, RECEIPTS, reference, resident, say } from './contribution-asking.ts'
import { upload } from './document-world.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Collection files that are cut, full of rows of nobody, or sent again after they failed: every good row goes in, once.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const IMPORT = `mutation ($requestId: ID!, $document: ID!) { answer: importCollection(requestId: $requestId, document: $document) {
  __typename ... on ContributionCollection { id } ... on Rejection { code } } }`
const SHOW = `query ($id: ID!) { answer: contributionCollection(id: $id) { ... on ContributionCollection {
  state posted overpaid known bad amount fault { en } faults(first: 100) { ... on CollectionFaultConnection {
    edges { node { line problems { path code } } } } } } } }`
const HEAD = 'certno,psn_name,insutype,period,amount,reference'
type Named = Pick<WorldPerson, 'identityNumber'>
const row = (
  { identityNumber }: Named,
  period: string,
  more: { amount?: string; number?: string; type?: string } = {},
) =>
  `${identityNumber},故事人物,${more.type ?? '310'},${period},${more.amount ?? FLEXIBLE},${more.number ?? reference()}`
const fileOf = (rows: readonly string[]): string => `${[HEAD, ...rows].join('\n')}\n`

async function send(content: string): Promise<Data> {
  const about = { filename: `${randomUUID()}.csv`, purpose: 'COLLECTION_FILE', pool: '629900' }
  const { id, code } = await upload(world, 'TAX62', Buffer.from(content), about)
  expect(code).toBeNull()
  return say(world, 'TAX62', IMPORT, { document: id })
}
async function done({ id }: Data): Promise<Data> {
  const show = () => say(world, 'TAX62', SHOW, { id })
  await expect.poll(async () => (await show()).state, { timeout: 60_000, interval: 100 }).not.toBe('WAITING')
  return show()
}
const faultsOf = ({ faults }: Data): string[] =>
  faults.edges.map(({ node }: Data) => `${node.line} ${node.problems.map((one: Data) => one.code).join()}`)
const receiptsOf = async ({ insuredId }: WorldPerson): Promise<Data[]> =>
  (await say(world, 'TAX62', RECEIPTS, { insuredId })).edges.map(({ node }: Data) => node)

test('a file that ends within its last number posts all but that row, and the whole file afterwards each row once', async () => {
  const person = await world.addPerson(flexible)
  const whole = fileOf([row(person, '2026-10'), row(person, '2026-11', { number: 'CUT-0123456789' })])
  for (const cut of [whole.slice(0, -4), whole.slice(0, -1)]) {
    const shown = await done(await send(cut))
    expect(shown).toMatchObject({ state: 'DONE', bad: 1 })
    expect(faultsOf(shown)).toEqual(['3 MAY_BE_TRUNCATED'])
  }
  expect(await done(await send(whole))).toMatchObject({ posted: 1, known: 1, bad: 0 })
  expect((await receiptsOf(person)).map((one) => [one.state, one.reference])).toEqual([
    ['POSTED', 'CUT-0123456789'],
    ['POSTED', expect.any(String)],
  ])
})

test('a row whose money came in and is not the sum owed is listed and its money kept, once, and the right sum pays after it', async () => {
  const person = await world.addPerson(resident)
  const of = { type: '390', amount: '399.00' }
  const rows = [row(person, '2027', of), row(person, '2027', { ...of, amount: '400.00' })]
  const shown = await done(await send(fileOf(rows)))
  expect(shown).toMatchObject({ state: 'DONE', posted: 1, overpaid: 0, bad: 1, amount: '799.00' })
  expect(faultsOf(shown)).toEqual(['2 AMOUNT_DIFFERS'])
  expect((await receiptsOf(person)).map((one) => [one.state, one.amount])).toEqual([
    ['POSTED', '400.00'],
    ['UNAPPLIED', '399.00'],
  ])
  expect(await done(await send(fileOf([...rows, ...rows])))).toMatchObject({ posted: 0, known: 4, bad: 0 })
})

test('the number of a payment for another insurance of the same person, period and sum is refused', async () => {
  const person = await world.addPerson(flexible)
  const number = reference()
  const rows = [row(person, '2026-11', { number }), row(person, '2026-11', { number, type: '510' })]
  expect(faultsOf(await done(await send(fileOf(rows))))).toEqual(['3 REFERENCE_USED'])
})

test('good rows after thousands of nobody are posted; beyond the limit of the day every bad row is of nobody, whatever is wrong', async () => {
  const person = await world.addPerson(flexible)
  const born = Temporal.PlainDate.from('1950-01-01')
  const nobody = Array.from({ length: 2100 }, (_, i) =>
    row({ identityNumber: artificialIdentity('629900', born.add({ days: i }), 903) }, '2026-11'),
  )
  const bad = row(person, '2026-07')
  const rows = [bad, ...nobody, row(person, '2026-10'), bad, row(person, '2026-11')]
  const shown = await done(await send(fileOf(rows)))
  expect(shown).toMatchObject({ state: 'DONE', posted: 2, bad: 2102, fault: null })
  expect(faultsOf(shown).slice(0, 2)).toEqual(['2 OUTSIDE_WINDOW', '3 NOT_FOUND'])
  const { rows: last } = await world.admin.query(
    `select problems -> 0 ->> 'code' as code from insured.collection_fault where line = $1`,
    [2104],
  )
  expect(last).toEqual([{ code: 'NOT_FOUND' }])
})

test('a file that failed is tried again when it is sent again, from where it stopped', async () => {
  const person = await world.addPerson(flexible)
  const content = fileOf([row(person, '2026-10'), row(person, '2026-11')])
  const first = await send(content)
  expect(await done(first)).toMatchObject({ state: 'DONE', posted: 2 })
  await world.admin.query(
    `update insured.collection set state = 'FAILED', line = 2, fault = '{"zh": "x", "en": "x"}' where collection_id = $1`,
    [first.id],
  )
  expect((await send(content)).id).toBe(first.id)
  expect(await done(first)).toMatchObject({ state: 'DONE', known: 1, bad: 0, fault: null })
})
