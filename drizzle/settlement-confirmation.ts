import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** An institution's word that it has received the answer to a settlement. */
export const confirmation = schema.table(
  'confirmation',
  {
    settlementId: uuid().notNull(),
    insuredId: uuid().notNull(),
    institution: text().notNull(),
    dueAt: instant(),
    confirmedAt: instant(),
    closedAt: instant(),
    nextAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.insuredId] })],
)

/** A bill that was paid in full before it was settled. */
export const conversion = schema.table(
  'conversion',
  {
    institution: text().notNull(),
    invoice: text().notNull(),
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    paidAt: instant().notNull(),
    paid: money().notNull(),
    returned: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.invoice] })],
)
