import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { loadNotices, type Notices } from '../domain/notice.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, 'notices')

/** The templates that ship with the platform. A faulty file stops the process at its start. */
export const NOTICES: Notices = loadNotices(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') })),
)

const time = z.iso.time({ precision: -1 }).transform((text) => Temporal.PlainTime.from(text))

/** How often and when phones are tried. */
export const NOTICE_LIMITS = z
  .strictObject({
    note: z.string(),
    quietHours: z.object({ from: time, until: time }),
    /** Tries before it is given up. */
    attempts: z.number().int().positive(),
    /** Waiting after each failed try; the last one counts for those that follow. */
    backoffSeconds: z.array(z.number().int().positive()).min(1),
    /** How often a provider is asked whether a message arrived, and for how long. */
    askSeconds: z.number().int().positive(),
    askHours: z.number().int().positive(),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'notice-limits.json'), 'utf8')))
export type NoticeLimits = typeof NOTICE_LIMITS
