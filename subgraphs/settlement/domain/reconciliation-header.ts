import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import { readReconciliationLine, type ReconciliationLine, type ReconciliationLineInput } from './reconciliation-line.ts'

type Field = keyof ReconciliationLineInput

/** Names a column of the file may have; the first is the national field name, which reports use. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  settlement: ['setl_id', '结算id', '结算号', '结算编号', '医保结算号', 'settlement'],
  visit: ['mdtrt_id', '就诊id', '就诊号', '就诊编号', 'visit'],
  personNumber: ['psn_no', '人员编号', '个人编号', 'person number'],
  total: ['medfee_sumamt', '医疗费总额', '医疗费用总额', '总费用', '总金额', 'total'],
  fundTotal: ['fund_pay_sumamt', '基金支付总额', '基金支付', '医保基金支付', 'fund total'],
  account: ['acct_pay', '个人账户支付', '个人账户支付金额', '个人账户', '账户支付', 'account'],
  cash: ['psn_cash_pay', 'cash_payamt', '现金支付', '现金支付金额', '个人现金支付', '现金', 'cash'],
  refund: ['refd_setl_flag', '退费结算标志', '退费标志', 'refund'],
  requestId: ['msgid', 'sender_msgid', 'medins_setl_id', '发送方报文id', '报文id', '请求号', 'request id'],
}
const REQUIRED: readonly Field[] = ['settlement', 'personNumber', 'total', 'fundTotal', 'account']

const isField = (name: string): name is Field => name in NAMES
const BY_NAME: ReadonlyMap<string, Field> = new Map(
  Object.keys(NAMES)
    .filter(isField)
    .flatMap((field) => NAMES[field].map((name) => [name, field] as const)),
)

const nationalName = (field: Field): string => NAMES[field][0] ?? field

/** A heading as people write it: spaces around, capitals, a unit in brackets behind. */
const plain = (cell: string): string =>
  cell
    .trim()
    .toLowerCase()
    .replace(/\s*[(（].*[)）]$/, '')

/** The delimiter of a file, by what makes most of its first line into known headings. */
export function delimiterOfLines(firstLine: string): ',' | '\t' | ';' {
  const known = (delimiter: string) =>
    firstLine.split(delimiter).filter((cell) => BY_NAME.has(plain(cell.replaceAll('"', '')))).length
  return ([',', '\t', ';'] as const).reduce((best, one) => (known(one) > known(best) ? one : best))
}

/** Where the columns of a file stand. */
export interface LinesHeader {
  readonly at: ReadonlyMap<Field, number>
  readonly width: number
}

/** Reads the headings of a file. @throws InvalidInput naming each column that is missing or there twice. */
export function readLinesHeader(cells: readonly string[]): LinesHeader {
  const at = new Map<Field, number>()
  const problems: Problem[] = []
  for (const [index, cell] of cells.entries()) {
    const field = BY_NAME.get(plain(cell))
    if (field === undefined) continue
    if (at.has(field)) {
      const message = { zh: '该列出现两次', en: 'stands twice in the header' }
      problems.push({ path: nationalName(field), code: 'COLUMN_TWICE', message })
    }
    at.set(field, index)
  }
  for (const field of REQUIRED.filter((one) => !at.has(one))) {
    const names = NAMES[field].join(' / ')
    const message = { zh: `缺少该列，可用的列名：${names}`, en: `is missing; names it may have: ${names}` }
    problems.push({ path: nationalName(field), code: 'COLUMN_MISSING', message })
  }
  InvalidInput.throwIf(problems)
  return { at, width: cells.length }
}

const FLAGS: Readonly<Record<string, boolean>> = { '': false, 0: false, 1: true, 否: false, 是: true }
const NO_FLAG: Text = { zh: '应为 0 或 1', en: 'must be 0 or 1' }
const FORMULA: Text = {
  zh: '以 = + - @ 开头，是公式而不是数据',
  en: 'begins with = + - or @: a formula, not data',
}

/** Amounts may begin with a minus sign; nothing else may begin as a formula does. */
const isFormula = (cell: string): boolean => /^[=+@\t]/.test(cell) || (cell.startsWith('-') && !/^-\d/.test(cell))

/** Reads one record of a file into a line. Problems stand at the national names of the columns. */
export function readLineRecord(
  cells: readonly string[],
  { at }: LinesHeader,
): { readonly line: ReconciliationLine | null; readonly problems: readonly Problem[] } {
  const text = (field: Field): string => cells[at.get(field) ?? -1]?.trim() ?? ''
  const formulas = [...at.keys()].filter((field) => isFormula(text(field)))
  if (formulas.length > 0)
    return {
      line: null,
      problems: formulas.map((field) => ({ path: nationalName(field), code: 'FORMULA', message: FORMULA })),
    }
  const flag = FLAGS[text('refund')]
  const input = {
    settlement: text('settlement'),
    personNumber: text('personNumber'),
    visit: text('visit'),
    total: text('total'),
    fundTotal: text('fundTotal'),
    account: text('account'),
    cash: text('cash'),
    requestId: text('requestId'),
    refund: flag ?? false,
  }
  const read = readReconciliationLine(input, nationalName)
  if (flag !== undefined) return read
  return {
    line: null,
    problems: [...read.problems, { path: nationalName('refund'), code: 'UNKNOWN_CODE', message: NO_FLAG }],
  }
}
