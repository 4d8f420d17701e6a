import { sql } from 'drizzle-orm'
import { boolean, char, jsonb, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

const schema = pgSchema('institutions')

/** Public keys of institutions and channels, and keys of the directory that were retired. */
export const partnerKey = schema.table(
  'partner_key',
  {
    clientId: text()
      .notNull()
      .generatedAlwaysAs(sql`coalesce(institution::text, channel)`),
    thumbprint: text().notNull(),
    institution: char({ length: 12 }),
    channel: text(),
    jwk: jsonb().$type<Readonly<Record<string, string>>>(),
    label: text().notNull(),
    registeredBy: text().notNull(),
    validFrom: instant().notNull(),
    validUntil: instant().notNull(),
    revokedAt: instant(),
    reason: text(),
    toldAt: instant(),
    /** The first one, registered by the bureau: it counts once a second one of the staff has confirmed it. */
    byBureau: boolean().notNull().default(false),
    confirmedBy: text(),
    confirmedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.clientId, t.thumbprint] })],
)
