import { fenOf, type Fen } from '@yibao/schema/money'
import { Busy, NotAllowed, type Problem, type Text } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import type { FoundItem } from './catalogue.ts'
import { confirmByOf } from './confirmation.ts'
import { balanced, type LedgerEntry } from './ledger.ts'
import { refusedAt } from './refusals.ts'
import { conversionOf } from './conversion.ts'
import type { Settling } from './settle.ts'
import type { SettledLine, Settlement } from './settlement.ts'
import { packagesOf } from './trace-codes.ts'

/** What a settlement on the other platform says that is the same here: who, by what insurance, and who pays how much. */
export interface ToldBill extends Omit<
  Settlement,
  | 'settledAt'
  | 'caller'
  | 'requestId'
  | 'institution'
  | 'clearingAgency'
  | 'visit'
  | 'chargeBatch'
  | 'invoice'
  | 'careType'
  | 'careKind'
  | 'emergency'
  | 'trauma'
  | 'beginAt'
  | 'endAt'
  | 'diagnoses'
  | 'credentialKind'
  | 'operator'
  | 'operatorName'
  | 'terminal'
  | 'consumed'
  | 'input'
  | 'replaces'
  | 'correction'
  | 'keepsCounters'
  | 'otherProvince'
  | 'claimId'
  | 'findings'
> {
  readonly lines: readonly ToldLine[]
  /** Ids of records of the person that were merged into that of `insuredId`. */
  readonly mergedFrom: readonly string[]
}

/** A line as the other platform settled it, by what this one said of it. */
export type ToldLine = Pick<
  SettledLine,
  'serial' | 'rule' | 'class' | 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope'
>

/** Where the bill was made, and how it is settled here. */
export interface AwayFrame {
  readonly id: string
  readonly caller: string
  readonly requestId: string
  readonly now: Temporal.Instant
  readonly clearingAgency: string
  readonly province: string
  readonly credentialKind: string
  readonly items: readonly FoundItem[]
}

/** A bill of a person insured elsewhere as it stands here: amounts and shares are those the other platform decided. */
export function settleAs(
  bill: Bill,
  { lines: told, mergedFrom: _merged, ...home }: ToldBill,
  frame: AwayFrame,
): Settling {
  const { id, caller, requestId, now: settledAt, clearingAgency, province, credentialKind, items } = frame
  const settlement: Settlement = {
    ...home,
    id,
    caller,
    requestId,
    settledAt,
    institution: bill.institution,
    clearingAgency,
    visit: bill.visit,
    chargeBatch: bill.chargeBatch,
    invoice: bill.invoice,
    careType: bill.careType,
    careKind: bill.careKind,
    emergency: bill.emergency,
    trauma: bill.trauma !== null,
    beginAt: bill.begin,
    endAt: bill.end,
    diagnoses: bill.diagnoses,
    credentialKind,
    operator: bill.operator.code,
    operatorName: bill.operator.name,
    terminal: bill.operator.terminal,
    // What was consumed of deductibles and caps is kept where they are.
    consumed: {},
    input: null,
    reverses: null,
    replaces: null,
    correction: false,
    keepsCounters: false,
    otherProvince: province,
    claimId: null,
    findings: [],
  }
  return {
    settlement,
    lines: bill.lines.flatMap((line, i) => {
      const found = items[i]
      const parts = told[i]
      if (found === undefined || parts === undefined) return []
      const { name, chargeType, listType, essential, negotiated, paediatric, special } = found.entry
      const { ceiling, selfPayRatio, restricted } = found.item
      const said = { name, chargeType, listType, essential, negotiated, paediatric, special }
      return [{ ...line, ...parts, ...said, ceiling, selfPayRatio, restricted, number: i + 1 }]
    }),
    entries: awayEntries(settlement),
    accounts: [],
    counters: [],
    sponsors: [],
    confirmBy: confirmByOf(bill, settledAt),
    conversion: conversionOf(bill, home.cash),
    dispensed: [],
    traceCodes: packagesOf(bill.lines).map((one) => one.code),
    stay: null,
  }
}

/** What of a bill the other province pays: all but what the person pays at the counter and the hospital bears. */
export const owedFor = ({ total, hospital, cash }: Pick<Settlement, 'total' | 'hospital' | 'cash'>): Fen =>
  fenOf(total - hospital - cash)

/** The bureau owes its institution under its own agreement, and the other province owes the bureau. */
export function awayEntries(
  settlement: Pick<
    Settlement,
    'insuredId' | 'institution' | 'clearingAgency' | 'otherProvince' | 'total' | 'hospital' | 'cash'
  >,
): LedgerEntry[] {
  const { insuredId, institution, clearingAgency, otherProvince } = settlement
  const owed = owedFor(settlement)
  if (owed === 0n) return []
  return balanced([
    { insuredId, account: `receivable:province:${clearingAgency}:${otherProvince}`, amount: fenOf(0n - owed) },
    { insuredId, account: `payable:institution:${institution}`, amount: owed },
  ])
}

/** Whether a settlement was decided on the platform of another province, and stands here for what is paid here. */
export const isDecidedElsewhere = ({ reverses, input, otherProvince, pool }: Settlement): boolean =>
  reverses === null && input === null && otherProvince !== null && pool.startsWith(otherProvince)

const refusal = (code: string, path: string, text: Text): NotAllowed => refusedAt(code, [path], text)

/** The other platform could not be asked, and nothing is kept there. */
export const homeUnreachable = (): NotAllowed =>
  refusal('HOME_UNREACHABLE', 'insuredPool', {
    zh: '参保地平台无法连通，本次未结算；可换新 requestId 重试，或先全额自费，之后转医保结算或手工报销',
    en: 'the platform of the insurance could not be reached and nothing was settled; try again under a new requestId, or have the bill paid in full and converted later or claimed by hand',
  })

/** The other platform has taken nothing of it, for it answers as many messages of this province as it does at a time. */
export const homeBusy = (): Busy =>
  Busy.because('insuredPool', 'HOME_BUSY', {
    zh: '参保地平台繁忙，本次未受理，请稍后原样重试',
    en: 'the platform of the insurance is busy and has taken nothing; send the same request again in a moment',
  })

/** The other platform kept the money and was not told in time that the bill stands. */
export const homeAborted = (): NotAllowed =>
  refusal('HOME_ABORTED', 'insuredPool', {
    zh: '参保地已取消预占，本次未结算；请换新 requestId 重新提交',
    en: 'the platform of the insurance has given the kept money back and nothing was settled; send the bill again under a new requestId',
  })

/** What the other platform told of the bill cannot be, so nothing is settled by it. */
export const homeAnswerWrong = (): NotAllowed =>
  refusal('HOME_ANSWER_WRONG', 'insuredPool', {
    zh: '参保地返回的结算结果与账单不符，本次未结算，已通知经办机构核查；请先全额自费，之后转医保结算或手工报销',
    en: 'what the platform of the insurance told does not fit the bill; nothing was settled and the bureau looks into it: have the bill paid in full and converted later or claimed by hand',
  })

/** What can only be done with bills of persons insured here. */
export const onlyAtHome = (path: string): NotAllowed =>
  refusal('NOT_ACROSS_PROVINCES', path, {
    zh: '跨省直接结算不支持此项；可整笔撤销后重新结算',
    en: 'this is not done across provinces; the whole bill can be taken back and settled again',
  })

/** Lines that dispense from an e-prescription, which only the platform that keeps it can do. */
export function refusePrescriptions(bill: Pick<Bill, 'lines'>): void {
  const problems = bill.lines.flatMap(({ ePrescription }, i): Problem[] =>
    ePrescription === null || ePrescription === undefined
      ? []
      : [{ path: `lines[${i}].ePrescription`, code: 'NOT_ACROSS_PROVINCES', message: ONLY_HERE }],
  )
  if (problems.length > 0) throw NotAllowed.of({ code: 'NOT_ACROSS_PROVINCES', text: ONLY_HERE, problems })
}

const ONLY_HERE: Text = {
  zh: '电子处方不能跨省调配',
  en: 'an e-prescription is not dispensed across provinces',
}
