import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

/** An institution in another province, as its platform told of it with a bill. */
export const institutionElsewhere = pgSchema('settlement').table(
  'institution_elsewhere',
  {
    settlementId: uuid().notNull(),
    insuredId: uuid().notNull(),
    name: text().notNull(),
    kind: text({ enum: ['HOSPITAL', 'PHARMACY'] }).notNull(),
    level: text({ enum: ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'] }).notNull(),
    pool: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.insuredId] })],
)
