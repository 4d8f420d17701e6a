import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

/** Whose work is counted: processes of Node by their ids, and the server by that of its first process. */
export interface Processes {
  readonly node: readonly number[]
  readonly postgres: number | null
}

/** CPU in milliseconds; null where nobody can say. */
export interface Cpu {
  readonly node: number | null
  readonly postgres: number | null
  /** Of this process, which makes the load. */
  readonly generator: number
}

/** What the kernel counts in; no Linux that Node runs on has another. */
const TICK_MS = 10

interface Stat {
  readonly parent: number
  readonly name: string
  readonly own: number
  /** Of children that have ended and were waited for. */
  readonly ended: number
}

/** Null when there is no such process, or no `/proc`. */
function statOf(pid: number | string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const end = text.lastIndexOf(')')
    const [, parent, ...rest] = text.slice(end + 2).split(' ')
    const ticks = (field: number) => Number(rest[field]) * TICK_MS
    // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime.
    const [own, ended] = [ticks(9) + ticks(10), ticks(11) + ticks(12)]
    return { parent: Number(parent), name: text.slice(text.indexOf('(') + 1, end), own, ended }
  } catch {
    return null
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statOf(name)?.parent === pid)
    .map(Number)

/** All a server has used: its first process, those that live, and those that have ended. */
function serverMs(pid: number): number | null {
  const first = statOf(pid)
  if (first === null) return null
  return childrenOf(pid).reduce((sum, child) => sum + (statOf(child)?.own ?? 0), first.own + first.ended)
}

function nodeMs(pids: readonly number[]): number | null {
  const all = pids.map((pid) => statOf(pid)?.own ?? null)
  return all.includes(null) ? null : all.reduce<number>((sum, one) => sum + (one ?? 0), 0)
}

const minus = (after: number | null, before: number | null) =>
  after === null || before === null ? null : after - before

/** Does something, and says what it took of whom. */
export async function withCpu<T>({ node, postgres }: Processes, work: () => Promise<T>) {
  const read = () => ({ node: nodeMs(node), postgres: postgres === null ? null : serverMs(postgres) })
  const own = process.cpuUsage()
  const before = read()
  const answer = await work()
  const after = read()
  const { user, system } = process.cpuUsage(own)
  const cpu: Cpu = {
    node: minus(after.node, before.node),
    postgres: minus(after.postgres, before.postgres),
    generator: (user + system) / 1000,
  }
  return { answer, cpu }
}

const WINDOW_MS = 5000
/** Of a core; jobs that look for work now and then differ by as much from one look to the next. */
const SLACK = 0.1

/** How much of a core these processes take while nobody asks them anything. */
export async function idleShare(processes: Processes): Promise<number | null> {
  const { cpu } = await withCpu(processes, () => sleep(WINDOW_MS))
  return cpu.node === null || cpu.postgres === null ? null : (cpu.node + cpu.postgres) / WINDOW_MS
}

/** Waits until they take no more than they usually do; false when that is too long, or nobody can say. */
export async function untilIdle(processes: Processes, usual: number | null, seconds: number): Promise<boolean> {
  if (usual === null) return false
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const share = await idleShare(processes)
    if (share !== null && share <= usual + SLACK) return true
  }
  return false
}

/** The first process of the server at this address; null when it is elsewhere, or this is no Linux. */
export async function serverOf(url: string): Promise<number | null> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const backend = statOf(rows[0]?.pid ?? 0)
    return backend !== null && backend.name.startsWith('postgres') ? backend.parent : null
  } finally {
    await client.end()
  }
}

function sizeIn(file: string, name: string): number | null {
  try {
    const [, kib] = new RegExp(String.raw`^${name}:\s+(\d+) kB`, 'm').exec(readFileSync(file, 'utf8')) ?? []
    return kib === undefined ? null : Number(kib) / 1024
  } catch {
    return null
  }
}

/** The largest resident set a process ever had. */
export const peakMiB = (pid: number): number | null => sizeIn(`/proc/${pid}/status`, 'VmHWM')

/** What the server's processes hold, what they share counted once. */
export function serverMiB(pid: number | null): number | null {
  if (pid === null || statOf(pid) === null) return null
  const shares = [pid, ...childrenOf(pid)].map((one) => sizeIn(`/proc/${one}/smaps_rollup`, 'Pss'))
  const known = shares.filter((one) => one !== null)
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0)
}
