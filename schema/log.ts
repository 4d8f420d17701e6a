import pino from 'pino'
import type { Logger } from './logger.ts'

/** A resident identity number or permit, wherever in a line it stands: none may reach a log. */
const IDENTITY =
  /(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/g
/** A signed token, which would open the door as long as it is good. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g

const PATHS = ['authorization', 'password', 'credential'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** Removes from a text what must not be kept: identity numbers and tokens. */
export const redacted = (text: string): string => text.replace(IDENTITY, '[identity number]').replace(TOKEN, '[token]')

/** What is kept of an error: where and why, never the values of a statement, which may be somebody's name. */
export function errorDetails(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const isStatement = 'params' in error && 'query' in error
  const message = isStatement ? `Failed query: ${String(error.query)}` : error.message
  return {
    type: error.name,
    message,
    ...('code' in error && { code: error.code }),
    stack: (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at ')),
    ...(error.cause !== undefined && { cause: errorDetails(error.cause) }),
  }
}

/** The log of a process: JSON lines on standard error, without identity numbers, tokens and credentials. */
export function createLog({ name, level }: { name: string; level: string }): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: PATHS, censor: '[redacted]' },
      serializers: { err: errorDetails, error: errorDetails, cause: errorDetails },
      hooks: { streamWrite: redacted },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: false }),
  )
}
