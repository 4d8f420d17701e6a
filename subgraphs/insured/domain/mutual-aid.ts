import type { Fen } from '@yibao/schema/money'

/** What the beneficiary is to the sponsor. */
export const RELATIONS = ['SPOUSE', 'PARENT', 'CHILD', 'SIBLING', 'GRANDPARENT', 'GRANDCHILD'] as const
export type Relation = (typeof RELATIONS)[number]

/**
 * That one person's personal account may pay for a relative (家庭共济). Spouse, parents and children since 国办发〔2021〕14号;
 * the other near relatives since 2024. Each person's own account pays first, then those of the sponsors, in their order.
 */
export interface MutualAid {
  readonly id: string
  /** The beneficiary: for whose bills it is. */
  readonly insuredId: string
  readonly sponsorId: string
  readonly relation: Relation
  /** Which of the beneficiary's sponsors pays first, from 1; null once it has ended. */
  readonly place: number | null
  /** What the sponsor pays for this beneficiary in a year at most. */
  readonly yearlyLimit: Fen | null
  /** As much of the sponsor's name as the beneficiary may know. */
  readonly sponsorMasked: string
  readonly beneficiaryName: string
  readonly beginOn: Temporal.PlainDate
  readonly boundAt: Temporal.Instant
  readonly endOn: Temporal.PlainDate | null
  readonly endedAt: Temporal.Instant | null
  readonly endedBy: 'SPONSOR' | 'BENEFICIARY' | null
}

export const isCurrent = ({ endedAt }: MutualAid): boolean => endedAt === null

/** The first character of a name; the others are stars, and so is a name of one. */
export const maskName = (name: string): string => {
  const letters = Array.from(name)
  return letters.length < 2 ? '*' : `${letters[0] ?? ''}${'*'.repeat(letters.length - 1)}`
}
