import { char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('insured')

/** What employers and persons say is wrong about their own records. Decided once. */
export const dispute = schema.table('dispute', {
  disputeId: uuid().primaryKey(),
  pool: char({ length: 6 }).notNull(),
  insuredId: uuid().notNull(),
  employer: char({ length: 18 }),
  subject: text({ enum: ['DECLARATION_LINE', 'ENROLMENT', 'CONTRIBUTION'] }).notNull(),
  subjectId: uuid().notNull(),
  openedAs: text({ enum: ['EMPLOYER', 'PERSON'] }).notNull(),
  reason: text().notNull(),
  openedBy: text().notNull(),
  openedAt: instant().notNull(),
  dueOn: day().notNull(),
  state: text({ enum: ['OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN'] }).notNull(),
  decision: text(),
  decidedBy: text(),
  decidedAt: instant(),
  correctedBy: uuid(),
})

/** What was said and done of a dispute, in order. Only ever added to. */
export const disputeEvent = schema.table(
  'dispute_event',
  {
    disputeId: uuid().notNull(),
    eventId: uuid().notNull(),
    kind: text({ enum: ['OPENED', 'UPHELD', 'REJECTED', 'WITHDRAWN'] }).notNull(),
    note: text().notNull(),
    caller: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.disputeId, t.eventId] })],
)
