import { boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant, money, rate } from './columns.ts'

const schema = pgSchema('settlement')

/** Where an institution is paid. */
export const bankAccount = schema.table('bank_account', {
  id: uuid().primaryKey(),
  institution: text().notNull(),
  holder: text().notNull(),
  bankName: text().notNull(),
  bankCode: text().notNull(),
  sealed: bytes().notNull(),
  masked: text().notNull(),
  enteredBy: text().notNull(),
  enteredAt: instant().notNull(),
})

/** Who of a bureau has confirmed an account. */
export const bankAccountConfirmation = schema.table(
  'bank_account_confirmation',
  {
    accountId: uuid().notNull(),
    institution: text().notNull(),
    pool: text().notNull(),
    caller: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.pool, t.caller] })],
)

/** What of the deposits of a year goes back. */
export const depositRelease = schema.table('deposit_release', {
  id: uuid().primaryKey(),
  institution: text().notNull(),
  pool: text().notNull(),
  year: text().notNull(),
  /** Null when the year was decided without one. */
  score: integer(),
  share: rate().notNull(),
  kept: money().notNull(),
  amount: money().notNull(),
  /** What was paid by the score it corrects, and counts against `amount`. */
  settled: money().notNull(),
  state: text({ enum: ['OPEN', 'PAYING', 'PAID', 'CORRECTED'] }).notNull(),
  /** Why it corrects another; null when it corrects none. */
  reason: text(),
  correctedBy: uuid(),
  document: text(),
  scoredBy: text().notNull(),
  at: instant().notNull(),
})

/** What becomes of a deposit that no score gives back. */
export const depositDecision = schema.table('deposit_decision', {
  id: uuid().primaryKey(),
  releaseId: uuid().notNull(),
  institution: text().notNull(),
  pool: text().notNull(),
  year: text().notNull(),
  amount: money().notNull(),
  outcome: text({ enum: ['RELEASED', 'FORFEITED'] }).notNull(),
  state: text({ enum: ['OPEN', 'PAYING', 'PAID', 'FORFEITED', 'CORRECTED'] }).notNull(),
  reason: text().notNull(),
  sourceNumber: text().notNull(),
  document: text(),
  decidedBy: text().notNull(),
  at: instant().notNull(),
})

/** A file of transfers. */
export const paymentBatch = schema.table('payment_batch', {
  id: uuid().primaryKey(),
  pool: text().notNull(),
  number: text().notNull(),
  rows: integer().notNull(),
  amount: money().notNull(),
  state: text({ enum: ['SENT', 'DONE'] }).notNull(),
  madeBy: text().notNull(),
  madeAt: instant().notNull(),
})

/** One transfer to one institution. */
export const paymentRow = schema.table('payment_row', {
  id: uuid().primaryKey(),
  batchId: uuid().notNull(),
  number: integer().notNull(),
  institution: text().notNull(),
  pool: text().notNull(),
  accountId: uuid().notNull(),
  amount: money().notNull(),
  state: text({ enum: ['SENT', 'PAID', 'REJECTED', 'RETURNED'] }).notNull(),
  reason: text(),
  bankReference: text(),
  answeredAt: instant(),
})

/** What a transfer pays. */
export const paymentPart = schema.table(
  'payment_part',
  {
    rowId: uuid().notNull(),
    partId: uuid().notNull(),
    kind: text({ enum: ['STATEMENT', 'RELEASE', 'DECISION'] }).notNull(),
    institution: text().notNull(),
    pool: text().notNull(),
    amount: money().notNull(),
    open: boolean().notNull().default(true),
  },
  (t) => [primaryKey({ columns: [t.rowId, t.partId] })],
)

/** A file of answers that was read. */
export const paymentResult = schema.table('payment_result', {
  id: uuid().primaryKey(),
  batchId: uuid().notNull(),
  pool: text().notNull(),
  digest: text().notNull(),
  paid: integer().notNull(),
  rejected: integer().notNull(),
  repeated: integer().notNull(),
  problems: jsonb().$type<unknown>().notNull(),
  problemsLeftOut: integer().notNull().default(0),
  document: uuid(),
  readBy: text().notNull(),
  readAt: instant().notNull(),
})

/**
 * A transfer the bank gives back after it had said it was paid, or says was paid after it had rejected it, and what staff
 * decided.
 */
export const paymentReturn = schema.table('payment_return', {
  id: uuid().primaryKey(),
  rowId: uuid().notNull(),
  kind: text({ enum: ['CAME_BACK', 'PAID_AFTER_ALL'] }).notNull(),
  resultId: uuid().notNull(),
  institution: text().notNull(),
  pool: text().notNull(),
  amount: money().notNull(),
  bankReason: text().notNull(),
  bankReference: text(),
  reportedAt: instant().notNull(),
  state: text({ enum: ['OPEN', 'CONFIRMED', 'DISMISSED'] }).notNull(),
  reason: text(),
  decidedBy: text(),
  decidedAt: instant(),
})
