import { GraphQLError } from 'graphql'
import type { Text } from './rejection.ts'

/**
 * Every code a top-level error can carry, with the HTTP status of a request that failed as a whole. The list is
 * closed: a client may switch on it, and anything else that goes wrong is masked as INTERNAL_SERVER_ERROR.
 * Refusals of the business are not here: they are members of result unions (`rejection.ts`).
 */
export const FAULTS = {
  BAD_REQUEST: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  BAD_USER_INPUT: 400,
  LIMIT_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INTERNAL_SERVER_ERROR: 500,
  SUBGRAPH_UNAVAILABLE: 503,
  SIGN_IN_UNAVAILABLE: 503,
} as const

export type FaultCode = keyof typeof FAULTS

/** Both languages in one line, as GraphQL errors have a single message. */
const bilingual = ({ zh, en }: Text): string => `${zh} ${en}`

/**
 * Makes a top-level error that clients may see as it is. `text` must not quote what the client sent: values can be
 * personal data, and error messages end up in logs.
 */
export function fault(code: FaultCode, text: Text, details: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(bilingual(text), { extensions: { code, ...details } })
}

/** The code when the error is one of ours, made on purpose and safe to show; otherwise null. */
export function faultCode(error: unknown): FaultCode | null {
  if (!(error instanceof GraphQLError)) return null
  // Errors of graphql-jit have no extensions at all unless the resolver's error brought some.
  const code = (error as { extensions?: GraphQLError['extensions'] }).extensions?.['code']
  return typeof code === 'string' && Object.hasOwn(FAULTS, code) ? (code as FaultCode) : null
}

/** What a client sees of a bug or an outage: nothing but the id under which it is in the logs. */
export const internalFault = (traceId: string): GraphQLError =>
  fault(
    'INTERNAL_SERVER_ERROR',
    { zh: `系统内部错误，请凭编号 ${traceId} 联系平台。`, en: `Internal error; quote ${traceId} to the platform.` },
    { traceId },
  )
