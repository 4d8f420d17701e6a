import { char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant } from './columns.ts'

const schema = pgSchema('cross_province')

/** What home asks the agency of another province's platform for: one per filing that has to be certified there. */
export const certificationRequest = schema.table(
  'certification_request',
  {
    insuredId: uuid().notNull(),
    filingId: uuid().notNull(),
    certifier: char({ length: 6 }).notNull(),
    dueOn: day().notNull(),
    askedAt: instant().notNull(),
    /** Since when the other platform has it. */
    receivedAt: instant(),
    answer: text({ enum: ['CERTIFIED', 'NOT_CERTIFIED'] }),
    reason: text(),
    answeredAt: instant(),
    /** Since when the other platform knows that nobody asks any longer. */
    endedAt: instant(),
    attempts: integer().notNull().default(0),
    nextAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.filingId] })],
)

/** What another province's platform asks an agency here for. `insuredId` is that platform's. */
export const certification = schema.table(
  'certification',
  {
    insuredId: uuid().notNull(),
    certificationId: uuid().notNull(),
    province: char({ length: 2 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    filingId: uuid().notNull(),
    certifier: char({ length: 6 }).notNull(),
    kind: text({
      enum: [
        'RETIRED_ELSEWHERE',
        'RESIDENT_ELSEWHERE',
        'WORKING_ELSEWHERE',
        'REFERRAL',
        'EMERGENCY',
        'OTHER_TEMPORARY',
      ],
    }).notNull(),
    beginOn: day().notNull(),
    endOn: day(),
    name: text().notNull(),
    identityMasked: text().notNull(),
    contentHash: bytes().notNull(),
    state: text({ enum: ['WAITING', 'CERTIFIED', 'NOT_CERTIFIED', 'ENDED'] }).notNull(),
    dueOn: day().notNull(),
    receivedAt: instant().notNull(),
    escalatedAt: instant(),
    reason: text(),
    decidedBy: text(),
    decidedAt: instant(),
    /** Since when home knows the answer. */
    toldAt: instant(),
    attempts: integer().notNull().default(0),
    nextAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.certificationId] })],
)

/** The identity number a certification is about, sealed. Only the writer's role can read it. */
export const certificationIdentity = schema.table(
  'certification_identity',
  { insuredId: uuid().notNull(), certificationId: uuid().notNull(), numberSealed: bytes().notNull() },
  (t) => [primaryKey({ columns: [t.insuredId, t.certificationId] })],
)
