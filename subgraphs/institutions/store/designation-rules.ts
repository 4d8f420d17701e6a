import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { DesignationRules } from '../domain/designation-rules.ts'

const FILE = join(import.meta.dirname, '..', 'rules', 'designation.json')

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })
const said = z.strictObject({ value: z.int().min(0).max(1000), source: z.string(), article: z.string().min(1) })

const shape = z
  .strictObject({
    sources: z.record(
      z.string(),
      z.strictObject({
        document: text,
        number: z.string().nullable(),
        issued: z.string(),
        reliability: z.enum(['A', 'B', 'C', 'ASSUMED']),
      }),
    ),
    limits: z.strictObject({
      correctionWorkingDays: said,
      evaluationMonths: said,
      rectificationMonths: said,
      exclusionMonths: said,
      fraudSuspensionMonthsMin: said,
      fraudSuspensionMonthsMax: said,
      expiryWarningDays: said,
    }),
    criteria: z.array(
      z.strictObject({
        id: z.string().regex(/^[a-z-]+$/),
        kind: z.enum(['HOSPITAL', 'PHARMACY']),
        required: z.boolean(),
        text,
        source: z.string(),
        article: z.string().min(1),
      }),
    ),
  })
  .refine(
    ({ sources, limits, criteria }) =>
      [...Object.values(limits), ...criteria].every(({ source }) => Object.hasOwn(sources, source)),
    'every source that is named stands under sources',
  )

/** The conditions of designation and its time limits, read once at start. @throws Error naming the fault */
export const DESIGNATION_RULES: DesignationRules = shape.parse(JSON.parse(readFileSync(FILE, 'utf8')))
