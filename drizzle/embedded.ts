import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { chown, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { escapeIdentifier } from 'pg'
import { withClient } from './client.ts'
import { findPlace } from './embedded-place.ts'
import type { Place } from './embedded-place.ts'
import { ensureServer, initialise, isServer, stopServer, urlOf } from './embedded-server.ts'
import type { ServerOptions } from './embedded-server.ts'
import { shareLock, tryLock, waitForLock } from './file-lock.ts'

const DATABASE = 'yibao'
const LOCK_TIMEOUT_MS = 120_000
const WATCH_MS = 200

export interface EmbeddedOptions {
  /** The folder that holds everything: the server's data, its log, its password. Made if missing. */
  readonly dataDir: string
  /** The port to listen on; otherwise a free one, kept from start to start as long as it stays free. */
  readonly port?: number
  /** False for tests: nothing survives a crash, and the server ends when this process does, however it ends. */
  readonly durable: boolean
}

export interface Embedded {
  /** The address of the database `yibao` on it, as the superuser. */
  readonly url: string
  /** The address of one more database on it, which is made if missing. */
  readonly beside: (database: string) => Promise<string>
  /** Stops the server, unless another living process uses it too: the last one stops it. */
  readonly stop: () => Promise<void>
}

/**
 * Starts the PostgreSQL that comes with npm, on 127.0.0.1 only. A server that a killed process left running is taken
 * over; several processes share one, and the last to stop stops it. A server that is killed under a living process
 * is started again on the same port.
 *
 * @throws Error that says what to do, when it cannot run here.
 */
export async function startEmbedded({ dataDir, port, durable }: EmbeddedOptions): Promise<Embedded> {
  await mkdir(dataDir, { recursive: true })
  const home = await realpath(dataDir)
  const mutex = join(home, 'postgres.lock')
  const users = join(home, 'postgres.users')

  const lock = await waitForLock(mutex, LOCK_TIMEOUT_MS)
  try {
    const place = await findPlace(home)
    const access = await readAccess(home)
    const options: ServerOptions = { place, durable, password: access.password, logFile: join(home, 'postgres.log') }
    await initialise(options)
    let server = await ensureServer(options, () => choosePort(port, access.port))
    if (server.port !== access.port) await writeAccess(home, { ...access, port: server.port })
    await createDatabase(urlOf(server.port, access.password, 'postgres'), DATABASE)
    const use = shareLock(users)
    if (use === null) throw new Error(`${users} is held by a process that is stopping the server`)

    const leash = durable ? null : followParent(place)
    const watch = watchServer(async () => {
      if (await isServer(server.pid, place)) return
      const revival = tryLock(mutex)
      if (revival === null) return
      // It keeps its port, which is part of the address that was given out.
      server = await ensureServer(options, () => server.port).finally(() => revival.release())
    })
    return {
      url: urlOf(server.port, access.password, DATABASE),
      async beside(database) {
        const one = await waitForLock(mutex, LOCK_TIMEOUT_MS)
        const making = createDatabase(urlOf(server.port, access.password, 'postgres'), database)
        await making.finally(() => one.release())
        return urlOf(server.port, access.password, database)
      },
      async stop() {
        await watch.end()
        const last = await waitForLock(mutex, LOCK_TIMEOUT_MS)
        try {
          use.release()
          const alone = tryLock(users)
          if (alone !== null) await stopServer(options)
          alone?.release()
          leash?.kill()
        } finally {
          last.release()
        }
      },
    }
  } finally {
    lock.release()
  }
}

interface Access {
  readonly password: string
  readonly port: number | null
}

/** Password and port of the server, readable by this user only. */
async function readAccess(home: string): Promise<Access> {
  const text = await readFile(join(home, 'postgres.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    if (error.code !== 'EACCES') throw error
    throw new Error(
      `${home} belongs to another user, as it does after a start as root: start as that user, hand it over with chown, ` +
        `or remove it to begin anew`,
      { cause: error },
    )
  })
  if (text !== null) return JSON.parse(text) as Access
  const access = { password: randomBytes(24).toString('base64url'), port: null }
  // Written before the data directory is made, which keeps the password for good.
  await writeAccess(home, access)
  return access
}

async function writeAccess(home: string, access: Access): Promise<void> {
  const file = join(home, 'postgres.json')
  await writeFile(`${file}.new`, JSON.stringify(access), { mode: 0o600, flush: true })
  // Started once as root in a folder of theirs, its user can still start it afterwards.
  const { uid, gid } = await stat(home)
  if (process.getuid?.() === 0) await chown(`${file}.new`, uid, gid)
  await rename(`${file}.new`, file)
}

/** The port asked for, or else the one of last time, or else any. */
async function choosePort(asked: number | undefined, last: number | null): Promise<number> {
  for (const port of asked === undefined ? [last ?? 0, 0] : [asked]) {
    const free = await freePort(port)
    if (free !== null) return free
  }
  throw new Error(`port ${asked} of 127.0.0.1 is taken by another program`)
}

/** The port if nothing listens on it, any free one for 0, else null. */
function freePort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' ? (address?.port ?? null) : null))
    })
  })
}

async function createDatabase(url: string, name: string): Promise<void> {
  await withClient({ url, name: 'yibao start' }, async (client) => {
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rows.length === 0) await client.query(`create database ${escapeIdentifier(name)}`)
  })
}

/** Calls `revive` again and again until the end. */
function watchServer(revive: () => Promise<void>): { end(): Promise<void> } {
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    // A server that cannot be started again is tried again; whoever needs it meanwhile sees the outage.
    running ??= revive()
      .catch(() => {})
      .finally(() => {
        running = null
      })
  }, WATCH_MS)
  timer.unref()
  return {
    async end() {
      clearInterval(timer)
      await running
    },
  }
}

/** A shell that waits for the end of this process, which closes the pipe between them, and then ends the server. */
function followParent(place: Place) {
  const script = 'read nothing; kill -QUIT "$(head -n 1 "$1/postmaster.pid")"'
  const shell = spawn('/bin/sh', ['-c', script, 'sh', place.data], {
    ...place.user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {})
  shell.unref()
  // The pipe must not keep this process alive either.
  if (shell.stdin instanceof Socket) shell.stdin.unref()
  return shell
}
