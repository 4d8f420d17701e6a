import { char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('insured')

/** What happened to enrolments, when, why, by whom and on what ground. Only ever added to. */
export const enrolmentEvent = schema.table(
  'enrolment_event',
  {
    insuredId: uuid().notNull(),
    eventId: uuid().notNull(),
    enrolmentId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    employer: char({ length: 18 }),
    kind: text({
      enum: [
        'ENTERED',
        'SUSPENDED',
        'RESUMED',
        'RETIRED',
        'TRANSFERRED_OUT',
        'TRANSFERRED_IN',
        'ENDED',
        'CORRECTED',
        'MERGED',
      ],
    }).notNull(),
    fromDay: day().notNull(),
    reason: text(),
    note: text(),
    source: text(),
    caller: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.eventId] })],
)
