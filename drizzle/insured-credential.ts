import { char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
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
