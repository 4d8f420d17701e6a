import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill } from './world-bill.ts'
import { FILE } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Two pools whose persons go to a hospital in another city of the province. What they need for it, and whose catalogue
// holds there, is said by their files alone. The item costs 100 yuan; each pool has another ceiling and another first
// self-payment for it.

const HOSPITAL = 'H62010000001'
const [FREE, ASKS] = ['629101', '629102']
const ITEM = 'XTWOPOOLS0000000000001'

let world: World
beforeAll(async () => {
  world = await openWorld({ policies: [join(import.meta.dirname, 'policies-province')] })
  await world.admin.query(`
    insert into institutions.catalogue_item (code, pool, begin_on, name, list_type, charge_type, class, restricted,
      essential, negotiated, paediatric, special, pinyin)
    values ('${ITEM}', null, '2020-01-01', '某西药', '101', '09', 'B', false, false, false, false, false, 'mxy');
    insert into institutions.self_pay (code, pool, person_class, begin_on, ratio)
    values ('${ITEM}', '620100', 'ALL', '2020-01-01', 500), ('${ITEM}', '${FREE}', 'ALL', '2020-01-01', 3000),
      ('${ITEM}', '${ASKS}', 'ALL', '2020-01-01', 2000);
    insert into institutions.ceiling (code, pool, begin_on, price, over)
    values ('${ITEM}', '620100', '2020-01-01', 90000000, 'EXCESS'), ('${ITEM}', '${FREE}', '2020-01-01', 50000000, 'EXCESS'),
      ('${ITEM}', '${ASKS}', '2020-01-01', 60000000, 'EXCESS');
    update institutions.catalogue_version set version = version + 1`)
})
afterAll(() => world.close())

const patientOf = (pool: string): Promise<WorldPerson> =>
  world.addPerson({ enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] })

const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
  __typename ... on Rejection { code problems { code } }
  ... on Settlement { insuredPool clearingAgency total overCeiling firstSelfPayment crossArea inScope pool } } }`

async function settleAway({ cardNumber: card }: WorldPerson, requestId: string): Promise<Data> {
  const input = bill({ card, careType: '21', lines: [{ code: ITEM, price: 100 }] })
  return (await world.as(HOSPITAL, SETTLE, { requestId, input })).settle
}

test('where a pool asks for no filing in the province, a stay is paid as at home, by the catalogue of the place', async () => {
  const settled = await settleAway(await patientOf(FREE), 'free')
  // Ceiling 90 and 5 % of the place, not 50 and 30 % of home; then 80 % as at home.
  expect(settled).toMatchObject({
    insuredPool: FREE,
    clearingAgency: '620100',
    total: '100.00',
    overCeiling: '10.00',
    firstSelfPayment: '4.50',
    crossArea: '0.00',
    inScope: '85.50',
    pool: '68.40',
  })
})

test('where a pool asks for a filing nothing is settled without one; with it, by the catalogue that goes along from home', async () => {
  const patient = await patientOf(ASKS)
  expect(await settleAway(patient, 'unfiled')).toMatchObject({ __typename: 'NotSettledDirectly' })
  const input = { type: 'OTHER_TEMPORARY', destination: '620100' }
  const { fileTreatmentElsewhere } = await world.as(patient.personNumber, FILE, { requestId: 'file', input })
  expect(fileTreatmentElsewhere).toMatchObject({ id: expect.any(String) })
  // Ceiling 60 and 20 % of home, not 90 and 5 % of the place.
  expect(await settleAway(patient, 'filed')).toMatchObject({
    insuredPool: ASKS,
    clearingAgency: '620100',
    total: '100.00',
    overCeiling: '40.00',
    firstSelfPayment: '12.00',
    inScope: '48.00',
    pool: '38.40',
  })
})
