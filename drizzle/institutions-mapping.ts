import { char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('institutions')

/** Which national code an institution's own code stands for; without one it is not mapped yet. */
export const mapping = schema.table('mapping', {
  id: uuid().primaryKey(),
  institution: char({ length: 12 }).notNull(),
  ownCode: text().notNull(),
  beginOn: day().notNull(),
  endOn: day(),
  code: text(),
  listType: char({ length: 3 }),
  name: text().notNull(),
  approvalNumber: text(),
  dosageForm: text(),
  specification: text(),
  pack: text(),
  unit: text(),
  note: text(),
  addedAt: instant().notNull(),
  withdrawnAt: instant(),
})

/** Own codes that stood in bills and uploads, and when last. */
export const ownCodeUse = schema.table(
  'own_code_use',
  {
    institution: char({ length: 12 }).notNull(),
    ownCode: text().notNull(),
    code: text().notNull(),
    lastUsedOn: day().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.ownCode, t.code] })],
)
