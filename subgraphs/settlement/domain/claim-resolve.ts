import { rateOf } from '@yibao/schema/money'
import type { Bill } from './bill.ts'
import { findItem, type Catalogue, type FoundItem } from './catalogue.ts'
import type { Claimed } from './claim-bill.ts'
import { levelOn } from './designation.ts'
import type { Agreement, Facts, KeyHolder } from './facts.ts'
import { agreementElsewhere } from './place.ts'
import { AlreadySettled } from './refusals.ts'
import type { Level, LineReview } from './split-input.ts'

const LEVELS: readonly Level[] = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY']

/** What a hospital of unknown level is taken for: the one of which as a rule least is paid. */
export const LEVEL_UNKNOWN: Level = 'LEVEL_3'

/** The level of the place of a claim: as its agreement had it, or as it was found out. Null when nobody knows. */
export function levelOfClaim(
  { claim, careKind }: { readonly claim: Claimed } & Pick<Bill, 'careKind'>,
  agreements: readonly Agreement[],
  on: string,
): Level | null {
  const own = agreements.filter((one) => one.pool === claim.pool)
  const known = (own.length > 0 ? own : agreements).findLast((one) => one.beginOn <= on) ?? agreements[0]
  if (known !== undefined) return levelOn(known, on)
  if (careKind === 'PHARMACY') return 'PHARMACY'
  return LEVELS.find((one) => one === claim.place.level) ?? null
}

/** The place of a claim under no agreement: its own pool pays the person. */
export function agreementOfClaim(
  bill: Bill & { readonly claim: Claimed },
  agreements: readonly Agreement[],
  on: Temporal.PlainDate,
): Agreement {
  const { claim, careKind } = bill
  const level = levelOfClaim(bill, agreements, on.toString()) ?? LEVEL_UNKNOWN
  const kind = careKind === 'PHARMACY' ? 'PHARMACY' : 'HOSPITAL'
  return agreementElsewhere({ name: claim.place.name, kind, level, pool: claim.pool, on })
}

interface ItemFrame {
  readonly catalogue: Catalogue
  readonly level: Level
  readonly personType: string
  readonly day: string
}

/**
 * What the catalogue at home says of a line. What a reviewer denied needs no entry; for an estimate what has none counts as
 * in scope whole. Null where somebody has to say what it is.
 */
export function itemOfClaim(
  claim: Claimed,
  index: number,
  code: string,
  { catalogue, ...place }: ItemFrame,
): FoundItem | null {
  const found = code === '' ? null : findItem(catalogue, code, { pool: claim.pool, ...place })
  if (found !== null) return found
  const line = claim.lines[index]
  if (line === undefined) return null
  if (claim.isEstimate) return unlisted(claim, index, 'A')
  return claim.reviews.get(line.serial)?.outcome === 'DENIED' ? unlisted(claim, index, 'NONE') : null
}

function unlisted({ lines, pool }: Claimed, index: number, itemClass: 'A' | 'NONE'): FoundItem {
  const { name = '', chargeType = '' } = lines[index] ?? {}
  const flags = { restricted: false, essential: false, negotiated: false, paediatric: false, special: false }
  const period = { beginOn: '1900-01-01', endOn: null }
  return {
    entry: { ...period, ...flags, pool, name, chargeType, listType: '', class: itemClass === 'A' ? 'A' : 'C' },
    item: { class: itemClass, selfPayRatio: rateOf(0n), ceiling: null, overCeiling: 'EXCESS', restricted: false },
  }
}

/** What of a line a reviewer let into scope at most; absent when all of it. */
export function reviewOf(claim: Claimed | undefined, serial: string): { readonly review?: LineReview } {
  const found = claim?.reviews.get(serial)
  if (found === undefined || found.outcome === 'APPROVED') return {}
  return { review: { inScope: found.amount, reason: found.reason ?? '' } }
}

/**
 * The facts of a claim's own bill: what it holds itself stands in nobody's way, and the pool is that of the claim. Outpatient care is
 * paid batch by batch, so another batch of the visit that the same person claims is another bill; a stay is one.
 */
export function factsOfClaim(
  facts: Facts,
  { id, pool, careKind }: Pick<Claimed, 'id' | 'pool'> & Pick<Bill, 'careKind'>,
  insuredId: string,
): Facts {
  const others = <Holder extends { readonly settlementId: string }>(holder: Holder | null): Holder | null =>
    holder === null || holder.settlementId === id ? null : holder
  const isOtherBatch = ({ settlementId }: KeyHolder): boolean =>
    careKind !== 'INPATIENT' && (facts.claims?.get(settlementId) ?? null) !== null
  const claims = [...(facts.claims ?? [])].filter(([holder]) => holder !== id)
  const { claims: _all, ...rest } = facts
  return {
    ...rest,
    ...(claims.length > 0 && { claims: new Map(claims) }),
    bill: others(facts.bill),
    invoice: others(facts.invoice),
    visit: facts.visit.filter((one) => others(one) !== null && !isOtherBatch(one)),
    enrolments: facts.enrolments.filter((one) => one.pool === pool),
    credential: {
      insuredId: facts.credential?.insuredId ?? insuredId,
      revoked: false,
      expiresAt: null,
      visitToken: null,
    },
  }
}

/** A visit that was settled directly, in whole or in part, is not paid by hand as well. Throws AlreadySettled. */
export function refuseSettledVisit({ visit }: Pick<Facts, 'visit'>): void {
  const [holder] = visit
  if (holder !== undefined) throw AlreadySettled.of(holder, 'chargeBatch')
}
