import { createHash } from 'node:crypto'
import type { Database } from '@yibao/drizzle/connect'
import { checkText } from './check-text.ts'
import { checkZip } from './check-zip.ts'
import { detectType, isImageModest } from './detect-type.ts'
import { checkFresh, contentPath, uploadFolder } from './paths.ts'
import { PURPOSES, TYPES, type ContentType } from './purposes.ts'
import type { Reason } from './refusal.ts'
import type { Scan, Scanner } from './scan.ts'
import { readPieces, type Pieces } from './pieces.ts'
import type { DocumentStorage } from './storage.ts'
import {
  CHECK_SECONDS,
  claimCheck,
  findSegments,
  findUpload,
  finishUpload,
  releaseCheck,
  renewCheck,
  type Finished,
  type UploadRow,
} from './upload-rows.ts'

export interface FinishParts {
  readonly db: Database
  readonly storage: DocumentStorage
  readonly clock: () => Temporal.Instant
  readonly scanner: Scanner | null
}

type Good = { readonly type: ContentType; readonly sha256: Buffer }
type Refused = { readonly reason: Reason }
type Found = Good | Refused

/**
 * Checks an upload that is whole, and keeps or refuses it. Does nothing when another process is at it. Should two be at it
 * after all, each writes to a place of its own, and what the first notes counts.
 */
export async function finish(parts: FinishParts, documentId: string): Promise<void> {
  const { db, storage, clock } = parts
  const row = await claimCheck(db.orm, documentId)
  if (row === null) return
  const renew = () => void renewCheck(db.orm, documentId).catch(() => {})
  const renewing = setInterval(renew, CHECK_SECONDS * 250)
  const path = contentPath()
  try {
    const found = await check(parts, row, path).catch(async (error: unknown) => {
      await storage.remove(path).catch(() => {})
      throw error
    })
    if ('reason' in found) await storage.remove(path)
    else checkFresh(path)
    // When nobody can tell whether this was written, what was written stays, and is swept where no row names it.
    const isFirst = await finishUpload(db.orm, row, 'reason' in found ? refused(found) : stored(found, path), clock())
    if (!isFirst) await storage.remove(path)
  } catch (error) {
    await releaseCheck(db.orm, documentId)
    throw error
  } finally {
    clearInterval(renewing)
  }
  await storage.removeFolder(uploadFolder(documentId))
}

const refused = ({ reason }: Refused): Finished => ({ state: 'REFUSED', reason })
const stored = (found: Good, storageKey: string): Finished => ({ state: 'STORED', ...found, storageKey })

async function check(parts: FinishParts, row: UploadRow, path: string): Promise<Found> {
  const { storage, db } = parts
  const key = storage.openKey(row.keyWrapped, row.documentId)
  const pieces = readPieces(storage, { segments: await findSegments(db.orm, row.documentId), key })
  const head = await pieces.head()
  const kind = await detectType(head)
  if (typeof kind === 'object') return kind
  const allowed: readonly string[] = PURPOSES.get(row.purpose)?.types ?? []
  if (kind === 'text') {
    if (!allowed.includes('text/csv') && !allowed.includes('text/plain')) return { reason: 'TYPE_NOT_ALLOWED' }
    return copy(parts, row, { path, pieces, key, type: null })
  }
  if ((kind === 'image/jpeg' || kind === 'image/png') && !isImageModest(kind, head))
    return { reason: 'IMAGE_TOO_LARGE' }
  const type = kind === 'zip' ? await checkZip(row.size, (begin, end) => pieces.range(begin, end)) : kind
  if (typeof type === 'object') return type
  if (!allowed.includes(type)) return { reason: 'TYPE_NOT_ALLOWED' }
  if (!fitsName(type, row.name)) return { reason: 'NAME_MISFIT' }
  return copy(parts, row, { path, pieces, key, type })
}

interface Copying {
  /** Where the content is written. */
  readonly path: string
  readonly pieces: Pieces
  readonly key: Buffer
  /** Null for a text, of which only the end says whether it is one. */
  readonly type: ContentType | null
}

/** One pass over the content: it is hashed, looked at, scanned and written where it stays. */
async function copy(parts: FinishParts, row: UploadRow, { path, pieces, key, type }: Copying): Promise<Found> {
  const hash = createHash('sha256')
  const text = type === null ? checkText() : null
  const scan = parts.scanner === null ? null : await parts.scanner()
  async function* passing() {
    for await (const piece of pieces.all()) {
      hash.update(piece)
      text?.write(piece)
      await scan?.write(piece)
      yield piece
    }
  }
  try {
    await parts.storage.write(path, passing(), { key, size: row.size })
    return await decide(row, { sha256: hash.digest(), scan, type: type ?? textType(row, text?.end() ?? null) })
  } finally {
    scan?.abandon()
  }
}

interface Looked {
  readonly sha256: Buffer
  readonly scan: Scan | null
  readonly type: ContentType | null
}

async function decide(row: UploadRow, { sha256, scan, type }: Looked): Promise<Found> {
  if (row.sha256Given !== null && !sha256.equals(row.sha256Given)) return { reason: 'DIGEST_MISFIT' }
  const malware = scan === null ? null : await scan.end()
  if (malware !== null) return { reason: 'MALWARE' }
  if (type === null) return { reason: 'TYPE_UNKNOWN' }
  return fitsName(type, row.name) ? { type, sha256 } : { reason: 'NAME_MISFIT' }
}

/** Columns are text as well, where only text is asked for; and a text without columns is a table of one. */
function textType({ purpose }: UploadRow, found: ContentType | null): ContentType | null {
  const allowed = PURPOSES.get(purpose)?.types ?? []
  if (found === null || allowed.includes(found)) return found
  return allowed.find((one) => one === 'text/plain' || one === 'text/csv') ?? null
}

/** A name without an ending says nothing; one with another ending says what is not so. */
function fitsName(type: ContentType, name: string): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase()
  return ending === undefined || (TYPES[type] as readonly string[]).includes(ending)
}

/** What became of an upload so far. */
export async function stateOf({ db }: FinishParts, documentId: string): Promise<Pick<UploadRow, 'state' | 'reason'>> {
  return (await findUpload(db.orm, documentId)) ?? { state: 'REFUSED', reason: null }
}
