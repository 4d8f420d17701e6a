import type { SeedInstitution } from '@yibao/institutions/seed'
import { expect } from 'vitest'
import { CLASS_A, lineInput } from './world-bill.ts'
import type { Data, World, WorldPerson } from './world.ts'

// What a story does with bills and visits: each step one operation through the gateway, with its caller's own token.

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
const AMOUNTS = `total selfPaid overCeiling firstSelfPayment inScope deductible pool seriousIllness largeAmount
  civilServant enterprise assistance hospital fundTotal personal account mutualAid cash`
const SETTLEMENT = `id number ${AMOUNTS} personType begin end correction keepsCounters
  conversion { invoice paid returned } explanation { policy policyVersion } reverses { id } replaces { id }`
const SETTLED = `... on Settlement { ${SETTLEMENT} } ... on AlreadySettled { settlement { id } } ... on NotCovered { decidingDay }
  ... on QuoteStale { reason fundTotal mutualAid cash quote { id } }`
const REVERSED = `... on Settlement { ${SETTLEMENT} } ... on AlreadyReversed { reversal { id } }`
const REFUNDED = `... on Refund { reversal { ${SETTLEMENT} } settlement { ${SETTLEMENT} } }
  ... on AlreadyReversed { reversal { id } }`
const TRIED = `... on Trial { ${AMOUNTS} quote { id expiresAt } }`
const VISIT = `... on Visit {
  visit state insuredId linesFrom end joins joinedTo transferredFrom settledTo unsettled { count total } }`
const UPLOADED = `... on Upload { accepted rejected visit { unsettled { count total } }
  lines(onlyRejected: true) { serial problems { path code message { zh en } } } }`
const ORDER = '... on OnlineOrder { id state }'
const IMPACT = '... on PolicyImpact { id }'
const REGISTRATION = '... on DiseaseRegistration { id }'
const BINDING = '... on MutualAid { id }'
const PRESCRIPTION = '... on Prescription { id number state }'

/** An operation by the names and types of its arguments; its answer is always called `answer`. */
function operation(kind: 'query' | 'mutation', [name = '', ...types]: readonly string[], answered: string): string {
  const typed = kind === 'mutation' ? ['requestId: ID!', ...types] : types
  const given = typed.map((one) => one.slice(0, one.indexOf(':')))
  return `${kind} (${typed.map((one) => `$${one}`).join(', ')}) {
    answer: ${name}(${given.map((one) => `${one}: $${one}`).join(', ')}) { __typename ${answered} ${REJECTION} } }`
}
const write = (answered: string, ...named: string[]) => operation('mutation', named, answered)
const read = (answered: string, ...named: string[]) => operation('query', named, answered)

const STEPS = {
  settle: write(SETTLED, 'settle', 'input: SettleInput!'),
  settleVisit: write(SETTLED, 'settleVisit', 'input: SettleVisitInput!'),
  reverse: write(REVERSED, 'reverse', 'settlement: ID!'),
  refund: write(REFUNDED, 'refund', 'settlement: ID!', 'input: RefundInput!'),
  annul: write('... on Annulment { target settlement { id } }', 'annul', 'target: ID!'),
  confirm: write('... on Confirmation { confirmedAt }', 'confirm'),
  openVisit: write(VISIT, 'openVisit', 'input: OpenVisitInput!'),
  changeVisit: write(VISIT, 'changeVisit', 'input: ChangeVisitInput!'),
  identifyVisit: write(VISIT, 'identifyVisit', 'visit: String!', 'credential: CredentialInput!'),
  uploadLines: write(UPLOADED, 'uploadLines', 'input: UploadLinesInput!'),
  withdrawLines: write('... on Withdrawal { withdrawn }', 'withdrawLines', 'input: WithdrawLinesInput!'),
  discharge: write(VISIT, 'discharge', 'input: DischargeInput!'),
  undoDischarge: write(VISIT, 'undoDischarge', 'visit: String!'),
  cancelVisit: write(VISIT, 'cancelVisit', 'visit: String!'),
  createOrder: write(ORDER, 'createOrder', 'input: OrderInput!'),
  authoriseOrder: write(ORDER, 'authoriseOrder', 'order: ID!', 'voucher: String!'),
  cancelOrder: write(ORDER, 'cancelOrder', 'order: ID!'),
  issuePrescription: write(PRESCRIPTION, 'issuePrescription', 'input: IssuePrescriptionInput!'),
  reviewPrescription: write(PRESCRIPTION, 'reviewPrescription', 'input: ReviewPrescriptionInput!'),
  revokePrescription: write(PRESCRIPTION, 'revokePrescription', 'input: RevokePrescriptionInput!'),
  registerSigningKey: write('... on SigningKey { kid }', 'registerSigningKey', 'key: PublicKeyInput!'),
  retireSigningKey: write('... on SigningKey { kid }', 'retireSigningKey', 'kid: String!'),
  startPolicyImpact: write(IMPACT, 'startPolicyImpact', 'draft: String!', 'from: Date!', 'to: Date!'),
  cancelPolicyImpact: write(IMPACT, 'cancelPolicyImpact', 'id: ID!'),
  registerDisease: write(REGISTRATION, 'registerDisease', 'input: RegisterDiseaseInput!'),
  endRegistration: write(REGISTRATION, 'endRegistration', 'registrationId: ID!', 'reason: String!'),
  bindMutualAid: write(BINDING, 'bindMutualAid', 'input: BindMutualAidInput!'),
  unbindMutualAid: write(BINDING, 'unbindMutualAid', 'bindingId: ID!'),
  orderMutualAid: write('... on Insured { id }', 'orderMutualAid', 'bindings: [ID!]!'),
  closePeriod: write('... on ClosedPeriod { period }', 'closePeriod', 'input: ClosePeriodInput!'),
  trial: read(TRIED, 'trial', 'input: SettleInput!'),
  trialVisit: read(TRIED, 'trialVisit', 'input: SettleVisitInput!'),
  visit: read(VISIT, 'visit', 'visit: String!'),
  settlement: read(`... on Settlement { ${SETTLEMENT} }`, 'settlement', 'id: ID!'),
  order: read(ORDER, 'order', 'id: ID!'),
  prescription: read(PRESCRIPTION, 'prescription', 'number: ID!'),
  policyImpact: read(IMPACT, 'policyImpact', 'id: ID!'),
} as const
export type Step = keyof typeof STEPS

let requests = 0
/** A request id, or a number of anything, that nobody has used. */
export const unused = (prefix = 'request'): string => `${prefix}-${process.pid}-${(requests += 1)}`

const MONEY = `query ($id: ID!) { insured(id: $id) { ... on Insured {
  account { current history } accumulators { pool insuranceType name period amount } } } }`

/** Takes steps in a world, as whoever is named by code or login. */
export function stepsOf(world: World) {
  const take = async (who: string, step: Step, variables: object): Promise<Data> =>
    (await world.as(who, STEPS[step], { requestId: unused(), ...variables })).answer

  /** What accounts and counters of a person hold, as the auditor reads it; counters that are used up by nothing left out. */
  async function money({ insuredId }: WorldPerson): Promise<Data> {
    const { insured } = await world.as('auditor', MONEY, { id: insuredId })
    const used = insured.accumulators.filter((one: Data) => one.amount !== '0.00')
    const counters = used.map((one: Data) => `${one.pool} ${one.insuranceType} ${one.name} ${one.period} ${one.amount}`)
    return { account: insured.account, counters: counters.toSorted() }
  }

  /** A reversal that mirrors every amount. */
  async function reverse(who: string, settled: Data): Promise<Data> {
    const reversal = await take(who, 'reverse', { settlement: settled.number })
    expect(reversal).toMatchObject({ __typename: 'Settlement', ...mirrored(settled), reverses: { id: settled.id } })
    return reversal
  }

  /**
   * A bill from trial to reversal: the trial gives what is expected, its quote settles exactly that, and the reversal
   * mirrors it and leaves accounts and counters as they were.
   */
  async function thereAndBack(who: string, person: WorldPerson, input: object, expected: object): Promise<Data> {
    const before = await money(person)
    const tried = await take(who, 'trial', { input })
    expect(tried).toMatchObject({ __typename: 'Trial', ...expected })
    const settled = await take(who, 'settle', { input: { ...input, quote: tried.quote.id } })
    expect(settled).toMatchObject({ __typename: 'Settlement', ...amountsOf(tried) })
    await reverse(who, settled)
    expect(await money(person)).toEqual(before)
    return settled
  }

  /** Opens a visit, takes in its lines and ends it. */
  async function stay(who: string, opened: ReturnType<typeof opening>, { lines, end = {} }: StayOf): Promise<Data> {
    const { visit } = opened
    expect(await take(who, 'openVisit', { input: opened })).toMatchObject({ __typename: 'Visit', state: 'OPEN' })
    const uploaded = await take(who, 'uploadLines', { input: { visit, lines } })
    expect(uploaded).toMatchObject({ accepted: lines.length, rejected: 0 })
    const ended = await take(who, 'discharge', { input: ending(visit, end) })
    expect(ended).toMatchObject({ __typename: 'Visit', state: 'DISCHARGED' })
    return ended
  }

  /** Settles a visit that has ended by the quote of its trial, which gives what is expected. */
  async function settleStay(who: string, person: WorldPerson, visit: string, expected: object): Promise<Data> {
    const { unsettled } = await take(who, 'visit', { visit })
    const input = settling(person, visit, unsettled.total)
    const tried = await take(who, 'trialVisit', { input })
    expect(tried).toMatchObject({ __typename: 'Trial', ...expected })
    const settled = await take(who, 'settleVisit', { input: { ...input, quote: tried.quote.id } })
    expect(settled).toMatchObject({ __typename: 'Settlement', ...amountsOf(tried) })
    expect(await take(who, 'visit', { visit })).toMatchObject({ state: 'SETTLED', unsettled: { count: 0 } })
    return settled
  }

  /** Takes every step of a settled stay back, the last first, until it is cancelled. */
  async function undoStay(who: string, visit: string, settled: Data): Promise<void> {
    await reverse(who, settled)
    expect(await take(who, 'undoDischarge', { visit })).toMatchObject({ state: 'OPEN' })
    expect((await take(who, 'withdrawLines', { input: { visit } })).__typename).toBe('Withdrawal')
    expect(await take(who, 'cancelVisit', { visit })).toMatchObject({ state: 'CANCELLED' })
  }
  return { take, money, reverse, thereAndBack, stay, settleStay, undoStay }
}

interface StayOf {
  readonly lines: readonly object[]
  /** What is said on discharge. */
  readonly end?: object
}
export type Steps = ReturnType<typeof stepsOf>

const NAMES = AMOUNTS.split(/\s+/)
const amountsOf = (one: Data): Record<string, string> => Object.fromEntries(NAMES.map((name) => [name, one[name]]))
const mirrored = (one: Data) =>
  Object.fromEntries(NAMES.map((name) => [name, one[name] === '0.00' ? '0.00' : `-${one[name]}`]))

/** A general hospital of the pool its code names. */
export const storyHospital = (code: string, level: SeedInstitution['level'] = 'LEVEL_3'): SeedInstitution => ({
  code,
  name: `故事医院 ${code}`,
  level,
  type: 'GENERAL_HOSPITAL',
  creditCode: '12100000400010275N',
  pool: code.slice(1, 7),
  agreedFrom: '2022-01-01',
})

export const cardOf = ({ cardNumber }: WorldPerson) => ({ kind: 'SOCIAL_SECURITY_CARD', value: cardNumber })

const operator = { code: 'op1', terminal: 'COUNTER' }

/** An admission on 10 November at nine, changed as the story needs it. */
export const opening = (person: WorldPerson | null, visit: string, change: object = {}) => ({
  visit,
  ...(person !== null && { credential: cardOf(person) }),
  operator,
  careType: '21',
  begin: '2026-11-10T09:00:00+08:00',
  department: 'D01',
  doctor: 'D620200000001',
  diagnoses: [{ code: 'I25.1', name: '动脉硬化性心脏病' }],
  ...change,
})

/** A class A line of so many yuan on a day at half past eight. */
export const lineOn = (serial: string, day: string, yuan: number) =>
  lineInput({ serial, code: CLASS_A, price: yuan }, 0, `${day}T08:30:00+08:00`)

export const ending = (visit: string, change: object = {}) => ({
  visit,
  end: '2026-11-20T10:00:00+08:00',
  way: 'ON_ORDER',
  ...change,
})

export const settling = (person: WorldPerson, visit: string, total: string, change: object = {}) => ({
  visit,
  credential: cardOf(person),
  operator,
  chargeBatch: unused('B'),
  invoice: unused('I').slice(-20),
  useAccount: true,
  total,
  ...change,
})
