import type { KeyObject } from 'node:crypto'
import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'
import { inTransaction, withClient } from './client.ts'
import { readPrefix, roleName } from './roles.ts'
import type { Schema } from './roles.ts'
import { LOG_ROW, momentOf, readDatabaseId, SEALED } from './seal-chain.ts'
import { createChecker } from './seal-check.ts'
import type { Damage, SealedRow } from './seal-check.ts'
import { isSigned, readKeptHead } from './seal-head.ts'
import type { Head } from './seal-head.ts'

export type { Damage } from './seal-check.ts'

export interface Verdict {
  /** Rows that were compared with their seals. */
  readonly checked: number
  /** Rows that have no seal yet, up to a minute old while the platform runs. */
  readonly unsealed: number
  /** Whether a head from outside of the database confirmed the length of every log that has one. */
  readonly anchored: boolean
  readonly damages: readonly Damage[]
}

export interface VerifyOptions {
  readonly url: string
  /** The present and former public keys of the platform. */
  readonly publicKeys: readonly KeyObject[]
  readonly folder: string
  readonly progress?: (schema: Schema, checked: number) => void
}

const BATCH = 5000

/**
 * Proves the access logs against their seals: every row unchanged and in its place, none missing, every head signed by
 * the platform, and each log at least as long as the head kept outside of the database says. Changes nothing.
 */
export async function verifyAccessLog(options: VerifyOptions): Promise<Verdict> {
  const { url, publicKeys, folder, progress } = options
  return withClient({ url, name: 'yibao audit' }, async (client) => {
    const [prefix, databaseId] = [await readPrefix(client), await readDatabaseId(client)]
    const damages: Damage[] = []
    let [checked, unsealed, anchored] = [0, 0, true]
    for (const schema of SEALED) {
      const kept = await readKeptHead(folder, databaseId, schema)
      const chain = { client, schema, publicKeys, kept, progress: (count: number) => progress?.(schema, count) }
      const result = await inTransaction(
        client,
        async () => {
          await client.query(`set local role ${escapeIdentifier(roleName(prefix, schema, 'owner'))}`)
          return verifyChain(chain)
        },
        'begin isolation level repeatable read read only',
      )
      damages.push(...result.damages)
      checked += result.checked
      unsealed += result.unsealed
      if (kept === null && result.checked > 0) anchored = false
    }
    return { checked, unsealed, anchored, damages }
  })
}

interface Chain {
  readonly client: Client
  readonly schema: Schema
  readonly publicKeys: readonly KeyObject[]
  readonly kept: Head | null
  progress(checked: number): void
}

async function verifyChain({ client, schema, publicKeys, kept, ...chain }: Chain): Promise<Omit<Verdict, 'anchored'>> {
  const checker = createChecker(schema, publicKeys)
  let checked = 0
  let last = 0n
  let confirmed = kept === null
  for (let isLast = false; !isLast;) {
    const rows = await readSealed(client, schema, last)
    isLast = rows.length < BATCH
    const heads = await readHeads(client, schema, {
      after: last,
      upTo: isLast ? null : (rows.at(-1)?.sequence ?? null),
    })
    for (const head of heads) checker.takeHead(head)
    for (const row of rows) {
      checker.take(row)
      if (kept?.sequence === row.sequence) confirmed = kept.hash.equals(row.hash)
      last = row.sequence
    }
    checked += rows.length
    chain.progress(checked)
  }
  checker.end()
  const damages = [...checker.damages]
  if (!confirmed && kept !== null) damages.push(judgeKept(kept, publicKeys, last))
  return { checked, unsealed: await countUnsealed(client, schema), damages }
}

/** The file outside is not to be trusted more than the database: its head counts when the platform signed it. */
function judgeKept(kept: Head, publicKeys: readonly KeyObject[], last: bigint): Damage {
  const { schema, sequence } = kept
  if (!isSigned(kept, publicKeys)) return { schema, kind: 'HEAD_CHANGED', sequence, entry: null }
  return { schema, kind: sequence > last ? 'SEAL_MISSING' : 'RESEALED', sequence, entry: null }
}

interface Range {
  readonly after: bigint
  readonly upTo: bigint | null
}

async function readHeads(client: Client, schema: Schema, { after, upTo }: Range): Promise<Head[]> {
  const { rows } = await client.query<Omit<Head, 'schema' | 'keyId'> & { key_id: string }>(
    `select h.sequence, h.previous, h.hash, ${momentOf('h.at')} as at, h.key_id, h.signature
     from ${schema}.access_head h where h.sequence > $1 and ($2::bigint is null or h.sequence <= $2)
     order by h.sequence`,
    [after.toString(), upTo?.toString() ?? null],
  )
  return rows.map(({ key_id: keyId, ...head }) => ({ ...head, schema, keyId }))
}

async function readSealed(client: Client, schema: Schema, after: bigint): Promise<SealedRow[]> {
  const { rows } = await client.query<SealedRow>(
    `select s.sequence, s.entry::text, s.hash, ${LOG_ROW}
     from (select * from ${schema}.access_seal where sequence > $1 order by sequence limit ${BATCH}) s
     left join ${schema}.access_log l on l.id = s.entry
     order by s.sequence`,
    [after.toString()],
  )
  return rows
}

async function countUnsealed(client: Client, schema: Schema): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from ${schema}.access_log l
     where not exists (select from ${schema}.access_seal s where s.entry = l.id)`,
  )
  return rows[0]?.count ?? 0
}
