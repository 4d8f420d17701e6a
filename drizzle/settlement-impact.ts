import { date, integer, jsonb, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('settlement')

/** A draft of a pool's policies that is tried on the settlements of a period, and what came of it so far. */
export const impact = schema.table('impact', {
  id: uuid().primaryKey(),
  pool: text().notNull(),
  caller: text().notNull(),
  draft: text().notNull(),
  fromOn: date().notNull(),
  toOn: date().notNull(),
  asOf: date(),
  firstId: uuid().notNull(),
  beforeId: uuid().notNull(),
  state: text({ enum: ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'] }).notNull(),
  total: integer().notNull(),
  done: integer().notNull(),
  tally: jsonb().$type<unknown>().notNull(),
  version: integer().notNull(),
  failures: smallint().notNull(),
  createdAt: instant().notNull(),
  startedAt: instant(),
  workedAt: instant(),
  finishedAt: instant(),
})

/** Whose settlements are still to be tried. */
export const impactPerson = schema.table(
  'impact_person',
  { impactId: uuid().notNull(), insuredId: uuid().notNull() },
  (t) => [primaryKey({ columns: [t.impactId, t.insuredId] })],
)
