import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill } from './world-bill.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// A reply of the platform to a real settlement in Hebei, personal data removed: one class B line of 4.52 yuan with 5 %
// first self-payment, below the deductible of the year, paid from the personal account.

const HOSPITAL = 'H13119900001'
const POOL = '131199'
const ITEM = 'XC07ABM001A001010105229'

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld({
    policies: [join(import.meta.dirname, 'policies')],
    institutions: [
      {
        code: HOSPITAL,
        name: '衡水测试医院',
        level: 'LEVEL_2',
        type: 'GENERAL_HOSPITAL',
        creditCode: '12100000400010275N',
        pool: POOL,
        agreedFrom: '2023-01-01',
      },
    ],
  })
  await world.admin.query(`
    insert into institutions.catalogue_item (code, pool, begin_on, name, list_type, charge_type, class, restricted,
      essential, negotiated, paediatric, special, pinyin)
    values ('${ITEM}', null, '2020-01-01', '某西药', '101', '09', 'B', false, false, false, false, false, 'mxy');
    insert into institutions.self_pay (code, pool, person_class, begin_on, ratio)
    values ('${ITEM}', '${POOL}', 'ALL', '2020-01-01', 500);
    update institutions.catalogue_version set version = version + 1`)
  person = await world.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: 100, history: 20.5 },
  })
})
afterAll(() => world.close())

const PL_01 = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename
    ... on Rejection { code problems { path code } }
    ... on Settlement {
      total selfPaid overCeiling firstSelfPayment crossArea inScope deductible pool civilServant enterprise
      seriousIllness largeAmount disabledServicemen assistance other fundTotal hospital personal account mutualAid cash
      balance clearingType clearingWay clearingAgency insuredPool insuranceType personType careType
      funds { fundPayType paid }
      lines { amount selfPaid overCeiling firstSelfPayment inScope selfPayRatio class }
    }
  }
}`

test('PL-01 comes out as the platform replied, field by field', async () => {
  const input = bill({ card: person.cardNumber, lines: [{ code: ITEM, price: 4.52 }] })
  const { settle } = await world.as(HOSPITAL, PL_01, { requestId: 'pl-01', input })
  expect(settle).toEqual({
    __typename: 'Settlement',
    total: '4.52',
    selfPaid: '0.00',
    overCeiling: '0.00',
    // 5 % of 4.52 is 0.226, rounded half up.
    firstSelfPayment: '0.23',
    crossArea: '0.00',
    inScope: '4.29',
    // What was charged of the deductible, not its standard.
    deductible: '4.29',
    pool: '0.00',
    civilServant: '0.00',
    enterprise: '0.00',
    seriousIllness: '0.00',
    largeAmount: '0.00',
    disabledServicemen: '0.00',
    assistance: '0.00',
    other: '0.00',
    fundTotal: '0.00',
    hospital: '0.00',
    personal: '4.52',
    account: '4.52',
    mutualAid: '0.00',
    cash: '0.00',
    balance: '115.98',
    clearingType: '11',
    clearingWay: '1',
    clearingAgency: POOL,
    insuredPool: POOL,
    insuranceType: '310',
    personType: '1101',
    careType: '11',
    funds: [{ fundPayType: '310200', paid: '4.52' }],
    lines: [
      {
        amount: '4.52',
        selfPaid: '0.00',
        overCeiling: '0.00',
        firstSelfPayment: '0.23',
        inScope: '4.29',
        selfPayRatio: '0.0500',
        class: 'B',
      },
    ],
  })
})
