import type { KeyObject } from 'node:crypto'
import type { Logger } from '@yibao/schema/logger'
import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'
import { inTransaction, withClient } from './client.ts'
import { readPrefix, roleName } from './roles.ts'
import type { Schema } from './roles.ts'
import { linkOf, LOG_ROW, ORIGIN, readDatabaseId, SEALED } from './seal-chain.ts'
import type { LogRow } from './seal-chain.ts'
import { headFile, keepHead, readKeptHead, signHead } from './seal-head.ts'
import type { Head } from './seal-head.ts'
import { firstIdOf } from './uuid.ts'

export interface SealerOptions {
  readonly url: string
  /** The EdDSA key that signs the heads. */
  readonly privateKey: KeyObject
  /** A folder outside of the database that keeps the latest head of each log. */
  readonly folder: string
  readonly logger: Logger
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
 *
 * A log that no longer holds the head kept outside of the database is not sealed any further: a new head would take the
 * place of the only witness. That is logged with each run until somebody has looked.
 */
export function createSealer({ url, privateKey, folder, logger }: SealerOptions): Sealer {
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
          const log = { schema, owner, since, privateKey, folder, databaseId, logger }
          count += await whenFree(client, schema, () => sealLog(client, log))
        }
        return count
      })
      if (isComplete) completeAt = now
      return sealed
    },
  }
}

/**
 * One sealer at a time works on a log. The lock outlives the transactions, so that heads are kept in the order they
 * were signed in.
 */
async function whenFree(client: Client, schema: Schema, work: () => Promise<number>): Promise<number> {
  const key = ['yibao seal', schema]
  const lock = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock(hashtext($1), hashtext($2)) as mine',
    key,
  )
  if (lock.rows[0]?.mine !== true) return 0
  try {
    return await work()
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1), hashtext($2))', key)
  }
}

interface Log {
  readonly schema: Schema
  readonly owner: string
  readonly since: Temporal.Instant | null
  readonly privateKey: KeyObject
  readonly folder: string
  readonly databaseId: string
  readonly logger: Logger
}

async function sealLog(client: Client, log: Log): Promise<number> {
  const { schema, folder, databaseId, logger } = log
  let count = 0
  for (let batch = BATCH; batch === BATCH; count += batch) {
    const kept = await readKeptHead(folder, databaseId, schema)
    const done = await inTransaction(client, () => sealBatch(client, log, kept))
    if (done === 'CUT') {
      const file = headFile(folder, databaseId, schema)
      logger.error({ schema, sequence: String(kept?.sequence), file }, CUT)
      return count
    }
    if (done.head !== null) await keepHead(folder, databaseId, done.head)
    batch = done.count
  }
  return count
}

/** What to do about it stands in drizzle/README.md too. */
const CUT =
  '访问日志比库外保存的链尾短或与之不同，不再封印 the access log is shorter than, or not the one of, the head kept ' +
  'outside of the database and is not sealed any further: run audit:verify; only when this database was restored from ' +
  'an older backup, move the file away and keep it as evidence of what the restored log lacks'

async function sealBatch(
  client: Client,
  { schema, owner, since, privateKey }: Log,
  kept: Head | null,
): Promise<{ count: number; head: Head | null } | 'CUT'> {
  await client.query(`set local role ${escapeIdentifier(owner)}`)
  if (kept !== null && !(await holds(client, kept))) return 'CUT'
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

/** Whether the chain still leads through a head: it may have grown since, but not shrunk or become another. */
async function holds(client: Client, { schema, sequence, hash }: Head): Promise<boolean> {
  const { rows } = await client.query<{ hash: Buffer }>(`select hash from ${schema}.access_seal where sequence = $1`, [
    sequence.toString(),
  ])
  return rows[0]?.hash.equals(hash) === true
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
