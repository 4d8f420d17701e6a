import type { CareKind } from './care-type.ts'

/** A category under which bills are reconciled, declared and cleared (`clr_type`), and the care that falls under it. */
interface ClearingType {
  readonly code: string
  readonly careKind: CareKind
}

/**
 * Source: the national code table `clr_type` of the interface for designated institutions (11 outpatient, 21 inpatient,
 * 41 pharmacy), as 2207, 2304 and 2102 answer it. Its other codes, 51 (deferred) and 99xx (local), are given by an agency
 * and never follow from a bill, so no settlement has them.
 */
const CLEARING_TYPES: readonly ClearingType[] = [
  { code: '11', careKind: 'OUTPATIENT' },
  { code: '21', careKind: 'INPATIENT' },
  { code: '41', careKind: 'PHARMACY' },
]

const CODES = new Map(CLEARING_TYPES.map(({ code, careKind }) => [careKind, code]))
const KINDS = new Map(CLEARING_TYPES.map(({ code, careKind }) => [code, careKind]))

/** `clr_type`: the category under which a bill of this kind of care is cleared with the institution. */
export function clearingTypeOf(kind: CareKind): string {
  const code = CODES.get(kind)
  if (code === undefined) throw new Error(`${kind} has a clearing type`)
  return code
}

/** The codes a settlement can have. */
export const CLEARING_CODES = CLEARING_TYPES.map(({ code }) => code)

/** The care whose bills fall under a `clr_type`; null for a code no settlement has. */
export const careKindOfClearing = (code: string): CareKind | null => KINDS.get(code) ?? null
