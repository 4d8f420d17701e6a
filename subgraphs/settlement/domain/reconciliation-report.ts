import { formatYuan, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import {
  actionFor,
  differingAmounts,
  maskPersonNumber,
  type DifferenceCause,
  type ReconciledAmounts,
  type ReconcilingAction,
} from './reconciliation.ts'
import type { Shortfall } from './reconciliation-shortfall.ts'
import { settlementNumber } from './settlement-id.ts'

/** What a row of the report is made of. */
interface Reported {
  readonly place: number
  readonly cause: DifferenceCause
  readonly line: number | null
  readonly number: string | null
  readonly settlementId: string | null
  readonly personNumber: string | null
  readonly visit: string | null
  readonly requestId: string | null
  readonly refund: boolean | null
  readonly unconfirmed: boolean
  readonly reversed: boolean
  readonly elsewhere: unknown
  readonly here: ReconciledAmounts | null
  readonly there: ReconciledAmounts | null
  readonly problems: readonly { readonly path: string; readonly message: { readonly zh: string } }[]
}

const CAUSES: Readonly<Record<DifferenceCause, string>> = {
  ONLY_HERE: '仅平台有',
  ONLY_THERE: '仅机构有',
  AMOUNTS_DIFFER: '金额不一致',
  REVERSED_HERE: '平台已撤销',
  REVERSED_THERE: '机构已撤销',
  DUPLICATE_LINE: '重复行',
  UNREADABLE: '无法读取',
  WRONG_PERSON: '人员不一致',
  WRONG_VISIT: '就诊不一致',
}
const ACTIONS: Readonly<Record<ReconcilingAction, string>> = {
  ANNUL: '冲正或补记',
  RECORD: '补记',
  RECORD_REVERSAL: '补记撤销',
  SETTLE: '重新结算',
  REVERSE: '撤销',
  RECONCILE_ELSEWHERE: '在所属期间和类别对账',
  REMOVE_LINE: '删除该行',
  CORRECT_LINE: '更正该行',
}

type Cell = (one: Reported) => string | null

const yuan = (value: Fen | null | undefined): string | null => (value == null ? null : formatYuan(value))
const amount =
  (side: 'here' | 'there', name: keyof ReconciledAmounts): Cell =>
  (one) =>
    yuan(one[side]?.[name])

const COLUMNS: readonly (readonly [heading: string, cell: Cell])[] = [
  ['序号', ({ place }) => String(place)],
  ['原因', ({ cause }) => CAUSES[cause]],
  ['cause', ({ cause }) => cause],
  ['建议', (one) => ACTIONS[actionFor({ ...one, elsewhere: one.elsewhere !== null })]],
  ['行号', ({ line }) => (line === null ? null : String(line))],
  ['setl_id', ({ settlementId, number }) => (settlementId === null ? number : settlementNumber(settlementId))],
  ['mdtrt_id', ({ visit }) => visit],
  ['psn_no', ({ personNumber }) => personNumber && maskPersonNumber(personNumber)],
  ['msgid', ({ requestId }) => requestId],
  ['refd_setl_flag', ({ refund }) => (refund === null ? null : refund ? '1' : '0')],
  ['平台 medfee_sumamt', amount('here', 'total')],
  ['机构 medfee_sumamt', amount('there', 'total')],
  ['平台 fund_pay_sumamt', amount('here', 'fundTotal')],
  ['机构 fund_pay_sumamt', amount('there', 'fundTotal')],
  ['平台 acct_pay', amount('here', 'account')],
  ['机构 acct_pay', amount('there', 'account')],
  ['平台 psn_cash_pay', amount('here', 'cash')],
  ['机构 psn_cash_pay', amount('there', 'cash')],
  ['不一致', ({ here, there }) => (here === null || there === null ? null : differingAmounts(here, there).join(' '))],
  ['说明', ({ problems }) => problems.map(({ path, message }) => `${path} ${message.zh}`.trim()).join('；')],
]

/** A cell no spreadsheet takes for a formula: only numbers may begin as one does. */
function cellOf(value: string | null): string {
  const text = value ?? ''
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-\d+\.\d{2}$/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The first line of a report, with the mark by which spreadsheets know UTF-8. */
export const REPORT_HEADER = `\uFEFF${COLUMNS.map(([heading]) => cellOf(heading)).join()}\r\n`

/** That lines are missing, told before what differs. */
export interface Notice {
  readonly shortfall: Shortfall
  readonly text: Text
}

/** What is told of the whole file, in the columns of a difference. */
export const noticeLine = ({ shortfall, text }: Notice): string => {
  const told: Readonly<Record<string, string>> = {
    原因: '明细不全',
    cause: shortfall.cause,
    建议: '补全后重新对账',
    说明: text.zh,
  }
  return `${COLUMNS.map(([heading]) => cellOf(told[heading] ?? null)).join()}\r\n`
}

/** One difference as a line of a report. */
export const reportLine = (one: Reported): string => `${COLUMNS.map(([, cell]) => cellOf(cell(one))).join()}\r\n`
