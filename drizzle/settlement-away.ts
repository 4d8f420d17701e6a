import { boolean, char, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('settlement')

/** A bill of a person insured on the platform of another province, or the reversal of one. */
export const awayBill = schema.table('away_bill', {
  exchange: uuid().primaryKey(),
  kind: text({ enum: ['SETTLE', 'REVERSE'] }).notNull(),
  province: char({ length: 2 }).notNull(),
  caller: text().notNull(),
  requestId: text().notNull(),
  operation: text().notNull(),
  digest: text().notNull(),
  institution: text().notNull(),
  clearingAgency: text().notNull(),
  visit: text().notNull(),
  chargeBatch: text().notNull(),
  state: text({ enum: ['ASKED', 'COMMITTING', 'CANCELLING', 'COMMITTED', 'REFUSED', 'ABORTED'] }).notNull(),
  asked: jsonb().notNull(),
  answer: jsonb(),
  settlementId: uuid().notNull(),
  insuredId: uuid(),
  of: uuid(),
  askedAt: instant().notNull(),
  nextAt: instant(),
  attempts: integer().notNull().default(0),
  trouble: text(),
  ofOpened: boolean().notNull().default(false),
})
