import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { fault } from '@yibao/schema/fault'

/** The GraphQL parameters of a checked body. */
export interface Parameters {
  readonly query: string
  readonly operationName?: string
  readonly variables?: Readonly<Record<string, unknown>>
}

const JSON_TYPE = 'application/json; charset=utf-8'
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8'

/** The content type of the answer. `application/json` and no preference mean a legacy client. Throws NOT_ACCEPTABLE. */
export function negotiate(accept: string | undefined): { contentType: string; isLegacy: boolean } {
  const legacy = { contentType: JSON_TYPE, isLegacy: true }
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return legacy
  const offers = accept
    .split(',')
    .map((offer) => {
      const [type = '', ...parameters] = offer.split(';').map((part) => part.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return { type, q: q === undefined ? 1 : Number(q.slice(2)) }
    })
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q)
  for (const { type } of offers) {
    if (type === 'application/graphql-response+json') return { contentType: RESPONSE_TYPE, isLegacy: false }
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return legacy
  }
  const text = {
    zh: '只提供 application/graphql-response+json 与 application/json。',
    en: 'Answers are application/graphql-response+json or application/json.',
  }
  throw fault('NOT_ACCEPTABLE', text)
}

/**
 * Only JSON in UTF-8. A browser cannot send this content type to another site without asking first (preflight), so a
 * forged form post never reaches the graph.
 */
export function assertJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return
  const [type, ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase())
  const isUtf8 = parameters.every((parameter) => /^charset="?utf-?8"?$/.test(parameter))
  if (type === 'application/json' && isUtf8) return
  const text = { zh: '请求体须为 UTF-8 的 application/json。', en: 'The body must be application/json in UTF-8.' }
  throw fault('UNSUPPORTED_MEDIA_TYPE', text)
}

/** Reads the parameters of one GraphQL request. Throws BAD_REQUEST naming the parameter; there is no batching. */
export function readParameters(body: string): Parameters {
  const { query, operationName, variables, extensions } = readObject(body)
  if (typeof query !== 'string' || query === '') throw badParameter('query', '非空字符串', 'a non-empty string')
  if (!isNil(operationName) && typeof operationName !== 'string') {
    throw badParameter('operationName', '字符串', 'a string')
  }
  if (!isNil(variables) && !isObject(variables)) throw badParameter('variables', '对象', 'an object')
  if (!isNil(extensions) && !isObject(extensions)) throw badParameter('extensions', '对象', 'an object')
  return {
    query,
    ...(typeof operationName === 'string' && operationName !== '' ? { operationName } : {}),
    ...(isObject(variables) ? { variables } : {}),
  }
}

function readObject(body: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw fault('BAD_REQUEST', { zh: '请求体不是有效的 JSON。', en: 'The body is not valid JSON.' })
  }
  if (isObject(value)) return value
  throw fault('BAD_REQUEST', {
    zh: '请求体须为一个 JSON 对象，不支持批量。',
    en: 'The body must be one JSON object; batching is not supported.',
  })
}

const isNil = (value: unknown): value is null | undefined => value === null || value === undefined
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const badParameter = (name: string, zh: string, en: string) =>
  fault('BAD_REQUEST', { zh: `参数 ${name} 须为${zh}。`, en: `The parameter ${name} must be ${en}.` })

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** One id for everything done for this request: the trace id of a valid `traceparent`, else a new one. */
export const traceIdOf = ({ headers: { traceparent } }: IncomingMessage): string =>
  (typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined) ?? randomUUID().replaceAll('-', '')
