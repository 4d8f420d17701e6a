import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { parseYuan } from '@yibao/schema/money'
import { careKindOf } from '../domain/care-type.ts'
import { keysOfClaim } from '../domain/claim-bill.ts'
import { dayIn } from '../domain/claim-check.ts'
import type { ClaimFinding } from '../domain/claim-precheck.ts'
import { SETTLED_BESIDE, settledBeside, type CLAIMED_BESIDE, settledDirectly } from '../domain/claim-refusals.ts'
import type { Claim } from '../domain/claim.ts'
import { findAlike, findSettledThen, isBesideTold, isVisitOf } from '../store/claim-keys.ts'
import { findLastDecision } from '../store/claim-review.ts'
import { isRegistered } from './claim-case.ts'

/** What was settled directly of the same days as a claim. */
export interface Beside {
  readonly settlementId: string
  /** Whether it is the same care: its visit, or a stay at the same time. Of anything else somebody may say that it is another visit. */
  readonly isSame: boolean
  /** Whether it is elsewhere by its code, and of the same total or name: a reviewer finds out whether it is the same care. */
  readonly isAlike: boolean
}

type Claimed = Pick<Claim, 'insuredId' | 'id' | 'number' | 'content'>

/**
 * What was settled directly of the person's care on the days of a claim where they were treated; null when nothing was. Another
 * visit of an outpatient is one this platform knows to be the person's: a number alone says nothing.
 */
export async function findBeside(
  tx: Tx | ReadTx,
  { id, number, content }: Claimed,
  records: readonly string[],
): Promise<Beside | null> {
  const { place, careType, visit = null, chargeBatch = null } = content
  const begin = dayIn(content.begin)
  const end = dayIn(content.end)
  if (place === undefined || begin === null || end === null) return null
  const keys = keysOfClaim({ number }, { place, visit, chargeBatch })
  const isStay = careKindOf(careType ?? '') === 'INPATIENT'
  const isVisitNamed = visit !== null
  const found = await findSettledThen(tx, records, { claimId: id, keys, isVisitNamed, begin, end, isStay })
  if (found === null) return isStay ? null : findAlikeBeside(tx, content, { records, begin, end })
  const isSame = isStay || found.isVisit
  if (!isSame && visit !== null && (await isVisitOf(tx, records, keys))) return null
  return { settlementId: found.settlementId, isSame, isAlike: false }
}

interface Days {
  readonly records: readonly string[]
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

/** The same of a place the register does not have, which may be one that is in it under another name or code. */
async function findAlikeBeside(tx: Tx | ReadTx, content: Claimed['content'], days: Days): Promise<Beside | null> {
  if (await isRegistered(tx, { content })) return null
  const { place, total = '' } = content
  const found = await findAlike(tx, days.records, { ...days, total: parseYuan(total), name: place?.name ?? '' })
  return found === null ? null : { settlementId: found, isSame: false, isAlike: true }
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
 * A claim is not settled beside a direct settlement of the same days, unless the reviewer was told of it and said in the decision
 * why it is another visit. @throws NotAllowed
 */
export async function refuseBeside(tx: Tx | ReadTx, claim: Claimed, records: readonly string[]): Promise<void> {
  const beside = await findBeside(tx, claim, records)
  if (beside === null) return
  if (beside.isSame) throw settledDirectly(beside.settlementId)
  if (!(await isAnswered(tx, claim, SETTLED_BESIDE))) throw settledBeside(beside)
}

/** Whether the decision of a claim says something in words to what its reviewer was told of. */
export async function isAnswered(
  tx: Tx | ReadTx,
  claim: Pick<Claim, 'insuredId' | 'id'>,
  rule: typeof SETTLED_BESIDE | typeof CLAIMED_BESIDE,
): Promise<boolean> {
  const decision = await findLastDecision(tx, claim)
  return decision?.words != null && (await isBesideTold(tx, claim, rule))
}
