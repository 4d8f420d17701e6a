import { char, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What is to be said to the platform of another province, until it has answered. */
export const provinceMessage = schema.table('province_message', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  type: text({ enum: ['deduction', 'prefund', 'netting'] }).notNull(),
  pool: text().notNull(),
  message: jsonb().notNull(),
  at: instant().notNull(),
  tries: integer().notNull().default(0),
  nextAt: instant().notNull(),
  answeredAt: instant(),
  rejection: jsonb(),
  trouble: text(),
})

/** What another province deducted of a bill whose person is insured here, and the withdrawal of that. */
export const exchangeDeduction = schema.table('exchange_deduction', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  exchange: uuid().notNull(),
  insuredId: uuid().notNull(),
  settlementId: uuid().notNull(),
  pool: text().notNull(),
  institution: text().notNull(),
  amount: money().notNull(),
  reason: text().notNull(),
  words: text().notNull(),
  withdraws: uuid(),
  decidedAt: instant().notNull(),
  at: instant().notNull(),
})
