import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, settle, settleWorld, type SettleWorld } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf } from './visit-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const PAID_AT = '2026-11-22T09:40:00+08:00'
const paid = (invoice: string, change: object = {}) => ({
  converts: { invoice, paidAt: PAID_AT, paid: '200.00', ...change },
})

test('a bill paid in full is settled later: the cash that the insurance takes over goes back, the old invoice is void', async () => {
  const person = await world.addPerson(20)
  const settled = await settle(world, 'converts', billOf(person, paid('OLD-1')))
  expect(settled).toMatchObject({ __typename: 'Settlement', fundTotal: '70.00', account: '20.00', cash: '110.00' })
  const { settlement } = await world.ask<{ settlement: object }>(
    hospital(),
    `query ($id: ID!) { settlement(id: $id) { ... on Settlement { conversion { invoice paid returned } } } }`,
    { id: settled.id },
  )
  expect(settlement).toEqual({ conversion: { invoice: 'OLD-1', paid: '200.00', returned: '90.00' } })
  const reused = await settle(world, 'void-invoice', billOf(person, { invoice: 'OLD-1' }))
  expect(reused).toMatchObject({ code: 'INVOICE_VOID', problems: [{ path: 'invoice' }] })
})

test('an invoice is converted once, until that settlement is annulled', async () => {
  const person = await world.addPerson()
  const { id } = await settle(world, 'first-conversion', billOf(person, paid('OLD-2')))
  const second = await settle(world, 'second-conversion', billOf(person, paid('OLD-2')))
  expect(second).toMatchObject({
    code: 'ALREADY_SETTLED',
    settlement: { id },
    problems: [{ path: 'converts.invoice' }],
  })
  await world.ask(hospital(), 'mutation { annul(requestId: "undo", target: "first-conversion") { __typename } }')
  expect(await settle(world, 'third-conversion', billOf(person, paid('OLD-2')))).toMatchObject({
    __typename: 'Settlement',
  })
})

test('twenty conversions of one invoice at once: one settles', async () => {
  const person = await world.addPerson()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => settle(world, `at-once-${i}`, billOf(person, paid('OLD-3')))),
  )
  expect(answers.filter((one) => one.__typename === 'Settlement')).toHaveLength(1)
  expect(new Set(answers.filter((one) => one.__typename !== 'Settlement').map((one) => one.code))).toEqual(
    new Set(['ALREADY_SETTLED']),
  )
})

test('what cannot be converted names the field', async () => {
  const person = await world.addPerson()
  const refused = async (change: object) => {
    const { code, problems } = await settle(world, `refused-${Math.random()}`, billOf(person, change))
    return [code, problems[0]?.path, problems[0]?.code]
  }
  expect(await refused(paid('OLD-4', { paid: '199.99' }))).toEqual(['INVALID_INPUT', 'converts.paid', 'NOT_TOTAL'])
  expect(await refused({ ...paid('OLD-4'), invoice: 'OLD-4' })).toEqual(['INVALID_INPUT', 'invoice', 'VOID_INVOICE'])
  const future = { paidAt: '2026-11-23T09:40:00+08:00' }
  expect(await refused(paid('OLD-4', future))).toEqual(['INVALID_INPUT', 'converts.paidAt', 'IN_FUTURE'])
  const long = { paidAt: '2026-01-01T09:40:00+08:00' }
  expect(await refused(paid('OLD-4', long))).toEqual(['CONVERSION_TOO_LATE', 'converts.paidAt', 'CONVERSION_TOO_LATE'])
})

test('a stay that was paid in full is settled with its uploaded lines, by the same checks', async () => {
  const at = visitsOf(world)
  const person = await world.addPerson()
  const visit = fresh('C')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: linesOf('1', '2', '3', '4', '5') })
  await at.discharge(ending(visit))
  const input = (invoice: string, change: object = {}) =>
    settling(person, visit, '1000.00', paid(invoice, { paid: '1000.00', ...change }))
  const faults = async (bill: object) => {
    const [tried, settled] = [await at.trial(bill), await at.settle(bill)]
    expect(settled).toMatchObject({ code: tried.code, problems: tried.problems })
    return [settled.code, settled.problems[0]?.path, settled.problems[0]?.code]
  }
  expect(await faults(input('STAY-1', { paid: '999.99' }))).toEqual(['INVALID_INPUT', 'converts.paid', 'NOT_TOTAL'])
  expect(await faults({ ...input('STAY-1'), invoice: 'STAY-1' })).toEqual(['INVALID_INPUT', 'invoice', 'VOID_INVOICE'])
  const long = { paidAt: '2026-01-01T09:40:00+08:00' }
  expect(await faults(input('STAY-1', long))).toEqual(['CONVERSION_TOO_LATE', 'converts.paidAt', 'CONVERSION_TOO_LATE'])
  const requestId = fresh('stay-converts')
  const bill = input('STAY-1')
  const settled = await at.settle(bill, requestId)
  expect(settled).toMatchObject({ __typename: 'Settlement', total: '1000.00', deductible: '800.00' })
  const { settlement } = await world.ask<{ settlement: { conversion: object } }>(
    hospital(),
    `query ($id: ID!) { settlement(id: $id) { ... on Settlement { conversion { invoice paid returned } } } }`,
    { id: settled.id },
  )
  expect(settlement.conversion).toEqual({ invoice: 'STAY-1', paid: '1000.00', returned: settled.fundTotal })
  expect(await at.settle(bill, requestId)).toMatchObject({ id: settled.id })
  expect(await at.settle({ ...bill, converts: null }, requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  expect(await settle(world, fresh('again'), billOf(person, paid('STAY-1')))).toMatchObject({
    code: 'ALREADY_SETTLED',
    problems: [{ path: 'converts.invoice' }],
  })
})

test('after a reversal the person has all their cash back, so the invoice stays void and the bill is settled plainly', async () => {
  const person = await world.addPerson()
  const { id } = await settle(world, 'to-reverse', billOf(person, paid('OLD-5')))
  await world.ask(
    hospital(),
    'mutation ($id: ID!) { reverse(requestId: "reversal", settlement: $id) { __typename } }',
    { id },
  )
  const again = await settle(world, 'converts-again', billOf(person, paid('OLD-5')))
  expect(again).toMatchObject({ code: 'ALREADY_SETTLED', settlement: { id }, problems: [{ path: 'converts.invoice' }] })
  const plainly = await settle(world, 'plainly', billOf(person))
  expect(plainly).toMatchObject({ __typename: 'Settlement', cash: '130.00' })
})

test('an invoice the insurance has paid for is not that of a bill paid in full', async () => {
  const insured = billOf(await world.addPerson())
  const { id } = await settle(world, 'insured', insured)
  const other = await world.addPerson()
  expect(await settle(world, 'of-another', billOf(other, paid(insured.invoice)))).toMatchObject({
    code: 'ALREADY_SETTLED',
    settlement: { id },
    problems: [{ path: 'converts.invoice' }],
  })
})

test('a part refund of a converted bill returns the difference of the cash, and leaves said what was returned before', async () => {
  const { id } = await settle(world, 'to-refund', billOf(await world.addPerson(), paid('OLD-6')))
  const input = { lines: [{ serial: '1', quantity: '5' }], chargeBatch: 'B2', invoice: 'NEW-6' }
  const { refund } = await world.ask<{ refund: object }>(
    hospital(),
    `mutation ($id: ID!, $input: RefundInput!) { refund(requestId: "part", settlement: $id, input: $input) {
      ... on Refund { cashReturned reversal { cash } settlement { cash conversion { paid returned } } } } }`,
    { id, input },
  )
  // 200: deductible 100, the fund pays 70, cash 130. 100 are all within the deductible.
  expect(refund).toEqual({
    cashReturned: '30.00',
    reversal: { cash: '-130.00' },
    settlement: { cash: '100.00', conversion: { paid: '200.00', returned: '70.00' } },
  })
})
