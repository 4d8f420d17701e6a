import { bigint, boolean, integer, jsonb, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')
const count = () => bigint({ mode: 'number' })

/** A comparison of what an institution has with what the platform has, for some days of a clearing type. */
export const reconciliation = schema.table('reconciliation', {
  id: uuid().primaryKey(),
  institution: text().notNull(),
  agency: text().notNull(),
  insuranceType: text().notNull(),
  clearingType: text().notNull(),
  fromOn: day().notNull(),
  toOn: day().notNull(),
  firstId: uuid().notNull(),
  beforeId: uuid().notNull(),
  refunds: boolean(),
  kind: text({ enum: ['TOTALS', 'LINES', 'FILE'] }).notNull(),
  caller: text().notNull(),
  documentId: uuid(),
  reportId: uuid(),
  expected: integer(),
  state: text({ enum: ['OPEN', 'READING', 'COMPARING', 'BALANCED', 'DIFFERENT', 'FAILED'] }).notNull(),
  phase: text({ enum: ['LINES', 'SETTLEMENTS', 'KEEPING', 'DONE'] })
    .notNull()
    .default('LINES'),
  lines: integer().notNull().default(0),
  unreadable: integer().notNull().default(0),
  matched: integer().notNull().default(0),
  differences: integer().notNull().default(0),
  comparedLine: integer().notNull().default(0),
  comparedId: uuid(),
  keptKey: text().notNull().default(''),
  thereCount: count().notNull().default(0),
  thereTotal: money().notNull(),
  thereFund: money().notNull(),
  thereAccount: money().notNull(),
  thereCash: money(),
  hereCount: count().notNull().default(0),
  hereTotal: money().notNull(),
  hereFund: money().notNull(),
  hereAccount: money().notNull(),
  hereCash: money().notNull(),
  days: jsonb().$type<unknown>(),
  failure: jsonb().$type<unknown>(),
  endsInLine: boolean().notNull().default(false),
  shortfall: jsonb().$type<unknown>(),
  version: integer().notNull().default(0),
  failures: smallint().notNull().default(0),
  tidied: boolean().notNull().default(false),
  createdAt: instant().notNull(),
  workedAt: instant().notNull(),
  finishedAt: instant(),
})

/** What differs between the two sides. */
export const reconciliationDifference = schema.table(
  'reconciliation_difference',
  {
    runId: uuid().notNull(),
    place: integer().notNull(),
    cause: text({
      enum: [
        'ONLY_HERE',
        'ONLY_THERE',
        'AMOUNTS_DIFFER',
        'REVERSED_HERE',
        'REVERSED_THERE',
        'DUPLICATE_LINE',
        'UNREADABLE',
        'WRONG_PERSON',
        'WRONG_VISIT',
      ],
    }).notNull(),
    subject: text().notNull(),
    line: integer(),
    number: text(),
    settlementId: uuid(),
    insuredId: uuid(),
    personNumber: text(),
    visit: text(),
    requestId: text(),
    refund: boolean(),
    unconfirmed: boolean().notNull(),
    reversed: boolean().notNull(),
    elsewhere: jsonb().$type<unknown>(),
    hereTotal: money(),
    hereFund: money(),
    hereAccount: money(),
    hereCash: money(),
    thereTotal: money(),
    thereFund: money(),
    thereAccount: money(),
    thereCash: money(),
    problems: jsonb().$type<unknown>(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.place] })],
)

/** What the institution says to a difference. */
export const reconciliationNote = schema.table('reconciliation_note', {
  id: uuid().primaryKey(),
  runId: uuid().notNull(),
  place: integer().notNull(),
  note: text().notNull(),
  notedBy: text().notNull(),
  notedAt: instant().notNull(),
})

/** Settlements an institution and the platform agree on, and the run that found it. */
export const reconciled = schema.table(
  'reconciled',
  {
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    institution: text().notNull(),
    runId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.settlementId] })],
)
