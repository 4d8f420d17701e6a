import { integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** A file of transfers to persons. */
export const claimPaymentBatch = schema.table('claim_payment_batch', {
  id: uuid().primaryKey(),
  pool: text().notNull(),
  number: text().notNull(),
  rows: integer().notNull(),
  amount: money().notNull(),
  state: text({ enum: ['SENT', 'DONE'] }).notNull(),
  madeBy: text().notNull(),
  madeAt: instant().notNull(),
})

/** One transfer for one claim. */
export const claimPaymentRow = schema.table('claim_payment_row', {
  id: uuid().primaryKey(),
  batchId: uuid().notNull(),
  number: integer().notNull(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  claimNumber: text().notNull(),
  pool: text().notNull(),
  accountSeq: integer().notNull(),
  amount: money().notNull(),
  state: text({ enum: ['SENT', 'PAID', 'REJECTED', 'RETURNED'] }).notNull(),
  reason: text(),
  bankReference: text(),
  answeredAt: instant(),
})

/** A file of answers that was read. */
export const claimPaymentResult = schema.table('claim_payment_result', {
  id: uuid().primaryKey(),
  batchId: uuid().notNull(),
  pool: text().notNull(),
  digest: text().notNull(),
  document: uuid(),
  paid: integer().notNull(),
  rejected: integer().notNull(),
  repeated: integer().notNull(),
  problems: jsonb().$type<unknown>().notNull(),
  problemsLeftOut: integer().notNull(),
  readBy: text().notNull(),
  readAt: instant().notNull(),
})

/** What the bank said against its answer of before, and what staff decided. */
export const claimPaymentReturn = schema.table('claim_payment_return', {
  id: uuid().primaryKey(),
  rowId: uuid().notNull(),
  kind: text({ enum: ['CAME_BACK', 'PAID_AFTER_ALL'] }).notNull(),
  resultId: uuid().notNull(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
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

/** What a person has to give back of a claim. */
export const claimRecovery = schema.table('claim_recovery', {
  id: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  pool: text().notNull(),
  amount: money().notNull(),
  settled: money().notNull(),
  raisedAt: instant().notNull(),
  /** Of a transfer the bank has made besides another: what it said. */
  returnId: uuid(),
  /** Who of the bureau sees to it. */
  owner: text(),
})

/** How some of it came back. */
export const claimRecoveryStep = schema.table('claim_recovery_step', {
  id: uuid().primaryKey(),
  recoveryId: uuid().notNull(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  pool: text().notNull(),
  kind: text({ enum: ['SET_OFF', 'RECEIVED'] }).notNull(),
  amount: money().notNull(),
  reference: text(),
  by: text().notNull(),
  at: instant().notNull(),
})

/** A decision as it was put on paper. */
export const claimDecisionPaper = schema.table('claim_decision_paper', {
  decisionId: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  content: jsonb().$type<unknown>().notNull(),
  contentHash: bytes().notNull(),
  codeHash: bytes().notNull(),
  issuedAt: instant().notNull(),
})
