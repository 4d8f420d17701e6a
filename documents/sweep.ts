import { uuidFault } from '@yibao/schema/ids'
import type { Logger } from '@yibao/schema/logger'
import { finish, type FinishParts } from './finish-upload.ts'
import { uploadFolder, UPLOADS } from './paths.ts'
import { findUnfinished, forgetKey, listExpired, listUnchecked, listWithdrawn, removeUpload } from './upload-rows.ts'

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
