import { pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money, rate } from './columns.ts'

const schema = pgSchema('settlement')

/** A resident's premium paid from an account. */
export const premium = schema.table(
  'premium',
  {
    premiumId: uuid().notNull(),
    insuredId: uuid().notNull(),
    billId: uuid().notNull(),
    beneficiaryId: uuid().notNull(),
    pool: text().notNull(),
    accountPool: text().notNull(),
    year: text().notNull(),
    current: money().notNull(),
    history: money().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.premiumId] })],
)

/** A premium that was given back, since the bill had been paid meanwhile. */
export const premiumReturn = schema.table(
  'premium_return',
  { insuredId: uuid().notNull(), premiumId: uuid().notNull(), groupId: uuid().notNull(), at: instant().notNull() },
  (t) => [primaryKey({ columns: [t.insuredId, t.premiumId] })],
)

/** The turn of a year in an account. */
export const accountYear = schema.table(
  'account_year',
  {
    insuredId: uuid().notNull(),
    year: text().notNull(),
    pool: text().notNull(),
    carried: money().notNull(),
    interest: money().notNull(),
    currentRate: rate().notNull(),
    currentAverage: money().notNull(),
    historyRate: rate().notNull(),
    historyAverage: money().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.year] })],
)
