import { char, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('insured')

/** Records that were given up, and the one that goes on instead of each. */
export const personAlias = schema.table('person_alias', {
  insuredId: uuid().primaryKey(),
  intoId: uuid().notNull(),
  survivorId: uuid().notNull(),
  pool: char({ length: 6 }).notNull(),
  reason: text().notNull(),
  mergedBy: text().notNull(),
  mergedAt: instant().notNull(),
})
