import { readPrefix } from '@yibao/drizzle/roles'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bill, SETTLE } from './world-bill.ts'
import {
  BY_CREDENTIAL,
  CANCEL_FILING,
  ENROL,
  FILE,
  ME,
  SETTLEMENTS,
  SUSPEND,
  AGREEMENTS,
  ANNUL,
} from './world-queries.ts'
import { demoPerson, NOW, openWorld, type World } from './world.ts'

// Raw SQL in the roles of the readers. The tables are taken from the catalogue of the database, so a new one without
// rules, or whose rules nobody has written down here, fails.

const [HOSPITAL, OTHER] = ['H62990000001', 'H62010000001']
const PERSON = demoPerson('629900', 'retired')
const NEIGHBOUR = demoPerson('620100', 'retired')

let world: World
let prefix: string
beforeAll(async () => {
  world = await openWorld()
  const client = await world.admin.connect()
  prefix = await readPrefix(client)
  client.release()
  await tellStories()
})
afterAll(() => world.close())

/** Something of everything, of two institutions, two pools and two persons. */
async function tellStories(): Promise<void> {
  await world.admin.query(READ_ONCE, [[PERSON.insuredId, NEIGHBOUR.insuredId]])
  const stories = [
    { institution: HOSPITAL, clerk: 'clerk-629900', pool: '629900', person: PERSON, away: '620100' },
    { institution: OTHER, clerk: 'clerk-620100', pool: '620100', person: NEIGHBOUR, away: '629900' },
  ]
  for (const { institution, clerk, pool, person, away } of stories) {
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
    const filing = { type: 'OTHER_TEMPORARY', destination: away === '629900' ? '330100' : away }
    const { fileTreatmentElsewhere } = await world.as(person.personNumber, FILE, { requestId: 'file', input: filing })
    await world.as(person.personNumber, CANCEL_FILING, { requestId: 'cancel', filingId: fileTreatmentElsewhere.id })
    await world.as(person.personNumber, ME)
    await world.as(clerk, SETTLEMENTS)
    const enrolment = { pool, insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }
    const identities = [{ type: '2303', beginOn: '2026-01-01' }]
    const input = { insuredId: person.insuredId, ...enrolment, identities }
    await world.as(clerk, ENROL, { requestId: 'enrol', input })
    const { institution: found } = await world.as(clerk, AGREEMENTS, { code: institution })
    const change = { agreement: found.agreements[0].id, reason: '检查', legalGround: '条例第十五条' }
    await world.as(clerk, SUSPEND, { requestId: 'suspend', input: change })
  }
  await foldEntries(world.platform.databases.settlement)
}

/** Institutions know no persons, so nothing was ever read there; the rules stand all the same. */
const READ_ONCE = `insert into institutions.access_log (id, role, actor, subject, operation)
  select gen_random_uuid(), 'auditor', 'auditor:auditor', subject, 'test' from unnest($1::uuid[]) as subject`

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

type Settings = Partial<Record<'role' | 'caller' | 'institution' | 'insured' | 'pool', string>>

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

const READERS = {
  institution: { role: 'institution', institution: HOSPITAL, caller: `institution:${HOSPITAL}` },
  staff: { role: 'staff', pool: '629900', caller: 'staff:629900:clerk-629900' },
  person: { role: 'person', insured: PERSON.insuredId, caller: `person:${PERSON.insuredId}` },
  auditor: { role: 'auditor', caller: 'auditor:auditor' },
} satisfies Record<string, Settings>
type Reader = keyof typeof READERS

const PRESENT = `exists (select from insured.presence p where p.insured_id = t.insured_id
  and p.institution = '${HOSPITAL}' and p.day = '${NOW.slice(0, 10)}')`
const MINE = `t.insured_id = '${PERSON.insuredId}'`
const OF_POOL = `t.pool = '629900'`
const IN_POOL = `exists (select from insured.enrolment e where e.insured_id = t.insured_id and e.pool = '629900')`
const settlementWhere = (id: string, condition: string) =>
  `exists (select from settlement.settlement s where s.id = t.${id} and s.${condition})`

/** Whose rows each reader may see, as whoever may see everything would find them. `false`: none. */
const VISIBLE: Record<string, Record<Reader, string>> = {
  'insured.person': {
    institution: PRESENT,
    staff: `t.registered_pool = '629900' or ${IN_POOL}`,
    person: MINE,
    auditor: 'true',
  },
  'insured.enrolment': { institution: PRESENT, staff: OF_POOL, person: MINE, auditor: 'true' },
  'insured.special_identity': {
    institution: PRESENT,
    staff: `exists (select from insured.enrolment e where e.enrolment_id = t.enrolment_id and e.pool = '629900')`,
    person: MINE,
    auditor: 'true',
  },
  'insured.presence': { institution: `t.institution = '${HOSPITAL}'`, staff: 'false', person: MINE, auditor: 'true' },
  'insured.registration': {
    institution: `t.requested_by = '${HOSPITAL}' or ${PRESENT}`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'insured.mutual_aid': {
    institution: 'false',
    staff: `exists (select from insured.enrolment e
      where e.insured_id in (t.insured_id, t.sponsor_id) and e.pool = '629900')`,
    person: `'${PERSON.insuredId}' in (t.insured_id, t.sponsor_id)`,
    auditor: 'true',
  },
  'institutions.institution': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement_event': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: 'false',
    auditor: 'true',
  },
  'settlement.settlement': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'settlement.settlement_line': {
    institution: settlementWhere('settlement_id', `institution = '${HOSPITAL}'`),
    staff: settlementWhere('settlement_id', `pool = '629900'`),
    person: MINE,
    auditor: 'true',
  },
  'settlement.ledger_day': {
    institution: `t.account = 'payable:institution:${HOSPITAL}'`,
    staff: `${OF_POOL} and t.account not like 'personal:%'`,
    person: `t.account like 'personal:${PERSON.insuredId}:%'`,
    auditor: 'true',
  },
  'settlement.ledger_entry': {
    institution: settlementWhere('group_id', `institution = '${HOSPITAL}'`),
    staff: `t.account = 'opening:629900' or ${settlementWhere('group_id', `pool = '629900'`)}`,
    person: MINE,
    auditor: 'true',
  },
  'settlement.ledger_fold': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'settlement.reversal': {
    institution: settlementWhere('settlement_id', `institution = '${HOSPITAL}'`),
    staff: settlementWhere('settlement_id', `pool = '629900'`),
    person: MINE,
    auditor: 'true',
  },
  'settlement.account': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  'settlement.counter': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  'cross_province.filing': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
}
for (const schema of ['insured', 'institutions', 'settlement', 'cross_province']) {
  const own = (reader: Reader) => `t.caller = '${READERS[reader].caller}'`
  VISIBLE[`${schema}.request`] = {
    institution: own('institution'),
    staff: own('staff'),
    person: own('person'),
    auditor: own('auditor'),
  }
  VISIBLE[`${schema}.access_log`] = {
    institution: 'false',
    staff: 'false',
    person: `t.subject = '${PERSON.insuredId}'`,
    auditor: 'true',
  }
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
  expect(rows.filter(({ role, name }) => !role.endsWith('_writer') || !name.endsWith('_v1'))).toEqual([])
})

describe.each(Object.entries(VISIBLE))('%s', (table, visible) => {
  const [schema = ''] = table.split('.')

  test.each(Object.keys(READERS) as Reader[])('shows %s what is theirs and nothing else', async (reader) => {
    const expected = await rowsWhere(table, visible[reader])
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
    for (const role of ['institution', 'staff', 'person']) expect(await readAs(schema, table, { role })).toEqual([])
  })

  test('has rows of others, so that the above means something', async () => {
    const all = await rowsWhere(table, 'true')
    expect(all.length).toBeGreaterThan(0)
    if (visible.person !== 'true') {
      expect((await rowsWhere(table, visible.person)).length).toBeLessThan(all.length)
    }
  })
})
