import { char, integer, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What two platforms settled between each other on a day, compared once. */
export const exchangeReconciliation = schema.table('exchange_reconciliation', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  place: char({ length: 2 }).notNull(),
  day: day().notNull(),
  state: text({ enum: ['BALANCED', 'DIFFERENT', 'UNANSWERED', 'FAILED'] }).notNull(),
  hereCount: integer().notNull(),
  hereTotal: money().notNull(),
  hereFund: money().notNull(),
  hereAccount: money().notNull(),
  thereCount: integer(),
  thereTotal: money(),
  thereFund: money(),
  thereAccount: money(),
  trouble: text({ enum: ['ROWS_OUT_OF_ORDER', 'TOO_MANY_ROWS'] }),
  askedBy: text().notNull(),
  at: instant().notNull(),
})

/** A bill about which the two differ, until they do not. */
export const exchangeDifference = schema.table('exchange_difference', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  place: char({ length: 2 }).notNull(),
  day: day().notNull(),
  exchange: uuid().notNull(),
  pool: text().notNull(),
  cause: text({ enum: ['ONLY_HERE', 'ONLY_THERE', 'AMOUNTS_DIFFER', 'REVERSED_HERE', 'REVERSED_THERE'] }).notNull(),
  hereTotal: money(),
  hereFund: money(),
  hereAccount: money(),
  thereTotal: money(),
  thereFund: money(),
  thereAccount: money(),
  foundAt: instant().notNull(),
  seenAt: instant().notNull(),
  resolvedAt: instant(),
  acknowledgedBy: text(),
  acknowledgedAt: instant(),
  words: text(),
})
