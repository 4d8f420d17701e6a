import { readPrefix } from '@yibao/drizzle/roles'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOSPITAL, NEIGHBOUR, OTHER, PERSON, READERS, type Reader, type Settings } from './visible-readers.ts'
import { VISIBLE } from './visible-rows.ts'
import { AWAY_ROWS } from './away-rows.ts'
import { CLAIM_PAYMENT_ROWS } from './claim-payment-rows.ts'
import { CLAIM_ROWS } from './claim-rows.ts'
import { CLAIM_SETTLED_ROWS } from './claim-settled-rows.ts'
import { tellDesignation } from './designation-gateway.ts'
import { tellContributions } from './contribution-gateway.ts'
import { tellBeside } from './beside-gateway.ts'
import { tellClearing } from './clearing-gateway.ts'
import { tellCredentials } from './credential-gateway.ts'
import { tellImports, tellPartners } from './partner-gateway.ts'
import { tellDocuments, tellMessages } from './document-gateway.ts'
import { tellEnrolments } from './employer-gateway.ts'
import { tellFilings } from './filing-gateway.ts'
import { tellImpact, tellOrder } from './order-gateway.ts'
import { tellPoolClearing } from './pool-clearing-gateway.ts'
import { tellPrescriptions } from './prescription-gateway.ts'
import { PROVINCE_ROWS } from './province-rows.ts'
import { QUESTION_ROWS } from './question-rows.ts'
import { tellReconciliation } from './reconcile-gateway.ts'
import { tellVisits } from './visit-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import {
  BY_CREDENTIAL,
  ENROL,
  ISSUE_RECORD,
  ME,
  RESUME,
  SETTLEMENTS,
  SUSPEND,
  AGREEMENTS,
  ANNUL,
} from './world-queries.ts'
import { NOW, openWorld, type World } from './world.ts'

// Raw SQL in the roles of the readers. The tables are taken from the catalogue of the database, so a new one without
// rules, or whose rules nobody has written down here, fails.

let world: World
let prefix: string
beforeAll(async () => {
  world = await openWorld()
  const client = await world.admin.connect()
  prefix = await readPrefix(client)
  client.release()
  await tellStories()
}, 120_000)
afterAll(() => world.close())

/** Something of everything, of two institutions, two pools and two persons. */
async function tellStories(): Promise<void> {
  await world.admin.query(READ_ONCE, [[PERSON.insuredId, NEIGHBOUR.insuredId]])
  const stories = [
    {
      institution: HOSPITAL,
      clerk: 'clerk-629900',
      pool: '629900',
      person: PERSON,
      away: '620100',
      draft: '629900-gansu-composite.json',
    },
    {
      institution: OTHER,
      clerk: 'clerk-620100',
      pool: '620100',
      person: NEIGHBOUR,
      away: '629900',
      draft: '620100-lanzhou.json',
    },
  ]
  for (const { institution, clerk, pool, person, away, draft } of stories) {
    const credential = { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber }
    await world.as(institution, BY_CREDENTIAL, { credential })
    for (const [requestId, change] of [
      ['one', {}],
      ['two', {}],
      ['three', { total: '1.00' }],
    ] as const) {
      await world.as(institution, SETTLE, { requestId, input: bill({ card: person.cardNumber, ...change }) })
    }
    await world.as(institution, ANNUL, { requestId: 'annul', target: 'two' })
    const other = institution === HOSPITAL ? OTHER : HOSPITAL
    await tellPrescriptions(world, { hospital: institution, patient: person, other })
    await tellVisits(world, institution, person.cardNumber)
    await tellOrder(world, institution, person.cardNumber)
    await tellImpact(world, clerk, draft)
    await tellBeside(world, { institution, person, pool })
    await tellCredentials(world, { institution, clerk, pool, person })
    await tellImports(world, { institution, clerk, pool })
    await tellPartners(world, { institution, pool })
    await tellEnrolments(world, { pool, clerk })
    await tellDocuments(world, { institution, pool, person })
    await tellMessages(world, { institution, pool, person })
    await tellClearing(world, { institution, clerk, pool })
    await tellPoolClearing(world, { institution, clerk, homes: away === '629900' ? [away, '620200'] : ['620200'] })
    await tellReconciliation(world, institution, pool)
    await tellFilings(world, { institution, pool, person, away: away === '629900' ? '330100' : away })
    await world.as(person.personNumber, ISSUE_RECORD, { requestId: 'record', year: 2026 })
    await world.as(person.personNumber, ME)
    await world.as(clerk, SETTLEMENTS)
    const enrolment = { pool, insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }
    const identities = [{ type: '2303', beginOn: '2026-01-01' }]
    const input = { insuredId: person.insuredId, ...enrolment, identities }
    await world.as(clerk, ENROL, { requestId: 'enrol', input })
    await tellContributions(world, { pool, person })
    const { institution: found } = await world.as(clerk, AGREEMENTS, { code: institution })
    const agreement = found.agreements[0].id
    await tellDesignation(world, { institution, clerk, pool, agreement })
    const change = { agreement, reason: '检查', legalGround: '条例第十五条' }
    await world.as(clerk, SUSPEND, { requestId: 'suspend', input: change })
    // While it is suspended it sees nobody, whoever was shown to it before.
    await world.as(clerk, RESUME, { requestId: 'resume', input: change })
  }
  await world.admin.query(GONE_BACK)
  await world.admin.query(ARCHIVED_LONG_AGO)
  await world.admin.query(PROVINCE_ROWS)
  await world.admin.query(AWAY_ROWS)
  await world.admin.query(CLAIM_ROWS)
  await world.admin.query(CLAIM_SETTLED_ROWS)
  await world.admin.query(CLAIM_PAYMENT_ROWS)
  await world.admin.query(QUESTION_ROWS)
  await foldEntries(world.platform.databases.settlement)
  // What was counted is written when it ends; and no worker changes anything between two looks.
  await world.platform.close()
}

/** Institutions know no persons, so nothing was ever read there; the rules stand all the same. */
const READ_ONCE = `insert into institutions.access_log (id, role, actor, subject, operation)
  select gen_random_uuid(), 'auditor', 'auditor:auditor', subject, 'test' from unnest($1::uuid[]) as subject`

/** A deposit goes back with a reversal of a later month; clearing-property.test.ts tells that, these stories end before. */
const GONE_BACK = `insert into settlement.deposit_back (statement_id, of_statement_id, institution, pool, amount)
  select a.id, b.id, a.institution, a.pool, 1
  from settlement.monthly_statement a
  join settlement.monthly_statement b on b.institution = a.institution and b.id <> a.id`

/** A month of the ledger that was put away; ledger-archive.test.ts tells how, of months these stories are not old enough for. */
const ARCHIVED_LONG_AGO = `insert into settlement.ledger_archive (month, entries, groups, carried, digest, archived_at)
  values ('2001-01-01', 0, 0, 0, repeat('0', 64), now())`

interface Table {
  readonly name: string
  readonly schema: string
  readonly guarded: boolean
  readonly forced: boolean
  readonly columns: readonly string[]
  readonly policies: number
  readonly partition: boolean
  readonly readable: boolean
}

/** Every table there is, with what guards it. `readable`: the reader of its schema may select from it. */
async function tables(): Promise<Table[]> {
  const { rows } = await world.admin.query<Table>(
    `select n.nspname || '.' || c.relname as name, n.nspname as schema, c.relrowsecurity as guarded,
       c.relforcerowsecurity as forced, c.relispartition as partition,
       (select array_agg(attname::text) from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
       (select count(*)::int from pg_policy where polrelid = c.oid) as policies,
       coalesce((select has_any_column_privilege(r.oid, c.oid, 'select') from pg_roles r
         where r.rolname = $1 || '_' || n.nspname || '_reader'), false) as readable
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`,
    [prefix],
  )
  return rows
}

/** The rows a reader gets, as text, under these settings. */
async function readAs(schema: string, table: string, settings: Settings): Promise<string[]> {
  const client = await world.admin.connect()
  try {
    await client.query(`begin; set local role "${prefix}_${schema}_reader"`)
    for (const [name, value] of Object.entries({ ...settings, day: NOW.slice(0, 10) })) {
      await client.query('select set_config($1, $2, true)', [`yibao.${name}`, value])
    }
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${table} t order by 1`)
    return rows.map(({ row }) => row)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function rowsWhere(table: string, condition: string): Promise<string[]> {
  const { rows } = await world.admin.query<{ row: string }>(
    `select t::text as row from ${table} t where ${condition} order by 1`,
  )
  return rows.map(({ row }) => row)
}

test('every table that knows a person or an institution is guarded, even against its owner', async () => {
  const concerned = (await tables()).filter(({ columns }) =>
    columns.some((name) => ['insured_id', 'institution', 'subject', 'caller'].includes(name)),
  )
  expect(concerned.length).toBeGreaterThan(20)
  expect(concerned.filter(({ guarded, forced }) => !guarded || !forced).map(({ name }) => name)).toEqual([])
})

test('every guarded table says who may do what; a partition says nothing, and so lets nobody in', async () => {
  const guarded = (await tables()).filter((one) => one.guarded)
  expect(guarded.filter((one) => !one.partition && one.policies === 0).map(({ name }) => name)).toEqual([])
  expect(guarded.filter((one) => one.partition && (one.policies > 0 || one.readable)).map(({ name }) => name)).toEqual(
    [],
  )
})

test('it is written down here who sees what of every guarded table a reader may look at', async () => {
  const readable = (await tables()).filter((one) => one.guarded && one.readable).map(({ name }) => name)
  expect(readable).toEqual(Object.keys(VISIBLE).toSorted())
})

test('what a reader may look at without a guard is nobody’s: rules, the catalogue and its prices', async () => {
  const { rows } = await world.admin.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_roles r on r.rolname like $1 || '\\_%\\_reader'
     where c.relkind in ('r', 'p', 'v', 'm') and not c.relrowsecurity and n.nspname !~ '^pg_'
       and n.nspname not in ('information_schema', 'public') and has_schema_privilege(r.oid, n.oid, 'usage')
       and has_any_column_privilege(r.oid, c.oid, 'select') order by 1`,
    [prefix],
  )
  expect(rows.map(({ name }) => name)).toEqual([
    'institutions.catalogue_entry',
    'institutions.ceiling_v1',
    'institutions.self_pay_v1',
    'settlement.policy',
  ])
})

test('no role reads of another schema anything but what that one publishes', async () => {
  const { rows } = await world.admin.query<{ role: string; name: string }>(
    `select substr(r.rolname, length($1) + 2) as role, n.nspname || '.' || c.relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_roles r on starts_with(r.rolname, $1 || '_')
     where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
       and not starts_with(r.rolname, $1 || '_' || n.nspname || '_') and has_schema_privilege(r.oid, n.oid, 'usage')
       and has_any_column_privilege(r.oid, c.oid, 'select, insert, update')`,
    [prefix],
  )
  expect(rows.length).toBeGreaterThan(5)
  expect(rows.filter(({ role, name }) => !role.endsWith('_writer') || !/_v\d+$/.test(name))).toEqual([])
})

describe.each(Object.entries(VISIBLE))('%s', (table, visible) => {
  const [schema = ''] = table.split('.')

  test.each(Object.keys(READERS) as Reader[])('shows %s what is theirs and nothing else', async (reader) => {
    const expected = await rowsWhere(table, visible[reader] ?? 'false')
    expect(await readAs(schema, table, READERS[reader])).toEqual(expected)
  })

  test('shows nothing to a session that does not say who asks, or says it halfway', async () => {
    const nobody: Settings[] = [
      {},
      { role: '', caller: '', institution: '', insured: '', pool: '' },
      { role: 'owner', institution: HOSPITAL, pool: '629900', insured: PERSON.insuredId },
      { institution: HOSPITAL, pool: '629900', insured: PERSON.insuredId },
    ]
    for (const settings of nobody) expect(await readAs(schema, table, settings)).toEqual([])
    if (visible.person === 'true') return
    for (const role of ['institution', 'staff', 'person', 'employer', 'channel'])
      expect(await readAs(schema, table, { role })).toEqual([])
  })

  test('has rows of others, so that the above means something', async () => {
    const all = await rowsWhere(table, 'true')
    expect(all.length).toBeGreaterThan(0)
    if (visible.person !== 'true') {
      expect((await rowsWhere(table, visible.person)).length).toBeLessThan(all.length)
    }
  })
})
