import { uuidFault } from '@yibao/schema/ids'
import type { Logger } from '@yibao/schema/logger'
import { finish, type FinishParts } from './finish-upload.ts'
import { contentAt, contentFolder, CONTENTS, SWEPT_AFTER, uploadFolder, UPLOADS } from './paths.ts'
import {
  findNamed,
  findUnfinished,
  forgetKey,
  listExpired,
  listUnchecked,
  listWithdrawn,
  noteSwept,
  readSwept,
  removeUpload,
} from './upload-rows.ts'

type SweepParts = FinishParts & { readonly logger?: Logger | undefined }

/**
 * Forgets uploads nobody finished in time, checks those whose process died before it could, and removes what is left of
 * withdrawn ones. An upload that cannot be checked now, for want of the scanner or the storage, waits for the next run and
 * does not hold up the others.
 */
export async function sweepDocuments(parts: SweepParts): Promise<void> {
  const { db, storage, clock, logger } = parts
  for (const { documentId } of await listExpired(db.orm, clock())) {
    if (await removeUpload(db.orm, documentId)) await storage.removeFolder(uploadFolder(documentId))
  }
  for (const { documentId } of await listUnchecked(db.orm)) {
    await finish(parts, documentId).catch((error: unknown) => {
      logger?.error({ documentId, err: error }, 'an upload could not be checked')
    })
  }
  for (const { documentId, storageKey } of await listWithdrawn(db.orm)) {
    await storage.remove(storageKey)
    await forgetKey(db.orm, documentId)
  }
}

const BATCH = 500

/** Removes pieces no upload needs any more, which a process left behind that died between two steps. */
export async function sweepPieces({ db, storage }: SweepParts): Promise<void> {
  const folders = (await storage.listFolders(UPLOADS)).filter((name) => uuidFault(name) === null)
  for (let at = 0; at < folders.length; at += BATCH) {
    const batch = folders.slice(at, at + BATCH)
    const needed = await findUnfinished(db.orm, batch)
    for (const name of batch) if (!needed.has(name)) await storage.removeFolder(uploadFolder(name))
  }
}

/** A run ends with the folder in which it has looked at so many contents; the next one goes on after it. */
const RUN_MAX = 20_000
/** So many in one folder, and most of what is there, were not left by processes that died: they belong to other rows. */
const ORPHANS_MAX = 100

/**
 * Removes contents no row names: their process died after it had written them and before it could say so. Each folder is
 * looked through once, when everything in it is a day old; a row names a content within hours or never. By the clock of
 * this machine, as the names of contents are.
 */
export async function sweepContents(
  { db, storage, logger }: Pick<SweepParts, 'db' | 'storage' | 'logger'>,
  now: Temporal.Instant = Temporal.Now.instant(),
): Promise<void> {
  const [swept, young] = [await readSwept(db.orm), contentFolder(now.subtract(SWEPT_AFTER))]
  const folders = (await storage.listFolders(CONTENTS)).filter((name) => name > swept && name < young).toSorted()
  const run = { looked: 0, removed: 0, upTo: swept }
  for (const folder of folders) {
    const { looked, orphans } = await findOrphans({ db, storage }, folder)
    if (orphans.length > ORPHANS_MAX && orphans.length > looked / 2) {
      const details = { folder, looked, orphans: orphans.length }
      logger?.error(
        details,
        'most contents belong to no document: is this the database of this storage? None was removed',
      )
      break
    }
    for (const path of orphans) await storage.remove(path)
    await noteSwept(db.orm, folder)
    run.looked += looked
    run.removed += orphans.length
    run.upTo = folder
    if (run.looked >= RUN_MAX) break
  }
  if (run.removed > 0) logger?.info(run, 'contents of documents that were never finished were removed')
}

async function findOrphans({ db, storage }: Pick<SweepParts, 'db' | 'storage'>, folder: string) {
  const orphans: string[] = []
  let looked = 0
  for await (const page of storage.listFiles(`${CONTENTS}/${folder}`)) {
    const paths = page.filter((name) => uuidFault(name) === null).map((name) => contentAt(folder, name))
    for (let at = 0; at < paths.length; at += BATCH) {
      const batch = paths.slice(at, at + BATCH)
      const named = await findNamed(db.orm, batch)
      looked += batch.length
      orphans.push(...batch.filter((path) => !named.has(path)))
    }
  }
  return { looked, orphans }
}
