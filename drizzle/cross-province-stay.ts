import type { StoredRejection } from '@yibao/schema/rejection'
import { bigint, char, integer, jsonb, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('cross_province')

const WAYS = ['1', '2', '3', '4', '5', '9'] as const

/** What both sides keep of a stay. */
const told = {
  careType: text().notNull(),
  department: text(),
  diagnoses: jsonb().$type<readonly { readonly code: string; readonly name: string }[]>().notNull(),
  admittedAt: instant().notNull(),
  dischargedAt: instant(),
  dischargeWay: text({ enum: WAYS }),
}

/** A stay in another province of a person insured here. */
export const stayElsewhere = schema.table(
  'stay_elsewhere',
  {
    insuredId: uuid().notNull(),
    stayId: uuid().notNull(),
    pool: char({ length: 6 }),
    province: char({ length: 2 }).notNull(),
    institution: char({ length: 12 }).notNull(),
    institutionName: text().notNull(),
    visit: text().notNull(),
    ...told,
    state: text({ enum: ['ADMITTED', 'DISCHARGED', 'CANCELLED'] }).notNull(),
    recordedAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.stayId] })],
)

/** A stay here of a person insured in another province. */
export const incomingStay = schema.table('incoming_stay', {
  stayId: uuid().primaryKey(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  visit: text().notNull(),
  insuredPool: char({ length: 6 }).notNull(),
  insuredId: uuid().notNull(),
  ...told,
  state: text({ enum: ['ADMITTED', 'DISCHARGED', 'CANCELLED', 'REFUSED'] }).notNull(),
  announcedAt: instant().notNull(),
  changedAt: instant().notNull(),
  visitVersion: bigint({ mode: 'bigint' }),
})

/** What home has to be told of an incoming stay; written before it is sent, and sent until it is answered. */
export const stayNotice = schema.table(
  'stay_notice',
  {
    stayId: uuid().notNull(),
    number: smallint().notNull(),
    exchange: uuid().notNull(),
    type: text({ enum: ['admission', 'change', 'discharge'] }).notNull(),
    message: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    state: text({ enum: ['WAITING', 'RECORDED', 'REFUSED'] }).notNull(),
    attempts: integer().notNull(),
    nextAt: instant(),
    lastCode: text(),
    rejection: jsonb().$type<StoredRejection>(),
    announcedAt: instant().notNull(),
    answeredAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.stayId, t.number] })],
)
