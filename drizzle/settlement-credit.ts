import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

/** What was credited to personal accounts for contributions. */
export const credit = pgSchema('settlement').table(
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
  },
  (t) => [primaryKey({ columns: [t.eventId, t.insuredId] })],
)
