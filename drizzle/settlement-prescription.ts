import { jsonb, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, quantity } from './columns.ts'

const schema = pgSchema('settlement')

/** Public keys an institution's signatures are verified by. */
export const signingKey = schema.table(
  'signing_key',
  {
    institution: text().notNull(),
    kid: text().notNull(),
    publicKey: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    registeredAt: instant().notNull(),
    retiredAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.kid] })],
)

/** What a doctor prescribed, with the hospital's signature. */
export const prescription = schema.table(
  'prescription',
  {
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
    institution: text().notNull(),
    ownNumber: text().notNull(),
    pool: text().notNull(),
    personNumber: text().notNull(),
    personName: text().notNull(),
    sex: text().notNull(),
    birthDate: day().notNull(),
    doctorCode: text().notNull(),
    doctorName: text().notNull(),
    diagnoses: jsonb().$type<readonly { code: string; name: string; kind: '1' | '2' | '3' }[]>().notNull(),
    prescribedAt: instant().notNull(),
    validity: text({ enum: ['STANDARD', 'LONG_TERM', 'LONG_TERM_EXTENDED'] }).notNull(),
    validDays: smallint().notNull(),
    validUntil: instant().notNull(),
    keyId: text().notNull(),
    signature: text().notNull(),
    issuedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.prescriptionId] })],
)

/** Which prescription has an institution's own number. */
export const prescriptionNumber = schema.table(
  'prescription_number',
  {
    institution: text().notNull(),
    ownNumber: text().notNull(),
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.ownNumber] })],
)

/** A drug of a prescription. */
export const prescriptionItem = schema.table(
  'prescription_item',
  {
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
    number: smallint().notNull(),
    code: text().notNull(),
    name: text().notNull(),
    specification: text().notNull(),
    quantity: quantity().notNull(),
    unit: text().notNull(),
    dosage: text().notNull(),
    days: smallint().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.prescriptionId, t.number] })],
)

/** What a pharmacist said of a prescription. */
export const prescriptionReview = schema.table(
  'prescription_review',
  {
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
    number: smallint().notNull(),
    institution: text().notNull(),
    pharmacistCode: text().notNull(),
    pharmacistName: text().notNull(),
    result: text({ enum: ['APPROVED', 'REJECTED'] }).notNull(),
    reason: text(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.prescriptionId, t.number] })],
)

/** That a prescription was revoked, by whom and why. */
export const prescriptionRevocation = schema.table(
  'prescription_revocation',
  {
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
    doctorCode: text().notNull(),
    doctorName: text().notNull(),
    reason: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.prescriptionId] })],
)

/** Where a prescription was shown together with the person's credential, on which day. */
export const prescriptionShowing = schema.table(
  'prescription_showing',
  {
    insuredId: uuid().notNull(),
    prescriptionId: uuid().notNull(),
    institution: text().notNull(),
    day: day().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.prescriptionId, t.institution, t.day] })],
)

/** What a settlement's line dispensed of an item; negative where it gives back. */
export const dispensing = schema.table(
  'dispensing',
  {
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    line: smallint().notNull(),
    prescriptionId: uuid().notNull(),
    item: smallint().notNull(),
    institution: text().notNull(),
    quantity: quantity().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.insuredId, t.line] })],
)

/** Which settlement paid for the package with a trace code. */
export const traceCode = schema.table('trace_code', {
  code: text().primaryKey(),
  insuredId: uuid().notNull(),
  settlementId: uuid().notNull(),
  institution: text().notNull(),
})
