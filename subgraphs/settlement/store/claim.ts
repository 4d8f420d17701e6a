import assert from 'node:assert/strict'
import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claim, claimEvent } from '@yibao/drizzle/settlement-claim'
import { dayOf } from '@yibao/schema/dates'
import { ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { and, asc, desc, eq, getTableColumns, inArray, lt, sql } from 'drizzle-orm'
import {
  ClaimChanged,
  isLive,
  mayGo,
  stepNotAllowed,
  type Claim,
  type ClaimCause,
  type ClaimContent,
  type ClaimEvent,
  type ClaimState,
} from '../domain/claim.ts'
import { ofPerson } from './merge-person.ts'

type Row = typeof claim.$inferSelect

const claimOf = ({ content, cause, ...rest }: Row): Claim => ({
  ...rest,
  content: content as Partial<ClaimContent>,
  cause: cause as ClaimCause | null,
})

/** A claim by id; null when there is none the reader may see. */
export async function findClaim(db: ReadTx | Tx, id: string): Promise<Claim | null> {
  const [row] = await db.select().from(claim).where(eq(claim.id, id))
  return row === undefined ? null : claimOf(row)
}

/** Claims by their ids, those the reader may see. */
export async function findClaims(db: ReadTx | Tx, ids: readonly string[]): Promise<Claim[]> {
  const rows = await db
    .select()
    .from(claim)
    .where(inArray(claim.id, [...ids]))
  return rows.map(claimOf)
}

/** The claims of a person that hold what they claim. */
export async function listLiveClaims(db: ReadTx | Tx, records: readonly string[]): Promise<Claim[]> {
  const rows = await db
    .select()
    .from(claim)
    .where(inArray(claim.insuredId, [...records]))
    .orderBy(asc(claim.number))
  return rows.map(claimOf).filter(({ state }) => isLive(state))
}

/** What a page of claims is narrowed to. */
export interface ClaimFilter {
  readonly pool?: string
  readonly insuredId?: string
  readonly state?: ClaimState
  /** Largest id, not included. */
  readonly before?: string
}

/** A page of claims, the latest first. */
export async function listClaims(db: ReadTx, filter: ClaimFilter, limit: number): Promise<Claim[]> {
  const { pool, insuredId, state, before } = filter
  const rows = await db
    .select()
    .from(claim)
    .where(
      and(
        pool === undefined ? undefined : eq(claim.pool, pool),
        insuredId === undefined ? undefined : ofPerson(claim.insuredId, insuredId),
        state === undefined ? undefined : eq(claim.state, state),
        before === undefined ? undefined : lt(claim.id, before),
      ),
    )
    .orderBy(desc(claim.id))
    .limit(limit)
  return rows.map(claimOf)
}

/** What somebody has done about claims: kinds of steps of their histories, by the id of the claim. */
export async function listStepsBy(tx: Tx, ids: readonly string[], by: string): Promise<Map<string, Set<string>>> {
  const rows = await tx
    .selectDistinct({ claimId: claimEvent.claimId, kind: claimEvent.kind })
    .from(claimEvent)
    .where(and(inArray(claimEvent.claimId, [...ids]), eq(claimEvent.by, by)))
  return new Map(
    Map.groupBy(rows, ({ claimId }) => claimId)
      .entries()
      .map(([id, steps]) => [id, new Set(steps.map(({ kind }) => kind))]),
  )
}

/** What somebody has done about one claim. */
export const stepsBy = async (tx: Tx, { id }: Pick<Claim, 'id'>, by: string): Promise<ReadonlySet<string>> =>
  (await listStepsBy(tx, [id], by)).get(id) ?? new Set()

const { insuredId: _ofPerson, ...EVENT } = getTableColumns(claimEvent)

/** The histories of claims, each from its beginning. */
export const listClaimEvents = (db: ReadTx | Tx, ids: readonly string[]): Promise<ClaimEvent[]> =>
  db
    .select(EVENT)
    .from(claimEvent)
    .where(inArray(claimEvent.claimId, [...ids]))
    .orderBy(asc(claimEvent.claimId), asc(claimEvent.seq))

type NewClaim = Pick<
  Claim,
  'insuredId' | 'id' | 'pool' | 'insuranceType' | 'kind' | 'cause' | 'content' | 'appliedBy' | 'channel' | 'openedAt'
>

/** Opens a draft. Its number says pool and day. */
export async function addClaim(tx: Tx, one: NewClaim): Promise<void> {
  const day = dayOf(one.openedAt).toString().replaceAll('-', '')
  const number = sql`${one.pool + day} || lpad(nextval('settlement.claim_number')::text, 8, '0')`
  await tx.insert(claim).values({
    ...one,
    number,
    state: 'DRAFT',
    changedAt: one.openedAt,
    owed: ZERO,
    paid: ZERO,
  })
}

/** How many drafts a person has. */
export const countDrafts = (tx: Tx, records: readonly string[]): Promise<number> =>
  tx.$count(claim, and(inArray(claim.insuredId, [...records]), eq(claim.state, 'DRAFT')))

interface Saving extends Pick<Claim, 'content' | 'cause' | 'pool' | 'insuranceType'> {
  readonly at: Temporal.Instant
}

/** Writes over a draft while it is the version that was read; answers its id. What is saved by the minute is no history. */
export async function saveDraft(tx: Tx, before: Claim, { at, ...set }: Saving): Promise<string> {
  const rows = await tx
    .update(claim)
    .set({ ...set, version: before.version + 1, changedAt: at })
    .where(and(eq(claim.insuredId, before.insuredId), eq(claim.id, before.id), eq(claim.version, before.version)))
    .returning({ id: claim.id })
  if (rows.length === 0) throw ClaimChanged.of(before)
  return before.id
}

/** What is done to a claim, and what its history says of it. */
export interface ClaimStep {
  /** The state it leads to; the one it is in when left out. */
  readonly to?: ClaimState
  /** The field the caller named the claim by, for refusals. */
  readonly path: string
  readonly kind: string
  readonly at: Temporal.Instant
  readonly by: string
  readonly words?: Text
  readonly data?: Readonly<Record<string, unknown>>
  readonly set?: Partial<Omit<Row, 'insuredId' | 'id' | 'number' | 'state' | 'version' | 'changedAt'>>
}

/**
 * Takes a claim one step on, together with the line of its history, while it is the version it was decided on. Answers the
 * claim as it is then.
 *
 * @throws ClaimChanged when somebody else was first; NotAllowed when its state does not lead there.
 */
export async function stepClaim(tx: Tx, before: Claim, step: ClaimStep): Promise<Claim> {
  const { to = before.state, path, kind, at, by, words, data, set } = step
  if (to !== before.state && !mayGo(before.state, to)) throw stepNotAllowed(path, before)
  const [row] = await tx
    .update(claim)
    .set({ ...set, state: to, version: before.version + 1, changedAt: at })
    .where(and(eq(claim.insuredId, before.insuredId), eq(claim.id, before.id), eq(claim.version, before.version)))
    .returning()
  if (row === undefined) throw ClaimChanged.of(before)
  await addClaimEvent(tx, before, { kind, state: to, at, by, words: words ?? null, data: data ?? {} })
  return claimOf(row)
}

/** Adds to the history of a claim whose version was raised in the same transaction. */
export async function addClaimEvent(
  tx: Tx,
  { insuredId, id }: Pick<Claim, 'insuredId' | 'id'>,
  event: Omit<ClaimEvent, 'claimId' | 'seq'>,
): Promise<void> {
  const { rowCount } = await tx.execute(sql`
    insert into settlement.claim_event (insured_id, claim_id, seq, kind, state, at, by, words, data)
    select ${insuredId}, ${id}, coalesce(max(seq), 0) + 1, ${event.kind}, ${event.state}, ${event.at.toString()}, ${event.by},
      ${event.words === null ? null : JSON.stringify(event.words)}::jsonb, ${JSON.stringify(event.data)}::jsonb
    from settlement.claim_event where insured_id = ${insuredId} and claim_id = ${id}`)
  assert(rowCount === 1, 'a history grows by one')
}
