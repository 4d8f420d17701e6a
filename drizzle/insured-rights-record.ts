import { boolean, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

const schema = pgSchema('insured')

/** A yearly record of a person's rights, as it was signed. */
export const rightsRecord = schema.table(
  'rights_record',
  {
    insuredId: uuid().notNull(),
    recordId: uuid().notNull(),
    year: smallint().notNull(),
    occasion: text({ enum: ['SCHEDULE', 'DEMAND'] }).notNull(),
    sha256: bytes().notNull(),
    signed: text().notNull(),
    issuedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.recordId] })],
)

/** Up to which person the records of a year are made. */
export const rightsRecordRun = schema.table('rights_record_run', {
  year: smallint().primaryKey(),
  after: uuid().notNull(),
  done: boolean().notNull().default(false),
})
