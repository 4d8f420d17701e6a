import { findDocument, useDocument } from '@yibao/documents/document'
import { once } from '@yibao/drizzle/once'
import type { Tx } from '@yibao/drizzle/connect'
import { newId } from '@yibao/drizzle/uuid'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  importIsOver,
  noImport,
  poolOfImport,
  tooManyImports,
  type ImportJob,
  type ImportKind,
} from '../domain/import-job.ts'
import { addImport, countOpenImports, endImport, findImport, type NewImport } from '../store/import-job.ts'

/** What documents of imports are uploaded for. */
const PURPOSE = 'CATALOGUE'
/** Jobs one caller may have under way. */
const OPEN_MAX = 5

interface Asked {
  readonly requestId: string
  readonly document: string
  readonly kind: Exclude<ImportKind, 'MAPPING'>
  readonly pool?: string | null | undefined
}

/** Asks for a document to be taken into the catalogue; a worker does it. */
export async function startCatalogueImport(context: Context, { requestId, ...input }: Asked): Promise<ImportJob> {
  const identity = context.staff()
  const now = context.now()
  const asked = { identity, requestId, operation: 'importCatalogue', input, now }
  const id = await once(context.db, asked, async (tx) => {
    const pools = poolOfImport(input.pool ?? null, identity.pool)
    const of = { ...pools, kind: input.kind, institution: null, bureau: identity.pool, at: now }
    return addJob(tx, identity, input.document, of)
  })
  return importOf(context, id)
}

/** Asks for a document with an institution's own codes to be taken into its mapping; a worker does it. */
export async function startMappingImport(
  context: Context,
  { requestId, document }: { readonly requestId: string; readonly document: string },
): Promise<ImportJob> {
  const identity = context.own()
  const now = context.now()
  const asked = { identity, requestId, operation: 'importMappings', input: { document }, now }
  const of = { kind: 'MAPPING', pool: null, boundPool: null, institution: identity.institution, bureau: null } as const
  const id = await once(context.db, asked, (tx) => addJob(tx, identity, document, { ...of, at: now }))
  return importOf(context, id)
}

type JobOf = Pick<NewImport, 'kind' | 'pool' | 'boundPool' | 'institution' | 'bureau' | 'at'>

async function addJob(tx: Tx, identity: Identity, documentId: string, of: JobOf): Promise<string> {
  const caller = callerOf(identity)
  const found = uuidFault(documentId) === null ? await findDocument(tx, documentId) : null
  const id = newId()
  const isTheirs = found?.institution === of.institution && (of.bureau === null || found.pool === of.bureau)
  const use = { documentId, purpose: PURPOSE, by: `import:${id}`, at: of.at }
  if (!isTheirs || found?.sha256 == null || !(await useDocument(tx, use))) {
    const what = { zh: '已上传完成、用途为 CATALOGUE 的文件', en: 'a stored document uploaded for CATALOGUE' }
    throw NotFound.of(what, 'document')
  }
  if ((await countOpenImports(tx, caller)) >= OPEN_MAX) throw tooManyImports(OPEN_MAX)
  const { name, size, sha256: digest } = found
  await addImport(tx, { ...of, id, caller, documentId, name, size, digest })
  return id
}

/** Stops a job that is not being merged yet; nothing of the file is taken. */
export async function cancelCatalogueImport(context: Context, requestId: string, id: string): Promise<ImportJob> {
  const { identity, db } = context
  const now = context.now()
  if (identity === null) throw noImport()
  const mine = await importOf(context, id)
  await once(db, { identity, requestId, operation: 'cancelCatalogueImport', input: { id }, now }, async (tx) => {
    if (mine.state !== 'CANCELLED' && !(await endImport(tx, id, { state: 'CANCELLED', at: now }))) throw importIsOver()
    return null
  })
  return importOf(context, id)
}

/** A job by id. Throws NotFound for whoever may not know. */
export async function importOf({ read }: Context, id: string): Promise<ImportJob> {
  const found = uuidFault(id) === null ? await read((tx) => findImport(tx, id)) : null
  if (found === null) throw noImport()
  return found
}
