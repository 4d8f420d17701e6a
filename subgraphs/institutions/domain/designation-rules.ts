import type { Text } from '@yibao/schema/rejection'
import type { Kind } from './institution.ts'

/** A number and the place in a document it is taken from. */
interface Said {
  readonly value: number
  readonly source: string
  readonly article: string
}

/** One condition an institution must meet to be designated. */
export interface Criterion {
  readonly id: string
  readonly kind: Kind
  /** Whether every application must answer it; others concern some institutions only. */
  readonly required: boolean
  readonly text: Text
  readonly source: string
  readonly article: string
}

export interface DesignationSource {
  readonly document: Text
  readonly number: string | null
  readonly issued: string
  readonly reliability: 'A' | 'B' | 'C' | 'ASSUMED'
}

/** What the regulations say of designation: conditions, time limits, and where they stand. */
export interface DesignationRules {
  readonly sources: Readonly<Record<string, DesignationSource>>
  readonly limits: {
    /** Within how many working days the bureau says what is missing. */
    readonly correctionWorkingDays: Said
    readonly evaluationMonths: Said
    /** How long after a failed evaluation the next application may come; and after a second failure. */
    readonly rectificationMonths: Said
    readonly exclusionMonths: Said
    readonly fraudSuspensionMonthsMin: Said
    readonly fraudSuspensionMonthsMax: Said
    readonly expiryWarningDays: Said
  }
  readonly criteria: readonly Criterion[]
}
