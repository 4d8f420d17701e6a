import { Client, types as known } from 'pg'
import type { ClientBase, ClientConfig, CustomTypesConfig } from 'pg'
import { PARSERS } from './values.ts'

const types: CustomTypesConfig = {
  getTypeParser: (type: Parameters<typeof known.getTypeParser>[0]) => PARSERS.get(type) ?? known.getTypeParser(type),
}

export interface Session {
  readonly url: string
  /** What the server shows in pg_stat_activity. */
  readonly name: string
  /** The role the session takes at its start; without one it has the rights of the user who signs in. */
  readonly role?: string
  readonly settings?: Readonly<Record<string, string>>
}

/** After so long without an answer it is asked whether the other side is still there; the system's own default is two hours. */
export const KEEP_ALIVE_MS = 60_000

const escaped = (value: string) => value.replaceAll(/[\\\s]/g, (letter) => `\\${letter}`)

/** The options of a connection of node-postgres. */
export function sessionOptions({ url, name, role, settings = {} }: Session): ClientConfig {
  const all = { TimeZone: 'Asia/Shanghai', ...settings, ...(role === undefined ? {} : { role }) }
  const options = Object.entries(all).map(([setting, value]) => `-c ${setting}=${escaped(value)}`)
  return {
    connectionString: url,
    application_name: name,
    options: options.join(' '),
    types,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: 10_000,
  }
}

/** One connection for as long as `work` takes. */
export async function withClient<T>(session: Session, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(sessionOptions(session))
  // A connection that breaks while no statement runs says so by an event, and one nobody listens to ends the process.
  // The next statement fails by itself.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Runs `work` between `begin` and `commit`; when it throws, nothing of it stays. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>, begin = 'begin'): Promise<T> {
  try {
    await client.query(begin)
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    // On a broken connection the server has rolled back already, and what broke it is what the caller should see.
    await client.query('rollback').catch(() => {})
    throw error
  }
}
