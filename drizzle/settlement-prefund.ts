import { boolean, char, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What one province has paid in with another; a row stands on both platforms under one id. */
export const prefund = schema.table('prefund', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  side: text({ enum: ['PAYER', 'HOLDER'] }).notNull(),
  pool: text(),
  state: text({ enum: ['REQUESTED', 'AGREED', 'DECLINED', 'PAID', 'RECEIVED', 'DENIED'] }).notNull(),
  amount: money().notNull(),
  paperNumber: text(),
  bankReference: text(),
  paidOn: day(),
  kind: text({ enum: ['PAYMENT', 'RETURN'] })
    .notNull()
    .default('PAYMENT'),
})

/** How it came to its state. */
export const prefundStep = schema.table(
  'prefund_step',
  {
    prefundId: uuid().notNull(),
    number: smallint().notNull(),
    state: text({ enum: ['REQUESTED', 'AGREED', 'DECLINED', 'PAID', 'RECEIVED', 'DENIED'] }).notNull(),
    caller: text().notNull(),
    at: instant().notNull(),
    words: text(),
  },
  (t) => [primaryKey({ columns: [t.prefundId, t.number] })],
)

/** How much of a prefund is used, as it was last looked at. */
export const prefundLevel = schema.table(
  'prefund_level',
  {
    province: char({ length: 2 }).notNull(),
    side: text({ enum: ['PAYER', 'HOLDER'] }).notNull(),
    level: text({ enum: ['GREEN', 'YELLOW', 'RED'] }).notNull(),
    amount: money().notNull(),
    used: money().notNull(),
    since: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.province, t.side] })],
)

/** The hard limit of what a province may owe here. */
export const provinceBudget = schema.table('province_budget', {
  province: char({ length: 2 }).primaryKey(),
  wanted: money(),
  amount: money(),
  taken: money().notNull(),
  countingSince: instant().notNull(),
  countedAt: instant(),
  paperNumber: text().notNull(),
  setBy: text().notNull(),
  setAt: instant().notNull(),
})

/** What was taken of it for a bill. */
export const budgetTaken = schema.table('budget_taken', {
  exchange: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  amount: money().notNull(),
  given: boolean().notNull(),
})
