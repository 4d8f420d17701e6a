import { fenOf, maxFen, minFen, portion, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import type { BillKind, ContributionRule } from './contribution-rule.ts'
import { ruleName } from './contribution-rule.ts'

/** What is owed for an insurance and a period. */
export interface Bill {
  readonly id: string
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  /** `2026-11` for a month, `2027` for a year. */
  readonly period: string
  /** 0 for the first bill of a period; a later one says the difference. */
  readonly sequence: number
  readonly kind: BillKind
  readonly personType: string
  readonly employer: string | null
  readonly base: Fen | null
  readonly employerShare: Fen
  readonly personShare: Fen
  readonly governmentShare: Fen
  readonly credit: Fen
  readonly dueOn: Temporal.PlainDate
  readonly rule: string
  readonly corrects: string | null
  readonly madeAt: Temporal.Instant
  /** Somebody else made it, and whom it is for has not chosen anything yet. */
  readonly byStranger?: boolean
  readonly receiptId: string | null
  readonly paidAt: Temporal.Instant | null
  /** The bill of the bureau that stands instead of it: it was not paid and is owed no longer. */
  readonly replacedBy?: string | null
  /** Why the bureau made it, and who did. */
  readonly reason?: string | null
  readonly madeBy?: string | null
}

export type ReceiptState = 'PENDING' | 'CANCELLED' | 'POSTED' | 'OFFSET' | 'OVERPAID' | 'UNAPPLIED' | 'REFUNDED'

/** Money that came in, or that somebody said they will pay. */
export interface Receipt {
  readonly id: string
  readonly channel: string
  readonly reference: string
  readonly state: ReceiptState
  readonly pool: string
  readonly insuranceType: string
  readonly period: string
  readonly insuredId: string | null
  readonly billId: string | null
  readonly employer: string | null
  readonly amount: Fen
  readonly caller: string
  readonly orderedBy: string | null
  readonly madeAt: Temporal.Instant
  readonly receivedAt: Temporal.Instant | null
  readonly postedAt: Temporal.Instant | null
}

/** A payment as it is kept, with who gave it back, when, and under which number. */
export interface KeptReceipt extends Receipt {
  readonly refundedAt: Temporal.Instant | null
  readonly refundedBy: string | null
  readonly refundReference: string | null
}

/** Whether a bill is still to be paid or settled. */
export const isOpen = ({ paidAt, replacedBy }: Pick<Bill, 'paidAt' | 'replacedBy'>): boolean =>
  paidAt === null && replacedBy == null

type Payers = Pick<Bill, 'insuredId' | 'pool' | 'insuranceType' | 'period'>

/** Where a further bill of who pays alone stands among those of its period: behind the last one, which it corrects. */
export function placeAmong(bills: readonly Bill[], of: Payers): Pick<Bill, 'sequence' | 'corrects'> {
  const last = bills
    .filter((one) => one.employer === null && one.insuredId === of.insuredId && one.pool === of.pool)
    .filter((one) => one.insuranceType === of.insuranceType && one.period === of.period)
    .toSorted((a, b) => a.sequence - b.sequence)
    .at(-1)
  return last === undefined ? { sequence: 0, corrects: null } : { sequence: last.sequence + 1, corrects: last.id }
}

/** Who makes the bill that stands instead of one nobody has paid, since the enrolment it was made for holds no longer. */
export const WITHDRAWN_BY = 'platform:enrolment'

/** Whether a bill still says what is or was owed: it was neither replaced nor withdrawn with its enrolment. */
export const isStanding = ({ replacedBy, madeBy }: Pick<Bill, 'replacedBy' | 'madeBy'>): boolean =>
  replacedBy == null && madeBy !== WITHDRAWN_BY

/** What has to be paid: the government gives its share to the fund directly. */
export const owed = ({ employerShare, personShare }: Pick<Bill, 'employerShare' | 'personShare'>): Fen =>
  fenOf(employerShare + personShare)

/** The month or year a text names; null when it names none. */
export function readPeriod(
  text: string,
): { readonly kind: 'MONTH' | 'YEAR'; readonly begin: Temporal.PlainDate } | null {
  if (!/^2[0-9]{3}(-(0[1-9]|1[0-2]))?$/.test(text)) return null
  const year = text.length === 4
  return { kind: year ? 'YEAR' : 'MONTH', begin: Temporal.PlainDate.from(`${text}${year ? '-01' : ''}-01`) }
}

/** Whether a period begins on a day or after it. */
export function beginsFrom({ period }: Pick<Bill, 'period'>, day: Temporal.PlainDate): boolean {
  const begin = readPeriod(period)?.begin
  return begin !== undefined && Temporal.PlainDate.compare(begin, day) >= 0
}

/** What a person chose who pays alone. */
export interface Choice {
  readonly base: Fen | null
  readonly withAccount: boolean
}

export type Amounts = Pick<Bill, 'base' | 'employerShare' | 'personShare' | 'governmentShare' | 'credit' | 'rule'>

/** The shares of a period by a rule; wages below the floor or above the ceiling count as these. */
export function reckon(rule: ContributionRule, { base: asked, withAccount }: Choice): Amounts {
  const base = baseOf(rule, asked)
  const of = (share: { readonly rate: Rate } | { readonly amount: Fen } | undefined): Fen => {
    if (share === undefined) return ZERO
    return 'amount' in share ? share.amount : portion(base ?? ZERO, share.rate)
  }
  const { shares, withoutAccount, credit } = rule
  return {
    base,
    employerShare: of(shares?.employer),
    personShare: !withAccount && withoutAccount !== undefined ? of(withoutAccount) : of(shares?.person),
    governmentShare: of(shares?.government),
    credit: withAccount ? of(credit) : ZERO,
    rule: ruleName(rule),
  }
}

function baseOf({ base, shares, credit }: ContributionRule, asked: Fen | null): Fen | null {
  const parts = [shares?.employer, shares?.person, shares?.government, credit]
  if (!parts.some((one) => one !== undefined && 'rate' in one)) return null
  const wages = asked ?? base?.fixed ?? base?.floor ?? null
  if (wages === null) return null
  const raised = base?.floor === undefined ? wages : maxFen(wages, base.floor)
  return base?.ceiling === undefined ? raised : minFen(raised, base.ceiling)
}

/** The last day to pay: residents by the end of the concentrated period before the year, everybody else within the month. */
export function dueOn({ concentrated }: ContributionRule, period: NonNullable<ReturnType<typeof readPeriod>>) {
  const { begin } = period
  if (concentrated === undefined) return begin.add({ months: 1 }).subtract({ days: 1 })
  return Temporal.PlainDate.from({ ...concentrated.to, year: begin.year - 1 }, { overflow: 'constrain' })
}
