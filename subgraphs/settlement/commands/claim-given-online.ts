import type { Tx } from '@yibao/drizzle/connect'
import type { Claim, ClaimEvent, ClaimPaper } from '../domain/claim.ts'
import { daysOf } from '../domain/claim-certificate.ts'
import { findLatestAccount } from '../store/claim-account.ts'
import { isCertified } from '../store/claim-certificate.ts'
import { findEmployer } from '../store/claim-facts.ts'

/**
 * Which of the papers a claim was returned for stand in the platform already, without a picture: the certificate its employer has
 * signed for these days, and the account that was entered since the claim was returned.
 */
export async function givenOnline(
  tx: Tx,
  claim: Claim,
  history: readonly ClaimEvent[],
): Promise<ReadonlySet<ClaimPaper>> {
  const given = new Set<ClaimPaper>()
  const days = daysOf(claim.content)
  const employer = days === null ? null : await findEmployer(tx, claim.insuredId, { ...claim, day: days.begin })
  if (days !== null && (await isCertified(tx, claim, { ...days, employer }))) given.add('EMPLOYER_CERTIFICATE')
  const returned = history.findLast(({ kind }) => kind === 'RETURNED')
  const account = await findLatestAccount(tx, claim.id)
  const isNew =
    account !== null && returned !== undefined && account.enteredAt.epochMilliseconds >= returned.at.epochMilliseconds
  if (isNew) given.add('BANK_ACCOUNT')
  return given
}
