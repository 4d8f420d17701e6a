import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import type { SplitInput } from './split-input.ts'
import type { SplitResult } from './split-result.ts'

/** A relative whose account may pay, as bound: in the order of the binding. */
export interface SponsorRecord {
  readonly sponsorId: string
  readonly place: number
  /** What the binding lets the sponsor pay in a calendar year; null without limit. */
  readonly yearlyLimit: Fen | null
  /** What the sponsor has paid for this person in the calendar year. */
  readonly used: Fen
  readonly version: bigint
  readonly lastAt: Temporal.Instant | null
  /** The pool that keeps the sponsor's account; null when there is none. */
  readonly pool: string | null
  readonly current: Fen
  readonly history: Fen
}

/** What a bill takes from a sponsor, and on which version of the sponsor's money that was decided. */
export interface SponsorChange {
  readonly sponsorId: string
  readonly version: bigint
  readonly place: number
  readonly pool: string
  readonly insuranceType: string
  readonly year: string
  readonly current: Fen
  readonly history: Fen
}

/** Personal accounts are kept under the employees' insurance alone. */
const EMPLOYEE = '310'

/** The counter of what a sponsor has paid for somebody, kept in the sponsor's name. */
export const aidCounter = (beneficiaryId: string): string => `mutual-aid:${beneficiaryId}`

/** The sponsors a bill may ask: those with something left, under the binding and in the account. */
export const sponsorsOf = (sponsors: readonly SponsorRecord[]): NonNullable<SplitInput['sponsors']> =>
  sponsors
    .map(({ sponsorId, yearlyLimit, used, current, history }) => ({
      insuredId: sponsorId,
      current,
      history,
      limit: yearlyLimit === null ? null : yearlyLimit > used ? fenOf(yearlyLimit - used) : ZERO,
    }))
    .filter(({ current, history, limit }) => current + history > 0n && limit !== ZERO)

/** What the split took from each of them. */
export function sponsorChanges(
  { sponsorsPaid }: Pick<SplitResult, 'sponsorsPaid'>,
  sponsors: readonly SponsorRecord[],
  year: string,
): SponsorChange[] {
  return sponsorsPaid.flatMap(({ insuredId, current, history }) => {
    const found = sponsors.find((one) => one.sponsorId === insuredId)
    if (found === undefined || found.pool === null || current + history === 0n) return []
    const { version, place, pool } = found
    return [{ sponsorId: insuredId, version, place, pool, insuranceType: EMPLOYEE, year, current, history }]
  })
}
