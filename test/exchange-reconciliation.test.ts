import { randomUUID } from 'node:crypto'
import { reconcileDue } from '@yibao/settlement/commands/exchange-reconcile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, HOME_POOL, openAwayWorld, PLACE_POOL, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { PLACE_CLERK, POOL_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// What two platforms settled between each other on a day is compared by sums, and where they differ bill by bill: what can
// be healed is, the rest stands in the queue of whose business it is until both sides agree.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const DAY = '2026-11-22'
const SUMS = '{ count total fund account }'
const RUN = `province place day state here ${SUMS} there ${SUMS}`
const RECONCILE = `mutation ($requestId: ID!, $province: String!, $day: Date!) {
  reconcileProvince(requestId: $requestId, province: $province, day: $day) {
    ... on ProvinceReconciled { runs { ${RUN} } } ... on Rejection { code problems { path } } } }`
const DIFFERENCES = `query ($province: String, $cause: ExchangeDifferenceCause, $resolved: Boolean, $first: Int, $after: String) {
  exchangeDifferences(province: $province, cause: $cause, resolved: $resolved, first: $first, after: $after) {
    ... on ExchangeDifferenceConnection { edges { node { id province place day exchange owner cause here { total } there { total }
      resolvedAt words } } pageInfo { hasNextPage endCursor } } ... on Rejection { code } } }`
const ACKNOWLEDGE = `mutation ($requestId: ID!, $difference: ID!, $words: String!) {
  acknowledgeExchangeDifference(requestId: $requestId, difference: $difference, words: $words) {
    ... on ExchangeDifference { words acknowledgedBy } ... on Rejection { code } } }`
const RUNS = `query ($day: Date, $first: Int) { exchangeReconciliations(day: $day, first: $first) {
  ... on ExchangeReconciliationConnection { edges { node { ${RUN} askedBy } } } ... on Rejection { code } } }`

const treatedThere = ({ runs }: Data): Data => runs.find((one: Data) => one.place === ZHEJIANG)

/** Compares a day from both sides; what each side says of the bills treated in Zhejiang. */
async function compared(day = DAY): Promise<{ place: Data; home: Data }> {
  const place = await world.atPlace(RECONCILE, { province: GANSU, day })
  const home = await world.atHome(RECONCILE, { province: ZHEJIANG, day })
  return { place: treatedThere(place), home: treatedThere(home) }
}
const causes = (of: readonly Data[]) => Object.fromEntries(of.map((one) => [one.exchange, one.cause]))
const nodes = (found: Data): Data[] => found.edges.map(({ node }: Data) => node)
const open = async () => ({
  place: nodes(await world.atPlace(DIFFERENCES)),
  home: nodes(await world.atHome(DIFFERENCES)),
})
const settled = async (price: number): Promise<Data> => {
  const answer = await world.settle(await world.filedPerson(), price)
  expect(answer).toMatchObject({ __typename: 'Settlement' })
  return answer
}

test('what both settled and took back on a day comes to the same on both platforms, in either direction', async () => {
  await settled(5000)
  await world.reverse((await settled(3000)).id)
  const { place, home } = await compared()
  const sums = { count: 3, total: '5000.00', fund: '3915.00', account: '500.00' }
  for (const one of [place, home]) expect(one).toMatchObject({ state: 'BALANCED', here: sums, there: sums })
  const { runs } = await world.atPlace(RECONCILE, { province: GANSU, day: DAY })
  expect(runs.map((one: Data) => [one.place, one.state]).toSorted()).toEqual([
    [ZHEJIANG, 'BALANCED'],
    [GANSU, 'BALANCED'],
  ])
  expect(await open()).toEqual({ place: [], home: [] })
})

test('the same request is answered with the runs it led to, and nothing is compared again', async () => {
  const requestId = randomUUID()
  const asked = (day = DAY): Promise<Data> =>
    world.place.as(PLACE_CLERK, RECONCILE, { requestId, province: GANSU, day })
  const first = await asked()
  const runs = async () => nodes(await world.atPlace(RUNS, { first: 100 })).length
  const before = await runs()
  expect(await asked()).toEqual(first)
  expect(await asked('2026-11-21')).toMatchObject({ reconcileProvince: { code: 'REQUEST_REUSED' } })
  expect(await runs()).toBe(before)
  const reconcileProvince = { code: 'INVALID_INPUT', problems: [{ path: 'requestId' }] }
  const nameless = { requestId: 'two words', province: GANSU, day: DAY }
  expect(await world.place.as(PLACE_CLERK, RECONCILE, nameless)).toMatchObject({ reconcileProvince })
})

test('what home has committed and is pending here is asked for and completed before it is called a difference', async () => {
  const person = await world.filedPerson()
  const pending = await world.losingAnswers('commit', () => world.settle(person, 1000))
  expect(pending).toMatchObject({ __typename: 'SettlementPending' })
  expect((await compared()).place).toMatchObject({ state: 'BALANCED' })
  const { home } = await compared()
  expect(home).toMatchObject({ state: 'BALANCED', here: { count: 4, total: '6000.00' } })
})

test('a bill the one has under this day and the other under the next is no difference', async () => {
  world.place.time.now = Temporal.Instant.from('2026-11-24T23:59:59+08:00')
  world.home.time.now = Temporal.Instant.from('2026-11-25T00:00:20+08:00')
  await settled(2000)
  world.at('2026-11-26T10:00:00+08:00')
  for (const day of ['2026-11-24', '2026-11-25']) {
    const { place, home } = await compared(day)
    expect(place).toMatchObject({ state: 'BALANCED' })
    expect(home).toMatchObject({ state: 'BALANCED' })
    expect(place.here.count).not.toBe(place.there.count)
  }
  expect(await open()).toEqual({ place: [], home: [] })
})

test('each kind of difference stands in the queue of whose business it is, once, until both sides agree', async () => {
  world.at('2026-11-27T10:00:00+08:00')
  const day = '2026-11-27'
  const [changed, lost, back] = [await settled(1000), await settled(1100), await settled(1200)]
  const reversal = await world.reverse(back.id)
  const { admin: there } = world.place
  const { admin: here } = world.home
  const exchangeOf = async ({ id }: Data): Promise<string> =>
    (await there.query('select exchange from settlement.away_bill where settlement_id = $1', [id])).rows[0].exchange
  const ids = await Promise.all([changed, lost, reversal].map(exchangeOf))
  const alter = async (sign: string) => {
    await here.query(
      `update settlement.settlement set total = total ${sign} 1, self_paid = self_paid ${sign} 1, cash = cash ${sign} 1,
         personal = personal ${sign} 1 where request_id = $1`,
      [ids[0]],
    )
  }
  const caller = (from: string, to: string) =>
    here.query('update settlement.settlement set caller = $2 where caller = $1 and request_id = any($3)', [
      from,
      to,
      ids.slice(1),
    ])
  await alter('+')
  await caller('province:33', 'lost:33')
  await here.query(`update settlement.request set caller = 'lost:33' where request_id = any($1)`, [ids.slice(1)])

  for (let i = 0; i < 2; i += 1) {
    const { place, home } = await compared(day)
    expect([place.state, home.state]).toEqual(['DIFFERENT', 'DIFFERENT'])
  }
  const found = await open()
  expect(causes(found.place)).toEqual({
    [ids[0] ?? '']: 'AMOUNTS_DIFFER',
    [ids[1] ?? '']: 'ONLY_HERE',
    [ids[2] ?? '']: 'REVERSED_HERE',
  })
  expect(causes(found.home)).toEqual({
    [ids[0] ?? '']: 'AMOUNTS_DIFFER',
    [ids[1] ?? '']: 'ONLY_THERE',
    [ids[2] ?? '']: 'REVERSED_THERE',
  })
  for (const one of found.place) expect(one.owner).toBe(PLACE_POOL)
  for (const one of found.home) expect(one.owner).toBe(HOME_POOL)
  expect(found.place.find((one) => one.cause === 'AMOUNTS_DIFFER')).toMatchObject({
    here: { total: '1000.00' },
    there: { total: '1000.01' },
  })

  const [{ id }] = found.place as [Data]
  expect(await world.atPlace(ACKNOWLEDGE, { difference: id, words: '已联系参保地核查' })).toMatchObject({
    words: '已联系参保地核查',
  })
  await alter('-')
  await caller('lost:33', 'province:33')
  await here.query(`update settlement.request set caller = 'province:33' where caller = 'lost:33'`)
  const { place, home } = await compared(day)
  expect([place.state, home.state]).toEqual(['BALANCED', 'BALANCED'])
  expect(await open()).toEqual({ place: [], home: [] })
  expect(nodes(await world.atPlace(DIFFERENCES, { resolved: true }))).toHaveLength(3)
  expect(await world.atPlace(ACKNOWLEDGE, { difference: id, words: '再次' })).toMatchObject({ code: 'RESOLVED' })
  expect(await world.proven()).toEqual([])
})

test('by itself each of the last days is compared once a day, and again when the other platform had not answered', async () => {
  world.at('2026-11-28T10:00:00+08:00')
  const runs = async (): Promise<Data[]> => nodes(await world.atPlace(RUNS, { first: 100 }))
  const before = (await runs()).length
  await world.whileHomeIsDown(() => reconcileDue(world.services.place))
  const unanswered = (await runs()).slice(0, -before)
  expect(unanswered).toHaveLength(6)
  for (const one of unanswered)
    expect(one).toMatchObject({ state: 'UNANSWERED', there: null, askedBy: 'platform:settlement' })
  await reconcileDue(world.services.place)
  const answered = (await runs()).slice(0, -before - 6)
  expect(answered.map((one) => one.state)).toEqual(Array.from({ length: 6 }, () => 'BALANCED'))
  await reconcileDue(world.services.place)
  expect((await runs()).length).toBe(before + 12)
})

test('the bureau of the province itself compares, whose business a difference is sees it, and nobody else', async () => {
  expect(await world.atHome(RECONCILE, { province: ZHEJIANG, day: DAY }, POOL_CLERK)).toMatchObject({
    code: 'NOT_THE_PROVINCE',
  })
  expect(nodes(await world.atHome(RUNS, {}, POOL_CLERK))).toEqual([])
  expect(nodes(await world.atHome(DIFFERENCES, { resolved: true }, POOL_CLERK))).toEqual([])
  const all = nodes(await world.atHome(DIFFERENCES, { resolved: true }, 'auditor'))
  expect(all).toHaveLength(3)
  const page = await world.atHome(DIFFERENCES, { resolved: true, first: 2 })
  expect(nodes(await world.atHome(DIFFERENCES, { resolved: true, first: 2, after: page.pageInfo.endCursor }))).toEqual(
    all.slice(2),
  )
  expect(nodes(await world.atHome(DIFFERENCES, { resolved: true, cause: 'ONLY_THERE' }))).toHaveLength(1)
  expect(await world.atHome(RECONCILE, { province: GANSU, day: '2027-01-01' })).toMatchObject({
    problems: [{ path: 'province' }, { path: 'day' }],
  })
})
