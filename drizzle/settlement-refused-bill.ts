import { char, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** A bill of a person insured here that another province asked for and that was refused for good, here or at its window. */
export const refusedBill = pgSchema('settlement').table(
  'refused_bill',
  {
    insuredId: uuid().notNull(),
    institution: text().notNull(),
    visit: text().notNull(),
    chargeBatch: text().notNull(),
    exchange: uuid().notNull(),
    province: char({ length: 2 }).notNull(),
    pool: text(),
    name: text().notNull(),
    level: text().notNull(),
    place: text().notNull(),
    invoice: text(),
    beginAt: instant().notNull(),
    endAt: instant().notNull(),
    content: jsonb().notNull(),
    rejection: jsonb().notNull(),
    refusedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.institution, t.visit, t.chargeBatch] })],
)
