import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@yibao/drizzle/connect'
import { seedPersons } from '@yibao/insured/seed'
import { loadKeys } from '@yibao/schema/keys'
import { openAccounts } from '@yibao/settlement/seed'
import pg from 'pg'
import { benchAccounts, benchPersons, HOSPITAL } from '../bench/bills.ts'
import { crossCheck, type Told } from '../bench/cross-check.ts'
import { PERSONS } from './bills.ts'
import { startWhole, type Child } from './child.ts'
import { tokenOf } from './tokens.ts'

/** A data folder of its own for `npm start`, as a user would have it. */
export interface DataFolder {
  readonly dataDir: string
  /** The same at every start, since it is part of what tokens say. */
  readonly port: number
  remove(): Promise<void>
}

export async function newDataFolder(): Promise<DataFolder> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yibao-faults-'))
  // Run as root, the server has another user, who must be able to come in.
  await chmod(dataDir, 0o755)
  const remove = () => rm(dataDir, { recursive: true, force: true })
  return { dataDir, port: await freePort(), remove }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts the platform in the folder for the first time and adds the persons whose bills will be sent. */
export async function firstStart({ dataDir, port }: DataFolder): Promise<Child> {
  const platform = await startWhole(dataDir, port)
  const [url, keys] = [await databaseUrl(dataDir), await loadKeys(dataDir)]
  const [insured, settlement] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'settlement' }),
  ])
  await seedPersons(insured, keys, benchPersons(PERSONS))
  await openAccounts(settlement, benchAccounts(PERSONS))
  await Promise.all([insured.close(), settlement.close()])
  return platform
}

/** Where clients go, with a token of the hospital whose bills they are. */
export const signedIn = async ({ address }: Child, dataDir: string) => ({
  address,
  token: await tokenOf(address, dataDir, HOSPITAL),
})

/** The embedded database, as its owner. */
export async function databaseUrl(dataDir: string): Promise<string> {
  const { password, port } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as {
    password: string
    port: number
  }
  return `postgres://yibao:${password}@127.0.0.1:${port}/yibao`
}

/** The embedded server's process, whether it lives or not. */
export async function postmasterOf(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  return Number(text.split('\n')[0])
}

/** Whether a process runs; one that was killed and not yet reaped does not. */
export async function isAlive(pid: number): Promise<boolean> {
  if (pid === 0) return false
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/\) Z /.test(stat)
}

/** What must hold in the database whatever happened; each row of each query is a fault. */
const FAULTS = {
  'a bill settled twice': `
    select institution, visit, charge_batch from settlement.settlement where reverses is null
    group by 1, 2, 3 having count(*) > 1`,
  'a request that settled twice': `
    select caller, request_id from settlement.settlement group by 1, 2 having count(*) > 1`,
  'a settlement without its request': `
    select s.id from settlement.settlement s left join settlement.request r
      on r.caller = s.caller and r.request_id = s.request_id and r.outcome = 'COMMITTED'
      and r.result ->> 'settlement' = s.id::text where r.caller is null`,
  'a request without its settlement': `
    select r.request_id from settlement.request r left join settlement.settlement s
      on s.id = (r.result ->> 'settlement')::uuid where r.operation = 'settle' and r.outcome = 'COMMITTED' and s.id is null`,
  'a settlement without its keys': `
    select s.id from settlement.settlement s left join settlement.bill b on b.settlement_id = s.id
      left join settlement.invoice i on i.settlement_id = s.id
    where b.visit is null or i.invoice is null and s.claim_id is null`,
  'lines that do not make the total': `
    select s.id from settlement.settlement s left join settlement.settlement_line l on l.settlement_id = s.id
    group by s.id, s.total, s.in_scope, s.cross_area having sum(l.amount) is distinct from s.total
      or sum(l.in_scope) is distinct from s.in_scope + s.cross_area`,
  'a ledger group out of balance': `
    select group_id from settlement.ledger_entry group by 1 having sum(amount) <> 0`,
  'an account that is not the sum of its entries': `
    select a.insured_id, a.kind from settlement.account a left join settlement.ledger_entry e
      on e.account = 'personal:' || a.insured_id || ':' || a.kind and e.insured_id = a.insured_id
    group by a.insured_id, a.kind, a.balance having coalesce(sum(e.amount), 0) not in (a.balance, -a.balance)`,
}

/** Holds what a client was told against the rows, the lines and the ledger; an empty list is what should come. */
export async function differencesIn(dataDir: string, told: readonly Told[]): Promise<string[]> {
  const settlement = await connect({ url: await databaseUrl(dataDir), schema: 'settlement' })
  try {
    return await crossCheck(settlement, told)
  } finally {
    await settlement.close()
  }
}

/** How many rows a table has. */
export async function countIn(dataDir: string, table: string): Promise<number> {
  const client = new pg.Client(await databaseUrl(dataDir))
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table}`)
    return rows[0]?.n ?? 0
  } finally {
    await client.end()
  }
}

/** How many settlements one transaction wrote at most. */
export async function mostTogether(dataDir: string): Promise<number> {
  const most = `(select max(n) from (select count(distinct group_id) as n from settlement.ledger_entry e
    join settlement.settlement s on s.id = e.group_id group by e.tx) t)`
  return countIn(dataDir, `generate_series(1, ${most})`)
}

/** Lets a job run now that would wait for its hour. */
export const runNow = (admin: pg.Pool, job: string) =>
  admin.query(`update pgboss.job set start_after = now() where name = $1 and state < 'active'`, [job])

/** Looks for every fault there could be; an empty list is what should come. */
export async function faultsIn(dataDir: string): Promise<string[]> {
  const client = new pg.Client(await databaseUrl(dataDir))
  await client.connect()
  try {
    const found: string[] = []
    for (const [name, query] of Object.entries(FAULTS)) {
      const { rows } = await client.query<Record<string, unknown>>(query)
      if (rows.length > 0) found.push(`${name}: ${JSON.stringify(rows.slice(0, 3))} (${rows.length})`)
    }
    return found
  } finally {
    await client.end()
  }
}
