import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, lineOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

/** A restricted drug, and one of which 20 % is paid first until 20 November 2026 and 15 % from the next day on. */
const ITEMS = `
  insert into institutions.catalogue_item (code, pool, begin_on, name, list_type, charge_type, class, restricted,
    essential, negotiated, paediatric, special, pinyin)
  values ('XR01', null, '2020-01-01', '限用药', '101', '09', 'A', true, true, false, false, false, 'x'),
    ('XT01', null, '2020-01-01', '调整药', '101', '09', 'B', false, true, false, false, false, 'x');
  insert into institutions.self_pay (code, pool, person_class, begin_on, end_on, ratio)
  values ('XT01', '620900', 'ALL', '2020-01-01', '2026-11-20', 2000),
    ('XT01', '620900', 'ALL', '2026-11-21', null, 1500);
  update institutions.catalogue_version set version = version + 1;`

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
  await world.admin.query(ITEMS)
})
afterAll(() => world.close())

const M = { serial: 'M', code: 'XR01', price: '50.00', quantity: '100', amount: '5000.00', approval: 'APPROVED' }
const back = (change: object = {}) =>
  lineOf({ ...M, approval: undefined, serial: 'R', quantity: '-100', amount: '-5000.00', refundOf: 'M', ...change })
const ownPaid = lineOf({ serial: 'C', code: 'XC01', price: '50.00', quantity: '100', amount: '5000.00' })

test('an approved charge refunded without naming the approval again leaves nothing for the fund to pay', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person, { lines: [lineOf(M), back(), ownPaid], total: '5000.00' })
  expect(await settle(world, 'refund-approval', bill)).toMatchObject({
    __typename: 'Settlement',
    selfPaid: '5000.00',
    inScope: '0.00',
    fundTotal: '0.00',
    lines: [
      { selfPaid: '0.00', inScope: '5000.00' },
      { selfPaid: '0.00', inScope: '-5000.00' },
      { selfPaid: '5000.00', inScope: '0.00' },
    ],
  })
})

test('a refund with another approval, or before its charge, is refused by field', async () => {
  const person = await world.addPerson()
  const refund = back({ approval: 'REFUSED', time: '2026-11-22T08:20:00+08:00' })
  const bill = billOf(person, { lines: [lineOf(M), refund, ownPaid], total: '5000.00' })
  expect(await settle(world, 'refund-different', bill)).toMatchObject({
    __typename: 'InvalidInput',
    problems: [
      { path: 'lines[1].time', code: 'BEFORE_CHARGE' },
      { path: 'lines[1].approval', code: 'DIFFERENT_APPROVAL' },
    ],
  })
})

test('refunds in parts after the catalogue changed take back what the charge came to', async () => {
  const person = await world.addPerson()
  const charge = lineOf({ serial: 'M', code: 'XT01', price: '33.33', quantity: '3', amount: '99.99' })
  const part = (serial: string, quantity: string, amount: string) => ({
    ...charge,
    serial,
    quantity,
    amount,
    refundOf: 'M',
    time: '2026-11-22T09:00:00+08:00',
  })
  const lines = [
    { ...charge, time: '2026-11-20T09:00:00+08:00' },
    part('R1', '-1', '-33.33'),
    part('R2', '-2', '-66.66'),
    lineOf({ serial: 'A' }),
  ]
  const begin = '2026-11-20T08:00:00+08:00'
  expect(await settle(world, 'refund-change', billOf(person, { begin, lines, total: '200.00' }))).toMatchObject({
    __typename: 'Settlement',
    firstSelfPayment: '0.00',
    inScope: '200.00',
    lines: [{ firstSelfPayment: '20.00' }, {}, {}, { inScope: '200.00' }],
  })
})

test('a refund that is not what it takes off its charge is refused', async () => {
  const person = await world.addPerson()
  const charge = lineOf({ serial: 'M', price: '0.333333', quantity: '3', amount: '1.00' })
  const part = (serial: string, amount: string) => ({ ...charge, serial, quantity: '-1', amount, refundOf: 'M' })
  const lines = [charge, part('1', '-0.33'), part('2', '-0.33'), part('3', '-0.33')]
  const bill = billOf(person, { lines: [...lines, lineOf({ serial: 'A' })], total: '200.01' })
  expect(await settle(world, 'refund-rest', bill)).toMatchObject({ problems: [{ path: 'lines[2].amount' }] })
})

test('what was settled with refunds is reckoned again from its stored input', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
