import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from './identity.ts'

/** Below this path files are uploaded and fetched: streams, and no operations of GraphQL. */
const FILES = '/files'

export function isFilePath(url: string | undefined): boolean {
  const [path = ''] = (url ?? '').split('?', 1)
  return path === FILES || path.startsWith(`${FILES}/`)
}

/** Who sends a request for a file, as the gateway verified it. */
export interface FileCaller {
  readonly identity: Identity | null
  readonly traceId: string
}

/** Answers one request for a file, whatever becomes of it. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse, caller: FileCaller) => Promise<void>

/** What of a request goes on to the subgraph that keeps files; nothing else does. */
const PASSED = [
  'content-length',
  'content-type',
  'tus-resumable',
  'upload-concat',
  'upload-defer-length',
  'upload-length',
  'upload-metadata',
  'upload-offset',
]

/** The headers of a request for a file that its meaning depends on. */
export function fileHeaders({ headers }: Pick<IncomingMessage, 'headers'>): Record<string, string> {
  const given = PASSED.map((name) => [name, headers[name]] as const)
  return Object.fromEntries(given.filter((one): one is [string, string] => typeof one[1] === 'string'))
}

/**
 * What an internal token is bound to when the body is a stream that nobody can digest beforehand: method, address and all
 * headers that count. No body of an operation begins so, hence no token serves for the other kind of request.
 */
export function fileRequestText(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): string {
  const { method = '', url = '' } = request
  return `file\n${JSON.stringify([method, url, Object.entries(fileHeaders(request))])}`
}
