import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { Rejection, type Text } from '@yibao/schema/rejection'
import { neededCounters } from './counter.ts'
import { policyDay, spansPeriods, type CareDays } from './deciding-date.ts'
import type { Policy } from './policy.ts'
import { mapPayers, type Paid, type Tried } from './policy-impact.ts'
import { rulesOf, selectPolicy } from './policy-select.ts'
import { ofStay } from './reverse.ts'
import type { SplitInput } from './split-input.ts'
import { split } from './split.ts'

type Consumed = Readonly<Record<string, Fen>>

/** A settlement of the period, as it was settled. */
export interface PastBill {
  readonly kind: 'BILL'
  readonly id: string
  /** Reversed bills are replayed for what bills after them met, and counted nowhere. */
  readonly isReversed: boolean
  /** The settlement a refund left this of. */
  readonly replaces: string | null
  /** Left of a bill of a closed benefit year: decided on the counters that one met, which it leaves as they are. */
  readonly keepsCounters: boolean
  /** Those that decided: what a refund left is judged on the days of the whole. */
  readonly days: Omit<CareDays, 'careType'>
  readonly paid: Paid
  readonly consumed: Consumed
  readonly input: SplitInput
}

/** A reversal in the period; of a settlement of the period or of an earlier one. */
export interface PastReversal {
  readonly kind: 'REVERSAL'
  readonly id: string
  readonly reverses: string
  readonly insuranceType: string
  /** Its benefit year was closed: only the counters of the stay go back. */
  readonly keepsCounters: boolean
  /** Not above zero. */
  readonly consumed: Consumed
  /** On what it was reckoned anew; null for a mirror image. */
  readonly input: SplitInput | null
}

/** The settlements and reversals of one person in the period, in the order they were committed. */
export interface PersonPast {
  readonly insuredId: string
  readonly events: readonly (PastBill | PastReversal)[]
  /** What was consumed before the period, under the rules of then, by insurance type and counter key. */
  readonly counters: readonly { readonly insuranceType: string; readonly key: string; readonly amount: Fen }[]
}

/** What is tried: the policies of the draft, and whether all bills are judged as on one day. */
export interface Trying {
  readonly policies: readonly Policy[]
  readonly pool: string
  /** Null: each bill by its own day. */
  readonly asOf: Temporal.PlainDate | null
}

/** Counters of one person while the draft runs, by insurance type and key. */
class Running {
  readonly #amounts = new Map<string, bigint>()
  /** By how much they are off what they really were. */
  readonly #drift = new Map<string, bigint>()

  read(insuranceType: string, keys: readonly string[]): Consumed {
    const found = keys.map((key) => [key, this.#amounts.get(`${insuranceType} ${key}`)] as const)
    // A counter never stands below zero, whatever a reversal gave back that the draft had not consumed.
    return Object.fromEntries(found.flatMap(([key, amount]) => (amount === undefined ? [] : [[key, notBelow(amount)]])))
  }

  drift(insuranceType: string, key: string): bigint {
    return this.#drift.get(`${insuranceType} ${key}`) ?? 0n
  }

  begin(insuranceType: string, key: string, amount: Fen): void {
    this.#amounts.set(`${insuranceType} ${key}`, amount)
  }

  /** Adds what the draft consumes, beside what was really consumed. */
  add(insuranceType: string, consumed: Consumed, really: Consumed): void {
    for (const [name, amount] of Object.entries(consumed)) {
      raise(this.#amounts, `${insuranceType} ${name}`, amount)
      raise(this.#drift, `${insuranceType} ${name}`, amount)
    }
    for (const [name, amount] of Object.entries(really)) raise(this.#drift, `${insuranceType} ${name}`, 0n - amount)
  }
}

const raise = (amounts: Map<string, bigint>, key: string, by: bigint): void => {
  amounts.set(key, (amounts.get(key) ?? 0n) + by)
}

const notBelow = (amount: bigint): Fen => (amount < 0n ? ZERO : fenOf(amount))

/** A bill of the period under the draft. */
interface Replayed {
  readonly bill: PastBill
  readonly after: Tried['after']
  /** Null when the draft refuses it. */
  readonly policy: Policy | null
  /** The counters it was decided on. */
  readonly met: Consumed
  readonly consumed: Consumed
}

interface Replaying extends Trying {
  readonly running: Running
  /** The bills before, by id. */
  readonly earlier: ReadonlyMap<string, Replayed>
}

/**
 * Settles a person's bills of the period again under the draft, in their order. Counters begin with what had been
 * consumed before the period under the rules of then (one the rules did not know begins at zero), and go on with what
 * the draft itself consumes and gives back. All else stays as it was settled: items, institution, filing, admission,
 * benefit year, account balances, and whether a reversal was a mirror image, reckoned anew, or left the counters alone.
 */
export function replayPerson({ events, counters }: PersonPast, trying: Trying): Tried[] {
  const running = new Running()
  for (const { insuranceType, key, amount } of counters) running.begin(insuranceType, key, amount)
  const earlier = new Map<string, Replayed>()
  const replaying = { ...trying, running, earlier }
  const tried: Tried[] = []
  for (const event of events) {
    if (event.kind === 'REVERSAL') {
      running.add(event.insuranceType, givenBack(event, replaying), event.consumed)
      continue
    }
    const { id, isReversed, input, paid } = event
    const replayed = settleAgain(event, replaying)
    running.add(input.insuranceType, replayed.consumed, event.consumed)
    earlier.set(id, replayed)
    const { personType } = input.person
    const { after } = replayed
    if (!isReversed) tried.push({ settlementId: id, personType, level: input.care.level, before: paid, after })
  }
  return tried
}

function settleAgain(bill: PastBill, replaying: Replaying): Replayed {
  try {
    const { input } = bill
    const policy = policyFor(bill, replaying)
    const met = bill.keepsCounters
      ? (replaying.earlier.get(bill.replaces ?? '')?.met ?? input.counters)
      : replaying.running.read(input.insuranceType, neededCounters(policy, input.care))
    const { amounts, consumed } = split(under(policy, input, met), replaying.policies)
    const after = mapPayers((payer) => amounts[payer])
    return { bill, after, policy, met, consumed: bill.keepsCounters ? ofStay(consumed, input.care) : consumed }
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    const { code } = refusal
    const after = { code, text: code === 'NO_POLICY' ? noPolicyFor(bill.input) : refusal.text }
    return { bill, after, policy: null, met: bill.input.counters, consumed: {} }
  }
}

const under = ({ id, version }: Policy, input: SplitInput, counters: Consumed): SplitInput => ({
  ...input,
  policy: { id, version },
  counters,
})

/** What a reversal gives back of counters under the draft: not above zero. Of a bill before the period, what it gave. */
function givenBack(reversal: PastReversal, { running, earlier, policies }: Replaying): Consumed {
  const own = earlier.get(reversal.reverses)
  if (own === undefined) return reversal.consumed
  const { bill, policy, consumed } = own
  if (reversal.keepsCounters) return negated(ofStay(consumed, bill.input.care))
  const { input, insuranceType } = reversal
  if (input === null || policy === null) return negated(consumed)
  // What the other bills of the year come to without this one, and by how much the draft has them come to something else.
  const met = (key: string): Fen => {
    const others = running.drift(insuranceType, key) - (consumed[key] ?? 0n) + (bill.consumed[key] ?? 0n)
    return notBelow((input.counters[key] ?? 0n) + others)
  }
  const counters = Object.fromEntries(neededCounters(policy, input.care).map((key) => [key, met(key)]))
  return negated(split(under(policy, input, counters), policies).consumed)
}

const negated = (consumed: Consumed): Consumed =>
  Object.fromEntries(Object.entries(consumed).map(([key, amount]) => [key, fenOf(0n - amount)]))

/** Without the day, so that a year of bills gives one reason. */
const noPolicyFor = ({ insuranceType, person: { personType }, care: { careType } }: SplitInput): Text => ({
  zh: `草案没有适用于险种 ${insuranceType}、人员类别 ${personType}、医疗类别 ${careType} 的政策，或届时尚未生效`,
  en: `the draft has no policy for insurance type ${insuranceType}, person type ${personType}, care type ${careType}, or none in force then`,
})

/** The policy as a real bill finds it, by the facts that decided then. */
function policyFor({ input, days }: PastBill, { policies, pool, asOf }: Trying): Policy {
  const { careType } = input.care
  const query = { pool, insuranceType: input.insuranceType, personType: input.person.personType, careType }
  if (asOf !== null) return selectPolicy(policies, { ...query, on: asOf })
  const { on, since } = policyDay(rulesOf(policies, pool), { careType, ...days })
  const policy = selectPolicy(policies, { ...query, on })
  if (!on.equals(since) && selectPolicy(policies, { ...query, on: since }) !== policy)
    throw spansPeriods({ zh: '待遇政策', en: 'policies' })
  return policy
}
