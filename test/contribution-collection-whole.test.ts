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
