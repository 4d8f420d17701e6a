import { char, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** Every message that came from, or went to, the platform of another province; no bodies. */
export const exchangeMessage = pgSchema('cross_province').table(
  'exchange_message',
  {
    direction: text({ enum: ['IN', 'OUT'] }).notNull(),
    province: char({ length: 2 }).notNull(),
    messageId: uuid().notNull(),
    type: text().notNull(),
    exchange: uuid(),
    digest: text().notNull(),
    signatureInput: text().notNull(),
    signature: text().notNull(),
    at: instant().notNull(),
    result: text({ enum: ['ANSWERED', 'REFUSED', 'UNREACHED'] }),
    code: text(),
    answerDigest: text(),
    answerSignature: text(),
    answeredAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.direction, t.province, t.messageId] })],
)
