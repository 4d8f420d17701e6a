import assert from 'node:assert/strict'
import type { Statements } from '@yibao/drizzle/hot'
import type { Ceiling, Item, SelfPay } from '../domain/catalogue.ts'

/** The three tables an import fills: their columns with types, and the columns of their key. */
const TABLES = {
  catalogue_item: {
    key: ['code', 'pool', 'begin_on'],
    columns: {
      code: 'text',
      pool: 'char(6)',
      begin_on: 'date',
      end_on: 'date',
      name: 'text',
      list_type: 'char(3)',
      charge_type: 'char(2)',
      class: 'char(1)',
      restricted: 'boolean',
      essential: 'boolean',
      negotiated: 'boolean',
      paediatric: 'boolean',
      special: 'boolean',
      dosage_form: 'text',
      specification: 'text',
      unit: 'text',
      note: 'text',
      pinyin: 'text',
    },
  },
  self_pay: {
    key: ['code', 'pool', 'person_class', 'begin_on'],
    columns: {
      code: 'text',
      pool: 'char(6)',
      person_class: 'text',
      begin_on: 'date',
      end_on: 'date',
      ratio: 'integer',
    },
  },
  ceiling: {
    key: ['code', 'pool', 'level', 'begin_on'],
    columns: {
      code: 'text',
      pool: 'char(6)',
      level: 'text',
      begin_on: 'date',
      end_on: 'date',
      price: 'bigint',
      over: 'text',
    },
  },
} as const

type Table = keyof typeof TABLES
const ALL = Object.keys(TABLES) as Table[]

/** A row on its way into a table, with the line of the file it came from. */
export interface Staged<T> {
  readonly line: number
  readonly value: T
}

const days = ({ beginOn, endOn }: Item | SelfPay | Ceiling) => ({
  begin_on: beginOn.toString(),
  end_on: endOn?.toString() ?? null,
})

export const itemRow = ({ line, value }: Staged<Item>) => ({
  line,
  ...value,
  ...days(value),
  list_type: value.listType,
  charge_type: value.chargeType,
  dosage_form: value.dosageForm,
})

export const selfPayRow = ({ line, value }: Staged<SelfPay>) => ({
  line,
  ...value,
  ...days(value),
  person_class: value.personClass,
  ratio: Number(value.ratio),
})

export const ceilingRow = ({ line, value }: Staged<Ceiling>) => ({
  line,
  ...value,
  ...days(value),
  price: value.price.toString(),
})

/**
 * Opens the staging tables of one import and keeps other imports waiting until the transaction ends. Rows are staged
 * first because the database then finds repeated keys however long the file is, and readers see the whole file at once.
 */
export async function openStaging(tx: Statements): Promise<void> {
  await tx.unsafe(`select pg_advisory_xact_lock(hashtextextended('institutions.import', 0))`)
  for (const table of ALL) {
    await tx.unsafe(`
      create temp table stage_${table} (line integer not null, like institutions.${table}) on commit drop;
      create unique index on stage_${table} (${TABLES[table].key.join(', ')}) nulls not distinct`)
  }
}

/** A row that was not taken: no catalogue entry has its code, or its key stood in an earlier line. */
export interface Unstaged {
  readonly line: number
  readonly earlier: number | null
  /** It says the same as the earlier line in every column. */
  readonly same: boolean
}

const equal = (column: string) => `s.${column} is not distinct from given.${column}`

/** Stages rows of one table and answers those that were not taken. */
export async function stage(tx: Statements, table: Table, rows: readonly { line: number }[]): Promise<Unstaged[]> {
  if (rows.length === 0) return []
  const { columns, key } = TABLES[table]
  const names = Object.keys(columns)
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  const given = `json_to_recordset($1::text::json) as given(line integer, ${typed.join(', ')})`
  const known =
    table === 'catalogue_item'
      ? 'true'
      : `(exists (select from institutions.catalogue_item i where i.code = given.code)
          or exists (select from stage_catalogue_item i where i.code = given.code))`
  const json = JSON.stringify(rows)
  const added = await tx.unsafe(
    `insert into stage_${table} (line, ${names.join(', ')}) select line, ${names.join(', ')} from ${given}
     where ${known} order by line on conflict do nothing returning line`,
    [json],
  )
  if (added.length === rows.length) return []
  return tx.unsafe<Unstaged>(
    `select given.line, s.line as earlier, ${names.map(equal).join(' and ')} as same
     from ${given} left join stage_${table} s on ${key.map(equal).join(' and ')}
     where s.line is distinct from given.line order by given.line`,
    [json],
  )
}

/** Takes everything back that these lines had staged. */
export async function unstage(tx: Statements, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return
  for (const table of ALL) await tx.unsafe(`delete from stage_${table} where line = any ($1::integer[])`, [[...lines]])
}

/** Writes what was staged into one table: new keys are added, others changed where anything differs. */
async function merge(tx: Statements, table: Table): Promise<{ added: number; changed: number; staged: number }> {
  const { columns, key } = TABLES[table]
  const names = Object.keys(columns)
  const rest = names.filter((name) => !(key as readonly string[]).includes(name))
  const [row] = await tx.unsafe<{ added: number; changed: number; staged: number }>(`
    with merged as (
      insert into institutions.${table} as t (${names.join(', ')}) select ${names.join(', ')} from stage_${table}
      on conflict (${key.join(', ')}) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
      where (${rest.map((name) => `t.${name}`).join(', ')})
        is distinct from (${rest.map((name) => `excluded.${name}`).join(', ')})
      returning xmax = 0 as added)
    select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed,
      (select count(*)::int from stage_${table}) as staged
    from merged`)
  assert(row !== undefined, 'counts are always answered')
  return row
}

export interface Merged {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** The catalogue version after the import; higher than before only when something was added or changed. */
  readonly version: bigint
}

/** Writes everything that was staged, and counts the catalogue version up when that changed anything. */
export async function mergeStaged(tx: Statements, now: Temporal.Instant): Promise<Merged> {
  const total = { added: 0, changed: 0, staged: 0 }
  for (const table of ALL) {
    const { added, changed, staged } = await merge(tx, table)
    total.added += added
    total.changed += changed
    total.staged += staged
  }
  const { added, changed, staged } = total
  const [row] = await tx.unsafe<{ version: bigint }>(
    added + changed === 0
      ? 'select version from institutions.catalogue_version'
      : 'update institutions.catalogue_version set version = version + 1, changed_at = $1 returning version',
    added + changed === 0 ? [] : [now],
  )
  assert(row !== undefined, 'the catalogue has a version')
  return { added, changed, unchanged: staged - added - changed, version: row.version }
}
