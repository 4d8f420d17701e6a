import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dispensingBill, pharmacy, refused } from './prescription-world.ts'
import {
  AWAY_HOSPITAL,
  billOf,
  hospital,
  lineOf,
  OTHER_PHARMACY,
  settle,
  settleWorld,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
let person: WorldPerson
beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(5000)
})
afterAll(() => world.close())

/** A pharmacy's bill with these codes on its one line. */
const send = (requestId: string, traceCodes: readonly string[], { whose = person, at = pharmacy() } = {}) =>
  settle(world, requestId, billOf(whose, dispensingBill(null, 4, { traceCodes })), at)
const settled = { __typename: 'Settlement' }
const paid = (...indexes: number[]) => ({
  code: 'TRACE_CODE_PAID',
  problems: indexes.map((i) => ({ path: `lines[0].traceCodes[${i}]`, code: 'TRACE_CODE_PAID' })),
})

test('a package is paid once, whoever buys it wherever, and by whom is told to nobody', async () => {
  const first = await send('first', ['81000000000000000001', '81000000000000000002'])
  expect(first).toMatchObject(settled)
  const other = await world.addPerson(5000)
  const [elsewhere, away] = [{ whose: other, at: pharmacy(OTHER_PHARMACY) }, { at: hospital(AWAY_HOSPITAL) }]
  const again = await send('again', ['81000000000000000003', '81000000000000000002'], elsewhere)
  expect(again).toMatchObject(paid(1))
  expect(JSON.stringify(again)).not.toContain(first.id)
  expect(JSON.stringify(again)).not.toContain('P62090000001')
  const bill = billOf(person, { emergency: true, lines: [lineOf({ traceCodes: ['81000000000000000001'] })] })
  expect(await settle(world, 'away', bill, away.at)).toMatchObject(paid(0))
  const { rows } = await world.admin.query('select code from settlement.trace_code order by code')
  expect(rows.map(({ code }) => code)).toEqual(['81000000000000000001', '81000000000000000002'])
})

test('a trial says so as well, and takes no code', async () => {
  const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { __typename ... on Rejection { code } } }`
  const trial = async (code: string) => {
    const input = billOf(person, dispensingBill(null, 4, { traceCodes: [code] }))
    return (await world.ask<{ trial: object }>(pharmacy(), TRIAL, { input })).trial
  }
  expect(await trial('81000000000000000001')).toMatchObject({ code: 'TRACE_CODE_PAID' })
  expect(await trial('81000000000000000009')).toMatchObject({ __typename: 'Trial' })
  expect(await send('after-trial', ['81000000000000000009'])).toMatchObject(settled)
})

test('a reversal frees the code', async () => {
  await send('to-reverse', ['82000000000000000001'])
  await world.ask(pharmacy(), 'mutation { annul(requestId: "reverse-it", target: "to-reverse") { __typename } }')
  expect(await send('sold-again', ['82000000000000000001'])).toMatchObject(settled)
  expect(await send('sold-twice', ['82000000000000000001'])).toMatchObject(paid(0))
})

test('twice in one bill is wrong, on one line or two', async () => {
  expect(await send('twice', ['83', '83'])).toMatchObject({
    __typename: 'InvalidInput',
    problems: [{ path: 'lines[0].traceCodes[1]', code: 'DUPLICATE' }],
  })
  const lines = [lineOf({ traceCodes: ['83'] }), lineOf({ serial: '2', traceCodes: ['84', '83'] })]
  const bill = billOf(person, { lines, total: '400.00' })
  expect(await settle(world, 'twice-in-two', bill)).toMatchObject({
    problems: [{ path: 'lines[1].traceCodes[1]', code: 'DUPLICATE' }],
  })
})

const refund = (traceCodes: readonly string[]) =>
  lineOf({ serial: '2', quantity: '-1', amount: '-20.00', refundOf: '1', traceCodes })

test('a package that came back in the same bill is not paid for', async () => {
  const charge = lineOf({ traceCodes: ['85', '86'] })
  const wrong = billOf(person, { lines: [charge, refund(['87'])], total: '180.00' })
  expect(await settle(world, 'other-package', wrong)).toMatchObject({
    problems: [{ path: 'lines[1].traceCodes[0]', code: 'NOT_OF_CHARGE' }],
  })
  const bill = billOf(person, { lines: [charge, refund(['86'])], total: '180.00' })
  expect(await settle(world, 'returned', bill)).toMatchObject(settled)
  expect(await send('sold-on', ['86'])).toMatchObject(settled)
  expect(await send('not-sold-on', ['85'])).toMatchObject(paid(0))

  const whole = lineOf({ serial: '2', quantity: '-10', amount: '-200.00', refundOf: '1' })
  const none = billOf(person, { lines: [lineOf({ traceCodes: ['88'] }), whole], total: '0.00' })
  expect(await settle(world, 'nothing-left', none)).toMatchObject(settled)
  expect(await send('free', ['88'])).toMatchObject(settled)
})

test('where the pool requires codes, a drug line without is named; services need none', async () => {
  const enrolments = [{ pool: '620899', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }]
  const whose = await world.addPerson(5000, { enrolments })
  expect(await send('none', [], { whose })).toMatchObject(refused('TRACE_CODE_REQUIRED', 'lines[0].traceCodes'))
  expect(await send('given', ['89'], { whose })).toMatchObject(settled)
  const back = lineOf({ serial: '3', quantity: '-10', amount: '-200.00', refundOf: '2' })
  const lines = [lineOf({ traceCodes: ['90'] }), lineOf({ serial: '2' }), back]
  const bill = billOf(whose, { lines, total: '200.00' })
  expect(await settle(world, 'taken-back', bill)).toMatchObject(settled)
  await world.admin.query(`update institutions.catalogue_item set list_type = '201' where code = 'XC01';
    update institutions.catalogue_version set version = version + 1`)
  const service = billOf(whose, { lines: [lineOf({ code: 'XC01' })] })
  expect(await settle(world, 'service', service)).toMatchObject(settled)
})

const line = (serial: string, change: object) => lineOf({ serial, quantity: '1', amount: '20.00', ...change })

test('where the pool only asks for codes, what is missing or too many is told with the settlement', async () => {
  const WARNINGS = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
    ... on Settlement { id traceWarnings { serial code message { en } } } } }`
  const lines = [line('1', {}), line('2', { traceCodes: ['91'] }), line('3', { traceCodes: ['92', '93'] })]
  const input = billOf(person, { lines, total: '60.00' })
  const { settle: answer } = await world.ask<{ settle: { id: string } }>(hospital(), WARNINGS, {
    requestId: 'w',
    input,
  })
  const warnings = [
    { serial: '1', code: 'TRACE_CODE_MISSING', message: { en: expect.any(String) } },
    { serial: '3', code: 'TRACE_CODES_TOO_MANY', message: { en: expect.any(String) } },
  ]
  expect(answer).toMatchObject({ traceWarnings: warnings })
  const read = `{ settlement(id: "${answer.id}") { ... on Settlement { traceWarnings { serial code message { en } } } } }`
  expect(await world.ask(hospital(), read)).toEqual({ settlement: { traceWarnings: warnings } })
})

test('a code that is missing or held by nobody is found', async () => {
  const found = async () => (await verify(world.db, () => {})).mismatches.map((one) => one.table)
  expect(await found()).toEqual([])
  await world.admin.query(`create temp table kept as select * from settlement.trace_code where code = '89';
    delete from settlement.trace_code where code = '89'`)
  expect(await found()).toEqual(['settlement.trace_code'])
  await world.admin.query('insert into settlement.trace_code select * from kept')
  await world.admin.query(`insert into settlement.trace_code values ('99', gen_random_uuid(), gen_random_uuid(), 'P')`)
  expect(await found()).toEqual(['settlement.trace_code'])
  await world.admin.query(`delete from settlement.trace_code where code = '99'`)
  expect(await found()).toEqual([])
})
