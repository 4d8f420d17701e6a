import { Client } from 'pg'
import { LINES } from './bills.ts'

interface FillOptions {
  /** As the superuser. */
  readonly url: string
  readonly lines: number
  /** Bills are those of so many persons who are billed, and of others. */
  readonly persons: number
  readonly say: (text: string) => void
}

/** So many bills of each person. */
const BILLS_EACH = 20
const CHUNK = 20_000
const MONTHS = 12

/** Tables of a settled bill, what is not copied as it stands, and how the bill is found. */
const TABLES: readonly { readonly name: string; readonly key: string; readonly change: Record<string, string> }[] = [
  {
    name: 'request',
    key: `t.caller = b.caller and t.request_id = b.request_id`,
    change: {
      request_id: `'fill-' || c.n`,
      result: `jsonb_build_object('settlement', c.id)`,
      insured_id: 'c.insured_id',
      at: 'c.at',
    },
  },
  {
    name: 'bill',
    key: 't.settlement_id = b.id',
    change: { visit: `'F' || c.n`, insured_id: 'c.insured_id', settlement_id: 'c.id' },
  },
  {
    name: 'invoice',
    key: 't.settlement_id = b.id',
    change: { invoice: `'F' || c.n`, insured_id: 'c.insured_id', settlement_id: 'c.id' },
  },
  {
    name: 'stay',
    key: 't.settlement_id = b.id',
    change: { visit: `'F' || c.n`, insured_id: 'c.insured_id', settlement_id: 'c.id' },
  },
  {
    name: 'settlement',
    key: 't.id = b.id',
    change: {
      id: 'c.id',
      insured_id: 'c.insured_id',
      request_id: `'fill-' || c.n`,
      visit: `'F' || c.n`,
      invoice: `'F' || c.n`,
      settled_at: 'c.at',
    },
  },
  {
    name: 'settlement_line',
    key: 't.settlement_id = b.id',
    change: { settlement_id: 'c.id', insured_id: 'c.insured_id' },
  },
  {
    name: 'ledger_entry',
    key: 't.group_id = b.id',
    change: {
      group_id: 'c.id',
      insured_id: 'case when t.insured_id = b.insured_id then c.insured_id else t.insured_id end',
      account: 'replace(t.account, b.insured_id::text, c.insured_id::text)',
    },
  },
]

/** Ids as UUIDv7 of random moments of the last year, so that rows lie in the partitions of a year. */
const COPIES = `
  create unlogged table public.bench_copy as
  select n, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid as id,
    at, ('01890000-0000-7000-9000-' || lpad((n % $3)::text, 12, '0'))::uuid as insured_id, n % $4 as place
  from (select n, now() - random() * make_interval(months => ${MONTHS}) as at, md5(n::text || 'fill') as h
    from generate_series($1::integer, $2::integer) n) as made`

/**
 * Stores so many lines besides those that are there: copies of the bills that were settled last, as rows of every table a
 * bill leaves something in, of other persons and visits, over the partitions of a year. Returns how many lines there are.
 */
export async function fillLines({ url, lines, persons, say }: FillOptions): Promise<number> {
  const client = new Client(url)
  await client.connect()
  try {
    const count = Math.ceil(lines / LINES)
    for (let month = 0; month <= MONTHS; month += 1)
      await client.query('select settlement.make_month((now() - make_interval(months => $1))::date)', [month])
    await client.query(`create table public.bench_bill as select row_number() over () - 1 as place, s.*
      from (select id, insured_id, caller, request_id from settlement.settlement order by id desc limit 50) s`)
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from public.bench_bill')
    const statements: string[] = []
    for (const table of TABLES) statements.push(await copyOf(client, table))
    const people = Math.max(persons, Math.ceil(count / BILLS_EACH))
    for (let first = 0; first < count; first += CHUNK) {
      const last = Math.min(count, first + CHUNK) - 1
      await client.query('begin; set local synchronous_commit = off')
      await client.query(COPIES, [first, last, people, rows[0]?.count ?? 1])
      for (const statement of statements) await client.query(statement)
      await client.query('drop table public.bench_copy; commit')
      if ((first / CHUNK) % 10 === 0) say(`${(last + 1) * LINES} of ${count * LINES} lines stored`)
    }
    await client.query(
      `insert into settlement.person (insured_id, version, last_at)
      select ('01890000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 1, now() from generate_series($1::integer, $2::integer) n
      on conflict do nothing`,
      [persons, people - 1],
    )
    await client.query('drop table public.bench_bill')
    // What autovacuum does within minutes of a year's growth.
    for (const { name } of TABLES) await client.query(`vacuum (analyze) settlement.${name}`)
    await client.query('checkpoint')
    const stored = await client.query<{ count: string }>('select count(*) from settlement.settlement_line')
    return Number(stored.rows[0]?.count)
  } finally {
    await client.end()
  }
}

async function copyOf(client: Client, { name, key, change }: (typeof TABLES)[number]): Promise<string> {
  const { rows } = await client.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_schema = 'settlement' and table_name = $1
       and is_generated = 'NEVER' and column_name <> 'tx' order by ordinal_position`,
    [name],
  )
  const columns = rows.map((row) => row.column_name)
  const missing = Object.keys(change).filter((column) => !columns.includes(column))
  if (missing.length > 0) throw new Error(`settlement.${name} has no ${missing.join(', ')}`)
  const values = columns.map((column) => change[column] ?? `t.${column}`)
  return `insert into settlement.${name} (${columns.join(', ')}) select ${values.join(', ')}
    from public.bench_copy c join public.bench_bill b using (place) join settlement.${name} t on ${key}`
}
