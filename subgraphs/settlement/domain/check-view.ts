import { dayOf } from '@yibao/schema/dates'
import { allocate, fenOf, quantityOf, ZERO, type Fen, type Quantity } from '@yibao/schema/money'
import type { Bill, BillLine } from './bill.ts'
import type { FoundItem } from './catalogue.ts'
import type { PastVisit } from './check-history.ts'
import { classifyLines } from './classify.ts'
import type { SplitInput } from './split-input.ts'

/** Everything the checks of one bill look at. */
export interface CheckFacts {
  readonly bill: Pick<Bill, 'institution' | 'visit' | 'careType' | 'careKind' | 'begin' | 'end' | 'diagnoses' | 'lines'>
  /** What the catalogue says about each line. */
  readonly items: readonly FoundItem[]
  readonly input: SplitInput
  /** `gend` of the person. */
  readonly sex: string
  readonly now: Temporal.Instant
  readonly visits: readonly PastVisit[]
}

/** A charge of the bill with what its refunds have left of it. What was refunded whole is not looked at. */
export interface Charge {
  readonly line: BillLine
  readonly item: FoundItem
  readonly quantity: Quantity
  /** Milliseconds since 1970. */
  readonly time: number
}

/** A bill as the rules see it; what costs time is found when a rule asks for it first. */
export interface BillView extends CheckFacts {
  readonly charges: readonly Charge[]
  /** Milliseconds since 1970. */
  readonly begin: number
  readonly end: number
  /** In-scope amount of some charges together, refunds taken off. */
  inScope(charges: readonly Charge[]): Fen
  /** In-scope amount of the bill. */
  total(): Fen
  /** The day of a charge, ISO text. */
  dayOf(charge: Charge): string
}

export function viewOf(facts: CheckFacts): BillView {
  const { bill, input } = facts
  let parts: ReadonlyMap<string, bigint> | undefined
  const scope = () => (parts ??= inScopeByCharge(input))
  return {
    ...facts,
    charges: chargesOf(facts),
    begin: bill.begin.epochMilliseconds,
    end: bill.end.epochMilliseconds,
    inScope: (charges) => fenOf(charges.reduce((sum, { line }) => sum + (scope().get(line.serial) ?? 0n), 0n)),
    total: () => fenOf([...scope().values()].reduce((sum, one) => sum + one, 0n)),
    dayOf: ({ line }) => dayOf(line.time).toString(),
  }
}

/** In the order of time, and of serials within a moment: however the bill lists its lines, the same is found. */
function chargesOf({ bill, items }: CheckFacts): Charge[] {
  const left = new Map<string, bigint>()
  for (const { serial, refundOf, quantity } of bill.lines) {
    const charge = refundOf ?? serial
    left.set(charge, (left.get(charge) ?? 0n) + quantity)
  }
  const charges = bill.lines.flatMap((line, i) => {
    const item = items[i]
    const quantity = quantityOf(left.get(line.serial) ?? 0n)
    if (line.refundOf !== null || item === undefined || quantity <= 0n) return []
    return [{ line, item, quantity, time: line.time.epochMilliseconds }]
  })
  return charges.toSorted((a, b) => a.time - b.time || (a.line.serial < b.line.serial ? -1 : 1))
}

function inScopeByCharge({ lines }: SplitInput): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  classifyLines(lines).forEach(({ serial, inScope }, i) => {
    const charge = lines[i]?.refundOf ?? serial
    sums.set(charge, (sums.get(charge) ?? 0n) + inScope)
  })
  return sums
}

/** The part of an amount that goes with `over` of `all`: an exceedance is taken pro rata. */
export function proRata(amount: Fen, over: bigint, all: bigint): Fen {
  if (amount <= 0n || over <= 0n) return ZERO
  return over >= all ? amount : (allocate(amount, [over, all - over])[0] ?? ZERO)
}
