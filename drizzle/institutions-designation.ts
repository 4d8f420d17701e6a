import { boolean, char, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('institutions')

/** Capabilities as they were granted to agreements and withdrawn; only ever added to. */
export const capabilityEvent = schema.table('capability_event', {
  id: uuid().primaryKey(),
  agreementId: uuid().notNull(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  capability: text({ enum: ['CROSS_PROVINCE', 'CHRONIC', 'MOBILE_PAYMENT', 'E_PRESCRIPTION'] }).notNull(),
  granted: boolean().notNull(),
  effectiveOn: day().notNull(),
  reason: text().notNull(),
  actor: text().notNull(),
  at: instant().notNull(),
})

/** From which day an institution has which level; only ever added to. */
export const levelChange = schema.table('level_change', {
  id: uuid().primaryKey(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  level: text({ enum: ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'] }).notNull(),
  beginOn: day().notNull(),
  reason: text().notNull(),
  actor: text().notNull(),
  at: instant().notNull(),
})

interface StoredAnswer {
  readonly criterion: string
  readonly value: string
  readonly document: string | null
}

interface StoredMissing {
  readonly criterion: string
  readonly reason: string
}

interface StoredScore {
  readonly criterion: string
  readonly score: number
  readonly note: string | null
}

/** Applications for designation, as they stand. */
export const application = schema.table('application', {
  id: uuid().primaryKey(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  state: text({
    enum: ['SUBMITTED', 'RETURNED', 'UNDER_EVALUATION', 'EVALUATED', 'AGREED', 'REJECTED', 'WITHDRAWN'],
  }).notNull(),
  answers: jsonb().$type<readonly StoredAnswer[]>().notNull(),
  note: text(),
  missing: jsonb().$type<readonly StoredMissing[]>(),
  scores: jsonb().$type<readonly StoredScore[]>(),
  passed: boolean(),
  dueOn: day(),
  dueProvisional: boolean().notNull(),
  agreementId: uuid(),
  submittedAt: instant().notNull(),
  changedAt: instant().notNull(),
})

/** Every step of an application; only ever added to. */
export const applicationEvent = schema.table('application_event', {
  id: uuid().primaryKey(),
  applicationId: uuid().notNull(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  action: text({
    enum: ['SUBMITTED', 'RETURNED', 'CORRECTED', 'ACCEPTED', 'EVALUATED', 'AGREED', 'REJECTED', 'WITHDRAWN'],
  }).notNull(),
  reason: text(),
  /** What came with the step: answers, what is missing, scores. */
  details: jsonb(),
  actor: text().notNull(),
  at: instant().notNull(),
})
