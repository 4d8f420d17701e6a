import { boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

const schema = pgSchema('insured')

const RECIPIENTS = ['person', 'institution', 'staff', 'employer'] as const

/** What somebody was told. */
export const message = schema.table('message', {
  messageId: uuid().primaryKey(),
  recipientKind: text({ enum: RECIPIENTS }).notNull(),
  recipient: text().notNull(),
  insuredId: uuid(),
  template: text().notNull(),
  version: integer().notNull(),
  data: jsonb().$type<Readonly<Record<string, string | number>>>().notNull(),
  key: text().notNull(),
  at: instant().notNull(),
  readAt: instant(),
})

/** How a message gets to its recipient, one row for each channel. */
export const messageDelivery = schema.table(
  'message_delivery',
  {
    messageId: uuid().notNull(),
    channel: text({ enum: ['IN_APP', 'SMS', 'PUSH'] }).notNull(),
    state: text({ enum: ['WAITING', 'SENT', 'DELIVERED', 'FAILED'] }).notNull(),
    attempts: integer().notNull(),
    nextAt: instant(),
    reference: text(),
    sentAt: instant(),
    deliveredAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.messageId, t.channel] })],
)

/** Where somebody is reached outside of the platform, sealed. */
export const messageContact = schema.table(
  'message_contact',
  {
    recipientKind: text({ enum: RECIPIENTS }).notNull(),
    recipient: text().notNull(),
    phoneSealed: bytes(),
    phoneMasked: text(),
    pushSealed: bytes(),
    updatedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.recipientKind, t.recipient] })],
)

/** Channels somebody chose for a kind of event. */
export const messagePreference = schema.table(
  'message_preference',
  {
    recipientKind: text({ enum: RECIPIENTS }).notNull(),
    recipient: text().notNull(),
    kind: text().notNull(),
    sms: boolean().notNull(),
    push: boolean().notNull(),
  },
  (t) => [primaryKey({ columns: [t.recipientKind, t.recipient, t.kind] })],
)
