import { bigint, boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** A stay or an outpatient registration. */
export const visit = schema.table(
  'visit',
  {
    institution: text().notNull(),
    visit: text().notNull(),
    id: uuid().notNull(),
    insuredId: uuid(),
    pool: text(),
    agency: text(),
    insuranceType: text(),
    careType: text().notNull(),
    careKind: text({ enum: ['OUTPATIENT', 'INPATIENT'] }).notNull(),
    emergency: boolean().notNull(),
    trauma: jsonb().$type<{ readonly thirdParty: boolean; readonly promise: boolean }>(),
    admittedAt: instant().notNull(),
    linesFrom: instant().notNull(),
    dischargedAt: instant(),
    dischargeWay: text({ enum: ['1', '2', '3', '4', '5', '9'] }),
    department: text(),
    bed: text(),
    doctor: text(),
    diagnoses: jsonb().$type<readonly { code: string; name: string; kind: '1' | '2' | '3' }[]>().notNull(),
    disease: text(),
    birthType: text({ enum: ['1', '2', '3', '4', '5', '6', '7', '9'] }),
    transferredFrom: uuid(),
    joins: text(),
    joinedTo: text(),
    state: text({ enum: ['OPEN', 'DISCHARGED', 'SETTLED', 'CANCELLED'] }).notNull(),
    version: bigint({ mode: 'bigint' }).notNull(),
    nextLine: integer().notNull(),
    settledTo: instant(),
    settlements: uuid().array().notNull(),
    operator: text().notNull(),
    openedAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.visit] })],
)

/** A line of a visit as it was sent. */
export const visitLine = schema.table(
  'visit_line',
  {
    institution: text().notNull(),
    visit: text().notNull(),
    serial: text().notNull(),
    number: integer().notNull(),
    chargeBatch: text(),
    time: instant().notNull(),
    amount: money().notNull(),
    refundOf: text(),
    sent: jsonb().$type<unknown>().notNull(),
    uploadedAt: instant().notNull(),
    settledBy: uuid(),
    joinedFrom: text(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.visit, t.serial] })],
)
