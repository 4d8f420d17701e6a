import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimCertificate } from '@yibao/drizzle/settlement-claim'
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm'
import type { Claim } from '../domain/claim.ts'
import { isAbout, type Certified, type ClaimCertificate } from '../domain/claim-certificate.ts'

/** What employers were asked to certify for claims, in order. */
export const listCertificates = (db: ReadTx | Tx, claimIds: readonly string[]): Promise<ClaimCertificate[]> =>
  db
    .select()
    .from(claimCertificate)
    .where(inArray(claimCertificate.claimId, [...claimIds]))
    .orderBy(asc(claimCertificate.claimId), asc(claimCertificate.requestedAt))

export async function findCertificate(db: ReadTx | Tx, id: string): Promise<ClaimCertificate | null> {
  const [row] = await db.select().from(claimCertificate).where(eq(claimCertificate.id, id))
  return row ?? null
}

/** Whether the employer the person was insured through has signed for a claim, for the days of its care. */
export async function isCertified(
  tx: Tx,
  { id }: Pick<Claim, 'id'>,
  { employer, ...days }: Omit<Certified, 'employer'> & { readonly employer: string | null },
): Promise<boolean> {
  if (employer === null) return false
  const { begin, end } = days
  const certificates = await listCertificates(tx, [id])
  return certificates.some((one) => one.state === 'SIGNED' && isAbout(one, { employer, begin, end }))
}

export const addCertificate = async (tx: Tx, one: ClaimCertificate): Promise<void> =>
  void (await tx.insert(claimCertificate).values(one))

export const answerCertificate = async (
  tx: Tx,
  { id }: Pick<ClaimCertificate, 'id'>,
  answered: Pick<ClaimCertificate, 'state' | 'answer' | 'answeredBy' | 'answeredAt'>,
): Promise<void> =>
  void (await tx
    .update(claimCertificate)
    .set(answered)
    .where(and(eq(claimCertificate.id, id), eq(claimCertificate.state, 'REQUESTED'))))

/** What is asked of an employer, the latest first. */
export const listCertificatesOf = (
  db: ReadTx,
  {
    employer,
    state,
    before,
  }: { readonly employer: string; readonly state?: ClaimCertificate['state']; readonly before?: string },
  limit: number,
): Promise<ClaimCertificate[]> =>
  db
    .select()
    .from(claimCertificate)
    .where(
      and(
        eq(claimCertificate.employer, employer),
        state === undefined ? undefined : eq(claimCertificate.state, state),
        before === undefined ? undefined : lt(claimCertificate.id, before),
      ),
    )
    .orderBy(desc(claimCertificate.id))
    .limit(limit)
