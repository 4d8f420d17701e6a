import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepDocument } from '@yibao/documents/keep-document'
import { readDocument } from '@yibao/documents/read-document'
import { openStorage } from '@yibao/documents/storage'
import { connect } from '@yibao/drizzle/connect'
import { workOffImports } from '@yibao/institutions/commands/import-work'
import { createInstitutions } from '@yibao/institutions/schema'
import { seedInstitutions, type SeedInstitution } from '@yibao/institutions/seed'
import type { Identity } from '@yibao/schema/identity'
import { loadKeys } from '@yibao/schema/keys'
import { asking, keeping } from './asking.ts'
import { testDatabase } from './database.ts'

interface Upload {
  readonly pool?: string
  readonly institution?: string
  readonly purpose?: string
  readonly type?: string
}

/** The institutions subgraph with documents and, as in the platform, one connection for all commands and workers. */
export async function importWorld(seed: readonly SeedInstitution[] = []) {
  const database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'yibao-import-'))
  const keys = await loadKeys(folder)
  const db = await connect({ url: database.url, schema: 'institutions', hot: 1, writers: 1, readers: 1 })
  const time = { now: Temporal.Instant.from('2026-11-22T10:00:00+08:00') }
  const clock = () => time.now
  await seedInstitutions(db, seed, time.now)
  const documents = await openStorage({ kind: 'folder', folder: join(folder, 'documents') }, keys)
  const { logger, errors } = keeping()
  const services = { db, clock, logger, documents }
  const institutions = await createInstitutions(services)

  return {
    ...services,
    url: database.url,
    folder,
    time,
    errors,
    ask: asking(institutions, errors),
    /** Keeps a file as if it had been uploaded, and answers its id. */
    async upload(content: string | Buffer, of: Upload = {}) {
      const bytes = Buffer.from(content)
      const { pool = '620200', institution = null, purpose = 'CATALOGUE', type = 'text/csv' } = of
      const about = { pool, institution, purpose, name: 'list', type, by: 'test' }
      const kept = await keepDocument(documents, 'institutions', {
        ...about,
        content: [bytes],
        size: bytes.length,
        at: time.now,
      })
      await db.orm.transaction((tx) => kept.add(tx))
      return kept.documentId
    },
    /** What a document says, without its byte-order mark. */
    async contentOf(id: string): Promise<string> {
      const opened = await readDocument(db.orm, documents, id)
      if (opened === null) throw new Error('there is no such document')
      return (await opened.stream.setEncoding('utf8').toArray()).join('').replace('\uFEFF', '')
    },
    work: (milliseconds?: number) => workOffImports(services, milliseconds),
    async close() {
      await db.close()
      await database.close()
      await rm(folder, { recursive: true })
    },
  }
}

export type ImportWorld = Awaited<ReturnType<typeof importWorld>>

export const staff = (pool = '620200'): Identity => ({
  kind: 'staff',
  pool,
  subject: `clerk-${pool}`,
  scopes: ['institutions:read', 'institutions:write'],
})
export const institution = (code: string): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes: ['institutions:read', 'institutions:write'],
})
