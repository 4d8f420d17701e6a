import { boolean, char, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
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
    type: text({ enum: ['LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY'] }).notNull(),
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
        'ELECTRONIC_REFERRAL',
        'EMERGENCY_CERTIFICATE',
        'PROMISE',
        'NONE',
      ],
    }).notNull(),
    referredBy: char({ length: 12 }),
    referralNumber: text(),
    referredOn: day(),
    hospital: text(),
    department: text(),
    doctor: text(),
    homeUse: text({ enum: ['BOTH', 'NOT_WHILE_FILED'] }).notNull(),
    rules: text().notNull(),
    filedAt: instant().notNull(),
    stage: text({ enum: ['AWAITING_CERTIFICATION', 'UNDER_REVIEW', 'CONFIRMED', 'REFUSED', 'WITHDRAWN'] }).notNull(),
    /** By when the next step is due while it is not decided. */
    dueOn: day(),
    dueProvisional: boolean().notNull(),
    escalatedAt: instant(),
    /** Pool whose agency certifies, where the home pool asks for it. */
    certifier: char({ length: 6 }),
    certifiedAt: instant(),
    /** Null until it is confirmed. */
    effectiveFrom: instant(),
    decidedAt: instant(),
    cancelledFrom: day(),
    cancelledAt: instant(),
    /** The filing it changes or goes on from. */
    replaces: uuid(),
    extensions: smallint().notNull(),
    replacedBy: uuid(),
    cardRequestedAt: instant(),
    /** The electronic referral it rests on. */
    referralId: uuid(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.filingId] })],
)

/** Papers a filing rests on. */
export const filingDocument = schema.table(
  'filing_document',
  { insuredId: uuid().notNull(), filingId: uuid().notNull(), documentId: uuid().notNull() },
  (t) => [primaryKey({ columns: [t.insuredId, t.filingId, t.documentId] })],
)

/** Every change of a filing; rows are only ever added. */
export const filingEvent = schema.table(
  'filing_event',
  {
    insuredId: uuid().notNull(),
    filingId: uuid().notNull(),
    number: smallint().notNull(),
    action: text({
      enum: [
        'FILED',
        'CERTIFIED',
        'NOT_CERTIFIED',
        'ESCALATED',
        'CONFIRMED',
        'REFUSED',
        'WITHDRAWN',
        'CANCELLED',
        'REPLACED',
        'CARD_REQUESTED',
      ],
    }).notNull(),
    reason: text(),
    actor: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.filingId, t.number] })],
)

/** An electronic referral, signed by the hospital and its insurance office, confirmed by the home agency. */
export const referral = schema.table(
  'referral',
  {
    insuredId: uuid().notNull(),
    referralId: uuid().notNull(),
    institution: char({ length: 12 }).notNull(),
    pool: char({ length: 6 }).notNull(),
    level: text().notNull(),
    destination: text().notNull(),
    diagnosisCode: text().notNull(),
    diagnosisName: text().notNull(),
    reason: text().notNull(),
    doctor: text().notNull(),
    issuedOn: day().notNull(),
    state: text({ enum: ['ISSUED', 'SIGNED', 'CONFIRMED', 'REFUSED', 'REVOKED'] }).notNull(),
    signature: text().notNull(),
    keyId: text().notNull(),
    officeSignature: text(),
    officeKeyId: text(),
    issuedAt: instant().notNull(),
    officeSignedAt: instant(),
    /** As it was signed, where the person is insured on another platform than the hospital is of. */
    insuredPool: char({ length: 6 }),
    decidedBy: text(),
    decidedAt: instant(),
    refusal: text(),
    revokedAt: instant(),
    /** The filing that rests on it. */
    usedBy: uuid(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.referralId] })],
)
