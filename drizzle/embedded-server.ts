import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chown, mkdir, open, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { withClient } from './client.ts'
import type { Place } from './embedded-place.ts'

const run = promisify(execFile)

export interface ServerOptions {
  readonly place: Place
  readonly logFile: string
  readonly password: string
  readonly durable: boolean
}

const USER = 'yibao'
const START_TIMEOUT_MS = 90_000
const LOG_BYTES_MAX = 10_000_000

export const urlOf = (port: number, password: string, database: string): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`

/** Makes the data directory if there is none. A crash half way leaves nothing that looks like one. */
export async function initialise({ place, password, durable }: ServerOptions): Promise<void> {
  const version = await readFile(join(place.data, 'PG_VERSION'), 'utf8').catch(() => null)
  const programs = await run(join(place.programs, 'bin', 'postgres'), ['--version'], { cwd: '/' })
  const major = /\d+/.exec(programs.stdout)?.[0]
  if (version?.trim() === major) return
  if (version !== null) {
    throw new Error(
      `${place.data} was made by PostgreSQL ${version.trim()}, the embedded one is ${major}: ` +
        `move the data with pg_dump and a PostgreSQL ${version.trim()}, or remove the folder to begin anew`,
    )
  }
  const half = `${place.data}.new`
  const passwordFile = `${place.data}.${randomUUID()}`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (place.user !== null) {
    for (const path of [half, passwordFile]) await chown(path, place.user.uid, place.user.gid)
  }
  try {
    await run(
      join(place.programs, 'bin', 'initdb'),
      // The built-in locale needs nothing of the system, and sorts the same everywhere.
      ['-D', half, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'].concat([
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
        ...(durable ? [] : ['--no-sync']),
      ]),
      { ...place.user, cwd: '/' },
    )
    await rename(half, place.data)
  } finally {
    await unlink(passwordFile)
  }
}

/** What the server is started with. Everything durable for a platform, nothing at all for tests. */
function settings(port: number, durable: boolean): Record<string, string> {
  const memory = Math.min(1024, Math.max(128, Math.floor(totalmem() / 8 / 2 ** 20)))
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'Asia/Shanghai',
    log_timezone: 'Asia/Shanghai',
    shared_buffers: `${durable ? memory : 128}MB`,
    max_connections: durable ? '240' : '300',
    max_worker_processes: String(Math.max(4, availableParallelism())),
    // Neither replicas nor archives are fed from here.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '4GB',
    wal_compression: 'on',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // Details and statements of an error carry values of rows, and rows are about persons.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_min_messages: 'warning',
    logging_collector: 'off',
  }
}

/** The process a postmaster.pid names, and the port it listens on; null when there is none. */
export async function findServer(place: Place): Promise<{ pid: number; port: number } | null> {
  const lines = (await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  return pid > 0 ? { pid, port: Number(lines[3]) } : null
}

/** Whether the process lives and is the server of this data: after a reboot the number may belong to anyone. */
export async function isServer(pid: number, { data }: Place): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  // A killed process whose parent has not asked for its end has an empty command line; it is as good as gone.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(async () => {
    if (process.platform === 'linux') return ''
    return run('ps', ['-p', String(pid), '-o', 'command=']).then(
      ({ stdout }) => stdout,
      () => '',
    )
  })
  return command.includes(data)
}

const answers = (url: string): Promise<boolean> =>
  withClient({ url, name: 'yibao start' }, (client) => client.query('select 1')).then(
    () => true,
    () => false,
  )

/**
 * Brings the server up, or takes over one that is up already: left behind by a killed process, or started by another
 * one just now. Returns its process and port.
 */
export async function ensureServer(
  options: ServerOptions,
  pickPort: () => number | Promise<number>,
): Promise<{ pid: number; port: number }> {
  const { place, password } = options
  const end = performance.now() + START_TIMEOUT_MS
  let child: ChildProcess | null = null
  for (;;) {
    const found = await findServer(place)
    if (found !== null && (await isServer(found.pid, place))) {
      if (found.port > 0 && (await answers(urlOf(found.port, password, 'postgres')))) return found
    } else if (child === null || hasEnded(child)) {
      // PostgreSQL takes a process that waits to be reaped, or a stranger with the same number, for a living server.
      if (found !== null) await unlink(join(place.data, 'postmaster.pid')).catch(() => {})
      // Started again and again until it stays: what a killed server leaves behind takes a moment to go away.
      child = await launch(options, await pickPort())
    }
    if (performance.now() > end) {
      throw new Error(
        `the embedded PostgreSQL does not start, or answers with another password: see ${options.logFile}`,
      )
    }
    await sleep(hasEnded(child) ? 100 : 20)
  }
}

const hasEnded = (child: ChildProcess | null): boolean =>
  child !== null && (child.exitCode !== null || child.signalCode !== null)

async function launch({ place, logFile, durable }: ServerOptions, port: number): Promise<ChildProcess> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > LOG_BYTES_MAX) await rename(logFile, `${logFile}.1`)
  const log = await open(logFile, 'a', 0o600)
  try {
    const args = Object.entries(settings(port, durable)).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(join(place.programs, 'bin', 'postgres'), ['-D', place.data, ...args], {
      ...place.user,
      cwd: '/',
      // A session of its own: Ctrl-C in the terminal reaches this process only, which then stops the server in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

/** Stops the server and waits until it has stopped: first in order, then at once. */
export async function stopServer({ place }: { place: Place }): Promise<void> {
  for (const mode of ['fast', 'immediate']) {
    const found = await findServer(place)
    if (found === null || !(await isServer(found.pid, place))) return
    const args = ['stop', '-D', place.data, '-m', mode, '-w', '-t', '20']
    await run(join(place.programs, 'bin', 'pg_ctl'), args, { ...place.user, cwd: '/' }).catch(() => {})
  }
}
