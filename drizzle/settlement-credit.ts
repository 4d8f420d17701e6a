import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What was credited to personal accounts for contributions. */
export const credit = schema.table(
  'credit',
  {
    eventId: uuid().notNull(),
    insuredId: uuid().notNull(),
    kind: text({ enum: ['CURRENT', 'HISTORY'] }).notNull(),
    pool: text().notNull(),
    amount: money().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
    billId: uuid(),
    period: text(),
    recovered: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.eventId, t.insuredId] })],
)

/** What was credited and turned out not to be due: what was taken out of the account again; the rest is owed. */
export const creditCorrection = schema.table(
  'credit_correction',
  {
    eventId: uuid().notNull(),
    insuredId: uuid().notNull(),
    pool: text().notNull(),
    amount: money().notNull(),
    current: money().notNull(),
    history: money().notNull(),
    billId: uuid().notNull(),
    period: text().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.eventId] })],
)
