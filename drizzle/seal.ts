import type { KeyObject } from 'node:crypto'
import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'
import { inTransaction, withClient } from './client.ts'
import { readPrefix, roleName } from './roles.ts'
import type { Schema } from './roles.ts'
import { linkOf, LOG_ROW, ORIGIN, readDatabaseId, SEALED } from './seal-chain.ts'
import type { LogRow } from './seal-chain.ts'
import { keepHead, signHead } from './seal-head.ts'
import type { Head } from './seal-head.ts'
import { firstIdOf } from './uuid.ts'

export interface SealerOptions {
  readonly url: string
  /** The EdDSA key that signs the heads. */
  readonly privateKey: KeyObject
  /** A folder outside of the database that keeps the latest head of each log. */
  readonly folder: string
}

export interface Sealer {
  /** Seals what is waiting in all access logs and returns how many rows that were. Run it every ten seconds or so. */
  seal(): Promise<number>
}

const BATCH = 2000
/** Most entries of one moment have arrived after this, so that the order of the chain is nearly that of the readings. */
const SETTLE_SECONDS = 3
/** How far back the frequent run looks for rows without a seal; the complete one looks at all. */
const QUICK_MINUTES = 10
const COMPLETE_EVERY_MINUTES = 60

/**
 * Gives each row of the access logs its number and its place in the hash chain of its log. A row is taken because it has
 * no seal, not because it comes after the last one: the order in which transactions end is not that of the ids.
 */
export function createSealer({ url, privateKey, folder }: SealerOptions): Sealer {
  let completeAt: Temporal.Instant | null = null
  return {
    async seal() {
      const now = Temporal.Now.instant().round('millisecond')
      const isComplete = completeAt === null || now.since(completeAt).total('minutes') >= COMPLETE_EVERY_MINUTES
      const since = isComplete ? null : now.subtract({ minutes: QUICK_MINUTES })
      const sealed = await withClient({ url, name: 'yibao seal' }, async (client) => {
        const [prefix, databaseId] = [await readPrefix(client), await readDatabaseId(client)]
        let count = 0
        for (const schema of SEALED) {
          const owner = roleName(prefix, schema, 'owner')
          for (let batch = BATCH; batch === BATCH; count += batch) {
            const done = await inTransaction(client, () => sealBatch(client, { schema, owner, since, privateKey }))
            if (done.head !== null) await keepHead(folder, databaseId, done.head)
            batch = done.count
          }
        }
        return count
      })
      if (isComplete) completeAt = now
      return sealed
    },
  }
}

interface Batch {
  readonly schema: Schema
  readonly owner: string
  readonly since: Temporal.Instant | null
  readonly privateKey: KeyObject
}

async function sealBatch(
  client: Client,
  { schema, owner, since, privateKey }: Batch,
): Promise<{ count: number; head: Head | null }> {
  await client.query(`set local role ${escapeIdentifier(owner)}`)
  const lock = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_xact_lock(hashtext($1), hashtext($2)) as mine',
    ['yibao seal', schema],
  )
  if (lock.rows[0]?.mine !== true) return { count: 0, head: null }

  const rows = await findUnsealed(client, schema, since)
  if (rows.length === 0) return { count: 0, head: null }
  const last = await findLast(client, schema)
  let { hash } = last
  const links = rows.map((row, index) => {
    hash = linkOf(hash, schema, last.sequence + BigInt(index) + 1n, row)
    return hash
  })
  const head = signHead(privateKey, {
    schema,
    sequence: last.sequence + BigInt(rows.length),
    previous: last.head,
    hash,
    at: Temporal.Now.instant().toString({ smallestUnit: 'microsecond' }),
  })
  await client.query(
    `insert into ${schema}.access_seal (sequence, entry, hash)
     select $1::bigint + n, entry, hash from unnest($2::uuid[], $3::bytea[]) with ordinality as t (entry, hash, n)`,
    [last.sequence.toString(), rows.map((row) => row.id), links],
  )
  await client.query(
    `insert into ${schema}.access_head (sequence, previous, hash, at, key_id, signature)
     values ($1, $2, $3, $4, $5, $6)`,
    [head.sequence.toString(), head.previous.toString(), head.hash, head.at, head.keyId, head.signature],
  )
  return { count: rows.length, head }
}

async function findUnsealed(client: Client, schema: Schema, since: Temporal.Instant | null): Promise<LogRow[]> {
  const { rows } = await client.query<LogRow>(
    `select ${LOG_ROW} from ${schema}.access_log l
     where not exists (select from ${schema}.access_seal s where s.entry = l.id)
       and ($1::uuid is null or (l.id >= $1::uuid and l.id < $2::uuid))
     order by l.id limit ${BATCH}`,
    [since === null ? null : firstIdOf(since), firstIdOf(Temporal.Now.instant().subtract({ seconds: SETTLE_SECONDS }))],
  )
  return rows
}

async function findLast(client: Client, schema: Schema): Promise<{ sequence: bigint; hash: Buffer; head: bigint }> {
  const seal = await client.query<{ sequence: bigint; hash: Buffer }>(
    `select sequence, hash from ${schema}.access_seal order by sequence desc limit 1`,
  )
  const head = await client.query<{ sequence: bigint }>(
    `select sequence from ${schema}.access_head order by sequence desc limit 1`,
  )
  const { sequence = 0n, hash = ORIGIN } = seal.rows[0] ?? {}
  return { sequence, hash, head: head.rows[0]?.sequence ?? 0n }
}
