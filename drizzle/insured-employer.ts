import { char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant, money } from './columns.ts'

const schema = pgSchema('insured')

/** Employers that declare and pay contributions, by unified social credit code, in each pool where they are registered. */
export const employer = schema.table(
  'employer',
  {
    creditCode: char({ length: 18 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    empNo: text().notNull(),
    name: text().notNull(),
    registeredAt: instant().notNull(),
    registeredBy: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.creditCode, t.pool] })],
)

/** What an employer says of one month and one insurance. A draft changes; once declared it never does. */
export const declaration = schema.table('declaration', {
  declarationId: uuid().primaryKey(),
  employer: char({ length: 18 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  insuranceType: text().notNull(),
  month: char({ length: 7 }).notNull(),
  state: text({ enum: ['DRAFT', 'DECLARED'] }).notNull(),
  corrects: uuid(),
  reason: text(),
  heads: integer(),
  baseTotal: money(),
  createdBy: text().notNull(),
  createdAt: instant().notNull(),
  declaredBy: text(),
  declaredAt: instant(),
})

/** The lines of a draft. */
export const declarationDraftLine = schema.table(
  'declaration_draft_line',
  {
    insuredId: uuid().notNull(),
    declarationId: uuid().notNull(),
    employer: char({ length: 18 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    personType: text().notNull(),
    base: money().notNull(),
    enteredBase: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.declarationId] })],
)

/** The lines of what was declared: only ever added to. `base` is zero where a correction takes the person out. */
export const declarationLine = schema.table(
  'declaration_line',
  {
    insuredId: uuid().notNull(),
    declarationId: uuid().notNull(),
    employer: char({ length: 18 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    month: char({ length: 7 }).notNull(),
    personType: text().notNull(),
    base: money().notNull(),
    enteredBase: money().notNull(),
    baseBefore: money(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.declarationId] })],
)

/** Accounting vouchers. Only ever added to; `content` is canonical JSON and `sha256` its digest. */
export const accountingVoucher = schema.table('accounting_voucher', {
  voucherId: uuid().primaryKey(),
  number: text().notNull(),
  kind: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  employer: char({ length: 18 }),
  insuredId: uuid(),
  month: char({ length: 7 }),
  entryKind: text().notNull(),
  entryId: text().notNull(),
  content: text().notNull(),
  sha256: bytes().notNull(),
  retainUntil: day().notNull(),
  createdBy: text().notNull(),
  createdAt: instant().notNull(),
})

/** Of which months employers were told that the declaration is due or overdue. */
export const declarationNotice = schema.table(
  'declaration_notice',
  {
    employer: char({ length: 18 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    month: char({ length: 7 }).notNull(),
    step: text({ enum: ['DUE', 'OVERDUE'] }).notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.employer, t.pool, t.insuranceType, t.month, t.step] })],
)
