import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONFIRM, PAY, poolClearingOf, RECEIVE, WITHDRAW } from './pool-clearing-world.ts'
import { openWorld, type Data, type World } from './world.ts'

// What both bureaus do to one declaration at the same time: one of them is first, and no money moves twice.

const [HOME, AWAY] = ['629900', '620100']
const [HOME_CLERK, AWAY_CLERK] = ['clerk-629900', 'clerk-620100']
const HOSPITAL = 'H62010000001'

let world: World & ReturnType<typeof poolClearingOf>
beforeAll(async () => {
  const opened = await openWorld()
  world = { ...opened, ...poolClearingOf(opened) }
  await world.confirmAway(HOSPITAL, { home: HOME, clerk: AWAY_CLERK, month: '2026-11' })
})
afterAll(() => world.close())

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))
const outcomes = (answers: readonly Data[]) => answers.map((one): string => one.code ?? one.__typename).toSorted()
const declareOften = () => times(5, () => world.declareTo(AWAY_CLERK, HOME, '2026-11'))

test('declared five times at once, every statement stands in one declaration', async () => {
  const answers = await declareOften()
  expect(outcomes(answers)).toEqual(['DeclaredToPool', ...Array.from({ length: 4 }, () => 'NOTHING_TO_DECLARE')])
})

test('confirmed and withdrawn at once, one of the two has happened', async () => {
  for (let round = 0; round < 4; round += 1) {
    const [{ node }] = (await world.poolStatements(HOME_CLERK, { state: 'DECLARED' })).edges
    const of = { statement: node.id }
    const [confirmed, withdrawn] = await Promise.all([
      world.ask(HOME_CLERK, CONFIRM, of),
      world.ask(AWAY_CLERK, WITHDRAW, of),
    ])
    expect(outcomes([confirmed, withdrawn])).toEqual(['PoolStatement', 'WRONG_STATE'])
    const { state, history } = await world.poolStatement(HOME_CLERK, node.id)
    expect(state).toBe(confirmed.state ?? withdrawn.state)
    expect(history).toHaveLength(2)
    if (state === 'CONFIRMED') return
    await declareOften()
  }
})

test('paid five times at once and received five times at once, the money moves once', async () => {
  if ((await world.poolStatements(HOME_CLERK, { state: 'CONFIRMED' })).edges.length === 0) {
    const [{ node }] = (await world.poolStatements(HOME_CLERK, { state: 'DECLARED' })).edges
    await world.ask(HOME_CLERK, CONFIRM, { statement: node.id })
  }
  const [{ node }] = (await world.poolStatements(HOME_CLERK, { state: 'CONFIRMED' })).edges
  const { amount } = await world.poolStatement(HOME_CLERK, node.id)
  const payment = { statement: node.id, bankReference: 'P1', paidOn: '2026-12-02' }
  const once = ['PoolStatement', ...Array.from({ length: 4 }, () => 'WRONG_STATE')]
  expect(outcomes(await times(5, () => world.ask(HOME_CLERK, PAY, payment)))).toEqual(once)
  expect(await world.held(`bank:${HOME}`)).toBe(amount)
  const received = { statement: node.id, amount }
  expect(outcomes(await times(5, () => world.ask(AWAY_CLERK, RECEIVE, received)))).toEqual(once)
  for (const account of [`due:${HOME}:${AWAY}`, `claim:${AWAY}:${HOME}`]) expect(await world.held(account)).toBe('0.00')
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
