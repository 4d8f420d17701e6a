import { fenOf, quantityOf, sum, type Fen, type Quantity } from '@yibao/schema/money'
import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import { squareAmount } from './classify.ts'
import { neededCounters } from './counter.ts'
import type { Dispensed } from './dispense.ts'
import { entriesOf } from './ledger.ts'
import { findPolicy } from './policy-select.ts'
import type { Policy } from './policy.ts'
import type { DecidedSettlement } from './recompute.ts'
import type { Refund } from './refund-input.ts'
import { ofStay, operatorOf } from './reverse.ts'
import { accountChanges, counterChanges, fundShareOf, type Settling } from './settle.ts'
import type { SettledLine } from './settlement.ts'
import type { SponsorChange } from './sponsor.ts'
import type { SplitInput, SplitLine } from './split-input.ts'
import { split } from './split.ts'
import type { Original, Purse, TakenBack } from './take-back.ts'

/** What a refund leaves of a line, as it was settled and as it is split again. */
export interface Remaining {
  readonly line: Omit<SettledLine, 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope' | 'rule'>
  readonly input: SplitLine
}

const UNKNOWN: Text = { zh: '该结算没有此明细', en: 'the settlement has no such line' }
const TOO_MUCH: Text = { zh: '超过该明细尚余的数量', en: 'is more than what is left of the line' }
const NOT_OF_LINE: Text = { zh: '不是该明细的追溯码', en: 'is no code of this line' }

/**
 * What a refund leaves of a bill: charges with what earlier refund lines and this refund take off their quantity. Throws
 * InvalidInput when it takes back what is not there.
 */
export function remainingOf(
  { settlement: { input }, lines }: Pick<Original, 'settlement' | 'lines'>,
  refund: Pick<Refund, 'lines'>,
  decimals: 2 | 3 | 4,
): Remaining[] {
  const left = new Map<string, Quantity>()
  for (const { serial, refundOf, quantity } of lines)
    left.set(refundOf ?? serial, quantityOf((left.get(refundOf ?? serial) ?? 0n) + quantity))
  const returned = new Set(lines.flatMap(({ refundOf, traceCodes }) => (refundOf === null ? [] : traceCodes)))
  const charges = new Map(lines.flatMap((line) => (line.refundOf === null ? [[line.serial, line]] : [])))
  InvalidInput.throwIf(takeOff(refund.lines, { charges, left, returned }))
  const inputs = new Map(input.lines.map((one) => [one.serial, one]))
  return [...charges.values()].flatMap((line) => {
    const quantity = left.get(line.serial) ?? quantityOf(0n)
    const own = inputs.get(line.serial)
    if (quantity <= 0n || own === undefined) return []
    const amount = squareAmount(line.price, quantity, decimals)
    const traceCodes = line.traceCodes.filter((code) => !returned.has(code))
    return [{ line: { ...line, quantity, amount, traceCodes }, input: { ...own, quantity, amount } }]
  })
}

interface Taking {
  readonly charges: ReadonlyMap<string, SettledLine>
  readonly left: Map<string, Quantity>
  readonly returned: Set<string>
}

function takeOff(lines: Refund['lines'], { charges, left, returned }: Taking): Problem[] {
  return lines.flatMap(({ serial, quantity, traceCodes }, i): Problem[] => {
    const charge = charges.get(serial)
    if (charge === undefined) return [{ path: `lines[${i}].serial`, code: 'UNKNOWN_SERIAL', message: UNKNOWN }]
    const rest = (left.get(serial) ?? 0n) - quantity
    left.set(serial, quantityOf(rest))
    const strange = traceCodes.flatMap((code, j): Problem[] => {
      if (charge.traceCodes.includes(code) && !returned.has(code)) return (returned.add(code), [])
      return [{ path: `lines[${i}].traceCodes[${j}]`, code: 'NOT_OF_CHARGE', message: NOT_OF_LINE }]
    })
    return rest < 0n ? [{ path: `lines[${i}].quantity`, code: 'TOO_MUCH', message: TOO_MUCH }, ...strange] : strange
  })
}

/** What is settled again, on which state of the money, and under which keys. */
export interface RefundFrame {
  readonly original: DecidedSettlement
  readonly remaining: readonly Remaining[]
  readonly refund: Pick<Refund, 'chargeBatch' | 'invoice' | 'operator'>
  readonly purse: Purse
  /** The reversal that comes first, in the same transaction. */
  readonly taken: TakenBack
  readonly policies: readonly Policy[]
  /** What the original dispensed of prescriptions. */
  readonly dispensed: readonly Dispensed[]
  readonly id: string
  readonly now: Temporal.Instant
}

/**
 * Settles what a refund leaves: by the policy, the person, the filing, the admission and the dates of the original, and
 * the counters and accounts as they are once it is taken back. A relative gives no more for the rest than for the whole.
 * In a closed benefit year the counters stayed, so those the original was decided on count again, and stay once more.
 */
export function settleRest(frame: RefundFrame): Settling {
  const { original, remaining, refund, purse, taken, policies, id, now } = frame
  const input = restInput(frame)
  const result = split(input, policies)
  const { amounts, accountPaid } = result
  const funds = result.payers.filter(({ paid }) => paid !== 0n).map(fundShareOf)
  const consumed = purse.yearClosed ? ofStay(result.consumed, input.care) : result.consumed
  const { caller, requestId, correction, keepsCounters } = taken.settlement
  const settlement = {
    ...original,
    ...amounts,
    ...(refund.operator && operatorOf(refund.operator)),
    detailTotal: sum(funds.map((one) => one.paid)),
    id,
    caller,
    requestId,
    settledAt: now,
    chargeBatch: refund.chargeBatch,
    invoice: refund.invoice,
    accountInFund: result.accountInFund,
    balance: fenOf(taken.settlement.balance - accountPaid.current - accountPaid.history),
    funds,
    consumed,
    engine: result.engine,
    input,
    replaces: original.id,
    findings: original.findings.filter(({ lines }) => concerns(lines, remaining)),
    correction,
    keepsCounters,
  }
  const { year, admission: number } = input.care
  return {
    settlement,
    lines: remaining.flatMap(({ line }, i) => {
      const parts = result.lines[i]
      return parts === undefined ? [] : [{ ...line, ...parts, number: i + 1 }]
    }),
    entries: entriesOf(settlement, result),
    accounts: accountChanges(accountPaid),
    counters: counterChanges(consumed),
    sponsors: sponsorsAgain(taken.sponsors, result.sponsorsPaid),
    confirmBy: null,
    // What was returned then stays said; what goes back now is the difference of the cash parts.
    conversion: purse.conversion,
    dispensed: dispensedAgain(frame),
    traceCodes: remaining.flatMap(({ line }) => line.traceCodes),
    stay: original.careKind === 'INPATIENT' ? { year, number } : null,
  }
}

function restInput({ original, remaining, purse, taken, policies }: RefundFrame): SplitInput {
  const { input } = original
  const accounts = { ...purse.accounts }
  for (const { kind, amount } of taken.accounts) {
    if (kind === 'CURRENT') accounts.current = fenOf(accounts.current + amount)
    else accounts.history = fenOf(accounts.history + amount)
  }
  const sponsors = taken.sponsors.map(({ sponsorId, current, history }) => ({
    insuredId: sponsorId,
    current: fenOf(0n - current),
    history: fenOf(0n - history),
    limit: null,
  }))
  return {
    ...input,
    lines: remaining.map((one) => one.input),
    counters: purse.yearClosed ? input.counters : countersNow(input, purse, taken, policies),
    accounts,
    ...(input.findings && { findings: input.findings.filter(({ lines }) => concerns(lines, remaining)) }),
    ...(input.sponsors !== undefined && { sponsors }),
  }
}

/** Whether what was found of these lines, or of the bill, still concerns what remains. */
const concerns = (serials: readonly string[], remaining: readonly Remaining[]): boolean =>
  serials.length === 0 || remaining.some(({ line }) => serials.includes(line.serial))

/** What the remaining lines dispense of the prescriptions the original dispensed of. */
const dispensedAgain = ({ remaining, dispensed }: RefundFrame): Dispensed[] =>
  remaining.flatMap(({ line: { number, quantity } }, i) =>
    dispensed.filter((one) => one.line === number).map((one) => ({ ...one, line: i + 1, quantity })),
  )

/** The counters the policy looks at, once the original is taken back. */
function countersNow(
  { policy, care }: SplitInput,
  { counters }: Purse,
  { settlement: { consumed } }: TakenBack,
  policies: readonly Policy[],
): Record<string, Fen> {
  const found = findPolicy(policies, policy)
  const keys = found === null ? [] : neededCounters(found, care)
  return Object.fromEntries(
    keys.flatMap((key) => (key in counters ? [[key, fenOf((counters[key] ?? 0n) + (consumed[key] ?? 0n))]] : [])),
  )
}

/** What relatives give for the rest, decided on the versions the reversal leaves. */
function sponsorsAgain(
  taken: readonly SponsorChange[],
  paid: readonly { readonly insuredId: string; readonly current: Fen; readonly history: Fen }[],
): SponsorChange[] {
  return paid.flatMap(({ insuredId, current, history }) => {
    const found = taken.find((one) => one.sponsorId === insuredId)
    return found === undefined ? [] : [{ ...found, version: found.version + 1n, current, history }]
  })
}
