import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { ClaimFinding } from '../domain/claim-precheck.ts'
import { CLAIMED_BESIDE, claimedBeside, paidBeside, stayClaimed, visitTaken } from '../domain/claim-refusals.ts'
import { twiceOf, type Twice } from '../domain/claim-twice.ts'
import type { Claim } from '../domain/claim.ts'
import { listLiveClaims } from '../store/claim.ts'
import { isAnswered } from './claim-beside.ts'

type Claimed = Pick<Claim, 'id' | 'content'>

interface Other {
  readonly number: string
  readonly twice: Twice
  readonly isSettled: boolean
}

/** The other live claims of the person that are, or may be, of the same care. */
async function listTwice(tx: Tx | ReadTx, { id, content }: Claimed, records: readonly string[]): Promise<Other[]> {
  const claims = await listLiveClaims(tx, records)
  return claims.flatMap((other) => {
    const twice = other.id === id ? null : twiceOf(content, other.content)
    return twice === null ? [] : [{ number: other.number, twice, isSettled: other.settlementId !== null }]
  })
}

/** The same visit, batch or stay is claimed once. Which claim has it learns the same person. @throws NotAllowed */
export async function refuseTwice(tx: Tx, claim: Claimed, records: readonly string[]): Promise<void> {
  for (const { number, twice } of await listTwice(tx, claim, records)) {
    if (twice === 'VISIT') throw visitTaken(number)
    if (twice === 'STAY') throw stayClaimed(number)
  }
}

/**
 * A claim is not settled beside another settled one that may be of the same care, unless the reviewer was told of that one and said in the
 * decision why it is other care. @throws NotAllowed
 */
export async function refuseClaimedBeside(
  tx: Tx | ReadTx,
  claim: Claimed & Pick<Claim, 'insuredId'>,
  records: readonly string[],
): Promise<void> {
  for (const { number, isSettled } of await listTwice(tx, claim, records))
    if (isSettled && !(await isAnswered(tx, claim, { code: CLAIMED_BESIDE, number }))) throw paidBeside(number)
}

/** The other claims that may be of the same care, as the reviewer sees them. */
export async function findingsOfTwice(
  tx: Tx | ReadTx,
  claim: Claimed,
  records: readonly string[],
): Promise<ClaimFinding[]> {
  const found = await listTwice(tx, claim, records)
  return found.map(({ number }) => claimedBeside(number))
}
