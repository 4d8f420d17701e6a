import { boolean, char, integer, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant, money } from './columns.ts'

const schema = pgSchema('insured')

/** Persons. The identity number is here only as its mask. */
export const person = schema.table('person', {
  insuredId: uuid().primaryKey(),
  personNumber: text().notNull(),
  name: text().notNull(),
  sex: text({ enum: ['1', '2'] }).notNull(),
  nationality: text().notNull(),
  birthDate: day().notNull(),
  certificateType: text().notNull(),
  identityMasked: text().notNull(),
  registeredPool: char({ length: 6 }).notNull(),
  registeredAt: instant().notNull(),
})

/** Which person a person number belongs to. */
export const personNumber = schema.table('person_number', {
  personNumber: text().primaryKey(),
  insuredId: uuid().notNull(),
})

/** Which person an identity number belongs to, by its keyed hash. */
export const identityHash = schema.table('identity_hash', {
  valueHash: bytes().primaryKey(),
  insuredId: uuid().notNull(),
})

/** The identity number, sealed. Only the writer's role can read it. */
export const identity = schema.table('identity', {
  insuredId: uuid().primaryKey(),
  numberSealed: bytes().notNull(),
})

/** What covers a person: one insurance in one pool for one period. */
export const enrolment = schema.table(
  'enrolment',
  {
    insuredId: uuid().notNull(),
    enrolmentId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    personType: text().notNull(),
    civilServant: boolean().notNull(),
    status: text({ enum: ['1', '2', '4'] }).notNull(),
    beginOn: day().notNull(),
    endOn: day(),
    endReason: text(),
    enteredAt: instant().notNull(),
    employer: char({ length: 18 }),
    coverFrom: day(),
    waitReason: text({ enum: ['OUTSIDE_PERIOD', 'GAP', 'FIRST_ENROLMENT', 'ENTERED_LATE'] }),
    suspendReason: text({ enum: ['EMPLOYER_STOPPED', 'ARREARS', 'LEFT_WORK', 'OTHER'] }),
    follows: uuid(),
    voidedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.enrolmentId] })],
)

/** Special identities of an enrolment and when they hold. */
export const specialIdentity = schema.table(
  'special_identity',
  {
    insuredId: uuid().notNull(),
    enrolmentId: uuid().notNull(),
    type: text().notNull(),
    beginOn: day().notNull(),
    endOn: day(),
    evidence: text(),
    enteredAt: instant(),
    endReason: text(),
    endedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.enrolmentId, t.type, t.beginOn] })],
)

/** What a person can show at the counter, by keyed hash: tokens of e-vouchers, identity cards, social-security cards. */
export const credential = schema.table(
  'credential',
  {
    kind: text({ enum: ['01', '02', '03'] }).notNull(),
    valueHash: bytes().notNull(),
    insuredId: uuid().notNull(),
    expiresAt: instant(),
    revoked: boolean().notNull().default(false),
    issuedAt: instant().notNull(),
    institution: char({ length: 12 }),
    purpose: text({ enum: ['REGISTRATION', 'SETTLEMENT', 'PHARMACY', 'ADMISSION', 'DISCHARGE'] }),
    beginsBy: instant(),
    cardId: uuid(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.valueHash] })],
)

/** Which institution was shown a credential of whom, on which day. */
export const presence = schema.table(
  'presence',
  {
    insuredId: uuid().notNull(),
    institution: char({ length: 12 }).notNull(),
    day: day().notNull(),
    kind: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.institution, t.day] })],
)

/** How many identity numbers of nobody an institution has asked for on a day. */
export const unknownCredential = schema.table(
  'unknown_credential',
  {
    institution: char({ length: 12 }).notNull(),
    day: day().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.day] })],
)

/** For which chronic or special disease a person is registered. Never removed; an end, or that it was a mistake, is added. */
export const registration = schema.table(
  'registration',
  {
    insuredId: uuid().notNull(),
    registrationId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    disease: text().notNull(),
    name: text().notNull(),
    kind: text({ enum: ['CHRONIC', 'SPECIAL'] }).notNull(),
    institutions: text().array(),
    beginOn: day().notNull(),
    endOn: day(),
    certifiedBy: char({ length: 12 }).notNull(),
    certifiedOn: day().notNull(),
    doctorCode: text().notNull(),
    doctorName: text().notNull(),
    requestedBy: char({ length: 12 }),
    registeredAt: instant().notNull(),
    endReason: text(),
    endedAt: instant(),
    withdrawn: boolean().notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.registrationId] })],
)

/** Who lets the own personal account pay for whom. `insuredId` is the beneficiary. */
export const mutualAid = schema.table(
  'mutual_aid',
  {
    insuredId: uuid().notNull(),
    bindingId: uuid().notNull(),
    sponsorId: uuid().notNull(),
    relation: text({ enum: ['SPOUSE', 'PARENT', 'CHILD', 'SIBLING', 'GRANDPARENT', 'GRANDCHILD'] }).notNull(),
    place: smallint(),
    yearlyLimit: money(),
    sponsorMasked: text().notNull(),
    beneficiaryName: text().notNull(),
    beginOn: day().notNull(),
    boundAt: instant().notNull(),
    endOn: day(),
    endedAt: instant(),
    endedBy: text({ enum: ['SPONSOR', 'BENEFICIARY'] }),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.bindingId] })],
)

/** How many identity numbers of nobody a person has named as a relative's on a day. */
export const unknownRelative = schema.table(
  'unknown_relative',
  {
    insuredId: uuid().notNull(),
    day: day().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.day] })],
)

/** What is covered, as settlement and cross-province see it too. */
export const coverage = schema
  .view('coverage_v1', {
    insuredId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    personType: text().notNull(),
    status: text().notNull(),
    beginOn: day().notNull(),
    endOn: day(),
  })
  .existing()
