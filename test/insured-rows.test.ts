import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withClient } from '@yibao/drizzle/client'
import { connect, type Database } from '@yibao/drizzle/connect'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { lookupHash } from '@yibao/schema/secrets'
import {
  auditor,
  HOSPITAL,
  institution,
  insuredWorld,
  newPerson,
  personOf,
  staff,
  type InsuredWorld,
} from './insured-world.ts'

let world: InsuredWorld
const here = newPerson({ cardNumber: 'R1' })
const there = newPerson({
  enrolments: [
    {
      pool: '620100',
      insuranceType: '390',
      personType: '1501',
      beginOn: '2026-01-01',
      identities: [{ type: '2303', beginOn: '2026-01-01' }],
    },
  ],
})

beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [here, there])
  const show = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) { __typename } }`
  world.time.now = Temporal.Now.instant().round('millisecond')
  await world.ask(institution(), show, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: 'R1' } })
})
afterAll(() => world.close())

const seen = (who: Identity | null, table: string) =>
  world.db.readAs(who, async (tx) => {
    const { rows } = await tx.execute<{ insured_id: string }>(sql.raw(`select insured_id from insured.${table}`))
    return rows.map((row) => row.insured_id)
  })
const ids = (...persons: SeedPerson[]) => persons.map((one) => one.insuredId)

describe('raw SQL in the reader’s role', () => {
  test.each<[string, Identity | null, SeedPerson[]]>([
    ['a person sees themself', personOf(here.insuredId), [here]],
    ['staff see their pool', staff('620100'), [there]],
    ['an institution sees who was there today', institution(), [here]],
    ['another institution sees nobody', institution('H62020000002'), []],
    ['an auditor sees everybody', auditor, [here, there]],
    ['nobody sees nothing', null, []],
  ])('%s', async (_name, who, persons) => {
    expect((await seen(who, 'person')).toSorted()).toEqual(ids(...persons).toSorted())
    expect((await seen(who, 'enrolment')).toSorted()).toEqual(ids(...persons).toSorted())
    expect(await seen(who, 'special_identity')).toEqual(ids(...persons.filter((one) => one === there)))
  })

  test('presence is known to the institution, the person and auditors', async () => {
    expect(await seen(institution(), 'presence')).toEqual(ids(here))
    expect(await seen(personOf(here.insuredId), 'presence')).toEqual(ids(here))
    expect(await seen(auditor, 'presence')).toEqual(ids(here))
    expect(await seen(institution('H62020000002'), 'presence')).toEqual([])
    expect(await seen(staff('620200'), 'presence')).toEqual([])
  })

  test('presence of yesterday shows nothing today', async () => {
    await world.db.orm.execute(sql`
      insert into insured.presence (insured_id, institution, day, kind, at)
      values (${there.insuredId}, ${HOSPITAL}, current_date - 1, '02', now())`)
    expect(await seen(institution(), 'person')).toEqual(ids(here))
  })

  test.each(['identity', 'identity_hash', 'person_number', 'credential', 'coverage_v1', 'credential_v1', 'outbox'])(
    'cannot read %s at all',
    async (table) => {
      await expect(seen(auditor, table)).rejects.toMatchObject({ cause: { code: '42501' } })
    },
  )

  test('cannot write', async () => {
    const write = world.db.readAs(auditor, (tx) => tx.execute(sql`update insured.person set name = 'x'`))
    await expect(write).rejects.toThrow()
  })
})

describe('other roles', () => {
  let settlement: Database
  let crossProvince: Database
  beforeAll(async () => {
    settlement = await connect({ url: world.url, schema: 'settlement' })
    crossProvince = await connect({ url: world.url, schema: 'cross_province' })
  })
  afterAll(() => Promise.all([settlement.close(), crossProvince.close()]))

  test('the writer of settlement reads coverage and credentials by their views, not the tables behind', async () => {
    const [row] = await settlement.hot.unsafe('select * from insured.coverage_v1 where insured_id = $1', [
      there.insuredId,
    ])
    expect(row).toMatchObject({
      person_number: there.personNumber,
      name: there.name,
      sex: '1',
      nationality: '01',
      certificate_type: '01',
      identity_masked: `6${'*'.repeat(17)}`,
      pool: '620100',
      insurance_type: '390',
      person_type: '1501',
      civil_servant: false,
      status: '1',
      end_on: null,
      identities: [{ type: '2303', from: '2026-01-01', to: null }],
    })
    const hash = lookupHash(world.secrets, '03', 'R1')
    const found = await settlement.hot.unsafe(
      'select * from insured.credential_v1 where kind = $1 and value_hash = $2',
      ['03', hash],
    )
    expect(found).toMatchObject([{ insured_id: here.insuredId, expires_at: null, revoked: false }])
    await expect(settlement.hot.unsafe('select * from insured.person')).rejects.toMatchObject({ code: '42501' })
  })

  test('the writer of cross-province reads coverage, not credentials', async () => {
    expect(await crossProvince.hot.unsafe('select pool from insured.coverage_v1')).toHaveLength(2)
    await expect(crossProvince.hot.unsafe('select * from insured.credential_v1')).rejects.toMatchObject({
      code: '42501',
    })
  })

  test('even the writer cannot change what was registered, nor take a person away', async () => {
    for (const statement of [
      `update insured.person set name = 'x'`,
      `update insured.enrolment set begin_on = '2000-01-01'`,
      `update insured.identity set number_sealed = ''`,
      'delete from insured.person',
      'delete from insured.enrolment',
      'delete from insured.presence',
    ]) {
      await expect(world.db.hot.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('the database itself refuses a second enrolment of a type on a same day', async () => {
    const insert = withClient({ url: world.url, name: 'test' }, (client) =>
      client.query(
        `insert into insured.enrolment select insured_id, gen_random_uuid(), pool, insurance_type, person_type,
         civil_servant, status, begin_on, end_on, end_reason, entered_at from insured.enrolment`,
      ),
    )
    await expect(insert).rejects.toMatchObject({ code: '23P01', constraint: 'one_enrolment_of_a_type_at_a_time' })
  })
})
