import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { parseYuan } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { careKindOf } from '../domain/care-type.ts'
import { keysOfClaim } from '../domain/claim-bill.ts'
import { dayIn } from '../domain/claim-check.ts'
import type { ClaimFinding } from '../domain/claim-precheck.ts'
import {
  CLAIMED_BESIDE,
  claimedAfter,
  SETTLED_BESIDE,
  settledAfter,
  settledBeside,
  settledDirectly,
  settledTwice,
} from '../domain/claim-refusals.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { twiceOf } from '../domain/claim-twice.ts'
import type { Claim } from '../domain/claim.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { holdSettledClaims, isBesideTold, type ToldBeside } from '../store/claim-beside.ts'
import { isVisitOf, listAlike, listSettledThen } from '../store/claim-keys.ts'
import { stepClaim } from '../store/claim.ts'
import { findLastDecision } from '../store/claim-review.ts'
import { isRegistered } from './claim-case.ts'
import { tellClaimStaff } from './claim-tell.ts'

/** What was settled directly of the same days as a claim. */
export interface Beside {
  readonly settlementId: string
  /** The record it was settled under. */
  readonly insuredId: string
  /** Whether it is the same care: its visit, or a stay at the same time. Of anything else somebody may say that it is another visit. */
  readonly isSame: boolean
  /** Whether it is elsewhere by its code, and of the same total or name: a reviewer finds out whether it is the same care. */
  readonly isAlike: boolean
}

type Claimed = Pick<Claim, 'insuredId' | 'id' | 'number' | 'content'>

/**
 * What was settled directly of the person's care on the days of a claim where they were treated, its visit first. Another
 * visit of an outpatient is one this platform knows to be the person's: a number alone says nothing.
 */
export async function listBeside(
  tx: Tx | ReadTx,
  { id, number, content }: Claimed,
  records: readonly string[],
): Promise<Beside[]> {
  const { place, careType, visit = null, chargeBatch = null } = content
  const begin = dayIn(content.begin)
  const end = dayIn(content.end)
  if (place === undefined || begin === null || end === null) return []
  const keys = keysOfClaim({ number }, { place, visit, chargeBatch })
  const isStay = careKindOf(careType ?? '') === 'INPATIENT'
  const isVisitNamed = visit !== null
  const found = await listSettledThen(tx, records, { claimId: id, keys, isVisitNamed, begin, end, isStay })
  if (found.length === 0) return isStay ? [] : listAlikeBeside(tx, content, { records, begin, end })
  const isOther = !isStay && isVisitNamed && (await isVisitOf(tx, records, keys))
  return found.flatMap(({ isVisit, ...one }) => {
    const isSame = isStay || isVisit
    return !isSame && isOther ? [] : [{ ...one, isSame, isAlike: false }]
  })
}

interface Days {
  readonly records: readonly string[]
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

/** The same of a place the register does not have, which may be one that is in it under another name or code. */
async function listAlikeBeside(tx: Tx | ReadTx, content: Claimed['content'], days: Days): Promise<Beside[]> {
  if (await isRegistered(tx, { content })) return []
  const { place, total = '' } = content
  const found = await listAlike(tx, days.records, { ...days, total: parseYuan(total), name: place?.name ?? '' })
  return found.map((one) => ({ ...one, isSame: false, isAlike: true }))
}

/** As the reviewer sees it. */
export const findingOfBeside = (beside: Beside): ClaimFinding => ({
  rule: SETTLED_BESIDE,
  name: { zh: '同日已直接结算', en: 'settled directly on the same day' },
  action: 'WARN',
  lines: [],
  text: settledBeside(beside).text,
})

/**
 * A claim is not settled beside direct settlements of the same days, unless the reviewer was told of each and said in the decision
 * why it is another visit. @throws NotAllowed
 */
export async function refuseBeside(tx: Tx | ReadTx, claim: Claimed, records: readonly string[]): Promise<void> {
  const besides = await listBeside(tx, claim, records)
  const same = besides.find(({ isSame }) => isSame)
  if (same !== undefined) throw settledDirectly(same.settlementId)
  for (const one of besides) if (!(await isAnswered(tx, claim, toldOf(one)))) throw settledBeside(one)
}

const toldOf = ({ settlementId }: Pick<Beside, 'settlementId'>): ToldBeside => ({
  code: SETTLED_BESIDE,
  number: settlementNumber(settlementId),
})

/** Whether the decision of a claim says something in words to what its reviewer was told of: that very settlement, or other claim. */
export async function isAnswered(
  tx: Tx | ReadTx,
  claim: Pick<Claim, 'insuredId' | 'id'>,
  told: ToldBeside,
): Promise<boolean> {
  const decision = await findLastDecision(tx, claim)
  return decision?.words != null && (await isBesideTold(tx, claim, told))
}

/** What came out beside a settled claim when records of its person were merged. */
interface Found extends ToldBeside {
  readonly words: Text
  /** Whether it is the same care, so that nobody says it is other care but by deciding anew. */
  readonly data: { readonly isSame: boolean; readonly settlement?: string; readonly claim?: string }
  /** By which the staff are told, and what of. */
  readonly template: string
  readonly placeholders: Readonly<Record<string, string>>
}

/**
 * Compares what was never compared while two records were not known to be one person's: claims that were settled under one with what
 * was settled directly, or claimed and settled, under the others. Said in the history of the claim, of two claims of the later one,
 * and to the staff of its pool, once of each.
 */
export async function tellBesideMerged(tx: Tx, records: readonly string[], at: Temporal.Instant): Promise<void> {
  const claims = await holdSettledClaims(tx, records)
  for (const claim of claims) {
    let told = claim
    for (const one of [...(await directlyMerged(tx, claim, records)), ...claimsMerged(claim, claims)]) {
      const { code, words, template, placeholders } = one
      if (await isBesideTold(tx, claim, one)) continue
      const data = { code, ...one.data }
      told = await stepClaim(tx, told, { path: 'claim', kind: SETTLED_BESIDE, at, by: BY_RULE, words, data })
      await tellClaimStaff(tx, told, { template, at, data: placeholders })
    }
  }
}

async function directlyMerged(tx: Tx, claim: Claim, records: readonly string[]): Promise<Found[]> {
  const besides = await listBeside(tx, claim, records)
  const others = besides.filter(({ insuredId }) => insuredId !== claim.insuredId && records.includes(insuredId))
  return others.map(({ settlementId, isSame }) => {
    const told = toldOf({ settlementId })
    return {
      ...told,
      words: isSame ? settledTwice(settlementId) : settledAfter(settlementId),
      data: { isSame, settlement: settlementId },
      template: 'settled-beside',
      placeholders: { settlement: told.number },
    }
  })
}

function claimsMerged(claim: Claim, claims: readonly Claim[]): Found[] {
  return claims.flatMap(({ insuredId, id, number, settlementId, content }) => {
    const isEarlier = String(settlementId) < String(claim.settlementId)
    const twice = insuredId === claim.insuredId || !isEarlier ? null : twiceOf(claim.content, content)
    if (twice === null) return []
    const isSame = twice !== 'ALIKE'
    const words = claimedAfter(number, isSame)
    const data = { isSame, claim: id }
    return [{ code: CLAIMED_BESIDE, number, words, data, template: 'claimed-beside', placeholders: { other: number } }]
  })
}
