import { char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('cross_province')

/** Treatment elsewhere that was filed beforehand. A row is never removed; cancelling sets its first day without effect. */
export const filing = schema.table(
  'filing',
  {
    insuredId: uuid().notNull(),
    filingId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    type: text({ enum: ['LONG_TERM', 'REFERRAL', 'OTHER_TEMPORARY'] }).notNull(),
    ground: text({ enum: ['RETIRED_ELSEWHERE', 'RESIDENT_ELSEWHERE', 'WORKING_ELSEWHERE'] }),
    destination: text().notNull(),
    beginOn: day().notNull(),
    endOn: day(),
    evidence: text({
      enum: [
        'HOUSEHOLD_REGISTER',
        'RESIDENCE_CERTIFICATE',
        'WORK_CERTIFICATE',
        'REFERRAL_CERTIFICATE',
        'PROMISE',
        'NONE',
      ],
    }).notNull(),
    referredBy: char({ length: 12 }),
    referralNumber: text(),
    referredOn: day(),
    homeUse: text({ enum: ['BOTH', 'NOT_WHILE_FILED'] }).notNull(),
    rules: text().notNull(),
    filedAt: instant().notNull(),
    effectiveFrom: instant().notNull(),
    cancelledFrom: day(),
    cancelledAt: instant(),
    replacedBy: uuid(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.filingId] })],
)
