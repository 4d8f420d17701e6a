import { boolean, char, integer, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money, rate } from './columns.ts'

const schema = pgSchema('settlement')

/** One declaration of an institution, and how far its settlements are collected. */
export const clearingRun = schema.table('clearing_run', {
  id: uuid().primaryKey(),
  institution: text().notNull(),
  pool: text(),
  month: text().notNull(),
  state: text({ enum: ['COLLECTING', 'DONE'] }).notNull(),
  declaredBy: text().notNull(),
  declaredOn: day().notNull(),
  declaredAt: instant().notNull(),
  beforeId: uuid().notNull(),
  afterId: uuid().notNull(),
})

/** What an institution declares of a month, and what becomes of it. */
export const monthlyStatement = schema.table('monthly_statement', {
  id: uuid().primaryKey(),
  runId: uuid().notNull(),
  institution: text().notNull(),
  pool: text().notNull(),
  insuredPool: text().notNull(),
  insuranceType: text().notNull(),
  clearingType: text().notNull(),
  month: text().notNull(),
  declaredBy: text().notNull(),
  declaredOn: day().notNull(),
  declaredAt: instant().notNull(),
  state: text({
    enum: ['COLLECTING', 'DECLARED', 'CHECKING', 'CHECKED', 'CONFIRMED', 'PAYING', 'PAID', 'WITHDRAWN'],
  }).notNull(),
  settlements: integer().notNull(),
  reversals: integer().notNull(),
  late: integer().notNull(),
  total: money().notNull(),
  inScope: money().notNull(),
  fund: money().notNull(),
  account: money().notNull(),
  cash: money().notNull(),
  deducted: money().notNull(),
  depositRatio: rate().notNull(),
  depositKept: money().notNull(),
  deposit: money().notNull(),
  difference: money().notNull(),
  payable: money().notNull(),
  transfer: money().notNull(),
  checkStartedAt: instant(),
  checkedAt: instant(),
  appealUntil: day(),
  appealProvisional: boolean().notNull().default(false),
  confirmedAt: instant(),
  dueOn: day(),
  dueProvisional: boolean().notNull().default(false),
  paidAt: instant(),
  withdrawnAt: instant(),
  releaseId: uuid(),
  /** The province whose platform insures the persons; null when a pool of this platform does. */
  otherProvince: char({ length: 2 }),
})

/** What of the deposit of a statement went back with settlements reversed in another. */
export const depositBack = schema.table(
  'deposit_back',
  {
    statementId: uuid().notNull(),
    ofStatementId: uuid().notNull(),
    institution: text().notNull(),
    pool: text().notNull(),
    amount: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.statementId, t.ofStatementId] })],
)

/** In which statement a settlement stands. */
export const clearingItem = schema.table(
  'clearing_item',
  {
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    statementId: uuid().notNull(),
    institution: text().notNull(),
    pool: text().notNull(),
    insuredPool: text().notNull(),
    month: text().notNull(),
    reversal: boolean().notNull(),
    late: boolean().notNull(),
    total: money().notNull(),
    inScope: money().notNull(),
    fund: money().notNull(),
    account: money().notNull(),
    cash: money().notNull(),
    deducted: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.settlementId] })],
)

/** What is deducted of a settlement, and the withdrawal of that. */
export const deduction = schema.table('deduction', {
  id: uuid().primaryKey(),
  statementId: uuid(),
  institution: text().notNull(),
  pool: text().notNull(),
  insuredPool: text().notNull(),
  insuranceType: text().notNull(),
  clearingType: text().notNull(),
  insuredId: uuid().notNull(),
  settlementId: uuid().notNull(),
  line: smallint(),
  amount: money().notNull(),
  reason: text().notNull(),
  words: text().notNull(),
  withdraws: uuid(),
  fromMonth: text(),
  otherProvince: char({ length: 2 }),
  decidedBy: text().notNull(),
  at: instant().notNull(),
})

/** What an institution says against a deduction, and what was decided. */
export const deductionAppeal = schema.table('deduction_appeal', {
  deductionId: uuid().primaryKey(),
  statementId: uuid().notNull(),
  institution: text().notNull(),
  pool: text().notNull(),
  insuredPool: text().notNull(),
  words: text().notNull(),
  document: text(),
  appealedBy: text().notNull(),
  appealedAt: instant().notNull(),
  state: text({ enum: ['OPEN', 'UPHELD', 'REJECTED', 'LAPSED'] }).notNull(),
  answer: text(),
  decidedBy: text(),
  decidedAt: instant(),
})

/** What a payment method makes more or less of a month. */
export const methodDifference = schema.table('method_difference', {
  id: uuid().primaryKey(),
  statementId: uuid(),
  institution: text().notNull(),
  pool: text().notNull(),
  insuredPool: text().notNull(),
  insuranceType: text().notNull(),
  clearingType: text().notNull(),
  month: text().notNull(),
  method: text().notNull(),
  amount: money().notNull(),
  sourceNumber: text().notNull(),
  document: text(),
  corrects: uuid(),
  importedBy: text().notNull(),
  at: instant().notNull(),
})

/** The ledger groups of clearing. */
export const clearingPosting = schema.table('clearing_posting', {
  groupId: uuid().primaryKey(),
  kind: text({
    enum: [
      'DEDUCTION',
      'DIFFERENCE',
      'DUE',
      'CLAIM',
      'DEPOSIT',
      'RELEASE',
      'RESCORED',
      'DECISION',
      'SENT',
      'PAID',
      'REJECTED',
      'RETURNED',
      'POOL_PAID',
      'POOL_RECEIVED',
      'PROVINCE_DEDUCTION',
      'PROVINCE_PREFUND',
      'PROVINCE_PREFUND_BACK',
      'PROVINCE_PAID',
      'PROVINCE_PAID_BACK',
      'PROVINCE_RECEIVED',
      'CLAIM_SENT',
      'CLAIM_PAID',
      'CLAIM_REJECTED',
      'CLAIM_RETURNED',
      'CLAIM_OWED_BACK',
      'CLAIM_SET_OFF',
      'CLAIM_RECEIVED',
    ],
  }).notNull(),
  source: uuid().notNull(),
  pool: text().notNull(),
  institution: text(),
  amount: money().notNull(),
  at: instant().notNull(),
})
