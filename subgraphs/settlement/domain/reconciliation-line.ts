import { personNumberFault } from '@yibao/schema/ids'
import { parseYuan, type Fen } from '@yibao/schema/money'
import type { Problem, Text } from '@yibao/schema/rejection'
import { identityInText } from '@yibao/schema/text'
import { Fields, isGiven, type Maybe } from './fields.ts'
import { parseSettlementNumber } from './settlement-id.ts'

/** A line as the institution writes it, every field as text. Names are those of the API. */
export interface ReconciliationLineInput {
  readonly settlement: string
  readonly personNumber: string
  readonly visit?: Maybe<string>
  readonly refund?: Maybe<boolean>
  readonly total: string
  readonly fundTotal: string
  readonly account: string
  readonly cash?: Maybe<string>
  readonly requestId?: Maybe<string>
}

/** One settlement or reversal as the institution has it. */
export interface ReconciliationLine {
  /** `setl_id` as it was sent, and the id it stands for if it can be one of this platform. */
  readonly number: string
  readonly settlementId: string | null
  readonly personNumber: string
  readonly visit: string | null
  /** A reversal: `refd_setl_flag` 1. It names the reversal itself or the settlement that was taken back. */
  readonly refund: boolean
  readonly total: Fen
  readonly fundTotal: Fen
  readonly account: Fen
  readonly cash: Fen | null
  readonly requestId: string | null
}

/** As of a bill: sums of any number of lines then fit the database. */
const AMOUNT_MAX = 10n ** 12n

const TOO_LARGE: Text = { zh: '须小于 100 亿元', en: 'must be below 10 thousand million yuan' }
const NEGATIVE: Text = { zh: '非退费结算的金额不能为负', en: 'must not be negative unless the line is a reversal' }
const POSITIVE: Text = { zh: '退费结算的金额不能为正', en: 'must not be positive on a reversal' }

/** Reads a line. Every fault becomes a problem at the name `nameOf` gives the field; the line is null then. */
export function readReconciliationLine(
  input: ReconciliationLineInput,
  nameOf: (field: keyof ReconciliationLineInput) => string = (field) => field,
): { readonly line: ReconciliationLine | null; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const fields = new Fields(problems)
  const refund = input.refund === true
  const code = { ascii: true } as const
  const amount = (field: 'total' | 'fundTotal' | 'account' | 'cash', value: string): Fen | null => {
    const read = parseYuan(value) === null ? fields.money(nameOf(field), value) : parseYuan(value)
    if (read === null) return null
    if (read >= AMOUNT_MAX || 0n - read >= AMOUNT_MAX) return fields.fault(nameOf(field), 'RANGE', TOO_LARGE)
    if (!refund && read < 0n) return fields.fault(nameOf(field), 'SIGN', NEGATIVE)
    return refund && read > 0n ? fields.fault(nameOf(field), 'SIGN', POSITIVE) : read
  }
  const number = fields.text(nameOf('settlement'), input.settlement, { max: 30, ...code })
  const personNumber = readPersonNumber(fields, nameOf('personNumber'), input.personNumber)
  const visit = fields.optional(nameOf('visit'), input.visit, { max: 30, ...code })
  const requestId = fields.optional(nameOf('requestId'), input.requestId, { max: 128, ...code })
  for (const field of ['settlement', 'personNumber', 'visit', 'requestId'] as const)
    noIdentity(fields, nameOf(field), input[field])
  const total = amount('total', input.total)
  const fundTotal = amount('fundTotal', input.fundTotal)
  const account = amount('account', input.account)
  const cash = isGiven(input.cash) ? amount('cash', input.cash) : null
  if (problems.length > 0 || number === null || personNumber === null) return { line: null, problems }
  if (total === null || fundTotal === null || account === null) return { line: null, problems }
  const settlementId = parseSettlementNumber(number)
  const read = { number, settlementId, personNumber, visit, refund, total, fundTotal, account, cash, requestId }
  return { line: read, problems }
}

function readPersonNumber(fields: Fields, name: string, value: string): string | null {
  const found = personNumberFault(value)
  return found === null ? value : fields.fault(name, found.code, found.message)
}

/** An identity number in place of a code: what is kept of lines is kept as it is. */
function noIdentity(fields: Fields, name: string, value: Maybe<string>): void {
  // Looking closely takes long, and hardly any code has that many digits.
  if ((value ?? '').replaceAll(/[^\p{Nd}]/gu, '').length < 17) return
  const found = identityInText(value ?? '')
  if (found !== null) fields.fault(name, found.code, found.message)
}
