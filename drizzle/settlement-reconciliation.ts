import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('settlement')

/** Settlements an institution and the platform agree on, and the run that found it. */
export const reconciled = schema.table(
  'reconciled',
  {
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    institution: text().notNull(),
    runId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.settlementId] })],
)
