import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import type { Identity } from '@yibao/schema/identity'
import { filingWorld, type FilingWorld } from './filing-world.ts'
import { auditor, institution, newPerson, personOf, staff } from './insured-world.ts'

let world: FilingWorld
const person = newPerson()
const other = newPerson({
  enrolments: [{ pool: '320500', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
})

beforeAll(async () => {
  world = await filingWorld()
  await world.seed(person, other)
  const query = `mutation ($requestId: ID!) { fileTreatmentElsewhere(requestId: $requestId,
    input: { type: OTHER_TEMPORARY, destination: "440300" }) { __typename } }`
  for (const one of [person, other]) await world.ask(personOf(one.insuredId), query, { requestId: 'r1' })
})
afterAll(() => world.close())

const seen = (who: Identity | null) =>
  world.db.readAs(who, async (tx) => {
    const { rows } = await tx.execute<{ insured_id: string }>(sql`select insured_id from cross_province.filing`)
    return rows.map((row) => row.insured_id).toSorted()
  })
const both = [person.insuredId, other.insuredId].toSorted()

describe('raw SQL in the reader’s role', () => {
  test.each<[string, Identity | null, string[]]>([
    ['a person sees their own filings', personOf(person.insuredId), [person.insuredId]],
    ['staff see those of their pool', staff('320500'), [other.insuredId]],
    ['staff of another pool see none', staff('110000'), []],
    ['an institution sees none', institution(), []],
    ['an auditor sees all', auditor, both],
    ['nobody sees nothing', null, []],
  ])('%s', async (_name, who, ids) => {
    expect(await seen(who)).toEqual(ids)
  })

  test.each(['filing_v1', 'filing_v2', 'outbox'])('cannot read %s', async (table) => {
    const read = world.db.readAs(auditor, (tx) => tx.execute(sql.raw(`select * from cross_province.${table}`)))
    await expect(read).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})

test('settlement’s writer reads filings by the view, not the table behind', async () => {
  const settlement = await connect({ url: world.url, schema: 'settlement' })
  const [row] = await settlement.hot.unsafe('select * from cross_province.filing_v1 where insured_id = $1', [
    person.insuredId,
  ])
  expect(row).toMatchObject({ type: 'OTHER_TEMPORARY', destination: '4403', cancelled_from: null })
  expect(String(row?.['effective_from'])).toBe('2026-11-22T02:00:00Z')
  await expect(settlement.hot.unsafe('select * from cross_province.filing')).rejects.toMatchObject({ code: '42501' })
  await settlement.close()
})

test('even the writer cannot rewrite or remove a filing', async () => {
  for (const statement of [
    `update cross_province.filing set destination = '31'`,
    `update cross_province.filing set begin_on = '2020-01-01'`,
    'delete from cross_province.filing',
    `update cross_province.filing_event set reason = 'x'`,
    'delete from cross_province.filing_event',
    'delete from cross_province.filing_document',
    `update cross_province.referral set reason = 'x'`,
    'delete from cross_province.referral',
  ]) {
    await expect(world.db.hot.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
  }
})

const copy = (begin: string) =>
  withClient({ url: world.url, name: 'test' }, (client) =>
    client.query(
      `insert into cross_province.filing (insured_id, filing_id, pool, insurance_type, type, ground, destination, begin_on,
         end_on, evidence, referred_by, referral_number, referred_on, home_use, rules, filed_at, effective_from,
         cancelled_from, cancelled_at, replaced_by, stage, decided_at)
       select insured_id, gen_random_uuid(), pool, insurance_type, type, ground,
       destination, ${begin}, end_on + 365, evidence, referred_by, referral_number, referred_on, home_use, rules, filed_at,
       effective_from, cancelled_from, cancelled_at, replaced_by, stage, decided_at
       from cross_province.filing where insured_id = $1`,
      [person.insuredId],
    ),
  )

test('the database itself refuses two filings for one place on one day, and lets them follow each other', async () => {
  await expect(copy('end_on')).rejects.toMatchObject({ code: '23P01', constraint: 'one_filing_for_a_place_at_a_time' })
  await expect(copy('end_on + 1')).resolves.toMatchObject({ rowCount: 1 })
})
