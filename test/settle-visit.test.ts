import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, lineOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

test('a line is settled once in a visit, whichever charge batch names it', async () => {
  const person = await world.addPerson()
  await settle(world, 'batch-1', billOf(person, { visit: 'W1' }))
  const again = billOf(person, {
    visit: 'W1',
    chargeBatch: 'B2',
    lines: [lineOf({ serial: '2' }), lineOf()],
    total: '400.00',
  })
  expect(await settle(world, 'batch-2', again)).toMatchObject({
    __typename: 'NotAllowed',
    code: 'DUPLICATE_IN_VISIT',
    problems: [{ path: 'lines[1].serial', code: 'DUPLICATE_IN_VISIT' }],
  })
  const other = billOf(person, { visit: 'W1', chargeBatch: 'B2', lines: [lineOf({ serial: '2' })] })
  expect(await settle(world, 'batch-2-new', other)).toMatchObject({ __typename: 'Settlement' })
})

test('two batches of a visit with the same line at once settle it once', async () => {
  const person = await world.addPerson()
  const bills = ['B1', 'B2', 'B3', 'B4'].map((chargeBatch) => billOf(person, { visit: 'W2', chargeBatch }))
  const answers = await Promise.all(bills.map((bill, i) => settle(world, `at-once-${i}`, bill)))
  expect(answers.map((one) => one.__typename).toSorted()).toEqual([
    'NotAllowed',
    'NotAllowed',
    'NotAllowed',
    'Settlement',
  ])
})

test('a visit that was settled for one person is not settled for another', async () => {
  await settle(world, 'hers', billOf(await world.addPerson(), { visit: 'W3' }))
  const his = billOf(await world.addPerson(), { visit: 'W3', chargeBatch: 'B2', lines: [lineOf({ serial: '2' })] })
  expect(await settle(world, 'his', his)).toMatchObject({
    code: 'VISIT_OF_ANOTHER_PERSON',
    problems: [{ path: 'visit' }],
  })
})

test('numbers that only look alike are refused by field', async () => {
  const person = await world.addPerson()
  const numbers = { visit: 'Ｖ1', chargeBatch: 'B\u200b1', invoice: 'F 1', lines: [lineOf({ serial: '１' })] }
  expect((await settle(world, 'alike', billOf(person, numbers))).problems).toMatchObject([
    { path: 'lines[0].serial', code: 'NOT_ASCII' },
    { path: 'visit', code: 'NOT_ASCII' },
    { path: 'chargeBatch', code: 'NOT_ASCII' },
    { path: 'invoice', code: 'NOT_ASCII' },
  ])
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
