import type { FundShare, SettledLine, Settlement } from '../domain/settlement.ts'
import { encodeSplitInput } from './split-input.ts'

/** A column of a hot insert: its name, its type, and how the value is passed. */
export interface Column<Row> {
  readonly name: string
  readonly type: string
  readonly value: (row: Row) => string | number | bigint | boolean | null
}

const column = <Row>(type: string, name: string, value: Column<Row>['value']): Column<Row> => ({ name, type, value })
const instant = (at: Temporal.Instant): string => at.toString()

const amounts = [
  ['total', 'total'],
  ['self_paid', 'selfPaid'],
  ['over_ceiling', 'overCeiling'],
  ['first_self_payment', 'firstSelfPayment'],
  ['cross_area', 'crossArea'],
  ['in_scope', 'inScope'],
  ['deductible', 'deductible'],
  ['hifp', 'hifp'],
  ['cvlserv', 'cvlserv'],
  ['hifes', 'hifes'],
  ['hifmi', 'hifmi'],
  ['hifob', 'hifob'],
  ['hifdm', 'hifdm'],
  ['maf', 'maf'],
  ['oth', 'oth'],
  ['fund_total', 'fundTotal'],
  ['hospital', 'hospital'],
  ['personal', 'personal'],
  ['account', 'account'],
  ['mutual_aid', 'mutualAid'],
  ['cash', 'cash'],
  ['detail_total', 'detailTotal'],
  ['balance', 'balance'],
] as const

/** Amounts inside JSON are texts: a JSON number loses digits above 2^53. */
const encodeFunds = (funds: readonly FundShare[]): string =>
  JSON.stringify(
    funds.map(({ payer, fundPayType, base, limit, paid }) => [
      payer,
      fundPayType,
      String(base),
      limit === null ? null : String(limit),
      String(paid),
    ]),
  )

const encodeConsumed = (consumed: Settlement['consumed']): string =>
  JSON.stringify(Object.fromEntries(Object.entries(consumed).map(([key, amount]) => [key, String(amount)])))

/** The columns of `settlement.settlement` but for `insured_id`, which comes from the guard. */
export const SETTLEMENT_COLUMNS: readonly Column<Settlement>[] = [
  column('uuid', 'id', (s) => s.id),
  column('text', 'person_number', (s) => s.personNumber),
  column('text', 'person_name', (s) => s.personName),
  column('text', 'certificate_type', (s) => s.certificateType),
  column('text', 'identity_masked', (s) => s.identityMasked),
  column('text', 'sex', (s) => s.sex),
  column('text', 'nationality', (s) => s.nationality),
  column('date', 'birth_date', (s) => s.birthDate.toString()),
  column('text', 'pool', (s) => s.pool),
  column('text', 'insurance_type', (s) => s.insuranceType),
  column('text', 'person_type', (s) => s.personType),
  column('boolean', 'civil_servant', (s) => s.civilServant),
  column('text', 'institution', (s) => s.institution),
  column('text', 'clearing_agency', (s) => s.clearingAgency),
  column('text', 'visit', (s) => s.visit),
  column('text', 'charge_batch', (s) => s.chargeBatch),
  column('text', 'invoice', (s) => s.invoice),
  column('text', 'care_type', (s) => s.careType),
  column('text', 'care_kind', (s) => s.careKind),
  column('boolean', 'emergency', (s) => s.emergency),
  column('boolean', 'trauma', (s) => s.trauma),
  column('timestamptz', 'begin_at', (s) => instant(s.beginAt)),
  column('timestamptz', 'end_at', (s) => instant(s.endAt)),
  column('jsonb', 'diagnoses', (s) => JSON.stringify(s.diagnoses)),
  column('text', 'credential_kind', (s) => s.credentialKind),
  column('text', 'operator', (s) => s.operator),
  column('text', 'operator_name', (s) => s.operatorName),
  column('text', 'terminal', (s) => s.terminal),
  ...amounts.map(([name, key]) => column<Settlement>('bigint', name, (s) => s[key])),
  column('text', 'caller', (s) => s.caller),
  column('text', 'request_id', (s) => s.requestId),
  column('timestamptz', 'settled_at', (s) => instant(s.settledAt)),
  column('integer', 'pool_ratio', (s) => s.poolRatio),
  column('boolean', 'account_in_fund', (s) => s.accountInFund),
  column('jsonb', 'funds', (s) => encodeFunds(s.funds)),
  column('jsonb', 'consumed', (s) => encodeConsumed(s.consumed)),
  column('integer', 'engine', (s) => s.engine),
  column('jsonb', 'input', (s) => (s.input === null ? null : JSON.stringify(encodeSplitInput(s.input)))),
  column('uuid', 'reverses', (s) => s.reverses),
]

/** Columns most settlements leave as they are by default: what a reversal or what remains after a refund says. */
export const LINK_COLUMNS: readonly Column<Settlement>[] = [
  column('boolean', 'correction', (s) => s.correction),
  column('boolean', 'keeps_counters', (s) => s.keepsCounters),
  column('uuid', 'replaces', (s) => s.replaces),
]

/** Of bills whose other side another province's platform keeps. */
export const PROVINCE_COLUMNS: readonly Column<Settlement>[] = [
  column('text', 'other_province', (s) => s.otherProvince),
]

/** Of settlements that were made for a claim. */
export const CLAIM_COLUMNS: readonly Column<Settlement>[] = [column('uuid', 'claim_id', (s) => s.claimId)]

/** The columns of `settlement.settlement_line` but for the ids. Trace codes travel as one text, since they hold no comma. */
export const LINE_COLUMNS: readonly Column<SettledLine>[] = [
  column('smallint', 'number', (l) => l.number),
  column('text', 'serial', (l) => l.serial),
  column('text', 'code', (l) => l.code),
  column('text', 'own_code', (l) => l.ownCode),
  column('text', 'name', (l) => l.name),
  column('bigint', 'price', (l) => l.price),
  column('bigint', 'quantity', (l) => l.quantity),
  column('bigint', 'amount', (l) => l.amount),
  column('timestamptz', 'time', (l) => instant(l.time)),
  column('text', 'department', (l) => l.department),
  column('text', 'doctor', (l) => l.doctor),
  column('text', 'prescription', (l) => l.prescription),
  column('smallint', 'days', (l) => l.days),
  column('text', 'approval', (l) => l.approval),
  column('boolean', 'take_home', (l) => l.takeHome),
  column('text', 'trace_codes', (l) => l.traceCodes.join(',')),
  column('text', 'refund_of', (l) => l.refundOf),
  column('bigint', 'ceiling', (l) => l.ceiling),
  column('integer', 'self_pay_ratio', (l) => l.selfPayRatio),
  column('text', 'class', (l) => l.class),
  column('text', 'charge_type', (l) => l.chargeType),
  column('text', 'list_type', (l) => l.listType),
  column('boolean', 'essential', (l) => l.essential),
  column('boolean', 'negotiated', (l) => l.negotiated),
  column('boolean', 'paediatric', (l) => l.paediatric),
  column('boolean', 'special', (l) => l.special),
  column('boolean', 'restricted', (l) => l.restricted),
  column('text', 'rule', (l) => l.rule),
  column('bigint', 'self_paid', (l) => l.selfPaid),
  column('bigint', 'over_ceiling', (l) => l.overCeiling),
  column('bigint', 'first_self_payment', (l) => l.firstSelfPayment),
  column('bigint', 'in_scope', (l) => l.inScope),
]
