import { callerOf } from '@yibao/schema/identity'
import type { Identity } from '@yibao/schema/identity'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { escapeLiteral, Pool } from 'pg'
import type { PoolClient } from 'pg'
import { inTransaction, sessionOptions, withClient } from './client.ts'
import type { Session } from './client.ts'
import { openHot } from './hot.ts'
import type { Statements } from './hot.ts'
import { readPrefix, roleName } from './roles.ts'
import type { Schema } from './roles.ts'
import { bind } from './values.ts'

/** Drizzle, within a transaction or not. Nested transactions are left out: nothing here needs a half that fails. */
export type Tx = Omit<NodePgDatabase, 'transaction' | '$client'>
/** Drizzle within a reading transaction: the role has no right to write, and the session is read only. */
export type ReadTx = Omit<Tx, 'insert' | 'update' | 'delete'>

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface Database {
  readonly schema: Schema
  /** Statements written by hand, as the writer; `begin` for the few that must come together. */
  readonly hot: Statements & { begin<T>(work: (tx: Statements) => Promise<T>): Promise<T> }
  /** The same on two connections of their own, for what waits for a row that is held for long, or takes long itself: nothing else waits behind it. */
  readonly apart: Database['hot']
  /** Drizzle as the writer. */
  readonly orm: Tx & { transaction<T>(work: (tx: Tx) => Promise<T>, isolation?: Isolation): Promise<T> }
  /** Reads as the reader: row level security shows what this identity may see, and nothing personal to `null`. */
  readAs<T>(identity: Identity | null, work: (tx: ReadTx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  readonly schema: Schema
  /** Connections for `hot.unsafe`. */
  readonly hot?: number
  /** Connections for `orm` and transactions. A transaction that asks for a second one waits for ever with one. */
  readonly writers?: number
  readonly readers?: number
}

/**
 * Connects to a migrated database as the roles of one schema. Connections are opened when needed, and opened again
 * after the server was away; a statement that met the outage fails, the process goes on.
 */
export async function connect(options: ConnectOptions): Promise<Database> {
  const { url, schema, hot: hotMax = 2, writers = 2, readers = 2 } = options
  const name = `yibao ${schema}`
  const prefix = await withClient({ url, name }, readPrefix)
  const writer = roleName(prefix, schema, 'writer')

  const hot = openHot({ url, name: `${name} hot`, role: writer, max: hotMax })
  const writing = openPool({ url, name, role: writer }, writers)
  const waiting = openPool({ url, name: `${name} apart`, role: writer }, APART)
  const reading = openPool(
    {
      url,
      name: `${name} reader`,
      role: roleName(prefix, schema, 'reader'),
      settings: { default_transaction_read_only: 'on', statement_timeout: '30s' },
    },
    readers,
  )

  return {
    schema,
    hot: {
      unsafe: (text, args, how) => hot.unsafe(text, args, how),
      begin: (work) => transaction(writing, 'begin', (client) => work(statementsOf(client))),
    },
    apart: {
      unsafe: (text, args) => statementsOf(waiting).unsafe(text, args),
      begin: (work) => transaction(waiting, 'begin', (client) => work(statementsOf(client))),
    },
    orm: Object.assign(drizzle(writing, { casing: 'snake_case' }), {
      transaction: <T>(work: (tx: Tx) => Promise<T>, isolation: Isolation = 'read committed') =>
        transaction(writing, `begin isolation level ${isolation}`, (client) => work(drizzleOn(client))),
    }),
    readAs: (identity, work) =>
      transaction(reading, `begin; ${settingsOf(identity)}`, (client) => work(drizzleOn(client))),
    async close() {
      await Promise.all([hot.close(), writing.end(), waiting.end(), reading.end()])
    },
  }
}

/** Opened when needed, and closed again. */
const APART = 2

const drizzleOn = (client: PoolClient): NodePgDatabase => drizzle(client, { casing: 'snake_case' })

function openPool(session: Session, max: number): Pool {
  const pool = new Pool({ ...sessionOptions(session), max, maxLifetimeSeconds: 1800 })
  // Without listeners a connection that breaks while idle, or between two statements, would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function transaction<T>(pool: Pool, begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    return await inTransaction(client, () => work(client), begin)
  } finally {
    client.release()
  }
}

function statementsOf(client: Pick<Pool, 'query'>): Statements {
  return {
    async unsafe<Row>(text: string, args: readonly unknown[] = []) {
      const result = await client.query(text, args.length === 0 ? undefined : args.map(bind))
      return result.rows as Row[]
    },
  }
}

/** All settings each time, so that nothing of an earlier transaction could stay; and local to the transaction. */
function settingsOf(identity: Identity | null): string {
  const settings = {
    'yibao.role': identity?.kind ?? '',
    'yibao.caller': identity === null ? '' : callerOf(identity),
    'yibao.institution': identity?.kind === 'institution' ? identity.institution : '',
    'yibao.insured': identity?.kind === 'person' ? identity.insuredId : '',
    'yibao.pool': identity?.kind === 'staff' ? identity.pool : '',
    'yibao.employer': identity?.kind === 'employer' ? identity.employer : '',
    'yibao.channel': identity?.kind === 'channel' ? identity.channel : '',
  }
  // One round trip with `begin`, which only the simple protocol allows, so the values are written as literals.
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', ${escapeLiteral(value)}, true)`)
  return `select ${calls.join(', ')}`
}
