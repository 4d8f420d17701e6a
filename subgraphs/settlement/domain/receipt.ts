import { createHash } from 'node:crypto'
import { wallTime } from '@yibao/schema/dates'
import { formatQuantity, formatRate, formatUnitPrice, formatYuan } from '@yibao/schema/money'
import type { LedgerEntry } from './ledger.ts'
import { parseAccount } from './ledger-account.ts'
import { RECEIPT_AMOUNT_NAMES, RECEIPT_AMOUNTS } from './receipt-amounts.ts'
import type { FundShare, SettledLine, Settlement } from './settlement.ts'
import { settlementNumber } from './settlement-id.ts'

/** What a receipt is made of. */
export interface ReceiptParts {
  readonly settlement: Settlement
  readonly lines: readonly SettledLine[]
  readonly entries: readonly Pick<LedgerEntry, 'account' | 'amount'>[]
  /** Where the settlement stands in the ledger of its person; only who holds the key can reckon it. */
  readonly position: string
  /** Name of the institution, when it lies in another province: nobody here could look it up by its code. */
  readonly institutionName: string | null
  /** Stands for a person wherever their id would. */
  readonly pseudonym: (insuredId: string) => string
}

/** Version of the form; another one is another form. */
export const RECEIPT_VERSION = 1

/**
 * The text of a receipt: canonical JSON (names sorted, no white space, amounts as texts), so that the same settlement
 * gives the same bytes whenever and wherever it is asked for. It carries no time but that of the settlement.
 */
export function receiptText(parts: ReceiptParts): string {
  const { settlement, lines, entries, position, institutionName, pseudonym } = parts
  const { id, reverses, replaces, settledAt, input } = settlement
  return canonical({
    version: RECEIPT_VERSION,
    kind: reverses === null ? 'SETTLEMENT' : 'REVERSAL',
    setl_id: settlementNumber(id),
    reverses: numberOrNull(reverses),
    replaces: numberOrNull(replaces),
    correction: settlement.correction,
    iat: Math.floor(settledAt.epochMilliseconds / 1000),
    setl_time: wallTime(settledAt),
    person: personOf(settlement, pseudonym),
    encounter: { ...encounterOf(settlement), ...(institutionName !== null && { fixmedins_name: institutionName }) },
    amounts: Object.fromEntries(
      RECEIPT_AMOUNT_NAMES.map((name) => [RECEIPT_AMOUNTS[name].field, formatYuan(settlement[name])]),
    ),
    pool_prop_selfpay: formatRate(settlement.poolRatio),
    account_in_fund: settlement.accountInFund,
    setldetail: settlement.funds.map(shareOf),
    feedetail: { count: lines.length, sha256: linesDigest(lines.map(lineOf)) },
    policy: input === null ? null : { id: input.policy.id, version: input.policy.version },
    engine: settlement.engine,
    ledger: {
      group: id,
      entries: entries
        .map(({ account, amount }) => ({ account: veiled(account, pseudonym), amount: formatYuan(amount) }))
        .toSorted((a, b) => (a.account < b.account ? -1 : 1)),
      position,
    },
  })
}

const numberOrNull = (id: string | null): string | null => (id === null ? null : settlementNumber(id))

/** The first character of a name; an institution's receipt is not for finding persons. */
export const maskedName = (name: string): string => {
  const [first = '', ...rest] = Array.from(name)
  return first + '*'.repeat(rest.length)
}

const personOf = (one: Settlement, pseudonym: ReceiptParts['pseudonym']) => ({
  pseudonym: pseudonym(one.insuredId),
  psn_name: maskedName(one.personName),
  psn_cert_type: one.certificateType,
  certno: one.identityMasked,
  insuplc_admdvs: one.pool,
  insutype: one.insuranceType,
  psn_type: one.personType,
})

const encounterOf = (one: Settlement) => ({
  fixmedins_code: one.institution,
  mdtrt_id: one.visit,
  chrg_bchno: one.chargeBatch,
  invono: one.invoice,
  med_type: one.careType,
  begntime: wallTime(one.beginAt),
  endtime: wallTime(one.endAt),
  clr_optins: one.clearingAgency,
})

const shareOf = ({ payer, fundPayType, base, limit, paid }: FundShare) => ({
  payer,
  fund_pay_type: fundPayType,
  inscp_scp_amt: formatYuan(base),
  crt_payb_lmt_amt: limit === null ? null : formatYuan(limit),
  fund_payamt: formatYuan(paid),
})

/** A line as the digest takes it; the names and texts of the graph, so that who asked for the lines can reckon it. */
export interface ReceiptLine {
  readonly serial: string
  readonly code: string
  readonly name: string
  readonly price: string
  readonly quantity: string
  readonly amount: string
  readonly selfPaid: string
  readonly overCeiling: string
  readonly firstSelfPayment: string
  readonly inScope: string
}

const lineOf = (line: SettledLine): ReceiptLine => ({
  serial: line.serial,
  code: line.code,
  name: line.name,
  price: formatUnitPrice(line.price),
  quantity: formatQuantity(line.quantity),
  amount: formatYuan(line.amount),
  selfPaid: formatYuan(line.selfPaid),
  overCeiling: formatYuan(line.overCeiling),
  firstSelfPayment: formatYuan(line.firstSelfPayment),
  inScope: formatYuan(line.inScope),
})

/** SHA-256 (base64url) over the canonical list of lines, in the order of the bill. */
export const linesDigest = (lines: readonly ReceiptLine[]): string =>
  createHash('sha256')
    .update(
      canonical(
        lines.map(
          ({ serial, code, name, price, quantity, amount, selfPaid, overCeiling, firstSelfPayment, inScope }) => ({
            serial,
            code,
            name,
            price,
            quantity,
            amount,
            selfPaid,
            overCeiling,
            firstSelfPayment,
            inScope,
          }),
        ),
      ),
    )
    .digest('base64url')

/** The name of an account with the pseudonym in place of the person. */
function veiled(account: string, pseudonym: ReceiptParts['pseudonym']): string {
  const name = parseAccount(account)
  if (name === null || !('insuredId' in name)) return account
  return account.replace(name.insuredId, pseudonym(name.insuredId))
}

/** JSON with the names of each object in the order of their characters and nothing between. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}
