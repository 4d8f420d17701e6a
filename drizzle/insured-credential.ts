import { char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant } from './columns.ts'

const schema = pgSchema('insured')

/** The code of an e-voucher, by keyed hash: good for about a minute, and once. */
export const voucher = schema.table('voucher', {
  codeHash: bytes().primaryKey(),
  insuredId: uuid().notNull(),
  origin: text({ enum: ['E_VOUCHER', 'CARD', 'CERTIFICATE'] }).notNull(),
  cardId: uuid(),
  issuedAt: instant().notNull(),
  expiresAt: instant().notNull(),
  usedBy: char({ length: 12 }),
  usedAt: instant(),
})

/** How many codes of nobody, or used before, an institution has shown on a day. */
export const refusedCode = schema.table(
  'refused_code',
  {
    institution: char({ length: 12 }).notNull(),
    day: day().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.day] })],
)
