import { withClient } from '@yibao/drizzle/client'
import { seedPersons } from '@yibao/insured/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { institution, insuredWorld, newPerson, type InsuredWorld } from './insured-world.ts'

// Being shown a credential is for institutions whose agreement is in force.

let world: InsuredWorld
const ming = newPerson({ cardNumber: 'D10001' })
const NEW = 'H62020000021'
const QUERY = `{ shown: insuredByCredential(credential: { kind: SOCIAL_SECURITY_CARD, value: "D10001" }) {
  __typename ... on Insured { id } ... on Rejection { code message { zh en } problems { path code } } } }`

const sql = (statement: string) => withClient({ url: world.url, name: 'test' }, (client) => client.query(statement))
const show = async () => (await world.ask<{ shown: object }>(institution(NEW), QUERY)).shown
const agree = (pool: string, begin: string, end: string | null, status = 'ACTIVE') =>
  sql(`insert into institutions.agreement (id, institution, pool, begin_on, end_on, status, status_since)
    values (gen_random_uuid(), '${NEW}', '${pool}', '${begin}', ${end === null ? 'null' : `'${end}'`}, '${status}', now())`)
const set = (status: string) => sql(`update institutions.agreement set status = '${status}' where pool = '310000'`)
const refused = (code: string) => ({
  __typename: 'NotAllowed',
  code,
  problems: [{ path: 'institution', code }],
})

beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [ming])
  await sql(`insert into institutions.institution (code, name, kind, level, type, credit_code, pool, registered_at)
    values ('${NEW}', '医院', 'HOSPITAL', 'LEVEL_2', 'GENERAL_HOSPITAL', '12620200MB00000021', '620200', now())`)
})
afterAll(() => world.close())

test('an institution without an agreement, or whose agreements ended or begin later, sees nobody', async () => {
  expect(await show()).toMatchObject(refused('INSTITUTION_NOT_DESIGNATED'))
  await agree('620200', '2020-01-01', '2026-11-21')
  await agree('620200', '2026-11-23', null)
  expect(await show()).toMatchObject(refused('INSTITUTION_NOT_DESIGNATED'))
})

test('one whose agreement was suspended or terminated is told so with the reason, and leaves no trace of presence', async () => {
  await agree('620100', '2024-01-01', null, 'TERMINATED')
  expect(await show()).toMatchObject(refused('INSTITUTION_TERMINATED'))
  await agree('620200', '2026-11-22', '2026-11-22', 'SUSPENDED')
  await sql(`insert into institutions.agreement_event (id, agreement_id, institution, pool, action, reason, legal_ground,
      actor, at)
    select gen_random_uuid(), id, institution, pool, 'SUSPENDED', '虚构服务', '条例第三十八条', 'staff:1', now()
    from institutions.agreement where institution = '${NEW}' and status = 'SUSPENDED'`)
  expect(await show()).toMatchObject({
    ...refused('INSTITUTION_SUSPENDED'),
    message: { zh: '机构的服务协议已中止：虚构服务', en: "the institution's agreement is suspended: 虚构服务" },
  })
  expect((await sql(`select from insured.presence where institution = '${NEW}'`)).rowCount).toBe(0)
})

test('one agreement in force is enough, with whatever pool', async () => {
  await agree('310000', '2026-11-22', '2026-11-22')
  expect(await show()).toEqual({ __typename: 'Insured', id: ming.insuredId })
})

test('one that is suspended reads nobody any longer whom it was shown that day, by id neither', async () => {
  const byId = `{ shown: insured(id: "${ming.insuredId}") {
    __typename ... on Insured { name enrolments { id } } ... on Rejection { code } } }`
  const read = async () => (await world.ask<{ shown: object }>(institution(NEW), byId)).shown
  expect(await read()).toMatchObject({ __typename: 'Insured', enrolments: [{}] })
  await set('SUSPENDED')
  expect(await read()).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' })
  await set('ACTIVE')
  expect(await read()).toMatchObject({ __typename: 'Insured' })
})
