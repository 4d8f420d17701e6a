import { bigint, boolean, char, integer, jsonb, pgSchema, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './columns.ts'

const schema = pgSchema('institutions')

/** A file on its way into the catalogue or into an institution's mapping, and how far it has come. */
export const importJob = schema.table('import_job', {
  id: uuid().primaryKey(),
  kind: text({ enum: ['CATALOGUE', 'SELF_PAY', 'CEILINGS', 'MAPPING'] }).notNull(),
  pool: char({ length: 6 }),
  boundPool: char({ length: 6 }),
  institution: char({ length: 12 }),
  bureau: char({ length: 6 }),
  caller: text().notNull(),
  documentId: uuid(),
  name: text().notNull(),
  size: bigint({ mode: 'number' }).notNull(),
  digest: bytes().notNull(),
  state: text({ enum: ['RECEIVED', 'READING', 'MERGING', 'DONE', 'FAILED', 'CANCELLED'] }).notNull(),
  encoding: text({ enum: ['utf-8', 'gb18030'] }),
  position: integer().notNull(),
  bytes: bigint({ mode: 'number' }).notNull(),
  rows: integer().notNull(),
  bad: integer().notNull(),
  faults: jsonb().$type<Readonly<Record<string, number>>>().notNull(),
  firstBad: jsonb().$type<unknown>().notNull(),
  ignoredColumns: integer().notNull(),
  mayBeTruncated: boolean().notNull(),
  added: integer().notNull(),
  changed: integer().notNull(),
  unchanged: integer().notNull(),
  version: bigint({ mode: 'bigint' }),
  fault: jsonb().$type<unknown>(),
  failures: smallint().notNull(),
  reportId: uuid(),
  createdAt: instant().notNull(),
  workedAt: instant(),
  finishedAt: instant(),
})
