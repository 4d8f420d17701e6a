import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAwayWorld, type AwayWorld } from './away-world.ts'
import { expectFound } from './behind-back.ts'
import { POOL_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// Gansu has paid in more with Zhejiang than is needed: the rest goes back, known on both platforms and in the books of both.

let both: AwayWorld
beforeAll(async () => {
  both = await openAwayWorld()
  const { id } = await both.atHome(PAY, paying({ province: '33', amount: '5000.00' }))
  await both.talk()
  await both.atPlace(RECEIVE, { prefund: id, amount: '5000.00' })
  // 500 yuan of it are used.
  await both.settle(await both.filedPerson(), 500)
  await both.talk()
}, 120_000)
afterAll(() => both.close())

const REJECTION = '__typename ... on Rejection { code message { en } problems { path code } }'
const PREFUND = '... on Prefund { id kind side state amount bankReference history { state by words } }'
const write = (name: string, args: string, given: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { ${PREFUND} ${REJECTION} } }`
const PAID = '$province: String!, $amount: Money!, $paperNumber: String!, $bankReference: String!, $paidOn: Date!'
const GIVEN =
  'province: $province, amount: $amount, paperNumber: $paperNumber, bankReference: $bankReference, paidOn: $paidOn'
const PAY = write('payPrefund', PAID, GIVEN)
const RETURN = write('returnPrefund', `${PAID}, $words: String`, `${GIVEN}, words: $words`)
const RECEIVE = write('receivePrefund', '$prefund: ID!, $amount: Money!', 'prefund: $prefund, amount: $amount')
const DENY = write('denyPrefund', '$prefund: ID!, $words: String!', 'prefund: $prefund, words: $words')
const FIND = `query ($id: ID!) { prefund(id: $id) { ${PREFUND} ${REJECTION} } }`
const LIST = `query ($kind: PrefundKind) { prefunds(kind: $kind) {
  ... on PrefundConnection { edges { node { id kind } } } ${REJECTION} } }`
const POSITIONS = '{ provincePositions { province side prefund used } }'

const paying = (change: object = {}) => ({
  province: '62',
  amount: '1000.00',
  paperNumber: '浙医保〔2026〕9号',
  bankReference: 'R-1',
  paidOn: '2026-11-20',
  ...change,
})
/** What the holder keeps and the payer has elsewhere, by the books of both. */
const held = async () => [
  await both.held(both.place, 'prefunded:339900:62'),
  await both.held(both.home, 'prefund:629900:33'),
]
const positions = async () => [
  (await both.atPlace(POSITIONS)).find((one: Data) => one.side === 'HOLDER').prefund,
  (await both.atHome(POSITIONS)).find((one: Data) => one.side === 'PAYER').prefund,
]

const fen = (amounts: readonly string[]) => amounts.map((one) => Math.round(Number(one) * 100))

test('what is not needed goes back: paid by the holder, received by the payer, and in the books of both', async () => {
  const banks = async () => [await both.held(both.place, 'bank:339900'), await both.held(both.home, 'bank:629900')]
  const before = await banks()
  const { id, ...paid } = await both.atPlace(RETURN, paying({ words: '年度结余' }))
  expect(paid).toMatchObject({ kind: 'RETURN', side: 'HOLDER', state: 'PAID', bankReference: 'R-1' })
  expect(await held()).toEqual(['4000.00', '-5000.00'])
  await both.talk()
  expect(await both.atHome(FIND, { id })).toMatchObject({
    kind: 'RETURN',
    side: 'PAYER',
    state: 'PAID',
    history: [{ by: 'province:33', words: '年度结余' }],
  })
  expect(await positions()).toEqual(['4000.00', '4000.00'])
  // Each side’s steps are its own.
  expect(await both.atPlace(RECEIVE, { prefund: id, amount: '1000.00' })).toMatchObject({ code: 'WRONG_STATE' })
  expect(await both.atHome(RECEIVE, { prefund: id, amount: '999.00' })).toMatchObject({ code: 'PREFUND_DIFFERS' })
  expect(await both.atHome(RECEIVE, { prefund: id, amount: '1000.00' })).toMatchObject({ state: 'RECEIVED' })
  await both.talk()
  expect(await both.atPlace(FIND, { id })).toMatchObject({ state: 'RECEIVED' })
  expect(await held()).toEqual(['4000.00', '-4000.00'])
  const [place = 0, home = 0] = fen(before)
  expect(fen(await banks())).toEqual([place + 100_000, home - 100_000])
  expect(await positions()).toEqual(['4000.00', '4000.00'])
  expect(await both.proven()).toEqual([])
})

test('what has not come in is taken back in the books of the holder, and may be returned again', async () => {
  const { id } = await both.atPlace(RETURN, paying({ bankReference: 'R-2' }))
  await both.talk()
  expect(await both.atHome(DENY, { prefund: id, words: '未查到到账' })).toMatchObject({ state: 'DENIED' })
  await both.talk()
  expect(await both.atPlace(FIND, { id })).toMatchObject({ state: 'DENIED', history: [{}, { words: '未查到到账' }] })
  expect(await held()).toEqual(['4000.00', '-4000.00'])
  expect(await positions()).toEqual(['4000.00', '4000.00'])
  expect(await both.proven()).toEqual([])
})

test('no more goes back than is held and not used, however many ask at once', async () => {
  const { used } = (await both.atPlace(POSITIONS)).find((one: Data) => one.side === 'HOLDER')
  expect(Number(used)).toBeGreaterThan(0)
  const free = (4000 - Number(used)).toFixed(2)
  expect(await both.atPlace(RETURN, paying({ amount: '4000.00' }))).toMatchObject({
    code: 'PREFUND_NEEDED',
    problems: [{ path: 'amount' }],
    message: { en: expect.stringContaining(free) },
  })
  const asked = await Promise.all(
    [1, 2, 3].map((i) => both.atPlace(RETURN, paying({ amount: free, bankReference: `F-${i}` }))),
  )
  const done = asked.filter((one) => one.__typename === 'Prefund')
  expect(done).toHaveLength(1)
  for (const one of asked.filter((each) => each.__typename !== 'Prefund')) expect(one.code).toBe('PREFUND_NEEDED')
  await both.talk()
  await both.atHome(DENY, { prefund: done[0]?.id, words: '测试' })
  await both.talk()
  // Only who holds something may give it back.
  expect(await both.atHome(RETURN, paying({ province: '33', amount: '0.01' }))).toMatchObject({
    code: 'PREFUND_NEEDED',
  })
  expect(await both.atPlace(RETURN, paying({ amount: '0.01' }), 'ningbo-clerk')).toMatchObject({
    code: 'NOT_THE_PROVINCE',
  })
  expect(await both.atHome(RETURN, paying({ province: '33', amount: '0.01' }), POOL_CLERK)).toMatchObject({
    code: 'NOT_THE_PROVINCE',
  })
  expect(await both.proven()).toEqual([])
})

test('told while the other platform is down, or told and the answer lost, it is known there once', async () => {
  const first = await both.whileHomeIsDown(async () => {
    const one = await both.atPlace(RETURN, paying({ amount: '100.00', bankReference: 'R-3' }))
    await both.talk()
    return one
  })
  expect(await both.atHome(FIND, { id: first.id })).toMatchObject({ code: 'NOT_FOUND' })
  await both.losingAnswers('prefund', () => both.talk())
  await both.talk()
  expect(await both.atHome(FIND, { id: first.id })).toMatchObject({ state: 'PAID', history: [{}] })
  expect(await both.atHome(RECEIVE, { prefund: first.id, amount: '100.00' })).toMatchObject({ state: 'RECEIVED' })
  await both.home.admin.query('update settlement.province_message set answered_at = null, next_at = at')
  await both.talk()
  expect(await both.atPlace(FIND, { id: first.id })).toMatchObject({ state: 'RECEIVED', history: [{}, {}] })
  expect(await held()).toEqual(['3900.00', '-3900.00'])
  expect(await both.proven()).toEqual([])
})

test('no more comes back than was paid in, and nothing is paid on a day that is still to come', async () => {
  const say = (message: object) =>
    both.home.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.prefund', { province: '33', message }, 'trace') as Promise<Data>
  const paid = { paperNumber: 'x', bankReference: 'y', paidOn: '2026-11-20', words: null }
  const message = { ...paid, id: randomUUIDv7(), kind: 'RETURN', state: 'PAID', amount: '5.00' }
  const before = [await held(), await positions()]
  const more = { ...message, amount: '3900.01' }
  expect(await say(more)).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'PREFUND_NOT_PAID', problems: [{ path: 'amount' }] },
  })
  expect(await both.atHome(FIND, { id: message.id })).toMatchObject({ code: 'NOT_FOUND' })
  for (const kind of ['RETURN', 'PAYMENT'] as const) {
    const from = { ...message, kind, id: randomUUIDv7() }
    expect(await say({ ...from, paidOn: '2099-01-01' })).toMatchObject({
      state: 'REFUSED',
      rejection: { code: 'PAID_IN_FUTURE', problems: [{ path: 'paidOn' }] },
    })
    // Of the other platform's clock, which may be past midnight, it is the day already.
    expect(await say({ ...from, paidOn: '2026-11-23' })).toMatchObject({ state: 'LATER' })
  }
  const netting = both.home.platform.subgraphs.find((one) => one.name === 'settlement')
  const statements = [randomUUIDv7()]
  const net = { step: 'PAID', id: randomUUIDv7(), statements, amount: '1.00', bankReference: 'N', paidOn: '2099-01-01' }
  expect(await netting?.internal?.('exchange.netting', { province: '33', message: net }, 'trace')).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'PAID_IN_FUTURE', problems: [{ path: 'paidOn' }] },
  })
  expect([await held(), await positions()]).toEqual(before)
  expect(await both.proven()).toEqual([])
})

test('what is said out of turn, by the wrong side or as a payment is not taken', async () => {
  const say = (message: object) =>
    both.home.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.prefund', { province: '33', message }, 'trace') as Promise<Data>
  const paid = { paperNumber: 'x', bankReference: 'y', paidOn: '2026-11-20', words: null }
  const message = { ...paid, id: randomUUIDv7(), kind: 'RETURN', state: 'PAID', amount: '5.00' }
  expect(await say({ ...message, state: 'REQUESTED' })).toMatchObject({ state: 'LATER' })
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  expect(await say(message)).toMatchObject({ state: 'TAKEN' })
  for (const wrong of [{ kind: 'PAYMENT' }, { amount: '6.00' }, { state: 'RECEIVED' }])
    expect(await say({ ...message, ...wrong })).toMatchObject({ rejection: { code: 'PREFUND_DIFFERS' } })
  expect(await both.atHome(FIND, { id: message.id })).toMatchObject({ history: [{}] })
  await both.atHome(DENY, { prefund: message.id, words: '不符' })
})

const kinds = async (kind?: string) =>
  new Set((await both.atPlace(LIST, { kind })).edges.map(({ node }: Data) => node.kind))

test('a list narrows to returns', async () => {
  expect(await kinds('RETURN')).toEqual(new Set(['RETURN']))
  expect(await kinds('PAYMENT')).toEqual(new Set(['PAYMENT']))
  expect((await kinds()).size).toBe(2)
})

test('a return changed behind the platform’s back is found', async () => {
  await expectFound(
    both.place,
    [
      [
        `update settlement.prefund set amount = amount + $1::int where kind = 'RETURN' and state = 'RECEIVED'`,
        'settlement.clearing_posting',
      ],
      [
        `update settlement.prefund set amount = amount + 1000000 * $1::int where kind = 'RETURN' and state = 'RECEIVED'`,
        'settlement.prefund',
      ],
    ],
    both.proven,
  )
  expect(await both.proven()).toEqual([])
})
