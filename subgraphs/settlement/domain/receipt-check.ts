import { fenOf, parseYuan, rateOf, sum, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { brokenIdentities, type IdentityName } from './identities.ts'
import { linesDigest, RECEIPT_VERSION, type ReceiptLine } from './receipt.ts'
import { RECEIPT_AMOUNT_NAMES, RECEIPT_AMOUNTS, type ReceiptAmount } from './receipt-amounts.ts'
import { parseSettlementNumber, timeOfId } from './settlement-id.ts'

/** A receipt as it is read back; amounts are fen. */
export interface Receipt {
  readonly kind: 'SETTLEMENT' | 'REVERSAL'
  readonly number: string
  readonly reverses: string | null
  readonly replaces: string | null
  readonly correction: boolean
  readonly issuedAt: number
  readonly texts: ReadonlyMap<string, string>
  readonly amounts: Readonly<Record<ReceiptAmount, Fen>>
  readonly accountInFund: boolean
  readonly shares: readonly { readonly payer: string; readonly fundPayType: string; readonly paid: Fen }[]
  readonly lines: { readonly count: number; readonly sha256: string }
  readonly policy: string | null
  readonly group: string
  readonly entries: readonly { readonly account: string; readonly amount: Fen }[]
  readonly position: string
}

const fault = (zh: string, en: string): Text => ({ zh, en })

class Unreadable extends Error {
  readonly path: string
  constructor(path: string) {
    super(path)
    this.path = path
  }
}

/** Reads the text of a receipt; the fault when it does not have the form of one. */
export function readReceipt(text: string): Receipt | Text {
  try {
    const value: unknown = JSON.parse(text)
    if (member(value, 'version') !== RECEIPT_VERSION)
      return fault('凭证版本未知，请使用较新的程序', 'the receipt has another version; use a newer program')
    return receiptOf(value)
  } catch (error) {
    const where = error instanceof Unreadable ? error.path : 'JSON'
    return fault(`凭证内容缺失或格式不符：${where}`, `something is missing or has another form: ${where}`)
  }
}

function receiptOf(value: unknown): Receipt {
  const kind = textAt(value, 'kind')
  if (kind !== 'SETTLEMENT' && kind !== 'REVERSAL') throw new Unreadable('kind')
  const ledger = member(value, 'ledger')
  const feedetail = member(value, 'feedetail')
  const policy = member(value, 'policy')
  const groups = [value, member(value, 'person'), member(value, 'encounter')]
  return {
    kind,
    number: textAt(value, 'setl_id'),
    reverses: optionalAt(value, 'reverses'),
    replaces: optionalAt(value, 'replaces'),
    correction: booleanAt(value, 'correction'),
    issuedAt: numberAt(value, 'iat'),
    texts: new Map(groups.flatMap((group) => Object.entries(objectOf(group)).filter(isText))),
    amounts: amountsOf(member(value, 'amounts')),
    accountInFund: booleanAt(value, 'account_in_fund'),
    shares: listAt(value, 'setldetail').map((share) => ({
      payer: textAt(share, 'payer'),
      fundPayType: textAt(share, 'fund_pay_type'),
      paid: yuanAt(share, 'fund_payamt'),
    })),
    lines: { count: numberAt(feedetail, 'count'), sha256: textAt(feedetail, 'sha256') },
    policy: policy === null ? null : `${textAt(policy, 'id')} ${textAt(policy, 'version')}`,
    group: textAt(ledger, 'group'),
    entries: listAt(ledger, 'entries').map((entry) => ({
      account: textAt(entry, 'account'),
      amount: yuanAt(entry, 'amount'),
    })),
    position: textAt(ledger, 'position'),
  }
}

const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'

function amountsOf(value: unknown): Record<ReceiptAmount, Fen> {
  const read = RECEIPT_AMOUNT_NAMES.map((name) => [name, yuanAt(value, RECEIPT_AMOUNTS[name].field)] as const)
  const at = new Map(read)
  return mapAmounts((name) => at.get(name) ?? fenOf(0n))
}

/** An amount for each name, so that the type need not be asserted. */
function mapAmounts(of: (name: ReceiptAmount) => Fen): Record<ReceiptAmount, Fen> {
  const entries = RECEIPT_AMOUNT_NAMES.map((name) => [name, of(name)])
  const found: Record<ReceiptAmount, Fen> = Object.fromEntries(entries)
  return found
}

function objectOf(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new Unreadable('{}')
  return value
}
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

function textAt(value: unknown, name: string): string {
  const found = member(value, name)
  if (typeof found !== 'string') throw new Unreadable(name)
  return found
}
const optionalAt = (value: unknown, name: string): string | null =>
  member(value, name) === null ? null : textAt(value, name)

function numberAt(value: unknown, name: string): number {
  const found = member(value, name)
  if (typeof found !== 'number') throw new Unreadable(name)
  return found
}

function booleanAt(value: unknown, name: string): boolean {
  const found = member(value, name)
  if (typeof found !== 'boolean') throw new Unreadable(name)
  return found
}

function listAt(value: unknown, name: string): unknown[] {
  const found = member(value, name)
  if (!Array.isArray(found)) throw new Unreadable(name)
  return found
}

function yuanAt(value: unknown, name: string): Fen {
  const found = parseYuan(textAt(value, name))
  if (found === null) throw new Unreadable(name)
  return found
}

const IDENTITIES: Readonly<Partial<Record<IdentityName, Text>>> = {
  I1: fault('总额不等于全自费、超限价、先行自付、政策内之和', 'the total is not the sum of its four parts'),
  I2: fault('总额不等于基金、个人、医院负担之和', 'the total is not what funds, person and hospital bear'),
  I3: fault('个人负担不等于账户、共济、现金之和', 'the personal part is not account, mutual aid and cash'),
  I4: fault('基金支付总额不等于各基金之和', 'the funds together are not the sum of the funds'),
  I7: fault('起付线超过政策内金额', 'more deductible was used than lies in scope'),
}

/** Everything in a receipt that does not agree with itself; empty when all is well. */
export function contradictions(receipt: Receipt): Text[] {
  const { kind, amounts, accountInFund, shares, entries, group, number } = receipt
  const sign = kind === 'REVERSAL' ? -1n : 1n
  const upright = mapAmounts((name) => fenOf(sign * amounts[name]))
  const found = brokenIdentities({ ...upright, poolRatio: rateOf(0n) }, accountInFund).map(
    (name) => IDENTITIES[name] ?? fault(`恒等式 ${name} 不成立`, `identity ${name} does not hold`),
  )
  const wrong = (holds: boolean, zh: string, en: string) => void (holds || found.push(fault(zh, en)))
  const isNegative = RECEIPT_AMOUNT_NAMES.some((name) => name !== 'balance' && upright[name] < 0n)
  wrong(!isNegative, '金额的正负与凭证种类不符', 'an amount has the sign of the other kind of receipt')
  wrong(
    (kind === 'REVERSAL') === (receipt.reverses !== null),
    '凭证种类与所撤销的结算不符',
    'only a reversal takes a settlement back',
  )
  const paid = sum(shares.map((one) => one.paid))
  wrong(paid === amounts.detailTotal, '基金分项之和不符', 'the shares do not add up to their sum')
  wrong(sum(entries.map((one) => one.amount)) === 0n, '总账分录合计不为零', 'the ledger entries do not add up to zero')
  for (const [prefix, expected] of posted(amounts)) {
    const held = sum(entries.filter(({ account }) => account.startsWith(prefix)).map((one) => one.amount))
    wrong(held === expected, `总账 ${prefix} 与金额不符`, `the ledger entries of ${prefix} are not the amounts`)
  }
  wrong(parseSettlementNumber(number) === group, '结算 ID 与总账分录组不符', 'number and ledger group differ')
  const at = Math.floor(timeOfId(group).epochMilliseconds / 1000)
  wrong(at === receipt.issuedAt, '时间与结算 ID 不符', 'the time is not that of the settlement number')
  return found
}

/** What the entries must hold together, by how their accounts begin. */
function posted(amounts: Receipt['amounts']): [prefix: string, amount: Fen][] {
  const { hifp, cvlserv, hifes, hifmi, hifob, hifdm, maf, oth, account, mutualAid } = amounts
  const funds = hifp + cvlserv + hifes + hifmi + hifob + hifdm + maf + oth
  const own = account + mutualAid
  return [
    ['fund:', fenOf(-funds)],
    ['personal:', fenOf(-own)],
    ['payable:', fenOf(funds + own)],
  ]
}

const LINE: readonly (keyof ReceiptLine)[] = [
  'serial',
  'code',
  'name',
  'price',
  'quantity',
  'amount',
  'selfPaid',
  'overCeiling',
  'firstSelfPayment',
  'inScope',
]

/** Whether a value has the form of a line: all its members are texts. */
const isReceiptLine = (value: unknown): value is ReceiptLine =>
  LINE.every((name) => typeof member(value, name) === 'string')

/** Whether these are the lines the receipt was made of; null when they are. */
export function checkLines({ lines }: Receipt, given: readonly unknown[]): Text | null {
  const same = given.length === lines.count && given.every(isReceiptLine) && linesDigest(given) === lines.sha256
  return same ? null : fault('费用明细与凭证的摘要不符', 'the lines are not those of the receipt')
}
