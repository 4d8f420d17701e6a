import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAwayWorld, type AwayWorld } from './away-world.ts'
import { HOME_CLERK, POOL_CLERK } from './province-money.ts'

// Gansu pays in with Zhejiang, so that what it owes for its persons is covered: asked for, agreed, paid and received, each
// on its own platform and known on the other.

let both: AwayWorld
beforeAll(async () => {
  both = await openAwayWorld()
})
afterAll(() => both.close())

const REJECTION = '__typename ... on Rejection { code problems { path code } }'
const PREFUND =
  '... on Prefund { id province side state amount paperNumber bankReference paidOn history { state by words } }'
const write = (name: string, args: string, given: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { ${PREFUND} ${REJECTION} } }`
const REQUEST = write(
  'requestPrefund',
  '$province: String!, $amount: Money!, $words: String!',
  'province: $province, amount: $amount, words: $words',
)
const ANSWER = write(
  'answerPrefundRequest',
  '$prefund: ID!, $agreed: Boolean!, $words: String',
  'prefund: $prefund, agreed: $agreed, words: $words',
)
const PAY = write(
  'payPrefund',
  '$prefund: ID, $province: String!, $amount: Money!, $paperNumber: String!, $bankReference: String!, $paidOn: Date!',
  'prefund: $prefund, province: $province, amount: $amount, paperNumber: $paperNumber, bankReference: $bankReference, paidOn: $paidOn',
)
const RECEIVE = write('receivePrefund', '$prefund: ID!, $amount: Money!', 'prefund: $prefund, amount: $amount')
const DENY = write('denyPrefund', '$prefund: ID!, $words: String!', 'prefund: $prefund, words: $words')
const FIND = `query ($id: ID!) { prefund(id: $id) { ${PREFUND} ${REJECTION} } }`
const LIST = `query ($province: String, $side: PrefundSide, $state: PrefundState, $first: Int, $after: String) {
  prefunds(province: $province, side: $side, state: $state, first: $first, after: $after) {
    ... on PrefundConnection { edges { node { id state side } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
const POSITIONS = `{ provincePositions { province side prefund used share level limit { limit isInForce taken } } }`

const paying = (change: object = {}) => ({
  province: '33',
  amount: '1000.00',
  paperNumber: '甘医保〔2026〕1号',
  bankReference: 'B-1',
  paidOn: '2026-11-20',
  ...change,
})
const states = (history: readonly { readonly state: string }[]) => history.map((one) => one.state)

test('asked for, agreed, paid and received, both platforms know each step, and the books of both hold it', async () => {
  const asked = await both.atPlace(REQUEST, { province: '62', amount: '1000.00', words: '使用率已达红色预警' })
  expect(asked).toMatchObject({ province: '62', side: 'HOLDER', state: 'REQUESTED' })
  const { id } = asked
  await both.talk()
  expect(await both.atHome(FIND, { id })).toMatchObject({ province: '33', side: 'PAYER', state: 'REQUESTED' })
  expect(await both.atHome(ANSWER, { prefund: id, agreed: true })).toMatchObject({ state: 'AGREED' })
  expect(await both.atHome(PAY, paying({ prefund: id }))).toMatchObject({ state: 'PAID', bankReference: 'B-1' })
  expect(await both.held(both.home, 'prefund:629900:33')).toBe('-1000.00')
  await both.talk()
  expect(await both.atPlace(RECEIVE, { prefund: id, amount: '999.00' })).toMatchObject({ code: 'PREFUND_DIFFERS' })
  const received = await both.atPlace(RECEIVE, { prefund: id, amount: '1000.00' })
  expect(received).toMatchObject({ state: 'RECEIVED', paperNumber: '甘医保〔2026〕1号', paidOn: '2026-11-20' })
  await both.talk()
  const known = await both.atHome(FIND, { id })
  expect(known).toMatchObject({ state: 'RECEIVED', history: [{ by: 'province:33' }, {}, {}, { by: 'province:33' }] })
  for (const history of [received.history, known.history])
    expect(states(history)).toEqual(['REQUESTED', 'AGREED', 'PAID', 'RECEIVED'])
  expect(await both.held(both.place, 'prefunded:339900:62')).toBe('1000.00')
  expect(await both.held(both.home, 'bank:629900')).toBe('1000.00')
  expect(await both.held(both.place, 'bank:339900')).toBe('-1000.00')
  expect((await both.atHome(POSITIONS)).find((one: { side: string }) => one.side === 'PAYER')).toEqual({
    province: '33',
    side: 'PAYER',
    prefund: '1000.00',
    used: '0.00',
    share: '0.0000',
    level: 'GREEN',
    limit: null,
  })
  expect(await both.proven()).toEqual([])
})

test('what has not come in is taken back in the books of the payer; what is declined is paid no more', async () => {
  const { id } = await both.atHome(PAY, paying({ bankReference: 'B-2', amount: '55.00' }))
  await both.talk()
  expect(await both.atPlace(DENY, { prefund: id, words: '未查到该笔到账' })).toMatchObject({ state: 'DENIED' })
  await both.talk()
  expect(await both.atHome(FIND, { id })).toMatchObject({
    state: 'DENIED',
    history: [{}, { words: '未查到该笔到账' }],
  })
  expect(await both.held(both.home, 'prefund:629900:33')).toBe('-1000.00')
  expect(await both.atPlace(RECEIVE, { prefund: id, amount: '55.00' })).toMatchObject({ code: 'WRONG_STATE' })
  const asked = await both.atPlace(REQUEST, { province: '62', amount: '9.00', words: '调增' })
  await both.talk()
  expect(await both.atHome(ANSWER, { prefund: asked.id, agreed: false })).toMatchObject({ code: 'INVALID_INPUT' })
  await both.atHome(ANSWER, { prefund: asked.id, agreed: false, words: '资金未到位' })
  expect(await both.atHome(PAY, paying({ prefund: asked.id, amount: '9.00' }))).toMatchObject({ code: 'WRONG_STATE' })
  await both.talk()
  expect(await both.atPlace(FIND, { id: asked.id })).toMatchObject({ state: 'DECLINED' })
  expect(await both.proven()).toEqual([])
})

test('while the other platform is down what was done stands here, and is told when it is back, once', async () => {
  const id = await both.whileHomeIsDown(async () => {
    const asked = await both.atPlace(REQUEST, { province: '62', amount: '7.00', words: '调增' })
    await both.talk()
    return asked.id
  })
  expect(await both.atHome(FIND, { id })).toMatchObject({ code: 'NOT_FOUND' })
  both.place.time.now = both.place.time.now.add({ minutes: 11 })
  // The worker of the platform says the same at the same time.
  await Promise.all([1, 2, 3].map(() => sayToProvinces(both.services.place)))
  await both.talk()
  expect(await both.atHome(FIND, { id })).toMatchObject({ state: 'REQUESTED', history: [{}] })
})

test('what is said twice, out of turn, with another content or for another side is taken once or refused', async () => {
  const say = (message: object) =>
    both.home.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.prefund', { province: '33', message }, 'trace') as Promise<{
      state: string
      rejection: { code: string } | null
    }>
  const none = { paperNumber: null, bankReference: null, paidOn: null, words: null }
  const message = { ...none, id: randomUUIDv7(), state: 'REQUESTED', amount: '5.00' }
  expect(await say({ ...message, state: 'RECEIVED' })).toMatchObject({ state: 'LATER' })
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  expect(await say({ ...message, amount: '6.00' })).toMatchObject({ rejection: { code: 'PREFUND_DIFFERS' } })
  // Only Gansu can say that it has paid.
  const paid = { paperNumber: 'x', bankReference: 'y', paidOn: '2026-11-20' }
  expect(await say({ ...message, ...paid, state: 'PAID' })).toMatchObject({ rejection: { code: 'PREFUND_DIFFERS' } })
  expect(await say({ ...message, id: randomUUIDv7(), state: 'PAID' })).toMatchObject({
    rejection: { code: 'INVALID_INPUT' },
  })
  expect(await both.atHome(FIND, { id: message.id })).toMatchObject({ history: [{}] })
})

test('only the bureau of the province itself speaks for it, and sees what is between the provinces', async () => {
  expect(await both.atHome(PAY, paying(), POOL_CLERK)).toMatchObject({ code: 'NOT_THE_PROVINCE' })
  expect((await both.atHome(LIST, {}, POOL_CLERK)).edges).toEqual([])
  expect(await both.atHome(POSITIONS, {}, POOL_CLERK)).toEqual([])
  const all = (await both.atHome(LIST, { first: 100 })).edges
  expect((await both.atHome(LIST, { first: 100 }, 'auditor')).edges).toEqual(all)
  const page = await both.atHome(LIST, { first: 2 })
  expect((await both.atHome(LIST, { first: 2, after: page.pageInfo.endCursor })).edges).toEqual(all.slice(2, 4))
  expect((await both.atHome(LIST, { state: 'DENIED', side: 'PAYER', province: '33' })).edges).toHaveLength(1)
  expect((await both.atHome(LIST, { province: '44' })).edges).toEqual([])
  expect(await both.atHome(PAY, paying({ province: '62' }))).toMatchObject({ problems: [{ path: 'province' }] })
  expect(await both.atHome(PAY, paying({ amount: '0.00', paidOn: '2027-01-01' }))).toMatchObject({
    problems: [{ path: 'amount' }, { path: 'paidOn' }],
  })
  const requestId = randomUUID()
  const twice = await Promise.all([1, 2].map(() => both.home.as(HOME_CLERK, PAY, { requestId, ...paying() })))
  expect(twice[0]).toEqual(twice[1])
})

test('words of a payer who agrees are read like all others, so that the other platform can take them', async () => {
  const asked = await both.atPlace(REQUEST, { province: '62', amount: '11.00', words: '调增' })
  await both.talk()
  for (const words of ['长'.repeat(1001), '身份证 110101199003077758', '一\u0001二'])
    expect(await both.atHome(ANSWER, { prefund: asked.id, agreed: true, words })).toMatchObject({
      code: 'INVALID_INPUT',
      problems: [{ path: 'words' }],
    })
  // Many systems send every field they have.
  expect(await both.atHome(ANSWER, { prefund: asked.id, agreed: true, words: '' })).toMatchObject({ state: 'AGREED' })
  await both.talk()
  expect(await both.atPlace(FIND, { id: asked.id })).toMatchObject({ state: 'AGREED' })
})

test('a prefund that is paid by another transfer than was told before is refused', async () => {
  const { id } = await both.atHome(PAY, paying({ bankReference: 'B-7', amount: '12.00' }))
  await both.talk()
  const { rows } = await both.home.admin.query(
    `select message from settlement.province_message where type = 'prefund' and message ->> 'id' = $1`,
    [id],
  )
  const say = (message: object): Promise<{ state: string }> =>
    both.place.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.prefund', { province: '62', message }, 'trace') as never
  const [{ message }] = rows
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  for (const change of [{ bankReference: 'B-8' }, { paperNumber: '2号' }, { paidOn: '2026-11-19' }])
    expect(await say({ ...message, ...change })).toMatchObject({ rejection: { code: 'PREFUND_DIFFERS' } })
  await both.atPlace(RECEIVE, { prefund: id, amount: '12.00' })
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  expect(await both.proven()).toEqual([])
})
