import { createHash } from 'node:crypto'
import type { World } from './world.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const OFFSET_STREAM = { 'content-type': 'application/offset+octet-stream' }

const encoded = (metadata: Readonly<Record<string, string>>): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')

/** What came back over HTTP. */
export interface FileAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
  /** The refusal, when the body says one. */
  readonly code: string | null
}

type Asking = Pick<World, 'address' | 'token'>

/** Sends one request below `/files` in the name of somebody, or of nobody. */
export async function fileRequest(
  { address, token }: Asking,
  who: string | null,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: Uint8Array<ArrayBuffer> } = {},
): Promise<FileAnswer> {
  const signed = who === null ? {} : { authorization: `Bearer ${await token(who)}` }
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { ...TUS, ...signed, ...headers },
    ...(body && { body }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && bytes.length > 0
  const said = isJson
    ? (JSON.parse(bytes.toString()) as { code?: string; errors?: { extensions: { code: string } }[] })
    : {}
  const code = said.code ?? said.errors?.[0]?.extensions.code ?? null
  return { status: response.status, headers: response.headers, body: bytes, code }
}

interface Beginning {
  readonly size: number
  readonly metadata: Readonly<Record<string, string>>
}

/** Begins an upload by tus; answers its path when it may begin. */
export async function beginUpload(world: Asking, who: string | null, { size, metadata }: Beginning) {
  const answer = await fileRequest(world, who, 'POST', '/files', {
    headers: { 'upload-length': String(size), 'upload-metadata': encoded(metadata) },
  })
  return { ...answer, path: answer.headers.get('location') ?? '' }
}

/** Sends bytes of an upload from an offset on. */
export const sendBytes = (
  world: Asking,
  who: string | null,
  path: string,
  offset: number,
  body: Uint8Array<ArrayBuffer>,
) => fileRequest(world, who, 'PATCH', path, { headers: { ...OFFSET_STREAM, 'upload-offset': String(offset) }, body })

/** How many bytes of an upload are there. */
export async function offsetOf(world: Asking, who: string, path: string): Promise<number> {
  const { headers } = await fileRequest(world, who, 'HEAD', path)
  return Number(headers.get('upload-offset') ?? 'NaN')
}

/** Uploads a whole content; answers the last answer and the id. */
export async function upload(
  world: Asking,
  who: string,
  content: Uint8Array<ArrayBuffer>,
  metadata: Readonly<Record<string, string>>,
) {
  const begun = await beginUpload(world, who, { size: content.length, metadata })
  if (begun.status !== 201) return { ...begun, id: '' }
  const answer = await sendBytes(world, who, begun.path, 0, content)
  return { ...answer, path: begun.path, id: begun.path.slice('/files/'.length) }
}

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** The smallest paper there is. */
export const pdf = (text = 'A'): Buffer<ArrayBuffer> =>
  Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% ${text}\ntrailer<</Root 1 0 R>>\n%%EOF\n`)
