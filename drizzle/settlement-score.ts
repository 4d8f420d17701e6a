import { bigint, char, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import { day } from './columns.ts'

const count = () => bigint({ mode: 'number' })

/** What the system of an institution asked on a day, how it was answered, and how fast. */
export const scoreDay = pgSchema('settlement').table('score_day', {
  institution: char({ length: 12 }).notNull(),
  day: day().notNull(),
  pools: text().array().notNull(),
  requests: count().notNull(),
  accepted: count().notNull(),
  conflicts: count().notNull(),
  failures: count().notNull(),
  reversals: count().notNull(),
  /** How many were refused, by code. */
  refusals: jsonb().$type<Readonly<Record<string, number>>>().notNull(),
  /** How many settlements fell into each class of latency. */
  latency: count().array().notNull(),
})
