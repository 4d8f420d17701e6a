import { char, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('cross_province')

/** Referrals of persons insured on another province's platform, which that platform is to be told of. */
export const outgoingReferral = schema.table(
  'outgoing_referral',
  {
    insuredId: uuid().notNull(),
    referralId: uuid().notNull(),
    /** Since when home has it. */
    receivedAt: instant(),
    attempts: integer().notNull().default(0),
    nextAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.referralId] })],
)

/** Referrals of hospitals of other provinces, with the keys that were told with them. */
export const incomingReferral = schema.table(
  'incoming_referral',
  {
    insuredId: uuid().notNull(),
    referralId: uuid().notNull(),
    province: char({ length: 2 }).notNull(),
    institutionName: text().notNull(),
    institutionPool: char({ length: 6 }).notNull(),
    keys: jsonb().$type<readonly { readonly kid: string; readonly x: string }[]>().notNull(),
    receivedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.referralId] })],
)
