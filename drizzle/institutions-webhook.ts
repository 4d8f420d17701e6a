import { char, jsonb, pgSchema, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

const schema = pgSchema('institutions')

/** Addresses of partners that events are sent to. */
export const webhook = schema.table('webhook', {
  id: uuid().primaryKey(),
  institution: char({ length: 12 }),
  employer: text(),
  channel: text(),
  url: text().notNull(),
  kinds: text().array().notNull(),
  description: text().notNull(),
  state: text({ enum: ['ACTIVE', 'DISABLED', 'REMOVED'] }).notNull(),
  createdAt: instant().notNull(),
  failingSince: instant(),
  disabledAt: instant(),
})

/** What signs, encrypted. Only writers read it. */
export const webhookSecret = schema.table('webhook_secret', {
  webhookId: uuid().primaryKey(),
  secret: bytes().notNull(),
  oldSecret: bytes(),
  oldUntil: instant(),
})

/** One event for one address, and what came of it. */
export const webhookDelivery = schema.table('webhook_delivery', {
  id: uuid().primaryKey(),
  webhookId: uuid().notNull(),
  institution: char({ length: 12 }),
  employer: text(),
  channel: text(),
  messageId: uuid().notNull(),
  kind: text().notNull(),
  body: text().notNull(),
  state: text({ enum: ['WAITING', 'DELIVERED', 'GIVEN_UP'] }).notNull(),
  attempts: jsonb().$type<unknown>().notNull(),
  tries: smallint().notNull(),
  nextAt: instant(),
  createdAt: instant().notNull(),
  deliveredAt: instant(),
})
