import { randomUUIDv7 } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Database } from '@yibao/drizzle/connect'
import { document } from '@yibao/drizzle/insured-document'
import { callerOf, type Identity } from '@yibao/schema/identity'
import type { Secrets } from '@yibao/schema/secrets'
import { and, eq } from 'drizzle-orm'
import { openLink } from './link.ts'
import { TYPES, type ContentType } from './purposes.ts'
import { readDocument } from './read-document.ts'
import { FileRefused } from './refusal.ts'
import type { DocumentStorage } from './storage.ts'

export interface DownloadParts {
  readonly db: Database
  readonly storage: DocumentStorage
  readonly secrets: Secrets
  readonly clock: () => Temporal.Instant
  readonly accessLog: AccessLog
}

/** One answer for everything that is not there, may not be known, or was there once. */
const nothing = () =>
  new FileRefused(404, 'NOT_FOUND', {
    zh: '没有这个文件，或链接已失效',
    en: 'there is no such file, or its link is dead',
  })

interface Asked {
  readonly documentId: string
  readonly token: string
  readonly traceId: string
}

/**
 * Sends a document to whoever has a link to it. The link says in whose name; whether that one may still see the document
 * is asked again, and the reading is in the access log before the first byte leaves.
 */
export async function download(
  parts: DownloadParts,
  { documentId, token, traceId }: Asked,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { db, storage, secrets, clock, accessLog } = parts
  const identity = openLink(secrets, { documentId, token, now: clock() })
  if (identity === null) throw nothing()
  const [row] = await db.readAs(identity, (tx) =>
    tx
      .select()
      .from(document)
      .where(and(eq(document.documentId, documentId), eq(document.state, 'STORED'))),
  )
  const opened = row === undefined ? null : await readDocument(db.orm, storage, documentId)
  if (row === undefined || opened === null) throw nothing()
  await record(accessLog, { identity, subject: row.insuredId, traceId, at: clock() })
  response.writeHead(200, {
    ...HEADERS,
    'content-type': opened.type,
    'content-length': String(opened.size),
    'content-disposition': disposition(opened.name, opened.type as ContentType),
  })
  request.resume()
  await pipeline(opened.stream, response)
}

interface Reading {
  readonly identity: Identity
  readonly subject: string | null
  readonly traceId: string
  readonly at: Temporal.Instant
}

async function record(accessLog: AccessLog, { identity, subject, traceId, at }: Reading): Promise<void> {
  if (subject === null) return
  const [role, actor] = [identity.kind, callerOf(identity)]
  await accessLog.record([{ id: randomUUIDv7(), at, role, actor, subject, operation: 'documentContent', traceId }])
}

/** A file is saved, never shown: no browser may guess what it is, run what is in it or keep it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function disposition(name: string, type: ContentType): string {
  const [ending] = TYPES[type] ?? []
  const whole = /\.[^.]+$/.test(name) || ending === undefined ? name : `${name}.${ending}`
  const encoded = encodeURIComponent(whole).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="document${ending === undefined ? '' : `.${ending}`}"; filename*=UTF-8''${encoded}`
}
