import { bigint, boolean, date, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { money } from './columns.ts'

const schema = pgSchema('settlement')

/** What an account took and gave on a day; written by the fold alone, the last three columns by the database. */
export const ledgerDay = schema.table(
  'ledger_day',
  {
    account: text().notNull(),
    pool: text().notNull(),
    day: date().notNull(),
    amount: money().notNull(),
    kind: text().notNull(),
    institution: text(),
    insuredId: uuid(),
  },
  (t) => [primaryKey({ columns: [t.account, t.pool, t.day] })],
)

/** Up to which transaction entries are folded, counted on which server. */
export const ledgerFold = schema.table('ledger_fold', {
  id: boolean().primaryKey().default(true),
  server: bigint({ mode: 'bigint' }).notNull(),
  below: bigint({ mode: 'bigint' }).notNull(),
})
