import { pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** What a trial promised for a short time. */
export const quote = pgSchema('settlement').table('quote', {
  id: uuid().primaryKey(),
  institution: text().notNull(),
  visit: text().notNull(),
  chargeBatch: text().notNull(),
  insuredId: uuid().notNull(),
  print: text().notNull(),
  madeAt: instant().notNull(),
  expiresAt: instant().notNull(),
})
