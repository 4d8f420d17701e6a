import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, RECEIPTS, reference, say } from './contribution-asking.ts'
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
