import { DECLARE, DEDUCT, onStatement, WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { otherOf, PARTIES, SIDES, type Side, type SideName } from './exchange-parties.ts'
import type { Asked, Playground, Run } from './exchange-runs.ts'
import type { Data } from './world.ts'

// What the bureaus of two provinces do about what they owe each other: a month is declared by the hospital and by its province,
// checked, deducted from, disputed, confirmed, paid and received; prefunds are asked for and paid in; days are compared.

const REJECTION = '... on Rejection { code problems { path code } }'
const write = (name: string, args: string, given: string, type: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) {
    __typename ... on ${type} { id } ${REJECTION} } }`
const ofNet = (name: string, args: string, given: string) => write(name, args, given, 'NetStatement')
const ofPrefund = (name: string, args: string, given: string) => write(name, args, given, 'Prefund')

export const CLEARING_REQUESTS = {
  declareMonth: DECLARE,
  startCheck: onStatement('startCheck'),
  finishCheck: onStatement('finishCheck'),
  confirmStatement: onStatement('confirmStatement'),
  deduct: DEDUCT,
  withdrawDeduction: WITHDRAW_DEDUCTION,
  declareNet: ofNet('declareNet', '$province: String!, $month: String!', 'province: $province, month: $month'),
  disputeNetLines: ofNet(
    'disputeNetLines',
    '$statement: ID!, $items: [ID!]!, $words: String!',
    'statement: $statement, items: $items, words: $words',
  ),
  confirmNet: ofNet('confirmNet', '$statement: ID!', 'statement: $statement'),
  payNet: write(
    'payNet',
    '$province: String!, $statements: [ID!]!, $amount: Money!, $bankReference: String!, $paidOn: Date!',
    'province: $province, statements: $statements, amount: $amount, bankReference: $bankReference, paidOn: $paidOn',
    'NetPayment',
  ),
  receiveNet: write('receiveNet', '$payment: ID!, $amount: Money!', 'payment: $payment, amount: $amount', 'NetPayment'),
  requestPrefund: ofPrefund(
    'requestPrefund',
    '$province: String!, $amount: Money!, $words: String!',
    'province: $province, amount: $amount, words: $words',
  ),
  answerPrefundRequest: ofPrefund(
    'answerPrefundRequest',
    '$prefund: ID!, $agreed: Boolean!, $words: String',
    'prefund: $prefund, agreed: $agreed, words: $words',
  ),
  payPrefund: ofPrefund(
    'payPrefund',
    '$prefund: ID, $province: String!, $amount: Money!, $paperNumber: String!, $bankReference: String!, $paidOn: Date!',
    'prefund: $prefund, province: $province, amount: $amount, paperNumber: $paperNumber, bankReference: $bankReference, paidOn: $paidOn',
  ),
  returnPrefund: ofPrefund(
    'returnPrefund',
    '$province: String!, $amount: Money!, $paperNumber: String!, $bankReference: String!, $paidOn: Date!',
    'province: $province, amount: $amount, paperNumber: $paperNumber, bankReference: $bankReference, paidOn: $paidOn',
  ),
  receivePrefund: ofPrefund('receivePrefund', '$prefund: ID!, $amount: Money!', 'prefund: $prefund, amount: $amount'),
  denyPrefund: ofPrefund('denyPrefund', '$prefund: ID!, $words: String!', 'prefund: $prefund, words: $words'),
  reconcileProvince: `mutation ($requestId: ID!, $province: String!, $day: Date!) {
    reconcileProvince(requestId: $requestId, province: $province, day: $day) {
      __typename ... on ProvinceReconciled { runs { id state } } ${REJECTION} } }`,
  setProvinceLimit: `mutation ($requestId: ID!, $province: String!, $limit: Money) {
    setProvinceLimit(requestId: $requestId, province: $province, limit: $limit, paperNumber: "浙甘〔2026〕1号") {
      __typename ${REJECTION} } }`,
} as const

type Act = Omit<Asked, 'requestId' | 'answer'>
type Random = () => number

export const dayOn = (instant: Temporal.Instant) => instant.toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
/** The month before the one it is. */
export const lastMonth = (side: Side): string => dayOn(side.now()).toPlainYearMonth().subtract({ months: 1 }).toString()
/** Fen as yuan. */
export function yuanOf(fen: string | bigint): string {
  const amount = BigInt(fen)
  const [sign, whole] = amount < 0n ? ['-', -amount] : ['', amount]
  return `${sign}${whole / 100n}.${String(whole % 100n).padStart(2, '0')}`
}
const any = <T>(random: Random, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]

/** Lets what a hospital has settled count as compared with its own system, which other tests do. */
const reconciled = (side: Side, hospital: string) =>
  side.rows(
    `insert into settlement.reconciled (insured_id, settlement_id, institution, run_id, at)
     select s.insured_id, s.id, s.institution, gen_random_uuid(), now() from settlement.settlement s
     where s.institution = $1 and s.other_province is not null and starts_with(s.clearing_agency, $2)
     on conflict do nothing returning settlement_id`,
    [hospital, hospital.slice(1, 3)],
  )

/** A step of a month between a hospital and the bureau that pays it. */
async function ofHospital(ground: Playground, name: SideName, random: Random): Promise<Act | null> {
  const side = ground[name]
  const { hospital, clerk } = PARTIES[name]
  const found = await side.rows(
    `select id::text, state from settlement.monthly_statement where other_province is not null
       and state in ('DECLARED', 'CHECKING', 'CHECKED') order by id`,
  )
  const one = any(random, found)
  if (one === undefined || random() < 0.3) {
    await reconciled(side, hospital)
    return { side: name, who: hospital, kind: 'declareMonth', variables: { input: { month: lastMonth(side) } } }
  }
  const of = { statement: one.id }
  if (one.state === 'DECLARED') return { side: name, who: clerk, kind: 'startCheck', variables: of }
  if (one.state === 'CHECKED') {
    if (random() < 0.5) return withdrawal(side, name, random)
    return { side: name, who: hospital, kind: 'confirmStatement', variables: of }
  }
  if (random() < 0.2) return { side: name, who: clerk, kind: 'finishCheck', variables: of }
  const items = await side.rows(
    `select settlement_id::text as id, (fund - deducted)::text as most from settlement.clearing_item
     where statement_id = $1 and fund > deducted order by settlement_id`,
    [one.id],
  )
  const item = any(random, items)
  if (item === undefined) return { side: name, who: clerk, kind: 'finishCheck', variables: of }
  const most = Number(item.most)
  const amount = yuanOf(BigInt(random() < 0.3 ? most : 1 + Math.floor(random() * most)))
  const input = { statement: one.id, settlement: item.id, amount, reason: 'OVERCHARGED', words: '重复收费' }
  return { side: name, who: clerk, kind: 'deduct', variables: { input } }
}

async function withdrawal(side: Side, name: SideName, random: Random): Promise<Act | null> {
  const found = await side.rows(
    `select id::text from settlement.deduction d where other_province is not null and withdraws is null
       and not exists (select from settlement.deduction w where w.withdraws = d.id) order by id`,
  )
  const one = any(random, found)
  if (one === undefined) return null
  const variables = { deduction: one.id, words: '核实后不予扣款' }
  return { side: name, who: PARTIES[name].clerk, kind: 'withdrawDeduction', variables }
}

const STATEMENTS = `select id::text, side, state, amount::text from settlement.net_statement order by id`

/** A step of the net clearing of a month. Who pays is one of the two, lest both pay for the same at once. */
async function ofNetting(ground: Playground, name: SideName, payer: SideName, random: Random): Promise<Act | null> {
  const side = ground[name]
  const { speaker: who } = PARTIES[name]
  const declare = (): Act => {
    const variables = { province: PARTIES[otherOf(name)].province, month: lastMonth(side) }
    return { side: name, who, kind: 'declareNet', variables }
  }
  if (random() < 0.35) return declare()
  const incoming = await side.rows(`select id::text, amount::text from settlement.net_payment
    where side = 'RECEIVER' and state = 'PAID' order by id`)
  const payment = any(random, incoming)
  if (payment !== undefined && random() < 0.5) return receipt(name, payment)
  const statements = await side.rows(STATEMENTS)
  if (name === payer && random() < 0.5) {
    const paying = payOf(
      ground,
      name,
      statements.filter((one) => one.state === 'CONFIRMED' && random() < 0.8),
    )
    if (paying !== null) return paying
  }
  const one = any(
    random,
    statements.filter(({ side: of, state }) => of === 'HOME' && state === 'DECLARED'),
  )
  if (one === undefined) return declare()
  if (random() < 0.5) return { side: name, who, kind: 'confirmNet', variables: { statement: one.id } }
  const lines = await side.rows(`select item::text from settlement.net_item where statement_id = $1 order by item`, [
    one.id,
  ])
  const items = lines.filter(() => random() < 0.3).map(({ item }) => item)
  return { side: name, who, kind: 'disputeNetLines', variables: { statement: one.id, items, words: '患者称未就医' } }
}

const receipt = (name: SideName, { id, amount }: Data): Act => ({
  side: name,
  who: PARTIES[name].speaker,
  kind: 'receiveNet',
  variables: { payment: id, amount: yuanOf(amount) },
})

/** What pays for these statements, when it is this side that owes more. */
export function payOf(ground: Playground, name: SideName, statements: readonly Data[]): Act | null {
  const net = statements.reduce((sum, { side, amount }) => sum + (side === 'HOME' ? 1n : -1n) * BigInt(amount), 0n)
  if (statements.length === 0 || net < 0n) return null
  return {
    side: name,
    who: PARTIES[name].speaker,
    kind: 'payNet',
    variables: {
      province: PARTIES[otherOf(name)].province,
      statements: statements.map((one) => one.id),
      amount: yuanOf(net),
      bankReference: `N-${statements[0].id}`,
      paidOn: dayOn(ground[name].now()).toString(),
    },
  }
}

/** A step of a prefund. */
async function ofPrefundStep(ground: Playground, name: SideName, random: Random): Promise<Act | null> {
  const side = ground[name]
  const { speaker: who } = PARTIES[name]
  const { province } = PARTIES[otherOf(name)]
  const paying = (kind: 'payPrefund' | 'returnPrefund', amount: string, of: object = {}): Act => {
    const paid = { bankReference: `P-${Math.floor(random() * 1e6)}`, paidOn: dayOn(side.now()).toString() }
    const variables = { ...of, province, amount, paperNumber: '甘医保〔2026〕1号', ...paid }
    return { side: name, who, kind, variables }
  }
  const open = await side.rows(
    `select id::text, state, amount::text from settlement.prefund
     where side = 'PAYER' and state in ('REQUESTED', 'AGREED')
       or state = 'PAID' and (side = 'HOLDER') = (kind = 'PAYMENT') order by id`,
  )
  const one = any(random, open)
  const amount = yuanOf(BigInt(1 + Math.floor(random() * 100_000)))
  if (one === undefined || random() < 0.2) {
    if (random() < 0.4) return paying(random() < 0.5 ? 'payPrefund' : 'returnPrefund', amount)
    return { side: name, who, kind: 'requestPrefund', variables: { province, amount, words: '使用率已达预警' } }
  }
  const of = { prefund: one.id }
  if (one.state === 'PAID') {
    if (random() < 0.3) return { side: name, who, kind: 'denyPrefund', variables: { ...of, words: '未查到该笔到账' } }
    return { side: name, who, kind: 'receivePrefund', variables: { ...of, amount: yuanOf(one.amount) } }
  }
  if (one.state === 'AGREED' || random() < 0.2) return paying('payPrefund', yuanOf(one.amount), of)
  const words = '资金安排'
  return { side: name, who, kind: 'answerPrefundRequest', variables: { ...of, agreed: random() < 0.7, words } }
}

function comparison(ground: Playground, name: SideName, random: Random): Act {
  const day = dayOn(ground[name].now()).subtract({ days: random() < 0.7 ? 0 : 1 })
  const variables = { province: PARTIES[otherOf(name)].province, day: day.toString() }
  return { side: name, who: PARTIES[name].speaker, kind: 'reconcileProvince', variables }
}

interface Drawing {
  readonly ground: Playground
  readonly run: Pick<Run, 'seed' | 'asked'>
  readonly add: (act: Act) => Asked
}

/** What a bureau, or a hospital that declares, does next; nothing when there is nothing to be done. */
export async function nextOfClearing({ ground, run, add }: Drawing, random: Random): Promise<Asked | null> {
  const side = random() < 0.5 ? 'place' : 'home'
  const before = run.asked.filter((one) => one.kind in CLEARING_REQUESTS)
  if (before.length > 0 && random() < 0.2) return any(random, before) ?? null
  const roll = random()
  const next =
    roll < 0.35
      ? await ofHospital(ground, side, random)
      : roll < 0.75
        ? await ofNetting(ground, side, payerOf(run.seed), random)
        : roll < 0.92
          ? await ofPrefundStep(ground, side, random)
          : comparison(ground, side, random)
  return next === null ? null : add(next)
}

/** Runs that are played before all of them come to their end, and in which one side alone pays. */
export const TOGETHER = 10
const payerOf = (seed: number): SideName => (Math.floor(seed / TOGETHER) % 2 === 0 ? 'home' : 'place')

/** Does a step without anything in its way. @throws when it is refused */
export async function act(ground: Playground, { side, who, kind, variables }: Act, requestId: string): Promise<Data> {
  for (let tries = 0; ; tries += 1) {
    const query = CLEARING_REQUESTS[kind as keyof typeof CLEARING_REQUESTS]
    const answered = await ground[side].ask(who, query, { requestId, ...variables })
    const answer = answered?.data?.[kind]
    if (answer?.code === undefined && answer) return answer
    if (answer?.code !== undefined || tries === 20) throw new Error(`${kind}: ${JSON.stringify(answered)}`)
    await ground.pass()
  }
}

/** What was paid is received, so that the books of both sides say the same. */
export async function finishPayments(ground: Playground): Promise<void> {
  for (const side of SIDES)
    for (const payment of await ground[side].rows(
      `select id::text, amount::text from settlement.net_payment where side = 'RECEIVER' and state = 'PAID'`,
    ))
      await act(ground, receipt(side, payment), `receive-${payment.id}`)
}
