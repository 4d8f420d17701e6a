import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { certification, certificationIdentity } from '@yibao/drizzle/cross-province-certification'
import type { PageWanted } from '@yibao/schema/page'
import { and, asc, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm'
import type { Certification, CertificationState } from '../domain/certification.ts'
import { inTurn } from './in-turn.ts'

const columns = {
  id: certification.certificationId,
  insuredId: certification.insuredId,
  province: certification.province,
  pool: certification.pool,
  filingId: certification.filingId,
  certifier: certification.certifier,
  kind: certification.kind,
  beginOn: certification.beginOn,
  endOn: certification.endOn,
  name: certification.name,
  identityMasked: certification.identityMasked,
  state: certification.state,
  dueOn: certification.dueOn,
  receivedAt: certification.receivedAt,
  escalatedAt: certification.escalatedAt,
  reason: certification.reason,
  decidedAt: certification.decidedAt,
  toldAt: certification.toldAt,
}

/** What other provinces ask an agency here for, by these ids, as far as the reader may see it. */
export const findCertifications = (tx: ReadTx, ids: readonly string[]): Promise<Certification[]> =>
  tx
    .select(columns)
    .from(certification)
    .where(inArray(certification.certificationId, [...ids]))

/** All a reader may see, the most urgent first, one more than the page holds. */
export async function listCertifications(
  tx: ReadTx,
  { size, after, state }: PageWanted & { readonly state: CertificationState | null },
): Promise<Certification[]> {
  const [due = '', id = ''] = after?.split('/') ?? []
  return tx
    .select(columns)
    .from(certification)
    .where(
      and(
        state === null ? undefined : eq(certification.state, state),
        after === null
          ? undefined
          : sql`(${certification.dueOn}, ${certification.certificationId}) > (${due}::date, ${id}::uuid)`,
      ),
    )
    .orderBy(asc(certification.dueOn), asc(certification.certificationId))
    .limit(size + 1)
}

/** What a province asked for under the id of one of its filings, with the keyed hash of what that was. */
export async function findAsked(
  tx: Tx,
  { province, filingId }: Pick<Certification, 'province' | 'filingId'>,
): Promise<(Certification & { readonly contentHash: Buffer }) | null> {
  const [found] = await tx
    .select({ ...columns, contentHash: certification.contentHash })
    .from(certification)
    .where(and(eq(certification.province, province), eq(certification.filingId, filingId)))
  return found ?? null
}

interface Sealed {
  readonly numberSealed: Buffer
  readonly contentHash: Buffer
}

/** Adds what was asked. False when the same was asked at the same moment and stands there already. */
export async function addCertification(tx: Tx, { id, numberSealed, ...one }: Certification & Sealed): Promise<boolean> {
  const added = await tx
    .insert(certification)
    .values({ ...one, certificationId: id, nextAt: one.receivedAt })
    .onConflictDoNothing()
  if (added.rowCount !== 1) return false
  await tx.insert(certificationIdentity).values({ insuredId: one.insuredId, certificationId: id, numberSealed })
  return true
}

/** Writes how far it has come; what was asked never changes. */
export async function saveCertification(
  tx: Tx,
  { insuredId, id, state, escalatedAt, reason, decidedAt }: Certification,
  decidedBy?: string,
): Promise<void> {
  await tx
    .update(certification)
    .set({
      state,
      escalatedAt,
      reason,
      decidedAt,
      ...(decidedBy !== undefined && decidedAt !== null && { decidedBy, nextAt: decidedAt, attempts: 0 }),
    })
    .where(and(eq(certification.insuredId, insuredId), eq(certification.certificationId, id)))
}

/** Answers home has not heard of yet and is to be told now, those that waited longest first. */
export async function findAnswersToTell(
  tx: Tx,
  { at, limit }: { readonly at: Temporal.Instant; readonly limit: number },
): Promise<(Certification & { readonly attempts: number })[]> {
  return tx
    .select({ ...columns, attempts: certification.attempts })
    .from(certification)
    .where(
      and(
        inArray(certification.state, ['CERTIFIED', 'NOT_CERTIFIED']),
        isNull(certification.toldAt),
        lte(certification.nextAt, at),
      ),
    )
    .orderBy(inTurn(certification.province, certification.nextAt))
    .limit(limit)
}

/** Notes what became of telling home. */
export async function noteTold(
  tx: Tx,
  { insuredId, id }: Pick<Certification, 'insuredId' | 'id'>,
  said: { readonly toldAt: Temporal.Instant } | { readonly attempts: number; readonly nextAt: Temporal.Instant },
): Promise<void> {
  await tx
    .update(certification)
    .set(said)
    .where(and(eq(certification.insuredId, insuredId), eq(certification.certificationId, id)))
}

/** What waits for longer than home allows, and of which nobody has been told yet. */
export const findOverdueCertifications = (tx: Tx, today: Temporal.PlainDate, limit: number): Promise<Certification[]> =>
  tx
    .select(columns)
    .from(certification)
    .where(and(eq(certification.state, 'WAITING'), lt(certification.dueOn, today), isNull(certification.escalatedAt)))
    .orderBy(asc(certification.dueOn), asc(certification.certificationId))
    .limit(limit)

/** The sealed identity number of one. Not under row rules: only of what was seen, and only after the reading is noted. */
export async function findSealedNumber(tx: Tx, id: string): Promise<Buffer | null> {
  const [found] = await tx
    .select({ sealed: certificationIdentity.numberSealed })
    .from(certificationIdentity)
    .where(eq(certificationIdentity.certificationId, id))
  return found?.sealed ?? null
}
