import type { Database, Tx } from '@yibao/drizzle/connect'
import { document, documentKey, documentSegment, documentSweep } from '@yibao/drizzle/insured-document'
import { notify, type Recipient } from '@yibao/drizzle/notify'
import { dayOf } from '@yibao/schema/dates'
import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { UploadPlan } from './plan-upload.ts'

type Orm = Database['orm']

export type UploadRow = typeof document.$inferSelect &
  Pick<typeof documentKey.$inferSelect, 'storageKey' | 'keyWrapped'>
export type Segment = typeof documentSegment.$inferSelect

/** A client that cuts an upload into so many pieces does not mean to finish it. */
const SEGMENTS_MAX = 4096

interface NewUpload {
  readonly documentId: string
  readonly plan: UploadPlan
  readonly uploadedBy: string
  readonly size: number
  readonly storageKey: string
  readonly keyWrapped: Buffer
  readonly now: Temporal.Instant
  readonly expiresAt: Temporal.Instant
  /** How many unfinished ones a caller may have. */
  readonly most: number
}

/** False when the caller has too many unfinished uploads already. */
export function addUpload(
  orm: Orm,
  { plan, most, storageKey, keyWrapped, now, ...upload }: NewUpload,
): Promise<boolean> {
  const { purpose, sha256, ...columns } = plan
  return orm.transaction(async (tx) => {
    // Two requests of one caller that come together are counted one after the other.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`document ${upload.uploadedBy}`}, 0))`)
    const unfinished = await tx.$count(
      document,
      and(eq(document.uploadedBy, upload.uploadedBy), eq(document.state, 'UPLOADING')),
    )
    if (unfinished >= most) return false
    await tx.insert(document).values({
      ...columns,
      ...upload,
      purpose: purpose.code,
      sha256Given: sha256,
      received: 0,
      state: 'UPLOADING',
      createdAt: now,
    })
    await tx.insert(documentKey).values({ documentId: upload.documentId, storageKey, keyWrapped })
    return true
  })
}

/** Null when there is none. */
export async function findUpload(tx: Tx, documentId: string): Promise<UploadRow | null> {
  const [row] = await tx
    .select()
    .from(document)
    .innerJoin(documentKey, eq(documentKey.documentId, document.documentId))
    .where(eq(document.documentId, documentId))
  return row === undefined ? null : { ...row.document, ...row.document_key }
}

/**
 * Notes that a piece is on disk; the last one makes the document one to be checked. False when somebody else noted what
 * comes at this place, or there is no such upload any more.
 */
export function addSegment(orm: Orm, segment: Segment): Promise<boolean> {
  const { documentId, beginAt, size } = segment
  return orm.transaction(async (tx) => {
    const { rowCount } = await tx.execute(sql`
      update insured.document set received = received + ${size},
        state = case when received + ${size} = size then 'CHECKING' else state end
      where document_id = ${documentId} and state = 'UPLOADING' and received = ${beginAt}
        and received + ${size} <= size
        and (select count(*) from insured.document_segment s where s.document_id = ${documentId}) < ${SEGMENTS_MAX}`)
    if (rowCount !== 1) return false
    await tx.insert(documentSegment).values(segment)
    return true
  })
}

/** The pieces of an upload in their order. */
export const findSegments = (tx: Tx, documentId: string): Promise<Segment[]> =>
  tx
    .select()
    .from(documentSegment)
    .where(eq(documentSegment.documentId, documentId))
    .orderBy(asc(documentSegment.beginAt))

/** A check of which nothing was heard for so long is done anew by whoever comes. */
export const CHECK_SECONDS = 60

/**
 * Takes a document that is whole, to check it; null when it is not, or another process is at it. By the clock of the
 * database: processes of several machines compare here.
 */
export async function claimCheck(orm: Orm, documentId: string): Promise<UploadRow | null> {
  const { rowCount } = await orm.execute(sql`
    update insured.document set checked_since = now()
    where document_id = ${documentId} and state = 'CHECKING'
      and (checked_since is null or checked_since < now() - make_interval(secs => ${CHECK_SECONDS}))`)
  return rowCount === 1 ? findUpload(orm, documentId) : null
}

/** Says that whoever took a document to check it lives. */
export const renewCheck = (orm: Orm, documentId: string) =>
  orm
    .update(document)
    .set({ checkedSince: sql`now()` })
    .where(and(eq(document.documentId, documentId), eq(document.state, 'CHECKING')))

/** Lets another process, or the next run, try again at once. */
export const releaseCheck = (orm: Orm, documentId: string) =>
  orm
    .update(document)
    .set({ checkedSince: null })
    .where(and(eq(document.documentId, documentId), eq(document.state, 'CHECKING')))

export type Finished =
  | { readonly state: 'STORED'; readonly type: string; readonly sha256: Buffer; readonly storageKey: string }
  | { readonly state: 'REFUSED'; readonly reason: string }

/** Writes what came of a check, and tells of a refusal; the pieces are no longer needed. False when another check was first. */
export function finishUpload(
  orm: Orm,
  { documentId, uploadedBy, createdAt }: UploadRow,
  finished: Finished,
  now: Temporal.Instant,
): Promise<boolean> {
  const to = finished.state === 'REFUSED' ? recipientOf(uploadedBy) : null
  return orm.transaction(async (tx) => {
    const { rowCount } = await tx
      .update(document)
      .set({ ...finished, finishedAt: now, expiresAt: null })
      .where(and(eq(document.documentId, documentId), eq(document.state, 'CHECKING')))
    if (rowCount !== 1) return false
    if (finished.state === 'STORED') {
      const { storageKey } = finished
      await tx.update(documentKey).set({ storageKey }).where(eq(documentKey.documentId, documentId))
    }
    if (to !== null) {
      const data = { day: dayOf(createdAt).toString() }
      await notify(tx, 'insured', { to, template: 'document.refused', data, at: now, key: `document:${documentId}` })
    }
    await tx.delete(documentSegment).where(eq(documentSegment.documentId, documentId))
    return true
  })
}

/** Who is told, by the caller; a channel of service has no inbox. */
function recipientOf(caller: string): Recipient | null {
  const [kind = '', code = ''] = caller.split(':')
  if (kind === 'person') return { kind, insuredId: code }
  if (kind === 'institution') return { kind, institution: code }
  if (kind === 'employer') return { kind, employer: code }
  return kind === 'staff' ? { kind, pool: code } : null
}

/** Forgets an unfinished upload; false when it is not one any more. */
export async function removeUpload(orm: Orm, documentId: string): Promise<boolean> {
  const { rowCount } = await orm
    .delete(document)
    .where(and(eq(document.documentId, documentId), eq(document.state, 'UPLOADING')))
  return rowCount === 1
}

const SWEPT = 100

/** Uploads nobody finished in time. */
export const listExpired = (tx: Tx, now: Temporal.Instant) =>
  tx
    .select({ documentId: document.documentId })
    .from(document)
    .where(and(eq(document.state, 'UPLOADING'), lt(document.expiresAt, now)))
    .limit(SWEPT)

/** Documents that are whole and not yet checked. */
export const listUnchecked = (tx: Tx) =>
  tx.select({ documentId: document.documentId }).from(document).where(eq(document.state, 'CHECKING')).limit(SWEPT)

/** Which of these are uploads whose pieces are still needed. */
export async function findUnfinished(tx: Tx, documentIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx
    .select({ documentId: document.documentId })
    .from(document)
    .where(and(inArray(document.documentId, [...documentIds]), inArray(document.state, ['UPLOADING', 'CHECKING'])))
  return new Set(rows.map((one) => one.documentId))
}

/** Withdrawn documents whose content is still there. */
export const listWithdrawn = (tx: Tx) =>
  tx
    .select({ documentId: document.documentId, storageKey: documentKey.storageKey })
    .from(document)
    .innerJoin(documentKey, eq(documentKey.documentId, document.documentId))
    .where(eq(document.state, 'WITHDRAWN'))
    .limit(SWEPT)

/** Without its key nothing is left of a content, wherever a copy of it may lie. */
export const forgetKey = (orm: Orm, documentId: string) =>
  orm.delete(documentKey).where(eq(documentKey.documentId, documentId))

/** Which of these places hold the content of a document. */
export async function findNamed(tx: Tx, places: readonly string[]): Promise<Set<string>> {
  const rows = await tx
    .select({ place: documentKey.storageKey })
    .from(documentKey)
    .where(inArray(documentKey.storageKey, [...places]))
  return new Set(rows.map((one) => one.place))
}

/** The last folder of contents that was looked through; empty before the first. */
export async function readSwept(tx: Tx): Promise<string> {
  const [row] = await tx.select({ folder: documentSweep.folder }).from(documentSweep)
  return row?.folder ?? ''
}

export const noteSwept = (orm: Orm, folder: string) =>
  orm.update(documentSweep).set({ folder }).where(lt(documentSweep.folder, folder))
