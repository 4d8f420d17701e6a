import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { expectFound } from './behind-back.ts'
import { POOL_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// The place of treatment takes a statement back that home has not confirmed, and declares its lines anew. Home, which
// confirms, decides which of the two was first.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
  for (const price of [1000, 2000]) await world.settle(await world.filedPerson(), price)
  world.at('2026-12-02T09:00:00+08:00')
}, 120_000)
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code problems { path code } }'
const STATEMENT = '... on NetStatement { id side state count amount dueOn history { state by } }'
const write = (name: string, args: string, given: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { ${STATEMENT} ${REJECTION} } }`
const DECLARE = write('declareNet', '$province: String!, $month: String!', 'province: $province, month: $month')
const CONFIRM = write('confirmNet', '$statement: ID!', 'statement: $statement')
const WITHDRAW = write('withdrawNet', '$statement: ID!', 'statement: $statement')
const LIST = `{ netStatements(first: 100) { ... on NetStatementConnection {
  edges { node { id state count amount history { state by } } } } } }`
const ITEMS = `query ($statement: ID!) { netItems(statement: $statement) {
  ... on NetItemConnection { edges { node { item } } } ${REJECTION} } }`

const declare = (): Promise<Data> => world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })
const find = async (at: typeof world.atPlace, id: string): Promise<Data> =>
  (await at(LIST)).edges.map(({ node }: Data) => node).find((one: Data) => one.id === id)
/** The statement as either platform has it, and how many lines stand in it there. */
const sides = async (id: string): Promise<Data[]> => {
  const found: Data[] = []
  for (const at of [world.atPlace, world.atHome]) {
    const statement = await find(at, id)
    const { edges } = await at(ITEMS, { statement: id })
    found.push({ ...statement, lines: edges.length })
  }
  return found
}
const say = (message: object) =>
  world.home.platform.subgraphs
    .find((one) => one.name === 'settlement')
    ?.internal?.('exchange.netting', { province: ZHEJIANG, message }, 'trace') as Promise<Data>

test('a statement is taken back before it is confirmed, and its lines may be declared again', async () => {
  const { id, count, amount } = await declare()
  expect(count).toBe(2)
  await world.talk()
  expect(await world.atPlace(WITHDRAW, { statement: id })).toMatchObject({ state: 'WITHDRAWING', count, amount })
  // Until home has answered they stand in this one.
  expect(await declare()).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  await world.talk()
  for (const one of await sides(id)) expect(one).toMatchObject({ state: 'WITHDRAWN', count, amount, lines: 0 })
  const [there, here] = await sides(id)
  expect(there?.history.map((one: Data) => one.state)).toEqual(['DECLARED', 'WITHDRAWING', 'WITHDRAWN'])
  expect(here?.history.map((one: Data) => one.by)).toEqual(['province:33', 'province:33'])
  expect(await world.atHome(CONFIRM, { statement: id })).toMatchObject({ code: 'WRONG_STATE' })
  expect(await world.proven()).toEqual([])

  const again = await declare()
  expect(again).toMatchObject({ state: 'DECLARED', count, amount })
  await world.talk()
  for (const one of await sides(again.id)) expect(one).toMatchObject({ state: 'DECLARED', count, amount, lines: 2 })
  await world.atPlace(WITHDRAW, { statement: again.id })
  await world.talk()
  expect(await world.proven()).toEqual([])
})

test('asked back before home has heard of it, and whatever it hears of first, it is withdrawn on both sides', async () => {
  const id = await world.whileHomeIsDown(async () => {
    const made = await declare()
    await world.talk()
    await world.atPlace(WITHDRAW, { statement: made.id })
    await world.talk()
    return made.id
  })
  expect(await find(world.atPlace, id)).toMatchObject({ state: 'WITHDRAWING' })
  const { rows } = await world.place.admin.query(
    `select message from settlement.province_message where answered_at is null and message ->> 'id' = $1 order by id desc`,
    [id],
  )
  expect(rows.map(({ message }) => message.step)).toEqual(['WITHDRAWING', 'DECLARED', 'LINES'])
  for (const { message } of rows) expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  await world.losingAnswers('netting', () => world.talk())
  await world.talk()
  for (const one of await sides(id)) expect(one).toMatchObject({ state: 'WITHDRAWN', count: 2, lines: 0 })
  expect((await find(world.atHome, id)).history).toHaveLength(1)
  expect(await world.proven()).toEqual([])
})

test('confirmed in the same moment it stands, on both sides, with all of its lines', async () => {
  const { id } = await declare()
  await world.talk()
  await world.atPlace(WITHDRAW, { statement: id })
  expect(await world.atHome(CONFIRM, { statement: id })).toMatchObject({ state: 'CONFIRMED' })
  await world.talk()
  for (const one of await sides(id)) expect(one).toMatchObject({ state: 'CONFIRMED', count: 2, lines: 2 })
  expect((await find(world.atPlace, id)).history.map((one: Data) => one.state)).toEqual([
    'DECLARED',
    'WITHDRAWING',
    'CONFIRMED',
  ])
  expect(await world.atPlace(WITHDRAW, { statement: id })).toMatchObject({ code: 'WRONG_STATE' })
  expect(await declare()).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  expect(await world.proven()).toEqual([])
})

test('only the bureau that speaks for the place takes its statement back, once', async () => {
  world.at('2026-12-20T10:00:00+08:00')
  await world.settle(await world.filedPerson(), 500)
  world.at('2027-01-03T10:00:00+08:00')
  const { id } = await world.atPlace(DECLARE, { province: GANSU, month: '2026-12' })
  await world.talk()
  expect(await world.atHome(WITHDRAW, { statement: id })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.atHome(WITHDRAW, { statement: id }, POOL_CLERK)).toMatchObject({ code: 'NOT_THE_PROVINCE' })
  expect(await world.atPlace(WITHDRAW, { statement: id }, 'ningbo-clerk')).toMatchObject({ code: 'NOT_THE_PROVINCE' })
  for (const statement of [randomUUID(), 'x'])
    expect(await world.atPlace(WITHDRAW, { statement })).toMatchObject({ code: 'NOT_FOUND' })
  const asked = await Promise.all([1, 2].map(() => world.atPlace(WITHDRAW, { statement: id })))
  expect(new Set(asked.map((one) => one.state ?? one.code))).toEqual(new Set(['WITHDRAWING', 'WRONG_STATE']))
})

test('home agreeing to what was never asked is refused, and agreeing twice changes nothing', async () => {
  await world.talk()
  const found = (await world.atPlace(LIST)).edges.map(({ node }: Data) => node) as Data[]
  const of = (state: string) => found.find((one) => one.state === state)?.id
  const tell = (id: string) =>
    world.place.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.(
        'exchange.netting',
        { province: GANSU, message: { step: 'WITHDRAWN', id } },
        'trace',
      ) as Promise<Data>
  expect(await tell(of('CONFIRMED'))).toMatchObject({ rejection: { code: 'WRONG_STATE' } })
  expect(await tell(randomUUID())).toMatchObject({ rejection: { code: 'NET_DIFFERS' } })
  const withdrawn = of('WITHDRAWN')
  const before = await sides(withdrawn)
  expect(await tell(withdrawn)).toMatchObject({ state: 'TAKEN' })
  expect(await sides(withdrawn)).toEqual(before)
})

test('lines that stand in a withdrawn statement are found', async () => {
  const { id } = await world.atPlace(DECLARE, { province: GANSU, month: '2026-12' })
  const to = `case when $1::int > 0 then 'WITHDRAWN' else 'DECLARED' end`
  await expectFound(
    world.place,
    [[`update settlement.net_statement set state = ${to} where id = '${id}'`, 'settlement.net_statement']],
    world.proven,
  )
  expect(await world.proven()).toEqual([])
})
