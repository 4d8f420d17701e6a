import { boolean, integer, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What one pool owes another for persons treated there. */
export const poolStatement = schema.table('pool_statement', {
  id: uuid().primaryKey(),
  creditor: text().notNull(),
  debtor: text().notNull(),
  insuranceType: text().notNull(),
  month: text().notNull(),
  state: text({ enum: ['DECLARED', 'CONFIRMED', 'PAID', 'RECEIVED', 'DISPUTED', 'WITHDRAWN'] }).notNull(),
  statements: integer().notNull(),
  settlements: integer().notNull(),
  reversals: integer().notNull(),
  fund: money().notNull(),
  account: money().notNull(),
  deducted: money().notNull(),
  difference: money().notNull(),
  amount: money().notNull(),
  declaredOn: day().notNull(),
  dueOn: day().notNull(),
  dueProvisional: boolean().notNull().default(false),
  bankReference: text(),
  paidOn: day(),
})

/** In which of them a monthly statement stands. */
export const poolStatementItem = schema.table('pool_statement_item', {
  statementId: uuid().primaryKey(),
  poolStatementId: uuid().notNull(),
  creditor: text().notNull(),
  debtor: text().notNull(),
  amount: money().notNull(),
})

/** How it came to its state. */
export const poolStatementStep = schema.table(
  'pool_statement_step',
  {
    poolStatementId: uuid().notNull(),
    number: smallint().notNull(),
    creditor: text().notNull(),
    debtor: text().notNull(),
    state: text({ enum: ['DECLARED', 'CONFIRMED', 'PAID', 'RECEIVED', 'DISPUTED', 'WITHDRAWN'] }).notNull(),
    caller: text().notNull(),
    at: instant().notNull(),
    words: text(),
    disputed: uuid().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.poolStatementId, t.number] })],
)
