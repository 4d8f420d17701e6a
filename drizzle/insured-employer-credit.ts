import { bigint, char, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('insured')

/** What an employer has paid too much in a pool for an insurance. */
export const employerCredit = schema.table('employer_credit', {
  creditId: uuid().primaryKey(),
  employer: char({ length: 18 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  insuranceType: text().notNull(),
  balance: money().notNull(),
  version: bigint({ mode: 'bigint' }).notNull(),
})

/** How it came to be and where it went; only ever added to, but for the payment a set-off waits for. */
export const employerCreditEntry = schema.table('employer_credit_entry', {
  entryId: uuid().primaryKey(),
  creditId: uuid().notNull(),
  kind: text({ enum: ['LEFT_OVER', 'SET_OFF', 'RETURNED'] }).notNull(),
  period: text(),
  amount: money().notNull(),
  receiptId: uuid(),
  at: instant().notNull(),
})
