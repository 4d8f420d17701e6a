import { pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { money } from './columns.ts'

/** What relatives' accounts paid of a bill. */
export const mutualAid = pgSchema('settlement').table(
  'mutual_aid',
  {
    settlementId: uuid().notNull(),
    insuredId: uuid().notNull(),
    sponsorId: uuid().notNull(),
    place: smallint().notNull(),
    pool: text().notNull(),
    insuranceType: text().notNull(),
    year: text().notNull(),
    current: money().notNull(),
    history: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.sponsorId, t.insuredId] })],
)
