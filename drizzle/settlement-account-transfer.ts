import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** That a person's insurance goes on in another pool. */
export const accountTransfer = schema.table('account_transfer', {
  eventId: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  pool: text().notNull(),
  fromDay: day().notNull(),
  movedAt: instant(),
})

/** What of a personal account one pool gave another. */
export const transferredAccount = schema.table(
  'transferred_account',
  {
    eventId: uuid().notNull(),
    insuredId: uuid().notNull(),
    kind: text({ enum: ['CURRENT', 'HISTORY'] }).notNull(),
    fromPool: text().notNull(),
    pool: text().notNull(),
    amount: money().notNull(),
    groupId: uuid().notNull(),
    intoGroupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.eventId, t.kind] })],
)
