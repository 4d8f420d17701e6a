import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { dispute, disputeEvent } from '@yibao/drizzle/insured-dispute'
import { newId } from '@yibao/drizzle/uuid'
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Dispute, DisputeEvent, DisputeState, Subject } from '../domain/dispute.ts'

const facts = {
  id: dispute.disputeId,
  pool: dispute.pool,
  insuredId: dispute.insuredId,
  employer: dispute.employer,
  subject: dispute.subject,
  subjectId: dispute.subjectId,
  openedAs: dispute.openedAs,
  reason: dispute.reason,
  openedAt: dispute.openedAt,
  dueOn: dispute.dueOn,
  state: dispute.state,
  decision: dispute.decision,
  decidedAt: dispute.decidedAt,
  correctedBy: dispute.correctedBy,
}

export async function findDispute(tx: ReadTx, id: string): Promise<Dispute | null> {
  const [found] = await tx.select(facts).from(dispute).where(eq(dispute.disputeId, id))
  return found ?? null
}

/** Whether there is an open dispute of a person’s record. */
export async function hasOpenDispute(tx: Tx, subjectId: string, insuredId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: dispute.disputeId })
    .from(dispute)
    .where(and(eq(dispute.subjectId, subjectId), eq(dispute.insuredId, insuredId), eq(dispute.state, 'OPEN')))
  return rows.length > 0
}

interface Wanted {
  readonly state?: DisputeState | null | undefined
  readonly subject?: Subject | null | undefined
  readonly insuredId?: string | null | undefined
  readonly employer?: string | null | undefined
  /** Open ones that were to be decided before this day. */
  readonly overdueOn?: Temporal.PlainDate | null
  readonly before: string | null
}

/** Disputes, the latest first. */
export function listDisputes(tx: ReadTx, wanted: Wanted, limit: number): Promise<Dispute[]> {
  const { state, subject, insuredId, employer, overdueOn, before } = wanted
  return tx
    .select(facts)
    .from(dispute)
    .where(
      and(
        state == null ? undefined : eq(dispute.state, state),
        subject == null ? undefined : eq(dispute.subject, subject),
        insuredId == null ? undefined : eq(dispute.insuredId, insuredId),
        employer == null ? undefined : eq(dispute.employer, employer),
        overdueOn == null ? undefined : and(eq(dispute.state, 'OPEN'), lt(dispute.dueOn, overdueOn)),
        before === null ? undefined : lt(dispute.disputeId, before),
      ),
    )
    .orderBy(desc(dispute.disputeId))
    .limit(limit)
}

export async function findDisputeEvents(tx: ReadTx, ids: readonly string[]): Promise<DisputeEvent[]> {
  const rows = await tx
    .select()
    .from(disputeEvent)
    .where(inArray(disputeEvent.disputeId, [...ids]))
    .orderBy(asc(disputeEvent.eventId))
  return rows.map(({ eventId, ...row }) => ({ ...row, id: eventId }))
}

/** Whose record it is: the pool that keeps it, the person it is of, the employer concerned. */
export interface RecordOf {
  readonly pool: string
  readonly insuredId: string
  readonly employer: string | null
}

const RECORDS = {
  DECLARATION_LINE: (id: string, insuredId: string) => sql`
    select pool, insured_id as "insuredId", employer from insured.declaration_line
    where declaration_id = ${id} and insured_id = ${insuredId}`,
  ENROLMENT: (id: string, insuredId: string) => sql`
    select pool, insured_id as "insuredId", employer from insured.enrolment
    where enrolment_id = ${id} and insured_id = ${insuredId} and voided_at is null`,
  CONTRIBUTION: (id: string, insuredId: string) => sql`
    select pool, insured_id as "insuredId", employer from insured.contribution_bill
    where bill_id = ${id} and insured_id = ${insuredId}`,
} as const

/** The record of a person that has this id; null when there is none. */
export async function findRecord(
  tx: Tx,
  subject: Subject,
  { id, insuredId }: { readonly id: string; readonly insuredId: string },
): Promise<RecordOf | null> {
  const { rows } = await tx.execute<RecordOf & Record<string, unknown>>(RECORDS[subject](id, insuredId))
  return rows[0] ?? null
}

/** Whether a bill corrects another of the same person, itself or what was corrected before. */
export async function correctsBill(tx: Tx, insuredId: string, bill: string, by: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    with recursive one as (
      select corrects from insured.contribution_bill where insured_id = ${insuredId} and bill_id = ${by}
      union
      select b.corrects from one join insured.contribution_bill b on b.insured_id = ${insuredId} and b.bill_id = one.corrects)
    select from one where corrects = ${bill}`)
  return rows.length === 1
}

export async function addDispute(tx: Tx, { id: disputeId, ...one }: Dispute, openedBy: string): Promise<void> {
  await tx.insert(dispute).values({ ...one, disputeId, openedBy })
  await noteDispute(tx, disputeId, { kind: 'OPENED', note: one.reason, caller: openedBy, at: one.openedAt })
}

async function noteDispute(tx: Tx, disputeId: string, event: Omit<DisputeEvent, 'id' | 'disputeId'>): Promise<void> {
  await tx.insert(disputeEvent).values({ ...event, disputeId, eventId: newId() })
}

interface Closed {
  readonly state: Exclude<DisputeState, 'OPEN'>
  readonly decision: string
  readonly decidedBy: string
  readonly decidedAt: Temporal.Instant
  readonly correctedBy: string | null
}

/** Ends a dispute. Whoever comes second finds it ended, because only an open one can be changed. */
export async function closeDispute(tx: Tx, id: string, closed: Closed): Promise<void> {
  await tx.update(dispute).set(closed).where(eq(dispute.disputeId, id))
  const { state: kind, decision: note, decidedBy: caller, decidedAt: at } = closed
  await noteDispute(tx, id, { kind, note, caller, at })
}
