import pino from 'pino'
import type { Logger } from './logger.ts'

/** A resident identity number or permit, wherever in a line it stands: none may reach a log. */
const IDENTITY = /(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/g
/** A signed token, which would open the door as long as it is good. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g

const PATHS = ['authorization', '*.authorization', '*.*.authorization', 'password', '*.password', 'credential', '*.credential']

/** Removes from a text what must not be kept: identity numbers and tokens. */
export const redacted = (text: string): string => text.replace(IDENTITY, '[identity number]').replace(TOKEN, '[token]')

/** The log of a process: JSON lines on standard error, without identity numbers, tokens and credentials. */
export function createLog({ name, level }: { name: string; level: string }): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: PATHS, censor: '[redacted]' },
      hooks: { streamWrite: redacted },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: false }),
  )
}
