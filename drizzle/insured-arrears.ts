import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** What was done about a bill nobody had paid, each step once. */
export const arrearsStep = pgSchema('insured').table(
  'arrears_step',
  {
    insuredId: uuid().notNull(),
    billId: uuid().notNull(),
    step: text({ enum: ['REMINDED', 'SUSPENDED'] }).notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.billId, t.step] })],
)
