import { bigint, boolean, char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

const schema = pgSchema('insured')

const size = () => bigint({ mode: 'number' })
const STATES = ['UPLOADING', 'CHECKING', 'STORED', 'REFUSED', 'WITHDRAWN'] as const

/** Documents, of every state; what they hold lies elsewhere. */
export const document = schema.table('document', {
  documentId: uuid().primaryKey(),
  purpose: text().notNull(),
  uploadedBy: text().notNull(),
  pool: char({ length: 6 }),
  insuredId: uuid(),
  institution: char({ length: 12 }),
  employer: text(),
  channel: text(),
  name: text().notNull(),
  type: text(),
  size: size().notNull(),
  received: size().notNull(),
  sha256Given: bytes(),
  sha256: bytes(),
  state: text({ enum: STATES }).notNull(),
  reason: text(),
  createdAt: instant().notNull(),
  expiresAt: instant(),
  checkedSince: instant(),
  finishedAt: instant(),
  usedBy: text(),
  usedAt: instant(),
})

/** Where the content of a document lies, and its key, wrapped. Only writers read it. */
export const documentKey = schema.table('document_key', {
  documentId: uuid().primaryKey(),
  storageKey: text().notNull(),
  keyWrapped: bytes().notNull(),
})

/** What of an unfinished upload is on disk. */
export const documentSegment = schema.table(
  'document_segment',
  {
    documentId: uuid().notNull(),
    beginAt: size().notNull(),
    size: integer().notNull(),
    storageKey: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.documentId, t.beginAt] })],
)

/** How far contents were looked through for those no document names. One row. */
export const documentSweep = schema.table('document_sweep', {
  id: boolean().primaryKey(),
  folder: text().notNull(),
})

/** Documents as every subgraph's writer sees them. */
export const documentV1 = schema
  .view('document_v1', {
    documentId: uuid().notNull(),
    purpose: text().notNull(),
    uploadedBy: text().notNull(),
    pool: char({ length: 6 }),
    insuredId: uuid(),
    institution: char({ length: 12 }),
    employer: text(),
    channel: text(),
    name: text().notNull(),
    type: text(),
    size: size().notNull(),
    sha256: bytes(),
    state: text({ enum: STATES }).notNull(),
    usedBy: text(),
    createdAt: instant().notNull(),
    finishedAt: instant(),
    storageKey: text().notNull(),
    keyWrapped: bytes().notNull(),
  })
  .existing()
