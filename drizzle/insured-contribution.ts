import { boolean, char, integer, jsonb, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant, money } from './columns.ts'

const schema = pgSchema('insured')

/** What a person owes for an insurance and a period. Nothing but the payment, or what replaces it unpaid, is ever added. */
export const contributionBill = schema.table(
  'contribution_bill',
  {
    insuredId: uuid().notNull(),
    billId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    period: text().notNull(),
    sequence: smallint().notNull(),
    kind: text({ enum: ['EMPLOYEE', 'FLEXIBLE', 'RESIDENT', 'RETIRED'] }).notNull(),
    personType: text().notNull(),
    employer: text(),
    base: money(),
    employerShare: money().notNull(),
    personShare: money().notNull(),
    governmentShare: money().notNull(),
    credit: money().notNull(),
    dueOn: day().notNull(),
    rule: text().notNull(),
    corrects: uuid(),
    madeAt: instant().notNull(),
    byStranger: boolean().notNull().default(false),
    receiptId: uuid(),
    paidAt: instant(),
    replacedBy: uuid(),
    reason: text(),
    madeBy: text(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.billId] })],
)

/** Money that came in for contributions, or that somebody said they will pay. */
export const contributionReceipt = schema.table('contribution_receipt', {
  receiptId: uuid().primaryKey(),
  channel: text().notNull(),
  reference: text().notNull(),
  state: text({ enum: ['PENDING', 'CANCELLED', 'POSTED', 'OFFSET', 'OVERPAID', 'UNAPPLIED', 'REFUNDED'] }).notNull(),
  pool: char({ length: 6 }).notNull(),
  insuranceType: text().notNull(),
  period: text().notNull(),
  insuredId: uuid(),
  billId: uuid(),
  employer: text(),
  amount: money().notNull(),
  caller: text().notNull(),
  orderedBy: text(),
  madeAt: instant().notNull(),
  receivedAt: instant(),
  postedAt: instant(),
  refundedAt: instant(),
  refundedBy: text(),
  refundReference: text(),
})

/** How often a caller has named a number and a name that do not belong together on a day. */
export const contributionGuess = schema.table(
  'contribution_guess',
  { caller: text().notNull(), day: day().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.caller, t.day] })],
)

/** Up to where the monthly credits of a pool's retired are made out. */
export const contributionRun = schema.table(
  'contribution_run',
  {
    pool: char({ length: 6 }).notNull(),
    period: text().notNull(),
    after: uuid().notNull(),
    done: boolean().notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.pool, t.period] })],
)

/** Which declared months are billed. */
export const contributionDeclared = schema.table('contribution_declared', {
  declarationId: uuid().primaryKey(),
  bills: integer().notNull(),
  at: instant().notNull(),
})

/** What a printed certificate says. */
export const contributionCertificate = schema.table(
  'contribution_certificate',
  {
    certificateId: uuid().notNull(),
    insuredId: uuid().notNull(),
    codeHash: bytes().notNull(),
    content: jsonb().$type<unknown>().notNull(),
    contentHash: bytes().notNull(),
    issuedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.certificateId] })],
)

/** A collection file, and how far it is posted. */
export const collection = schema.table('collection', {
  collectionId: uuid().primaryKey(),
  channel: text().notNull(),
  pool: char({ length: 6 }),
  documentId: text().notNull(),
  name: text().notNull(),
  digest: text().notNull(),
  state: text({ enum: ['WAITING', 'DONE', 'FAILED'] }).notNull(),
  encoding: text({ enum: ['utf-8', 'gb18030'] }),
  line: integer().notNull().default(0),
  posted: integer().notNull().default(0),
  overpaid: integer().notNull().default(0),
  known: integer().notNull().default(0),
  bad: integer().notNull().default(0),
  amount: money().notNull(),
  fault: jsonb().$type<unknown>(),
  caller: text().notNull(),
  madeAt: instant().notNull(),
  endedAt: instant(),
})

/** A row of a collection file that was not posted, and why. */
export const collectionFault = schema.table(
  'collection_fault',
  { collectionId: uuid().notNull(), line: integer().notNull(), problems: jsonb().$type<unknown>().notNull() },
  (t) => [primaryKey({ columns: [t.collectionId, t.line] })],
)
