import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { Rejection, type Text } from '@yibao/schema/rejection'
import { neededCounters } from './counter.ts'
import { policyDay, spansPeriods, type CareDays } from './deciding-date.ts'
import type { Policy } from './policy.ts'
import { mapPayers, type Paid, type Tried } from './policy-impact.ts'
import { rulesOf, selectPolicy } from './policy-select.ts'
import type { SplitInput } from './split-input.ts'
import { split } from './split.ts'

type Consumed = Readonly<Record<string, Fen>>

/** A settlement of the period, as it was settled. */
export interface PastBill {
  readonly kind: 'BILL'
  readonly id: string
  /** Reversed bills are replayed for what bills after them met, and counted nowhere. */
  readonly isReversed: boolean
  readonly days: Omit<CareDays, 'careType'>
  readonly paid: Paid
  readonly input: SplitInput
}

/** A reversal in the period; of a settlement of the period or of an earlier one. */
export interface PastReversal {
  readonly kind: 'REVERSAL'
  readonly id: string
  readonly reverses: string
  readonly insuranceType: string
  /** Not above zero. */
  readonly consumed: Consumed
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

  read(insuranceType: string, keys: readonly string[]): Record<string, Fen> {
    const found = keys.map((key) => [key, this.#amounts.get(`${insuranceType} ${key}`)] as const)
    // A counter never stands below zero, whatever a reversal gave back that the draft had not consumed.
    return Object.fromEntries(found.flatMap(([key, amount]) => (amount === undefined ? [] : [[key, notBelow(amount)]])))
  }

  add(insuranceType: string, consumed: Consumed, sign: 1n | -1n = 1n): void {
    for (const [name, amount] of Object.entries(consumed)) {
      const key = `${insuranceType} ${name}`
      this.#amounts.set(key, (this.#amounts.get(key) ?? 0n) + sign * amount)
    }
  }
}

const notBelow = (amount: bigint): Fen => (amount < 0n ? ZERO : fenOf(amount))

/**
 * Settles a person's bills of the period again under the draft, in their order. Counters begin with what had been
 * consumed before the period under the rules of then (one the rules did not know begins at zero), and go on with what
 * the draft itself consumes. All else stays as it was settled: items, institution, filing, admission, benefit year,
 * account balances.
 */
export function replayPerson({ events, counters }: PersonPast, trying: Trying): Tried[] {
  const running = new Running()
  for (const { insuranceType, key, amount } of counters) running.add(insuranceType, { [key]: amount })
  const consumedBy = new Map<string, Consumed>()
  const tried: Tried[] = []
  for (const event of events) {
    if (event.kind === 'REVERSAL') {
      const own = consumedBy.get(event.reverses)
      if (own === undefined) running.add(event.insuranceType, event.consumed)
      else running.add(event.insuranceType, own, -1n)
      continue
    }
    const { id, isReversed, input, paid } = event
    const { after, consumed } = settleAgain(event, trying, running)
    running.add(input.insuranceType, consumed)
    consumedBy.set(id, consumed)
    const { personType } = input.person
    if (!isReversed) tried.push({ settlementId: id, personType, level: input.care.level, before: paid, after })
  }
  return tried
}

function settleAgain(bill: PastBill, trying: Trying, running: Running): { after: Tried['after']; consumed: Consumed } {
  try {
    const policy = policyFor(bill, trying)
    const { input } = bill
    const counters = running.read(input.insuranceType, neededCounters(policy, input.care))
    const under = { ...input, policy: { id: policy.id, version: policy.version }, counters }
    const { amounts, consumed } = split(under, trying.policies)
    return { after: mapPayers((payer) => amounts[payer]), consumed }
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    const { code } = refusal
    return { after: { code, text: code === 'NO_POLICY' ? noPolicyFor(bill.input) : refusal.text }, consumed: {} }
  }
}

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
