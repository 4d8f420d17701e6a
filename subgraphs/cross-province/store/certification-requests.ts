import type { Statements } from '@yibao/drizzle/hot'
import type { Tx } from '@yibao/drizzle/connect'
import { certificationRequest } from '@yibao/drizzle/cross-province-certification'
import { and, eq, sql } from 'drizzle-orm'
import type { CertificationAnswer } from '../domain/certification.ts'
import type { Filing } from '../domain/filing.ts'

/** What home asks of an agency on another platform. */
export type CertificationRequest = typeof certificationRequest.$inferSelect

type Key = Pick<CertificationRequest, 'insuredId' | 'filingId'>

export async function addRequest(tx: Tx, one: Key & Pick<CertificationRequest, 'certifier' | 'dueOn' | 'askedAt'>) {
  await tx.insert(certificationRequest).values({ ...one, nextAt: one.askedAt })
}

export async function findRequest(tx: Tx, filingId: string): Promise<CertificationRequest | null> {
  const [found] = await tx.select().from(certificationRequest).where(eq(certificationRequest.filingId, filingId))
  return found ?? null
}

/** Keeps what the agency of the other place answered: its first word counts. */
export async function keepAnswer(
  tx: Tx,
  { insuredId, filingId }: Key,
  { certified, reason, at }: CertificationAnswer & { readonly at: Temporal.Instant },
): Promise<void> {
  await tx
    .update(certificationRequest)
    .set({ answer: certified ? 'CERTIFIED' : 'NOT_CERTIFIED', reason, answeredAt: at })
    .where(and(eq(certificationRequest.insuredId, insuredId), eq(certificationRequest.filingId, filingId)))
}

/** A request that is to be said now, with the filing as it stands and who it is of. */
export interface RequestToSay
  extends
    Pick<CertificationRequest, 'insuredId' | 'filingId' | 'certifier' | 'dueOn' | 'receivedAt' | 'attempts'>,
    Pick<Filing, 'pool' | 'type' | 'ground' | 'beginOn' | 'endOn'> {
  readonly name: string
  readonly numberSealed: Buffer
  /** Whether it is no longer asked for. */
  readonly isEnded: boolean
}

/** Requests that are to be said now to provinces whose platform is known, of each in turn those that waited longest. */
export async function findRequestsToSay(
  hot: Statements,
  { at, limit }: { readonly at: Temporal.Instant; readonly limit: number },
): Promise<RequestToSay[]> {
  return hot.unsafe<RequestToSay>(
    `select r.insured_id as "insuredId", r.filing_id as "filingId", r.certifier, r.due_on as "dueOn",
       r.received_at as "receivedAt", r.attempts, f.pool, f.type, f.ground, f.begin_on as "beginOn", f.end_on as "endOn",
       f.stage <> 'AWAITING_CERTIFICATION' as "isEnded", p.name, p.number_sealed as "numberSealed"
     from cross_province.certification_request r
     join cross_province.filing f on f.insured_id = r.insured_id and f.filing_id = r.filing_id
     join insured.sealed_identity_v1 p on p.insured_id = r.insured_id
     where r.answer is null and r.ended_at is null
       -- One that is no longer asked for is said at once, and again as often as it takes.
       and (r.next_at <= $1::text::timestamptz or f.stage <> 'AWAITING_CERTIFICATION' and r.attempts = 0)
       and exists (select from cross_province.partner o where o.province = left(r.certifier, 2)::bpchar)
     order by row_number() over (partition by left(r.certifier, 2) order by r.next_at) limit $2::int`,
    [at.toString(), limit],
  )
}

/** Notes what became of saying it. */
export async function noteSaid(
  tx: Tx,
  { insuredId, filingId }: Key,
  said: Pick<CertificationRequest, 'attempts' | 'nextAt'> & {
    readonly receivedAt?: Temporal.Instant
    endedAt?: Temporal.Instant
  },
): Promise<void> {
  const { attempts, nextAt, receivedAt, endedAt } = said
  await tx
    .update(certificationRequest)
    .set({
      attempts,
      nextAt,
      ...(receivedAt && {
        receivedAt: sql`coalesce(${certificationRequest.receivedAt}, ${receivedAt.toString()}::timestamptz)`,
      }),
      ...(endedAt && { endedAt }),
    })
    .where(and(eq(certificationRequest.insuredId, insuredId), eq(certificationRequest.filingId, filingId)))
}
