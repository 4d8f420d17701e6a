import { dayOf } from '@yibao/schema/dates'
import type { NotAllowed } from '@yibao/schema/rejection'
import type { PoolRules } from './policy.ts'
import { refusedAt } from './refusals.ts'
import type { Filing, Place } from './split-input.ts'

export type FilingType = 'LONG_TERM' | 'REFERRAL' | 'EMERGENCY' | 'OTHER_TEMPORARY'

/** A person's filing for treatment elsewhere, as the cross-province subgraph publishes it. */
export interface FilingRecord {
  readonly id: string
  readonly type: FilingType
  /** Division code or its first 2 or 4 digits. */
  readonly destination: string
  readonly begin: Temporal.PlainDate
  /** Last day, included; null for as long as it is not changed. */
  readonly end: Temporal.PlainDate | null
  /** The moment it was accepted. */
  readonly effectiveFrom: Temporal.Instant
  /** From this day on it no longer counts; null when not cancelled. */
  readonly cancelledFrom: Temporal.PlainDate | null
  /** Whether the home pool bars care at home while it holds. */
  readonly homeBarred: boolean
}

export interface Treatment {
  readonly place: Place
  /** Division of the institution, 6 digits. */
  readonly division: string
  readonly emergency: boolean
  readonly admission: Temporal.PlainDate
  readonly discharge: Temporal.PlainDate
  readonly settledAt: Temporal.Instant
  /** Paid first and claimed: what may not be settled with a card at home is paid so. */
  readonly isClaimed?: boolean
}

/** Where an institution lies, seen from a pool: municipalities and their districts count as one pool by its area. */
export function placeOf(pool: { readonly code: string; readonly area: readonly string[] }, division: string): Place {
  if (pool.area.some((prefix) => division.startsWith(prefix))) return 'IN_POOL'
  return division.slice(0, 2) === pool.code.slice(0, 2) ? 'IN_PROVINCE' : 'OUT_OF_PROVINCE'
}

/** From best to worst for the person; where several filings cover a treatment the best one counts. */
const ORDER: readonly FilingType[] = ['LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY']

/**
 * On what ground a person is treated where they are, with the filing it rests on. Emergencies count as filed where the
 * pool says so (医保发〔2022〕22号 demands it across provinces). Throws NotAllowed `LOCAL_USE_WHILE_FILED` when the
 * policy of the pool bars local use under a filing, or its rules of filing did when it was filed.
 */
export function filingClass(
  rules: Pick<PoolRules, 'localUseWhileFiled' | 'emergencyCountsAsFiled'>,
  filings: readonly FilingRecord[],
  treatment: Treatment,
): { readonly filing: Filing; readonly filingId: string | null } {
  const valid = filings.filter((one) => covers(one, treatment))
  if (treatment.place === 'IN_POOL') {
    const barring = valid.find(
      (one) => one.homeBarred || rules.localUseWhileFiled.refused.some((type) => type === one.type),
    )
    if (barring !== undefined && !treatment.emergency && treatment.isClaimed !== true) throw localUseWhileFiled()
    return { filing: 'LOCAL', filingId: null }
  }
  const best = ORDER.flatMap((type) =>
    valid.filter((one) => one.type === type && treatment.division.startsWith(one.destination)),
  )[0]
  const lesser = best === undefined || best.type === 'OTHER_TEMPORARY'
  if (lesser && treatment.emergency && rules.emergencyCountsAsFiled.value)
    return { filing: 'EMERGENCY', filingId: best?.id ?? null }
  return best === undefined ? { filing: 'UNFILED', filingId: null } : { filing: best.type, filingId: best.id }
}

/**
 * A filing made until the settlement counts for the stay, and one that ran out or was cancelled after admission still
 * does (national procedure of 2022).
 */
function covers(filing: FilingRecord, { admission, discharge, settledAt }: Treatment): boolean {
  const settlement = dayOf(settledAt)
  const latest = onOrBefore(discharge, settlement) ? settlement : discharge
  return (
    Temporal.Instant.compare(filing.effectiveFrom, settledAt) <= 0 &&
    onOrBefore(filing.begin, latest) &&
    (filing.end === null || onOrBefore(admission, filing.end)) &&
    (filing.cancelledFrom === null || !onOrBefore(filing.cancelledFrom, admission))
  )
}

const onOrBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate): boolean => Temporal.PlainDate.compare(a, b) <= 0

const localUseWhileFiled = (): NotAllowed =>
  refusedAt('LOCAL_USE_WHILE_FILED', ['credential'], {
    zh: '异地就医备案有效期内不能在参保地直接结算，取消备案次日起恢复',
    en: 'while a filing for treatment elsewhere is in force, care at home is not settled; it is again from the day after the filing is cancelled',
  })
