import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { openPartner } from './partner-world.ts'
import { OUTCOME } from './world-queries.ts'
import { openWorld, type Data, type World } from './world.ts'

// A platform that is linked and signs tells of a bill what cannot be. The place of treatment settles nothing by it, has it
// cancelled there, and shows its staff what was wrong.

const SICHUAN = '51'
const CLERK = 'clerk-ningbo'
let place: World
let home: Awaited<ReturnType<typeof openPartner>>
beforeAll(async () => {
  ;[place, home] = await Promise.all([openWorld({ province: '33' }), openPartner(SICHUAN)])
  await home.register(place)
  place.letIn({ kind: 'staff', login: CLERK, label: 'staff in Ningbo', pool: '330200' })
})
afterAll(() => Promise.all([place.close(), home.close()]))

const REJECTION = '... on Rejection { code retryable problems { path code } }'
const answered = `{ __typename ... on Settlement { id total cash } ... on SettlementPending { requestId } ${REJECTION} }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) ${answered} }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) ${answered} }`
const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { __typename ... on Trial { total } ${REJECTION} } }`
const QUEUE = `query { awayBills { ... on AwayBillConnection { edges { node { requestId state trouble } } } } }`

let requests = 0
const nextId = () => `told-${(requests += 1)}`
const at = (query: string, variables: object): Promise<Data> => place.as(NINGBO, query, variables)
const settle = async (requestId: string): Promise<Data> => (await at(SETTLE, { requestId, input: billOf() })).settle
const billOf = () => ({ ...awayBillOf({ identityNumber: '110101199003077758' }), insuredPool: '510100' })
const queued = async (requestId: string): Promise<Data> => {
  const { awayBills } = await place.as(CLERK, QUEUE)
  return awayBills.edges.map((one: Data) => one.node).find((one: Data) => one.requestId === requestId)
}

const NAMES =
  `selfPaid overCeiling firstSelfPayment crossArea deductible cvlserv hifes hifmi hifob hifdm maf oth hospital account
  mutualAid balance`.split(/\s+/)
const INSURED = randomUUIDv7()

/** What home would tell of a bill of 200 yuan in scope, of which its fund pays 80. */
const honest = (id: string) => ({
  id,
  settledAt: '2026-11-22T02:00:00Z',
  person: {
    insuredId: INSURED,
    personNumber: '51000000000000000001',
    personName: '样本',
    certificateType: '01',
    identityMasked: '1101**********7758',
    sex: '1',
    nationality: '01',
    birthDate: '1990-03-07',
    mergedFrom: [],
  },
  pool: '510100',
  insuranceType: '310',
  personType: '1101',
  civilServant: false,
  amounts: {
    ...Object.fromEntries(NAMES.map((name) => [name, '0.00'])),
    total: '200.00',
    inScope: '200.00',
    hifp: '80.00',
    fundTotal: '80.00',
    personal: '120.00',
    cash: '120.00',
    detailTotal: '80.00',
  } as Record<string, string>,
  poolRatio: '0.8000',
  accountInFund: false,
  engine: 1,
  reverses: null as string | null,
  funds: [{ payer: 'basic', fundPayType: '310100', base: '100.00', limit: null, paid: '80.00' }],
  lines: [
    {
      serial: '1',
      rule: 'SPLIT',
      class: 'A',
      selfPaid: '0.00',
      overCeiling: '0.00',
      firstSelfPayment: '0.00',
      inScope: '200.00',
    },
  ],
})
type Told = ReturnType<typeof honest>

const minus = (text: string) => (Number(text) === 0 ? text : `-${text}`)

const negated = (one: Told, reverses: string): Told => {
  return {
    ...one,
    id: randomUUIDv7(),
    reverses,
    amounts: Object.fromEntries(Object.entries(one.amounts).map(([name, text]) => [name, minus(text)])),
    funds: one.funds.map((fund) => ({ ...fund, base: minus(fund.base), paid: minus(fund.paid) })),
    lines: one.lines.map((line) => ({ ...line, inScope: minus(line.inScope) })),
  }
}

/** The platform of Sichuan, which tells of the bill, and of its reversal, what these make of the truth. */
function answering(tell: (one: Told) => object, tellBack: (one: Told) => object = (one) => one) {
  const said: string[] = []
  const id = randomUUIDv7()
  home.answering.now = (type, { exchange }) => {
    said.push(type)
    if (type === 'trial')
      return {
        settlement: tell(honest(id)),
        quote: { id: randomUUIDv7(), expiresAt: '2026-11-23T00:00:00Z' },
        rejection: null,
      }
    const answer = { exchange, until: null, settlement: null as object | null, reversal: null, rejection: null }
    if (type === 'cancel') return { ...answer, state: 'ABORTED' }
    if (type === 'reverse') return { ...answer, state: 'COMMITTED', settlement: tellBack(negated(honest(id), id)) }
    return { ...answer, state: type === 'reserve' ? 'RESERVED' : 'COMMITTED', settlement: tell(honest(id)) }
  }
  return said
}

const amount = (change: object) => (one: Told) => ({ ...one, amounts: { ...one.amounts, ...change } })
const line = (change: object) => (one: Told) => ({ ...one, lines: one.lines.map((of) => ({ ...of, ...change })) })

test('what is told truly is settled and taken back, and proven', async () => {
  answering((one) => one)
  const settled = await settle(nextId())
  expect(settled).toMatchObject({ __typename: 'Settlement', total: '200.00', cash: '120.00' })
  const reversed = (await at(REVERSE, { requestId: nextId(), settlement: settled.id })).reverse
  expect(reversed).toMatchObject({ __typename: 'Settlement', total: '-200.00' })
  answering((one) =>
    line({ selfPaid: '200.00', inScope: '0.00', rule: 'DENIED' })(
      amount({
        selfPaid: '200.00',
        inScope: '0.00',
        hifp: '0.00',
        fundTotal: '0.00',
        detailTotal: '0.00',
        personal: '200.00',
        cash: '200.00',
      })({ ...one, funds: [] }),
    ),
  )
  expect(await settle(nextId())).toMatchObject({ __typename: 'Settlement', cash: '200.00' })
  expect((await verify(place.platform.databases.settlement, () => {})).mismatches).toEqual([])
})

test.each<readonly [what: string, tell: (one: Told) => object]>([
  ['another total', amount({ total: '2000.00', inScope: '2000.00', personal: '1920.00', cash: '1920.00' })],
  ['more in scope than the bill', amount({ inScope: '300.00' })],
  ['an amount below zero', amount({ cash: '-120.00', hifp: '320.00', fundTotal: '320.00', personal: '-120.00' })],
  ['shares that do not add up', amount({ cash: '20.00' })],
  ['a fund that is none of its shares', amount({ hifes: '40.00', hifp: '40.00', detailTotal: '90.00' })],
  ['no line', (one) => ({ ...one, lines: [] })],
  ['a line more', (one) => ({ ...one, lines: [...one.lines, ...one.lines] })],
  ['a line that was not said', line({ serial: '2' })],
  ['other parts of a line', line({ selfPaid: '50.00', inScope: '150.00' })],
  ['a pool of another province', (one) => ({ ...one, pool: '440100' })],
  ['a fund of no code', (one) => ({ ...one, funds: one.funds.map((fund) => ({ ...fund, fundPayType: 'x' })) })],
  ['a reversal', (one) => ({ ...one, reverses: randomUUIDv7() })],
  ['no form', (one) => ({ ...one, amounts: { total: '200.00' } })],
  ['a ratio of more than all', (one) => ({ ...one, poolRatio: '9.0000' })],
  ['a ratio below nothing', (one) => ({ ...one, poolRatio: '-0.5000' })],
  ['an engine no column holds', (one) => ({ ...one, engine: 3_000_000_000 })],
  ['an insurance of no code', (one) => ({ ...one, insuranceType: 'x'.repeat(3000) })],
  ['a name that is a book', (one) => ({ ...one, person: { ...one.person, personName: '样'.repeat(5000) } })],
])('a bill of which home tells %s is not settled, and is cancelled there', async (_what, tell) => {
  const said = answering(tell)
  const requestId = nextId()
  const refused = { __typename: 'NotAllowed', code: 'HOME_ANSWER_WRONG', retryable: false }
  expect(await settle(requestId)).toMatchObject({ ...refused, problems: [{ path: 'insuredPool' }] })
  // The worker of the platform may say it too.
  expect([...new Set(said)]).toEqual(['reserve', 'cancel'])
  expect((await at(OUTCOME, { requestId })).outcome).toMatchObject({ state: 'REFUSED' })
  expect(await queued(requestId)).toEqual({ requestId, state: 'ABORTED', trouble: 'HOME_ANSWER_WRONG' })
  expect(place.logged.some((one) => JSON.stringify(one).includes('what cannot be'))).toBe(true)
})

test('somebody who is insured here is not settled by the word of another platform', async () => {
  const person = await place.addPerson({
    enrolments: [{ pool: '330100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const said = answering((one) => ({ ...one, person: { ...one.person, insuredId: person.insuredId } }))
  expect(await settle(nextId())).toMatchObject({ code: 'HOME_ANSWER_WRONG' })
  expect([...new Set(said)]).toEqual(['reserve', 'cancel'])
})

test('a bill of which home tells characters that cannot be kept waits in the queue like one that is not answered', async () => {
  const asked = { requestId: nextId(), input: billOf() }
  const { requestId } = asked
  answering((one) => ({ ...one, person: { ...one.person, personName: 'a\u0000' } }))
  expect((await at(SETTLE, asked)).settle).toMatchObject({ __typename: 'SettlementPending' })
  expect(await queued(requestId)).toEqual({ requestId, state: 'ASKED', trouble: 'ANSWER_FORM' })
  answering((one) => one)
  expect((await at(SETTLE, asked)).settle).toMatchObject({ __typename: 'Settlement' })
})

test('home is told why a bill is given up, and again without the reason when it knows none', async () => {
  const heard: Data[] = []
  const cancelledBy = async (knowsReasons: boolean): Promise<Data[]> => {
    answering(amount({ cash: '20.00' }))
    const { now } = home.answering
    heard.length = 0
    home.answering.now = (type, message) => {
      if (type !== 'cancel') return now(type, message)
      heard.push(message)
      if (knowsReasons || message.reason === undefined) return now(type, message)
      return { exchange: message.exchange, state: 'UNKNOWN', settlement: null, reversal: null, rejection: NO_FORM }
    }
    const requestId = nextId()
    expect(await settle(requestId)).toMatchObject({ code: 'HOME_ANSWER_WRONG' })
    expect(await queued(requestId)).toMatchObject({ state: 'ABORTED' })
    return heard.map(({ exchange: _exchange, ...rest }) => rest)
  }
  const reason = 'HOME_ANSWER_WRONG'
  expect(new Set((await cancelledBy(true)).map((one) => one.reason))).toEqual(new Set([reason]))
  expect(new Set((await cancelledBy(false)).map((one) => one.reason))).toEqual(new Set([reason, undefined]))
})

const said = { zh: '报文格式不符', en: 'unrecognised key' }
const problems = [{ path: '', code: 'MESSAGE_FORM', message: said }]
const NO_FORM = { type: 'InvalidInput', code: 'INVALID_INPUT', text: said, problems, details: {} }

test('a trial that cannot be, or has no form, is refused as such', async () => {
  for (const tell of [
    amount({ cash: '20.00' }),
    (one: Told) => ({ ...one, engine: 'x' }),
    () => null,
    () => '\u0000',
  ]) {
    answering(tell as (one: Told) => object)
    expect((await at(TRIAL, { input: billOf() })).trial).toMatchObject({ code: 'HOME_ANSWER_WRONG' })
  }
})

test.each<readonly [what: string, tell: (one: Told) => object]>([
  ['another total', amount({ total: '-20.00', inScope: '-20.00', personal: '60.00', cash: '60.00' })],
  [
    'money the other way',
    amount({ hifp: '80.00', fundTotal: '80.00', detailTotal: '80.00', cash: '-280.00', personal: '-280.00' }),
  ],
  ['the reversal of another bill', (one) => ({ ...one, reverses: randomUUIDv7() })],
  ['other lines', line({ inScope: '-100.00', selfPaid: '-100.00' })],
])('a reversal of which home tells %s waits for staff and posts nothing', async (_what, tellBack) => {
  answering((one) => one, tellBack)
  const settled = await settle(nextId())
  expect(settled).toMatchObject({ __typename: 'Settlement' })
  const requestId = nextId()
  const reverse = async () => (await at(REVERSE, { requestId, settlement: settled.id })).reverse
  expect(await reverse()).toMatchObject({ __typename: 'SettlementPending' })
  expect(await queued(requestId)).toEqual({ requestId, state: 'ASKED', trouble: 'HOME_ANSWER_WRONG' })
  const { rows } = await place.admin.query('select from settlement.reversal where settlement_id = $1', [settled.id])
  expect(rows).toEqual([])
})

test('somebody who is insured here, and a line that was not said, are found behind the platform’s back', async () => {
  const found = async () =>
    (await verify(place.platform.databases.settlement, () => {})).mismatches.map((one) => one.what)
  expect(await found()).toEqual([])
  const { insuredId } = await place.addPerson({
    enrolments: [{ pool: '330100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  await place.admin.query(
    `update settlement.settlement_line l set first_self_payment = l.in_scope, in_scope = 0
     from settlement.settlement s where s.id = l.settlement_id and s.insured_id = l.insured_id and l.in_scope > 0`,
  )
  expect(await found()).toContain('is not what was said to the platform of the insurance')
  await place.admin.query(`update settlement.away_bill set insured_id = $1 where state = 'COMMITTED'`, [insuredId])
  expect(await found()).toContain('names somebody who is insured here')
})
