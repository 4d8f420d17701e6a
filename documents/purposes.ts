import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '@yibao/schema/identity'
import { z } from 'zod'

/** Types of content, by which nothing but content decides, with the endings their names have. */
export const TYPES = {
  'application/pdf': ['pdf'],
  'application/ofd': ['ofd'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe'],
  'image/png': ['png'],
  'text/csv': ['csv', 'txt', 'tsv'],
  'text/plain': ['txt', 'csv', 'tsv'],
  'application/zip': ['zip'],
} as const
export type ContentType = keyof typeof TYPES

const ROLES = ['institution', 'staff', 'person', 'employer', 'channel', 'auditor'] as const satisfies readonly Role[]

const FORMAT = z.object({
  note: z.string(),
  purposes: z.array(
    z.strictObject({
      code: z.string().regex(/^[A-Z][A-Z_]{1,39}$/),
      name: z.object({ zh: z.string().min(1), en: z.string().min(1) }),
      /** Who may upload one. */
      by: z.array(z.enum(ROLES)).min(1),
      /** Whether it must, may or cannot be about one person. */
      about: z.enum(['REQUIRED', 'OPTIONAL', 'NONE']),
      types: z.array(z.enum(Object.keys(TYPES) as [ContentType, ...ContentType[]])).min(1),
      maxBytes: z.number().int().positive(),
    }),
  ),
})
export type Purpose = z.output<typeof FORMAT>['purposes'][number]

const FILE = join(import.meta.dirname, 'purposes.json')

/** What documents may be uploaded for, by code. */
export const PURPOSES: ReadonlyMap<string, Purpose> = new Map(
  FORMAT.parse(JSON.parse(readFileSync(FILE, 'utf8'))).purposes.map((one) => [one.code, one]),
)
