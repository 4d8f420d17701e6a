import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { VisitLine } from './visit.ts'

/**
 * The lines that are withdrawn when these serials are named. `related` are the lines of these serials and whatever took
 * back of their charges, in their order: a charge goes with what was taken back of it, and of several refunds the last
 * one first. Throws NotAllowed with a problem for each serial that cannot go; then none goes.
 */
export function linesWithdrawn(serials: readonly string[], related: readonly VisitLine[]): string[] {
  const named = new Set(serials)
  const known = new Map(related.map((one) => [one.serial, one]))
  const staying = related.filter((one) => !named.has(one.serial))
  const problems = serials.flatMap((serial, i): Problem[] => {
    const reason = reasonToStay(known.get(serial), staying)
    return reason === null ? [] : [{ path: `serials[${i}]`, ...REASONS[reason], code: reason }]
  })
  if (problems.length === 0) return [...named]
  throw NotAllowed.of({
    code: 'LINES_NOT_WITHDRAWN',
    text: { zh: `${problems.length} 条明细不能撤销`, en: `${problems.length} line(s) cannot be withdrawn` },
    problems: problems.slice(0, 100),
  })
}

const REASONS = {
  UNKNOWN_SERIAL: { message: { zh: '该就诊没有此明细', en: 'the visit has no such line' } },
  LINE_SETTLED: {
    message: { zh: '明细已结算，请先撤销该结算', en: 'is settled; reverse that settlement first' },
  },
  HAS_REFUND: {
    message: { zh: '有退费明细，请一并撤销', en: 'was taken back by a later line; withdraw that one as well' },
  },
} as const

function reasonToStay(line: VisitLine | undefined, staying: readonly VisitLine[]): keyof typeof REASONS | null {
  if (line === undefined) return 'UNKNOWN_SERIAL'
  if (line.settledBy !== null) return 'LINE_SETTLED'
  const charge = line.refundOf ?? line.serial
  return staying.some((one) => one.refundOf === charge && one.number > line.number) ? 'HAS_REFUND' : null
}
