import { boolean, char, integer, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('institutions')

/** Departments of hospitals. */
export const department = schema.table('department', {
  institution: char({ length: 12 }).notNull(),
  code: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  name: text().notNull(),
  category: text().notNull(),
  beds: integer().notNull(),
  beginOn: day().notNull(),
  endOn: day(),
  introduction: text(),
  changedAt: instant().notNull(),
})

/** Doctors, nurses and pharmacists, once for each institution they work in. */
export const practitioner = schema.table('practitioner', {
  institution: char({ length: 12 }).notNull(),
  code: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  kind: text({ enum: ['DOCTOR', 'NURSE', 'PHARMACIST'] }).notNull(),
  name: text().notNull(),
  title: text(),
  department: text(),
  specialities: text().array().notNull(),
  mayPrescribe: boolean().notNull(),
  beginOn: day().notNull(),
  endOn: day(),
  changedAt: instant().notNull(),
})

/** Whether the fund pays for what a person does, wherever they work; no row: it does. */
export const practitionerStanding = schema.table('practitioner_standing', {
  code: text().primaryKey(),
  status: text({ enum: ['ACTIVE', 'SUSPENDED'] }).notNull(),
  since: instant().notNull(),
  points: integer().notNull(),
})

/** Every change of it; only ever added to. */
export const practitionerEvent = schema.table('practitioner_event', {
  id: uuid().primaryKey(),
  code: text().notNull(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  action: text({ enum: ['POINTS', 'SUSPENDED', 'RESUMED'] }).notNull(),
  points: integer().notNull(),
  reason: text().notNull(),
  legalGround: text(),
  untilOn: day(),
  actor: text().notNull(),
  at: instant().notNull(),
})
