import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '@yibao/drizzle/embedded'
import type { Embedded } from '@yibao/drizzle/embedded'
import { tryLock } from '@yibao/drizzle/file-lock'
import { migrate } from '@yibao/drizzle/migrate'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, and the migrated database that `testDatabase` clones. */
    database: { readonly server: string; readonly template: string }
  }
}

const FOLDER = 'yibao-test-'

/** One server for the whole run, and on it one migrated database. DATABASE_URL names a server to use instead. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const embedded = process.env['DATABASE_URL'] === undefined ? await startServer() : null
  const server = embedded?.url ?? process.env['DATABASE_URL'] ?? ''
  const run = randomBytes(4).toString('hex')
  const template = `yibao_test_${run}`
  const admin = new Client(server)
  await admin.connect()
  if (embedded === null) {
    await dropLeftovers(admin)
    await admin.query('select pg_advisory_lock(hashtext($1))', [template])
  }
  await admin.query(`create database ${template}`)
  const url = new URL(server)
  url.pathname = `/${template}`
  await migrate(url.href)
  project.provide('database', { server, template })

  return async () => {
    if (embedded === null) await dropRun(admin, template)
    await admin.end()
    await embedded?.stop()
  }
}

async function startServer(): Promise<Pick<Embedded, 'url' | 'stop'>> {
  await removeLeftovers()
  const dataDir = await mkdtemp(join(tmpdir(), FOLDER))
  // Run as root, the server has another user, who must be able to come in.
  await chmod(dataDir, 0o755)
  const embedded = await startEmbedded({ dataDir, durable: false })
  return {
    url: embedded.url,
    async stop() {
      await embedded.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Folders of runs that were killed; their servers ended with them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name)
    const found = name.startsWith(FOLDER) ? await stat(folder).catch(() => null) : null
    if (found === null || found.uid !== process.getuid?.()) continue
    if (found.mtimeMs > performance.timeOrigin - 60_000) continue
    const locks = ['postgres.lock', 'postgres.users'].map((file) => tryLock(join(folder, file)))
    for (const lock of locks) lock?.release()
    if (!locks.includes(null)) await rm(folder, { recursive: true, force: true })
  }
}

/** Databases of runs that were killed: a living run holds a lock of its name. */
async function dropLeftovers(admin: Client): Promise<void> {
  const { rows } = await admin.query<{ template: string }>(
    `select distinct substr(datname, 1, 19) as template from pg_database where datname ~ '^yibao_test_[0-9a-f]{8}'
     union select distinct substr(rolname, 1, 19) from pg_roles where rolname ~ '^yibao_test_[0-9a-f]{8}_'`,
  )
  for (const { template } of rows) {
    const lock = await admin.query<{ free: boolean }>('select pg_try_advisory_lock(hashtext($1)) as free', [template])
    if (lock.rows[0]?.free !== true) continue
    await dropRun(admin, template)
    await admin.query('select pg_advisory_unlock(hashtext($1))', [template])
  }
}

/** The clones first, then the roles, which all databases of the run share. */
async function dropRun(admin: Client, template: string): Promise<void> {
  const databases = await admin.query<{ name: string }>(
    `select format('%I', datname) as name from pg_database where left(datname, 19) = $1`,
    [template],
  )
  for (const { name } of databases.rows) await admin.query(`drop database if exists ${name} with (force)`)
  const roles = await admin.query<{ name: string }>(
    `select format('%I', rolname) as name from pg_roles where left(rolname, 19) = $1`,
    [template],
  )
  for (const { name } of roles.rows) await admin.query(`drop role if exists ${name}`)
}
