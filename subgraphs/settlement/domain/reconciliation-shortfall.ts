import { formatYuan } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { ReconciledSums } from './reconciliation.ts'

/** What says that lines are missing. */
export type ShortfallCause = 'FEWER_LINES' | 'LOWER_SUMS' | 'NO_LAST_LINE_BREAK'

/** The sums an institution has sent of a scope before it sent its lines (3201). */
export interface DeclaredTotals {
  readonly run: string
  readonly sums: ReconciledSums
}

/** What came of the lines of a run. */
export interface CameIn {
  /** Lines, unreadable ones included. */
  readonly lines: number
  /** What the lines that could be read add up to. */
  readonly sums: ReconciledSums
  /** The last line has no line break behind it. */
  readonly endsInLine: boolean
  /** The number of lines was announced, and they came. */
  readonly isCounted: boolean
  readonly differences: number
  /** The last line is among what differs: a number in it may be cut. */
  readonly isLastDifferent: boolean
}

export interface Shortfall {
  readonly cause: ShortfallCause
  readonly declared: DeclaredTotals | null
}

/**
 * Whether lines are missing, as far as can be told. The institution's own totals decide where there are any: lines that
 * reach them are whole, with or without a line break at the end, which many writers leave out. Without totals a missing
 * line break is told where something differs and no announced number of lines speaks for the file; of a file whose lines
 * all came, only the end of the last one can be missing.
 */
export function shortfallOf(
  { lines, sums, endsInLine, isCounted, differences, isLastDifferent }: CameIn,
  declared: DeclaredTotals | null,
): Shortfall | null {
  if (declared !== null) {
    if (lines < declared.sums.count) return { cause: 'FEWER_LINES', declared }
    return isLower(sums, declared.sums) ? { cause: 'LOWER_SUMS', declared } : null
  }
  const mayBeCut = endsInLine && (isCounted ? isLastDifferent : differences > 0)
  return mayBeCut ? { cause: 'NO_LAST_LINE_BREAK', declared } : null
}

const isLower = (came: ReconciledSums, declared: ReconciledSums): boolean =>
  came.total < declared.total ||
  came.fundTotal < declared.fundTotal ||
  came.account < declared.account ||
  (came.cash !== null && declared.cash !== null && came.cash < declared.cash)

/** Whether a cut is what explains it best; sums can be lower in a whole file whose lines say other amounts. */
export const isLikelyTruncated = (cause: ShortfallCause, endsInLine: boolean): boolean =>
  cause !== 'LOWER_SUMS' || endsInLine

/** What was expected, what came, and what to do. */
export function shortfallText(
  { cause, declared }: Shortfall,
  came: Pick<CameIn, 'lines' | 'sums' | 'endsInLine'>,
): Text {
  const cut = { zh: '最后一行没有换行', en: 'its last line has no line break' }
  if (declared === null)
    return {
      zh: `${cut.zh}，文件可能被截断：请核对是否完整；先报总额（reconcileTotals）或行数（count）即可判定`,
      en: `${cut.en}, so the file may have been cut off: look whether it is whole; totals sent before (reconcileTotals), or the number of lines (count), would tell`,
    }
  const { count, total, fundTotal, account } = declared.sums
  const expected = {
    zh: `所报总额为 ${count} 笔、医疗费 ${formatYuan(total)}、基金 ${formatYuan(fundTotal)}、个人账户 ${formatYuan(account)}`,
    en: `the totals sent were ${count} settlements, ${formatYuan(total)} in all, funds ${formatYuan(fundTotal)}, accounts ${formatYuan(account)}`,
  }
  const found = {
    zh: `明细为 ${came.lines} 行、${formatYuan(came.sums.total)}、${formatYuan(came.sums.fundTotal)}、${formatYuan(came.sums.account)}`,
    en: `the lines are ${came.lines}, ${formatYuan(came.sums.total)}, ${formatYuan(came.sums.fundTotal)}, ${formatYuan(came.sums.account)}`,
  }
  const likely = isLikelyTruncated(cause, came.endsInLine)
  const why = likely
    ? { zh: '文件很可能被截断', en: 'the file was probably cut off' }
    : { zh: '部分行的金额与总额不符', en: 'amounts of lines do not agree with the totals' }
  return {
    zh: `${expected.zh}；${found.zh}${came.endsInLine ? `，且${cut.zh}` : ''}：${why.zh}。请补全后重新对账；账目已改的，请先重报总额`,
    en: `${expected.en}; ${found.en}${came.endsInLine ? `, and ${cut.en}` : ''}: ${why.en}. Send the lines again whole, or the totals again if the books have changed`,
  }
}
