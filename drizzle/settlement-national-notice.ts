import { char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** A clearing notice of the national centre. */
export const nationalNotice = schema.table('national_notice', {
  id: uuid().primaryKey(),
  number: text().notNull(),
  province: char({ length: 2 }).notNull(),
  month: text().notNull(),
  sha256: text().notNull(),
  importedBy: text().notNull(),
  at: instant().notNull(),
})

/** What it says of one province and direction. */
export const nationalNoticeLine = schema.table(
  'national_notice_line',
  {
    noticeId: uuid().notNull(),
    province: char({ length: 2 }).notNull(),
    side: text({ enum: ['PLACE', 'HOME'] }).notNull(),
    line: integer().notNull(),
    count: integer().notNull(),
    amount: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.noticeId, t.province, t.side] })],
)
