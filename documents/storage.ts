import { randomBytes } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { decrypt, encrypt, type Secrets } from '@yibao/schema/secrets'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { CONTENTS, UPLOADS } from './paths.ts'
import { seal, sealedSize, unseal } from './sealed.ts'
import type { StorageSettings } from './settings.ts'

/** Where the contents of documents lie, all of them encrypted. */
export interface DocumentStorage {
  /** A new key for a document, and the same as the database keeps it. */
  newKey(documentId: string): { readonly key: Buffer; readonly wrapped: Buffer }
  openKey(wrapped: Uint8Array, documentId: string): Buffer
  /** Resolves when the content is on disk. What was at that place is replaced. */
  write(
    path: string,
    source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    how: { key: Buffer; size: number },
  ): Promise<void>
  /** Fails while it is read when the content is not what was written to this place. */
  read(path: string, key: Buffer): AsyncGenerator<Buffer>
  /** Nothing happens when there is none. */
  remove(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Names of the folders in a folder. */
  listFolders(path: string): Promise<string[]>
  /** Names of what lies in a folder, some at a time. */
  listFiles(path: string): AsyncGenerator<string[]>
}

/** Opens the storage the settings name: a folder, or a bucket of any service that speaks S3. */
export async function openStorage(settings: StorageSettings, secrets: Secrets): Promise<DocumentStorage> {
  const { disk, settle } = settings.kind === 'folder' ? await folderDisk(settings.folder) : await bucketDisk(settings)
  return {
    newKey(documentId) {
      const key = randomBytes(32)
      return { key, wrapped: encrypt(secrets, key.toString('base64'), ownerOf(documentId)) }
    },
    openKey: (wrapped, documentId) => Buffer.from(decrypt(secrets, wrapped, ownerOf(documentId)), 'base64'),
    async write(path, source, { key, size }) {
      const sealed = Readable.from(seal(source, { key, context: path }), { objectMode: false })
      await disk.putStream(path, sealed, { contentLength: sealedSize(size) })
      await settle(path)
    },
    async *read(path, key) {
      const stream = await disk.getStream(path)
      try {
        yield* unseal(stream as AsyncIterable<Uint8Array>, { key, context: path })
      } finally {
        stream.destroy()
      }
    },
    remove: (path) => disk.delete(path),
    removeFolder: (path) => disk.deleteAll(path),
    async listFolders(path) {
      const pages = await Array.fromAsync(listPages(disk, path))
      return pages.flat().flatMap((one) => (one.isDirectory ? [one.name] : []))
    },
    async *listFiles(path) {
      for await (const page of listPages(disk, path)) yield page.flatMap((one) => (one.isFile ? [one.name] : []))
    },
  }
}

async function* listPages(disk: Disk, path: string) {
  let paginationToken: string | undefined
  do {
    const page = await disk.listAll(path, { ...(paginationToken !== undefined && { paginationToken }) })
    yield [...page.objects]
    paginationToken = page.paginationToken
  } while (paginationToken !== undefined)
}

const ownerOf = (documentId: string): string => `document ${documentId}`

interface Place {
  readonly disk: Disk
  /** Waits until what was written survives the machine going down. */
  readonly settle: (path: string) => Promise<void>
}

async function folderDisk(folder: string): Promise<Place> {
  // Nobody else of the machine reads there, although nothing lies in the clear.
  for (const name of [UPLOADS, CONTENTS]) await mkdir(join(folder, name), { recursive: true, mode: 0o700 })
  const disk = new Disk(new FSDriver({ location: folder, visibility: 'private' }))
  return {
    disk,
    async settle(path) {
      const file = join(folder, path)
      await sync(file)
      await sync(dirname(file))
    },
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The client of S3 is large, and loaded only where it is used. */
async function bucketDisk(settings: Extract<StorageSettings, { kind: 'bucket' }>): Promise<Place> {
  const { S3Driver } = await import('flydrive/drivers/s3')
  const { endpoint, region, bucket, accessKey, secretKey } = settings
  const driver = new S3Driver({
    bucket,
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    visibility: 'private',
    // Services besides Amazon's know neither access lists of objects nor its newer checksums.
    supportsACL: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // By itself the client waits without end for a service that accepts and does not answer, and the job with it.
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: 60_000,
      requestTimeout: 600_000,
      throwOnRequestTimeout: true,
    },
  })
  return { disk: new Disk(driver), settle: () => Promise.resolve() }
}
