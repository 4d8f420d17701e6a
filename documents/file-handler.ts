import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { send } from '@yibao/schema/http'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Logger } from '@yibao/schema/logger'
import type { Text } from '@yibao/schema/rejection'
import { download, type DownloadParts } from './download.ts'
import { createTurns, paced, RECEIVING, TOO_SLOW, type Receiving } from './receiving.ts'
import { FileRefused } from './refusal.ts'
import { createUploadServer, type UploadServerParts } from './upload-server.ts'

interface Caller {
  readonly identity: Identity | null
  readonly traceId: string
}

/** Answers everything below `/files`. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']

/** Uploads for who has signed in, downloads for who has a link. */
export function createFileHandler(
  parts: UploadServerParts & DownloadParts & { readonly logger?: Logger | undefined; readonly receiving?: Receiving },
): FileHandler {
  const { receiving = RECEIVING } = parts
  const answerUpload = createUploadServer(parts)
  const turns = createTurns(receiving)

  async function upload(request: IncomingMessage, response: ServerResponse, { identity }: Caller): Promise<void> {
    if (identity === null && request.method !== 'OPTIONS') throw SIGN_IN
    const { method, headers } = request
    const who = identity ?? NOBODY
    const sends = method === 'PATCH' || Number(headers['content-length'] ?? 0) > 0
    return sends ? turns.within(callerOf(who), () => receive(request, response, who)) : receive(request, response, who)
  }

  async function receive(request: IncomingMessage, response: ServerResponse, who: Identity): Promise<void> {
    let isCut = false
    const body = paced(request.iterator({ destroyOnReturn: false }), receiving.pace, () => (isCut = true))
    const answer = await answerUpload(asWeb(request, body), who)
    if (isCut && answer.ok) throw TOO_SLOW
    await reply(request, response, answer)
  }

  async function route(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const url = new URL(request.url ?? '', 'http://files')
    if (!METHODS.includes(request.method ?? '')) throw new FileRefused(405, 'METHOD_NOT_ALLOWED', WORDS[405])
    if (request.method !== 'GET') return upload(request, response, caller)
    const documentId = url.pathname.slice('/files/'.length)
    const token = url.searchParams.get('link')
    if (token === null || uuidFault(documentId) !== null) throw new FileRefused(404, 'NOT_FOUND', WORDS[404])
    return download(parts, { documentId, token, traceId: caller.traceId }, { request, response })
  }

  return async (request, response, caller) => {
    try {
      await route(request, response, caller)
    } catch (error) {
      if (response.headersSent || request.socket.destroyed) return void response.destroy()
      const shown = error instanceof FileRefused ? error : FAILED
      if (shown === FAILED) parts.logger?.error({ traceId: caller.traceId, err: error }, 'a request for a file failed')
      const more = shown === SIGN_IN ? { 'www-authenticate': 'Bearer realm="yibao"' } : {}
      send(request, response, shown.status, { ...HEADERS, ...more, 'x-request-id': caller.traceId }, shown.body)
    }
  }
}

/** Who asks what the server can do, without signing in; it owns nothing. */
const NOBODY: Identity = Object.freeze({ kind: 'auditor', subject: 'nobody', scopes: [] })

function asWeb(request: IncomingMessage, bytes: AsyncIterable<Uint8Array>): Request {
  const { method = 'GET', url = '/' } = request
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') headers.set(name, value)
  }
  // The answer names addresses without a host, so what the client said of it is of no use.
  headers.set('host', 'files')
  if (method === 'HEAD' || method === 'OPTIONS' || method === 'DELETE') {
    return new Request(`http://files${url}`, { method, headers })
  }
  const body = Readable.toWeb(Readable.from(bytes, { objectMode: false })) as ReadableStream<Uint8Array>
  return new Request(`http://files${url}`, { method, headers, body, duplex: 'half' } as RequestInit)
}

async function reply(request: IncomingMessage, response: ServerResponse, answer: Response): Promise<void> {
  const headers: Record<string, string> = { ...HEADERS }
  for (const [name, value] of answer.headers) {
    if (!name.startsWith('access-control-') && !OWN.has(name)) headers[name] = value
  }
  const text = await answer.text()
  const isPlain = answer.status < 400 || text.startsWith('{')
  send(request, response, answer.status, headers, isPlain ? text : wordsOf(answer.status))
}

const OWN = new Set(['content-length', 'content-type', 'connection', 'cache-control'])
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'content-type': 'application/json; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** What the protocol says in English text of its own, in the words of the platform. */
const WORDS = {
  400: { zh: '请求不合 tus 1.0 协议', en: 'the request is not as tus 1.0 has it' },
  403: { zh: '缺少或误用 tus 请求头', en: 'a header of tus is missing or wrong' },
  404: { zh: '没有这个上传，或不是您的', en: 'there is no such upload, or it is not yours' },
  405: { zh: '不支持的方法', en: 'the method is not known here' },
  409: {
    zh: 'Upload-Offset 与已收到的字节数不符，请先查询 (HEAD)',
    en: 'Upload-Offset is not where the upload stands: ask by HEAD',
  },
  410: { zh: '上传已过期，请重新开始', en: 'the upload has expired: begin again' },
  412: { zh: '须带 Tus-Resumable: 1.0.0', en: 'needs Tus-Resumable: 1.0.0' },
  413: { zh: '文件超过该用途允许的大小', en: 'the file is larger than its purpose allows' },
  501: { zh: '不支持该 tus 扩展', en: 'this extension of tus is not supported' },
} as const satisfies Readonly<Record<number, Text>>

const CODES: Readonly<Record<number, string>> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'OFFSET_CONFLICT',
  410: 'EXPIRED',
  413: 'TOO_LARGE',
}

function wordsOf(status: number): string {
  const message = status in WORDS ? WORDS[status as keyof typeof WORDS] : INTERNAL
  return JSON.stringify({ code: CODES[status] ?? (status < 500 ? 'PROTOCOL' : 'INTERNAL'), message })
}

const INTERNAL = { zh: '系统内部错误，请稍后续传', en: 'internal error: go on with the upload later' }
const FAILED = new FileRefused(500, 'INTERNAL', INTERNAL)
const SIGN_IN = new FileRefused(401, 'UNAUTHENTICATED', { zh: '须先登录', en: 'sign in first' })
