import type { Quantity } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { BillLine } from './bill.ts'
import type { Fields } from './fields.ts'
import { refusedAt } from './refusals.ts'

/**
 * Lists (`list_type`) of drugs whose packages carry a trace code: western and Chinese patent drugs, ethnic patent drugs.
 * Herbs, granules and a hospital's own preparations have none (医保发〔2025〕7号, on collecting drug trace codes).
 */
const TRACED_LISTS = ['101', '104']

/** A quantity of one package. */
const PACKAGE = 10_000n

type Traced = Pick<BillLine, 'serial' | 'quantity' | 'refundOf' | 'traceCodes'>

/** Adds the faults that lie in the bill: a code that stands twice, a refund of a package that its charge does not name. */
export function checkTraceCodes(fields: Fields, lines: readonly Traced[]): void {
  const charged = new Map<string, string>()
  const taken = new Set<string>()
  lines.forEach(({ serial, refundOf, traceCodes }, i) => {
    traceCodes.forEach((code, j) => {
      const path = `lines[${i}].traceCodes[${j}]`
      if (code === '') return
      const isKnown = charged.get(code) === refundOf && !taken.has(code)
      if (refundOf === null && charged.has(code)) fields.fault(path, 'DUPLICATE', DUPLICATE)
      else if (refundOf !== null && !isKnown) fields.fault(path, 'NOT_OF_CHARGE', NOT_OF_CHARGE)
      else if (refundOf === null) charged.set(code, serial)
      else taken.add(code)
    })
  })
}

const DUPLICATE: Text = { zh: '追溯码在本账单中重复', en: 'occurs twice in this bill' }
const NOT_OF_CHARGE: Text = {
  zh: '不是原明细尚未退回的追溯码',
  en: 'is no code of the line it refunds, or was returned before',
}

/** A package that is paid for: its code, and where in the bill it stands. */
export interface PaidPackage {
  readonly code: string
  readonly path: string
}

/** The packages a bill pays for; those of a line that was taken back whole, or named by its refund, are not. */
export function packagesOf(lines: readonly Traced[]): PaidPackage[] {
  if (lines.every(({ traceCodes }) => traceCodes.length === 0)) return []
  const left = quantitiesLeft(lines)
  const returned = new Set(lines.flatMap(({ refundOf, traceCodes }) => (refundOf === null ? [] : traceCodes)))
  return lines.flatMap(({ serial, refundOf, traceCodes }, i) =>
    refundOf !== null || (left.get(serial) ?? 0n) === 0n
      ? []
      : traceCodes.flatMap((code, j) => (returned.has(code) ? [] : [{ code, path: `lines[${i}].traceCodes[${j}]` }])),
  )
}

/** How much refunds leave of each charge, by serial. */
export function quantitiesLeft(
  lines: readonly Pick<BillLine, 'serial' | 'quantity' | 'refundOf'>[],
): Map<string, bigint> {
  const left = new Map<string, bigint>()
  for (const { serial, quantity, refundOf } of lines)
    left.set(refundOf ?? serial, (left.get(refundOf ?? serial) ?? 0n) + quantity)
  return left
}

/** Refuses packages that were paid before, anywhere, or twice in the bill. By whom and where is told to nobody. */
export function refusePaid(packages: readonly PaidPackage[], paid: readonly string[]): void {
  const before = new Set(paid)
  const paths = packages.flatMap(({ code, path }) => {
    const isPaid = before.has(code)
    before.add(code)
    return isPaid ? [path] : []
  })
  if (paths.length === 0) return
  throw refusedAt('TRACE_CODE_PAID', paths.slice(0, 100), {
    zh: '该追溯码的药品已结算过',
    en: 'the package with this trace code was paid for before',
  })
}

interface TraceFrame {
  /** `list_type` of each line's item. */
  readonly listTypes: readonly string[]
  readonly rule: 'REQUIRED' | 'WARNED' | 'OFF'
}

/** Refuses drug lines without a code where the pool pays for none such. */
export function refuseUntraced(lines: readonly Traced[], { listTypes, rule }: TraceFrame): void {
  if (rule !== 'REQUIRED') return
  const left = quantitiesLeft(lines)
  const paths = lines.flatMap((line, i) =>
    isUntraced(line, listTypes[i]) && isCharged(line, left) ? [`lines[${i}].traceCodes`] : [],
  )
  if (paths.length === 0) return
  throw refusedAt('TRACE_CODE_REQUIRED', paths.slice(0, 100), {
    zh: '药品须扫追溯码方可结算',
    en: 'the pool pays for a drug only with the trace codes of its packages',
  })
}

/** What is odd about the codes of a line. It is told with the settlement and changes nothing of it. */
export interface TraceWarning {
  readonly serial: string
  readonly code: 'TRACE_CODE_MISSING' | 'TRACE_CODES_TOO_MANY'
}

/** Drug lines without a code, and lines with more codes than packages; a pool that asks for none is not warned. */
export function traceWarnings(lines: readonly Traced[], { listTypes, rule }: TraceFrame): TraceWarning[] {
  if (rule === 'OFF') return []
  const left = quantitiesLeft(lines)
  return lines.flatMap((line, i): TraceWarning[] => {
    if (!isCharged(line, left)) return []
    if (isUntraced(line, listTypes[i])) return [{ serial: line.serial, code: 'TRACE_CODE_MISSING' }]
    const isTooMany = BigInt(line.traceCodes.length) > packages(line.quantity)
    return isTooMany ? [{ serial: line.serial, code: 'TRACE_CODES_TOO_MANY' }] : []
  })
}

const isUntraced = ({ traceCodes }: Traced, listType: string | undefined): boolean =>
  traceCodes.length === 0 && TRACED_LISTS.includes(listType ?? '')

const isCharged = ({ serial, refundOf }: Traced, left: ReadonlyMap<string, bigint>): boolean =>
  refundOf === null && (left.get(serial) ?? 0n) > 0n

/** Packages a quantity makes, a part of one counted whole. */
const packages = (quantity: Quantity): bigint => (quantity + PACKAGE - 1n) / PACKAGE
