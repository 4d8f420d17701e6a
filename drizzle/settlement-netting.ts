import { boolean, char, integer, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** What a province of treatment is owed up to the end of a month. */
export const netStatement = schema.table('net_statement', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  side: text({ enum: ['PLACE', 'HOME'] }).notNull(),
  month: text().notNull(),
  state: text({
    enum: ['ARRIVING', 'DECLARED', 'WITHDRAWING', 'WITHDRAWN', 'CONFIRMED', 'PAID', 'RECEIVED'],
  }).notNull(),
  count: integer().notNull(),
  amount: money().notNull(),
  dueOn: day(),
})

/** In which statement a bill, a reversal or a deduction stands. */
export const netItem = schema.table('net_item', {
  item: uuid().primaryKey(),
  statementId: uuid().notNull(),
  kind: text({ enum: ['BILL', 'REVERSAL', 'DEDUCTION'] }).notNull(),
  bill: uuid().notNull(),
  pool: text(),
  amount: money().notNull(),
  disputed: text(),
})

/** What left a statement, and why. */
export const netDispute = schema.table(
  'net_dispute',
  {
    statementId: uuid().notNull(),
    item: uuid().notNull(),
    kind: text({ enum: ['BILL', 'REVERSAL', 'DEDUCTION'] }).notNull(),
    amount: money().notNull(),
    words: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.statementId, t.item] })],
)

/** How a statement came to its state. */
export const netStep = schema.table(
  'net_step',
  {
    statementId: uuid().notNull(),
    number: smallint().notNull(),
    state: text({
      enum: ['ARRIVING', 'DECLARED', 'WITHDRAWING', 'WITHDRAWN', 'CONFIRMED', 'PAID', 'RECEIVED'],
    }).notNull(),
    caller: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.statementId, t.number] })],
)

/** A payment of statements of both directions. */
export const netPayment = schema.table('net_payment', {
  id: uuid().primaryKey(),
  province: char({ length: 2 }).notNull(),
  side: text({ enum: ['PAYER', 'RECEIVER'] }).notNull(),
  state: text({ enum: ['PAID', 'RECEIVED', 'DENIED'] }).notNull(),
  pool: text(),
  amount: money().notNull(),
  bankReference: text().notNull(),
  paidOn: day().notNull(),
  trouble: text(),
})

/** Which statements it settles: each once by one that was not denied. */
export const netPaymentPart = schema.table(
  'net_payment_part',
  {
    statementId: uuid().notNull(),
    paymentId: uuid().notNull(),
    live: boolean().notNull().default(true),
  },
  (t) => [primaryKey({ columns: [t.paymentId, t.statementId] })],
)
