import { boolean, char, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant, rate, unitPrice } from './columns.ts'

const schema = pgSchema('institutions')

const LEVELS = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'] as const
const CAPABILITIES = ['CROSS_PROVINCE', 'CHRONIC', 'MOBILE_PAYMENT', 'E_PRESCRIPTION'] as const
const CAUSES = ['FRAUD', 'BREACH', 'REQUEST', 'OTHER'] as const

/** Hospitals and pharmacies. */
export const institution = schema.table('institution', {
  code: char({ length: 12 }).primaryKey(),
  name: text().notNull(),
  kind: text({ enum: ['HOSPITAL', 'PHARMACY'] }).notNull(),
  level: text({ enum: LEVELS }).notNull(),
  type: text({
    enum: [
      'GENERAL_HOSPITAL',
      'SPECIALIST_HOSPITAL',
      'TCM_HOSPITAL',
      'COMMUNITY_HEALTH_CENTRE',
      'TOWNSHIP_HEALTH_CENTRE',
      'CLINIC',
      'RETAIL_PHARMACY',
    ],
  }).notNull(),
  creditCode: char({ length: 18 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  registeredAt: instant().notNull(),
  /** Changes of the level: first day and level, oldest first; null while there was none. */
  levels: jsonb().$type<readonly (readonly [from: string, level: (typeof LEVELS)[number]])[]>(),
})

/** What a pool's bureau and an institution have agreed, and whether it holds now. */
export const agreement = schema.table('agreement', {
  id: uuid().primaryKey(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  beginOn: day().notNull(),
  endOn: day(),
  status: text({ enum: ['ACTIVE', 'SUSPENDED', 'TERMINATED'] }).notNull(),
  statusSince: instant().notNull(),
  cause: text({ enum: CAUSES }),
  suspendedUntil: day(),
  terminatesOn: day(),
  /** Suspensions that are over, as instants. */
  suspensions: jsonb().$type<readonly (readonly [from: string, to: string])[]>(),
  /** What it covers beyond ordinary care, with the first and last day. */
  capabilities:
    jsonb().$type<readonly (readonly [name: (typeof CAPABILITIES)[number], from: string, to: string | null])[]>(),
  renews: uuid(),
  warnedOf: day(),
})

/** The append-only history of agreements. */
export const agreementEvent = schema.table('agreement_event', {
  id: uuid().primaryKey(),
  agreementId: uuid().notNull(),
  institution: char({ length: 12 }).notNull(),
  pool: char({ length: 6 }).notNull(),
  action: text({ enum: ['SIGNED', 'SUSPENDED', 'RESUMED', 'TERMINATED'] }).notNull(),
  reason: text(),
  legalGround: text(),
  cause: text({ enum: CAUSES }),
  effectiveOn: day(),
  untilOn: day(),
  actor: text().notNull(),
  at: instant().notNull(),
})

const item = {
  code: text().notNull(),
  pool: char({ length: 6 }),
  beginOn: day().notNull(),
  endOn: day(),
  name: text().notNull(),
  listType: char({ length: 3 }).notNull(),
  chargeType: char({ length: 2 }).notNull(),
  class: char({ length: 1, enum: ['A', 'B', 'C'] }).notNull(),
  restricted: boolean().notNull(),
  essential: boolean().notNull(),
  negotiated: boolean().notNull(),
  paediatric: boolean().notNull(),
  special: boolean().notNull(),
  dosageForm: text(),
  specification: text(),
  unit: text(),
  note: text(),
  pinyin: text().notNull(),
}

const selfPayColumns = {
  code: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  personClass: text().notNull(),
  beginOn: day().notNull(),
  endOn: day(),
  ratio: rate().notNull(),
}

const ceilingColumns = {
  code: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  level: text({ enum: LEVELS }),
  beginOn: day().notNull(),
  endOn: day(),
  price: unitPrice().notNull(),
  over: text({ enum: ['EXCESS', 'WHOLE_LINE'] }).notNull(),
}

/** Catalogue entries as they were given. */
export const catalogueItem = schema.table('catalogue_item', item)
export const selfPay = schema.table('self_pay', selfPayColumns)
export const ceiling = schema.table('ceiling', ceilingColumns)

// The same entries as they hold: an entry ends at the latest the day before the next one of its key begins.
export const catalogueEntry = schema.view('catalogue_entry', item).existing()
export const selfPayEntry = schema.view('self_pay_v1', selfPayColumns).existing()
export const ceilingEntry = schema.view('ceiling_v1', ceilingColumns).existing()
