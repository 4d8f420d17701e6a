import type { Readable } from 'node:stream'
import type { Database } from '@yibao/drizzle/connect'
import { DataStore, ERRORS, Upload } from '@tus/server'
import { segmentPath, uploadFolder } from './paths.ts'
import { FileRefused } from './refusal.ts'
import type { DocumentStorage } from './storage.ts'
import { addSegment, findUpload, removeUpload, type UploadRow } from './upload-rows.ts'

/** What is held in memory of one request: a piece of an upload, encrypted and on disk before the next is taken in. */
const SEGMENT_BYTES = 2 * 1024 * 1024

export interface UploadParts {
  readonly db: Database
  readonly storage: DocumentStorage
  readonly clock: () => Temporal.Instant
}

interface UploadStoreParts extends UploadParts {
  /** Writes the row of a new upload. */
  readonly create: (upload: Upload) => Promise<void>
  /** How long an upload may stay unfinished. */
  readonly lifeMs: number
}

/**
 * The store behind the tus server. What comes in is encrypted piece by piece and noted in the database when it is on
 * disk; an upload goes on from there, in any process, whatever became of the one that received it.
 */
export class UploadStore extends DataStore {
  readonly #parts: UploadStoreParts

  constructor(parts: UploadStoreParts) {
    super()
    this.#parts = parts
    this.extensions = ['creation', 'creation-with-upload', 'expiration', 'termination']
  }

  override async create(upload: Upload): Promise<Upload> {
    await this.#parts.create(upload)
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const { documentId, size, received, createdAt } = await this.#find(id)
    // tus counts from the clock of the machine; the age is by the clock of the platform.
    const age = this.#parts.clock().since(createdAt).total('milliseconds')
    const created = Temporal.Now.instant().epochMilliseconds - Math.round(age)
    return new Upload({
      id: documentId,
      size,
      offset: received,
      creation_date: Temporal.Instant.fromEpochMilliseconds(created).toString(),
    })
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const row = await this.#find(id)
    const key = this.#parts.storage.openKey(row.keyWrapped, id)
    let at = offset
    let waiting: Uint8Array[] = []
    let length = 0
    const flush = async () => {
      if (length === 0) return
      const [pieces, size] = [waiting, length]
      waiting = []
      length = 0
      await this.#keep({ id, key, begin: at, size, pieces })
      at += size
    }
    try {
      for await (const piece of source as AsyncIterable<Uint8Array>) {
        waiting.push(piece)
        length += piece.length
        if (length >= SEGMENT_BYTES) await flush()
      }
    } catch (error) {
      // The line broke: what came before counts, and the client goes on after it.
      await flush().catch(() => {})
      throw error
    }
    await flush()
    return at
  }

  async #keep(piece: { id: string; key: Buffer; begin: number; size: number; pieces: Uint8Array[] }): Promise<void> {
    const { db, storage } = this.#parts
    const { id, key, begin, size, pieces } = piece
    const path = segmentPath(id, begin)
    await storage.write(path, pieces, { key, size })
    if (await addSegment(db.orm, { documentId: id, beginAt: begin, size, storageKey: path })) return
    await storage.remove(path)
    throw new FileRefused(409, 'OFFSET_CONFLICT', {
      zh: '该位置的内容已由另一请求写入，请重新查询 Upload-Offset',
      en: 'another request wrote at this place: ask for Upload-Offset again',
    })
  }

  override async remove(id: string): Promise<void> {
    const { db, storage } = this.#parts
    // The row first: a folder without a row is swept, a row without its pieces would be resumed.
    if (!(await removeUpload(db.orm, id))) throw ERRORS.INVALID_TERMINATION
    await storage.removeFolder(uploadFolder(id))
  }

  override getExpiration(): number {
    return this.#parts.lifeMs
  }

  async #find(id: string): Promise<UploadRow> {
    const row = await findUpload(this.#parts.db.orm, id)
    if (row === null) throw ERRORS.FILE_NOT_FOUND
    return row
  }
}
