import { boolean, char, integer, pgSchema, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant } from './columns.ts'

const schema = pgSchema('insured')

/** The code of an e-voucher, by keyed hash: good for about a minute, and once. */
export const voucher = schema.table('voucher', {
  codeHash: bytes().primaryKey(),
  insuredId: uuid().notNull(),
  origin: text({ enum: ['E_VOUCHER', 'CARD', 'CERTIFICATE'] }).notNull(),
  electronicCardId: uuid(),
  issuedAt: instant().notNull(),
  expiresAt: instant().notNull(),
  usedBy: char({ length: 12 }),
  usedAt: instant(),
})

/** How many codes of nobody, or used before, an institution has shown on a day. */
export const refusedCode = schema.table(
  'refused_code',
  {
    institution: char({ length: 12 }).notNull(),
    day: day().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.day] })],
)

/** How many credentials of nobody the platform of another province has asked for on a day. */
export const provinceUnknown = schema.table(
  'province_unknown',
  { province: char({ length: 2 }).notNull(), day: day().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.province, t.day] })],
)

const CARD_STATES = ['IN_FORCE', 'SUSPENDED', 'LOST', 'REPLACED'] as const

/** A social-security card; its number is here as its mask alone. */
export const card = schema.table(
  'card',
  {
    insuredId: uuid().notNull(),
    cardId: uuid().notNull(),
    numberMasked: text().notNull(),
    state: text({ enum: CARD_STATES }).notNull(),
    since: instant().notNull(),
    replaces: uuid(),
    issuedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.cardId] })],
)

/** What became of a card. Only ever added to. */
export const cardChange = schema.table(
  'card_change',
  {
    insuredId: uuid().notNull(),
    changeId: uuid().notNull(),
    cardId: uuid().notNull(),
    state: text({ enum: CARD_STATES }).notNull(),
    changedBy: text().notNull(),
    reason: text(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.changeId] })],
)

/** An electronic social-security card that a channel issues upon a card. */
export const electronicCard = schema.table(
  'electronic_card',
  {
    insuredId: uuid().notNull(),
    electronicCardId: uuid().notNull(),
    cardId: uuid().notNull(),
    channel: text().notNull(),
    state: text({ enum: ['AUTHORISED', 'ISSUED', 'REVOKED', 'ENDED'] }).notNull(),
    authorisedAt: instant().notNull(),
    issuedAt: instant(),
    endedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.electronicCardId] })],
)

/** Where a person chose to be treated. Never removed; an end, or that it was taken back, is added. */
export const chosenInstitution = schema.table(
  'chosen_institution',
  {
    insuredId: uuid().notNull(),
    choiceId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    institution: char({ length: 12 }).notNull(),
    kind: text({ enum: ['PRIMARY', 'OTHER'] }).notNull(),
    beginOn: day().notNull(),
    endOn: day(),
    requestedBy: char({ length: 12 }),
    byPerson: boolean().notNull(),
    chosenAt: instant().notNull(),
    endReason: text(),
    endedAt: instant(),
    withdrawn: boolean().notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.choiceId] })],
)

/** That somebody without any credential is who they say, checked at a window. */
export const noCardCertificate = schema.table(
  'no_card_certificate',
  {
    insuredId: uuid().notNull(),
    certificateId: uuid().notNull(),
    codeHash: bytes().notNull(),
    institution: char({ length: 12 }),
    pool: char({ length: 6 }),
    reason: text().notNull(),
    issuedAt: instant().notNull(),
    validUntil: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.certificateId] })],
)

/** That a woman is registered for maternity care. */
export const maternityRegistration = schema.table(
  'maternity_registration',
  {
    insuredId: uuid().notNull(),
    registrationId: uuid().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    hospital: char({ length: 12 }),
    birthType: text({ enum: ['1', '2', '3', '4', '5', '6', '7', '9'] }),
    expectedOn: day().notNull(),
    weeks: smallint().notNull(),
    beginOn: day().notNull(),
    endOn: day().notNull(),
    requestedBy: char({ length: 12 }),
    registeredAt: instant().notNull(),
    endReason: text(),
    endedAt: instant(),
    withdrawn: boolean().notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.registrationId] })],
)
