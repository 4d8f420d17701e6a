import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '@yibao/drizzle/connect'
import { BY_KEY } from '@yibao/drizzle/hot'
import { readPrefix, roleName } from '@yibao/drizzle/roles'
import { ZERO } from '@yibao/schema/money'
import type { Secrets } from '@yibao/schema/secrets'
import type { Rules } from '@yibao/settlement/domain/resolve-bill'
import { readFacts } from '@yibao/settlement/store/read-facts'
import { writeSettlement } from '@yibao/settlement/store/write-settlement'
import pg from 'pg'
import { countRows, prepareAll, type Prepared } from './limit.ts'
import { findProgram } from './machine.ts'

interface PgbenchOptions {
  readonly url: string
  readonly secrets: Secrets
  readonly rules: Rules
  readonly persons: number
  readonly inFlight: number
}

/** A statement as the driver would get it. */
interface Recorded {
  readonly text: string
  readonly args: readonly unknown[]
}

export interface Pgbench {
  /** Durable bills per second. */
  measure(seconds: number): Promise<number>
  close(): Promise<void>
}

/**
 * The same read and write sent by PostgreSQL's own `pgbench -M prepared`, which computes nothing at all. Each bill takes
 * a random person, whose keyed hash stands in a table of its own. Null where pgbench is not installed. Counts rows.
 */
export async function openPgbench(options: PgbenchOptions): Promise<Pgbench | null> {
  const program = findProgram('pgbench')
  if (program === null) return null
  const { url, inFlight } = options
  const db = await connect({ url, schema: 'settlement', hot: 2, writers: 1, readers: 1 })
  const folder = await mkdtemp(join(tmpdir(), 'yibao-pgbench-'))
  const prepared = await prepareAll({ ...options, run: 'P' }, db.hot)
  const role = await makePersonTable(url, prepared)
  const { script, variables } = await scriptOf(prepared)
  const file = join(folder, 'bill.sql')
  await writeFile(file, script)
  const defines = [...variables].flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const clients = `${Math.min(16, inFlight)}`
  const settings = Object.entries({ role, TimeZone: 'Asia/Shanghai', ...BY_KEY }).map(
    ([name, value]) => `-c ${name}=${value}`,
  )
  const env = { ...process.env, PGOPTIONS: settings.join(' ') }
  return {
    async measure(seconds) {
      const before = await countRows(db.hot)
      const args = ['-n', '-M', 'prepared', '-c', clients, '-j', '1', '-T', `${seconds}`, '-f', file]
      await promisify(execFile)(program, [...args, ...defines, url], { env, maxBuffer: 2 ** 26 })
      return Number((await countRows(db.hot)).settlements - before.settlements) / seconds
    },
    async close() {
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makePersonTable(url: string, prepared: readonly Prepared[]): Promise<string> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('create table if not exists public.bench_person (n integer primary key, hash text not null)')
    await client.query('grant select on public.bench_person to public')
    await client.query(
      'insert into public.bench_person select n - 1, hash from unnest($1::text[]) with ordinality as t (hash, n) on conflict do nothing',
      [prepared.map((one) => one.key.credentialHash)],
    )
    await client.query('analyze public.bench_person')
    return roleName(await readPrefix(client), 'settlement', 'writer')
  } finally {
    await client.end()
  }
}

/** The two statements as a pgbench script: what differs from bill to bill comes from the read, the rest are constants. */
async function scriptOf(prepared: readonly Prepared[]): Promise<{ script: string; variables: Map<string, string> }> {
  const [first] = prepared
  if (first === undefined) throw new Error('no bill was prepared')
  const { key, write } = first
  const read = await record((hot) => readFacts(hot, key))
  const settled = await record((hot) =>
    writeSettlement(hot, { ...write, accounts: write.accounts.map((one) => ({ ...one, amount: ZERO })) }),
  )
  const { id, insuredId } = write.settlement
  const own = new Map<unknown, string>([
    [key.credentialHash, '(select hash from public.bench_person where n = :n)'],
    [id, ':new_id'],
    [key.requestId, ':new_id'],
    [key.visit, ':new_id'],
    [key.chargeBatch, ':new_id'],
    [key.invoice, ':new_id'],
    [insuredId, ':insured_id'],
  ])
  const variables = new Map<string, string>()
  const fill = ({ text, args }: Recorded, prefix: string, mine: ReadonlyMap<unknown, string>, versionAt: number) =>
    text.replaceAll(/\$(\d+)/g, (_, digits: string) => {
      const value = args[Number(digits) - 1]
      if (Number(digits) - 1 === versionAt) return ':version'
      const known = mine.get(value)
      if (known !== undefined) return known
      if (value === null || value === undefined) return 'null'
      variables.set(`${prefix}${digits}`, textOf(value))
      return `:${prefix}${digits}`
    })
  const hashOnly = new Map([...own].slice(0, 1))
  const readText = fill(read, 'r', hashOnly, -1).replace('select', 'select gen_random_uuid()::text as new_id,')
  const versionAt = findVersion(settled)
  const writeText = fill(settled, 'w', own, versionAt)
  const last = prepared.length - 1
  return { script: `\\set n random(0, ${last})\n${oneLine(readText)} \\gset\n${oneLine(writeText)};\n`, variables }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

/** The number of the parameter the guard compares the version with. */
function findVersion({ text }: Recorded): number {
  const [, digits] = /p\.version = \$(\d+)/.exec(text) ?? []
  if (digits === undefined) throw new Error('the write statement compares no version')
  return Number(digits) - 1
}

type Hot = Parameters<typeof readFacts>[0]

/** What a store function would send. It gets no rows, so whatever it makes of that is of no interest. */
async function record(send: (hot: Hot) => Promise<unknown>): Promise<Recorded> {
  const seen: Recorded[] = []
  const unsafe = (text: string, args: readonly unknown[] = []) => {
    seen.push({ text, args })
    return Promise.resolve([])
  }
  await send({ unsafe, begin: () => Promise.reject(new Error('not recorded')) } as unknown as Hot).catch(() => {})
  const [one] = seen
  if (one === undefined) throw new Error('nothing was sent')
  return one
}
