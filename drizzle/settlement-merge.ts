import { bigint, char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** Records of persons that were merged into others. */
export const personAlias = schema.table('person_alias', {
  insuredId: uuid().primaryKey(),
  intoId: uuid().notNull(),
  survivorId: uuid().notNull(),
  pool: char({ length: 6 }).notNull(),
  eventId: uuid().notNull(),
  at: instant().notNull(),
  seenVersion: bigint({ mode: 'bigint' }).notNull(),
})

/** What moved from account to account. */
export const mergedAccount = schema.table(
  'merged_account',
  {
    insuredId: uuid().notNull(),
    intoId: uuid().notNull(),
    kind: text({ enum: ['CURRENT', 'HISTORY'] }).notNull(),
    amount: money().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.groupId, t.kind] })],
)

/** What of one record’s counters was added to the other’s. */
export const mergedCounter = schema.table(
  'merged_counter',
  {
    insuredId: uuid().notNull(),
    intoId: uuid().notNull(),
    pool: text().notNull(),
    insuranceType: text().notNull(),
    name: text().notNull(),
    period: text().notNull(),
    amount: money().notNull(),
    groupId: uuid().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.groupId, t.pool, t.insuranceType, t.name, t.period] })],
)
