import { fenOf, sum, ZERO, type Fen } from '@yibao/schema/money'
import type { Bill, BillLine } from './bill.ts'
import type { FoundItem } from './catalogue.ts'
import type { ToldClaim } from './claim-beside.ts'
import { confirmByOf } from './confirmation.ts'
import { conversionOf, type Conversion } from './conversion.ts'
import type { Dispensed } from './dispense.ts'
import type { Facts } from './facts.ts'
import { entriesOf, type LedgerEntry } from './ledger.ts'
import { directly } from './not-settled-directly.ts'
import type { OpenedVisit } from './opened-visit.ts'
import type { InstitutionElsewhere } from './place.ts'
import type { Policy } from './policy.ts'
import type { ResolvedBill } from './resolve-bill.ts'
import type { FundShare, Patient, Encounter, SettledLine, Settlement } from './settlement.ts'
import { sponsorChanges, type SponsorChange } from './sponsor.ts'
import { split } from './split.ts'
import type { LineSplit, PayerSplit, SplitResult } from './split-result.ts'

/** How much of a counter a bill consumed; negative when a reversal gives it back. */
export interface CounterChange {
  readonly name: string
  readonly period: string
  readonly amount: Fen
}

/** What is added to a personal account; negative when it paid. */
export interface AccountChange {
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly amount: Fen
}

/** Everything a settled bill changes. */
export interface Settling {
  readonly settlement: Settlement
  readonly lines: readonly SettledLine[]
  readonly entries: readonly LedgerEntry[]
  readonly accounts: readonly AccountChange[]
  readonly counters: readonly CounterChange[]
  /** What is taken from relatives' accounts. */
  readonly sponsors: readonly SponsorChange[]
  /** The moment until which the institution must confirm; null when it did not ask for one. */
  readonly confirmBy: Temporal.Instant | null
  readonly conversion: Conversion | null
  /** The institution, when it lies in another province and is known here by what is told of it alone. */
  readonly elsewhere?: InstitutionElsewhere
  /** The number of closings the bill was decided at, when it is of an earlier benefit year. */
  readonly closings?: bigint
  readonly dispensed: readonly Dispensed[]
  readonly traceCodes: readonly string[]
  /** The admission of the benefit year an inpatient bill belongs to. */
  readonly stay: { readonly year: string; readonly number: number } | null
  /** The opened visit whose lines it settles. */
  readonly opened?: Pick<OpenedVisit, 'version' | 'state' | 'settledTo'>
  /** Settled claims that may be of the same care: their agencies are told, under these ids. */
  readonly beside?: readonly ToldClaim[]
}

/** Under which ids and when a bill is settled. */
export interface Settler {
  readonly id: string
  readonly caller: string
  readonly requestId: string
  readonly now: Temporal.Instant
}

/**
 * Settles a resolved bill: splits it, and says what is written. Throws what the split refuses (NotAllowed, InvalidInput).
 */
export function settleBill(
  resolved: ResolvedBill,
  facts: Facts,
  policies: readonly Policy[],
  settler: Settler,
): Settling {
  const { bill, input, items } = resolved
  const result = bill.claim === undefined ? directly(input.pool, () => split(input, policies)) : split(input, policies)
  const { amounts, accountPaid } = result
  const funds = result.payers.filter(({ paid }) => paid !== ZERO).map(fundShareOf)
  const { id, caller, requestId, now: settledAt } = settler
  const settlement: Settlement = {
    ...patientOf(resolved),
    ...encounterOf(resolved),
    ...amounts,
    detailTotal: sum(funds.map((one) => one.paid)),
    id,
    caller,
    requestId,
    settledAt,
    accountInFund: result.accountInFund,
    balance: fenOf(facts.accounts.current + facts.accounts.history - accountPaid.current - accountPaid.history),
    funds,
    consumed: result.consumed,
    engine: result.engine,
    input,
    reverses: null,
    replaces: null,
    correction: false,
    keepsCounters: false,
    otherProvince: bill.place?.province ?? null,
    claimId: bill.claim?.id ?? null,
    findings: resolved.findings,
  }
  const { year, admission: number } = input.care
  return {
    settlement,
    lines: bill.lines.flatMap((line, i) => settledLine(line, i + 1, items[i], result.lines[i])),
    entries: entriesOf(settlement, result),
    accounts: accountChanges(accountPaid),
    counters: counterChanges(result.consumed),
    sponsors: sponsorChanges(result, facts.sponsors, String(settledAt.toZonedDateTimeISO('Asia/Shanghai').year)),
    confirmBy: confirmByOf(bill, settledAt),
    conversion: conversionOf(bill, amounts.cash),
    dispensed: resolved.dispensed,
    traceCodes: resolved.traceCodes,
    // What was refunded whole was no admission.
    stay: bill.careKind === 'INPATIENT' && amounts.total > ZERO ? { year, number } : null,
    ...(bill.opened !== undefined && { opened: bill.opened }),
    ...(bill.place && { elsewhere: bill.place.agreement }),
  }
}

/** The changes of counters by key (`name@period`). A name holds no `@`, a visit may. */
export const counterChanges = (consumed: Settlement['consumed']): CounterChange[] =>
  Object.entries(consumed).map(([key, amount]) => {
    const at = key.indexOf('@')
    return { name: key.slice(0, at), period: key.slice(at + 1), amount }
  })

export const accountChanges = ({ current, history }: SplitResult['accountPaid']): AccountChange[] =>
  [
    { kind: 'CURRENT' as const, amount: fenOf(0n - current) },
    { kind: 'HISTORY' as const, amount: fenOf(0n - history) },
  ].filter((one) => one.amount !== ZERO)

/** The row of `setldetail` a payer gives. */
export const fundShareOf = ({ payer, fundPayType, base, cap, paid }: PayerSplit): FundShare => ({
  payer,
  fundPayType,
  base,
  limit: cap === null ? null : cap.used < cap.amount ? fenOf(cap.amount - cap.used) : ZERO,
  paid,
})

function patientOf({ coverage: { enrolment } }: ResolvedBill): Patient {
  const { insuredId, personNumber, name, certificateType, identityMasked, sex, nationality, birthDate } = enrolment
  const { pool, insuranceType, personType, civilServant } = enrolment
  return {
    insuredId,
    personNumber,
    personName: name,
    certificateType,
    identityMasked,
    sex,
    nationality,
    birthDate: Temporal.PlainDate.from(birthDate),
    pool,
    insuranceType,
    personType,
    civilServant,
  }
}

function encounterOf({ bill, agreement }: ResolvedBill): Encounter {
  const { institution, visit, chargeBatch, invoice, careType, careKind, emergency, diagnoses, operator }: Bill = bill
  return {
    institution,
    clearingAgency: agreement.pool,
    visit,
    chargeBatch,
    invoice,
    careType,
    careKind,
    emergency,
    trauma: bill.trauma !== null,
    beginAt: bill.begin,
    endAt: bill.end,
    diagnoses,
    credentialKind: bill.credential.kind,
    operator: operator.code,
    operatorName: operator.name,
    terminal: operator.terminal,
  }
}

function settledLine(
  line: BillLine,
  number: number,
  found: FoundItem | undefined,
  parts: LineSplit | undefined,
): SettledLine[] {
  if (found === undefined || parts === undefined) return []
  const { entry, item } = found
  const { name, chargeType, listType, essential, negotiated, paediatric, special } = entry
  const { ceiling, selfPayRatio, restricted } = item
  return [
    {
      ...line,
      ...parts,
      number,
      name,
      chargeType,
      listType,
      essential,
      negotiated,
      paediatric,
      special,
      ceiling,
      selfPayRatio,
      restricted,
      class: item.class,
    },
  ]
}
