import { createHash } from 'node:crypto'
import { formatYuan, parseYuan, sum, type Fen } from '@yibao/schema/money'
import type { Problem } from '@yibao/schema/rejection'

/** A transfer as the bank reads it. `subgraphs/settlement/clearing/BANK-FILE.md` describes both files. */
export interface BankRow {
  readonly number: number
  /** Who is paid: an institution by its code, a claim by its number. */
  readonly payee: string
  readonly holder: string
  readonly account: string
  readonly bankName: string
  readonly bankCode: string
  readonly amount: Fen
}

export interface BankBatch {
  readonly number: string
  readonly pool: string
  readonly day: Temporal.PlainDate
}

const COLUMNS = ['kind', 'row', 'institution', 'holder', 'account', 'bank', 'bank_code', 'amount', 'reference']
const END = '\r\n'

/** How a text begins that a spreadsheet takes for a formula, in half or full width. */
export const FORMULA = /^\s*[=+\-@＝＋－＠]/u

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
/** No cell acts as a formula in a spreadsheet or breaks its line, whatever was let in before that was refused. */
const disarmed = (cell: string): string => {
  const line = cell.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
  return FORMULA.test(line) ? `'${line}` : line
}
const record = (cells: readonly string[]): string =>
  cells
    .map(disarmed)
    .map((cell) => (/^[\w.:-]*$/.test(cell) ? cell : quoted(cell)))
    .join(',') + END

/** SHA-256 of everything before the trailer, as the trailer carries it. */
const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** Writes the file of a batch; the same rows give the same bytes. */
export function writeBankFile({ number, pool, day }: BankBatch, rows: readonly BankRow[]): string {
  const lines = rows.map((row) => [
    'D',
    String(row.number),
    row.payee,
    row.holder,
    row.account,
    row.bankName,
    row.bankCode,
    formatYuan(row.amount),
    `${number}-${row.number}`,
  ])
  const body = [COLUMNS, ...lines].map(record).join('')
  const total = formatYuan(sum(rows.map((row) => row.amount)))
  return body + record(['T', String(rows.length), pool, '', number, day.toString(), '', total, digestOf(body)])
}

export const RESULT_COLUMNS = ['kind', 'row', 'institution', 'amount', 'state', 'bank_reference', 'reason'] as const

/** What the bank says of a row; `amount` and `state` are null when they are none. */
export interface BankAnswer {
  readonly line: number
  readonly number: number
  readonly payee: string
  readonly amount: Fen | null
  readonly state: 'PAID' | 'REJECTED' | null
  readonly reference: string
  readonly reason: string
}

/** What was read of a file: its trailer, and what stood before it. */
interface WholeResult {
  readonly trailer: readonly string[]
  readonly rows: number
  /** Something among the rows is none. */
  readonly hasOther: boolean
  readonly digest: string
  /** Number of the batch it should be the answer to. */
  readonly batch: string
}

/** Why nothing of a file is taken: it is of another batch, is not whole or was changed. */
export function resultProblems(path: string, { trailer, rows, hasOther, digest, batch }: WholeResult): Problem[] {
  const [kind = '', count = '', number = '', , , , said = ''] = trailer
  const faults: [boolean, string, string, string][] = [
    [kind !== 'T', 'TRAILER', '末行应为 T 汇总行', 'must end with the trailer T'],
    [kind === 'T' && number !== batch, 'OTHER_BATCH', '不是该批次的结果', 'is the answer to another batch'],
    [kind === 'T' && count !== String(rows), 'INCOMPLETE', '行数与汇总不符', 'has another number of rows than it says'],
    [kind === 'T' && said !== digest, 'CHECKSUM', '校验值不符', 'does not have the checksum it says'],
    [hasOther, 'RECORD', '有不能识别的行', 'has rows that cannot be read'],
  ]
  return faults.filter(([isFault]) => isFault).map(([, code, zh, en]) => ({ path, code, message: { zh, en } }))
}

/** A row of a file as an answer. */
export function answerOf(
  line: number,
  [, row = '', payee = '', amount = '', state = '', reference = '', reason = '']: readonly string[],
): BankAnswer {
  return {
    line,
    number: /^[1-9]\d{0,8}$/.test(row) ? Number(row) : 0,
    payee,
    amount: parseYuan(amount),
    state: state === 'PAID' || state === 'REJECTED' ? state : null,
    reference: printable(reference, 60),
    reason: printable(reason, 200),
  }
}

/** What a bank wrote, fit to be kept: no control characters, and no number that may be an account. */
const printable = (text: string, max: number): string =>
  text
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .replace(/\d{12,}/g, '…')
    .trim()
    .slice(0, max)

/** What is known of a row when its answer comes. */
export interface KnownRow {
  readonly number: number
  readonly payee: string
  readonly amount: Fen
  readonly state: 'SENT' | 'PAID' | 'REJECTED' | 'RETURNED'
  /** The bank has said the opposite of its answer before, and staff have not decided it. */
  readonly isReported: boolean
}

/** What an answer comes to: it is taken, was taken before, waits for a decision of staff, or is wrong. */
export type Verdict =
  | 'TAKEN'
  | 'REPEATED'
  | 'RETURNED'
  | 'PAID_AFTER_REJECTED'
  | 'UNKNOWN_ROW'
  | 'OTHER_INSTITUTION'
  | 'OTHER_AMOUNT'
  | 'NO_STATE'
  | 'NO_REASON'
  | 'CONTRADICTS'

/** Whether an answer is about this row as it was sent. */
export const isAbout = (answer: BankAnswer, row: KnownRow): boolean =>
  answer.payee === row.payee && answer.amount === row.amount

/** Judges one answer against the row it is about. `isDisputed`: the file answers the row in two ways. */
export function judge(answer: BankAnswer, row: KnownRow | undefined, isDisputed = false): Verdict {
  if (row === undefined) return 'UNKNOWN_ROW'
  if (answer.payee !== row.payee) return 'OTHER_INSTITUTION'
  if (answer.amount !== row.amount) return 'OTHER_AMOUNT'
  if (answer.state === null) return 'NO_STATE'
  if (answer.state === 'REJECTED' && answer.reason === '') return 'NO_REASON'
  if (isDisputed) return 'CONTRADICTS'
  if (row.state === 'SENT') return 'TAKEN'
  if (row.state === answer.state) return 'REPEATED'
  // Staff have decided already that it came back.
  if (answer.state === 'PAID' && row.state === 'RETURNED') return 'CONTRADICTS'
  if (answer.state === 'PAID') return row.isReported ? 'REPEATED' : 'PAID_AFTER_REJECTED'
  // Rejected after it was paid: the money has come back.
  return row.state === 'RETURNED' || row.isReported ? 'REPEATED' : 'RETURNED'
}
