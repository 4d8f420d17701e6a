import { bigint, boolean, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('settlement')

/** Declared months of institutions, and benefit years, that are closed. */
export const closedPeriod = schema.table(
  'closed_period',
  {
    kind: text({ enum: ['MONTH', 'YEAR'] }).notNull(),
    pool: text().notNull(),
    scope: text().notNull(),
    period: text().notNull(),
    closedBy: text().notNull(),
    closedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.pool, t.scope, t.period] })],
)

/** One row; its number goes up with every closing. */
export const closingVersion = schema.table('closing_version', {
  id: boolean().primaryKey().default(true),
  version: bigint({ mode: 'bigint' }).notNull(),
})
