import { verify } from '@yibao/settlement/commands/verify'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CLERK,
  clearingWorld,
  difference,
  HOSPITAL,
  IMPORT_DIFFERENCES,
  onStatement,
  OTHER_CLERK,
  OTHER_HOSPITAL,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// What a payment method makes of a month moves money of a fund by the word of one clerk: so it has narrow limits.

let world: ClearingWorld
let november: Data
let document: string
beforeAll(async () => {
  world = await clearingWorld()
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200 }])
  await world.reconcile()
  world.at('2026-12-02T09:00:00+08:00')
  ;[november] = (await world.declare('2026-11')).statements
  document = await world.paper(CLERK)
})
afterAll(() => world.close())

const give = (change: object = {}, who = CLERK) =>
  world.ask(who, IMPORT_DIFFERENCES, { entries: [difference({ document, ...change })] })
const yuan = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`
const posted = async () => (await world.admin.query(`select group_id from settlement.clearing_posting`)).rowCount
const refused = (code: string, path: string) => ({ code, problems: [{ path: `entries[0].${path}` }] })

test('no clerk books a difference on the fund of another pool', async () => {
  const [fund, before] = [await world.held('fund:620100:310:310100'), await posted()]
  expect(await give({ insuredPool: '620100' })).toMatchObject(refused('OTHER_POOL', 'insuredPool'))
  expect(await world.held('fund:620100:310:310100')).toBe(fund)
  expect(await posted()).toBe(before)
})

test('it is for institutions that had an agreement with the bureau in the month, and rests on a paper that is stored', async () => {
  const before = await posted()
  const paper = await world.paper(OTHER_CLERK, '620100')
  expect(await give({ document: paper }, OTHER_CLERK)).toMatchObject(refused('NO_AGREEMENT', 'institution'))
  await world.admin.query(`update institutions.agreement set end_on = '2026-10-31'
    where institution = '${OTHER_HOSPITAL}' and pool = '620100'`)
  expect(await give({ institution: OTHER_HOSPITAL, document: paper }, OTHER_CLERK)).toMatchObject(
    refused('NO_AGREEMENT', 'institution'),
  )
  for (const [none, code] of [
    [null, 'REQUIRED'],
    ['示医保', 'NOT_ASCII'],
    [randomUUID(), 'NOT_FOUND'],
  ] as const)
    expect(await give({ document: none })).toMatchObject({ problems: [{ path: 'entries[0].document', code }] })
  expect(await posted()).toBe(before)
})

test('the differences of a month stay within half of what funds paid of it, one by one and together; less is always taken', async () => {
  const most = (BigInt(november.fundPart.replace('.', '')) + 1n) / 2n
  expect(await give({ amount: yuan(most + 1n) })).toMatchObject(refused('ABOVE_LIMIT', 'amount'))
  expect(await give({ amount: `-${yuan(most + 1n)}` })).toMatchObject(refused('ABOVE_LIMIT', 'amount'))
  const { ids } = await give({ amount: yuan(most) })
  expect(ids).toHaveLength(1)
  expect(await give({ method: 'QUOTA', amount: '0.01' })).toMatchObject(refused('ABOVE_LIMIT', 'amount'))
  expect(await give({ corrects: ids[0], amount: '-1.00' })).toMatchObject(refused('PAPER_USED', 'sourceNumber'))
  expect(await give({ sourceNumber: '更正1号', corrects: ids[0], amount: `-${yuan(most - 100n)}` })).toMatchObject({
    ids: [{}].map(() => expect.any(String)),
  })
  expect(await world.statement(november.id)).toMatchObject({ difference: '1.00' })
  // Nothing was settled of inpatients: nothing can be made of it.
  expect(await give({ clearingType: '21', amount: '0.01' })).toMatchObject(refused('ABOVE_LIMIT', 'amount'))
})

test('a month that is not over has no difference, and one that is counts in its own statement or a later one, never in an older', async () => {
  for (const month of ['2026-12', '2027-05'])
    expect(await give({ month, amount: '1.00' })).toMatchObject(refused('PERIOD_NOT_OVER', 'month'))
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200 }])
  await world.reconcile()
  world.at('2027-01-05T09:00:00+08:00')
  expect(await give({ month: '2026-12', amount: '7.00' })).toMatchObject({ ids: [expect.any(String)] })
  expect(await world.statement(november.id)).toMatchObject({ difference: '1.00', state: 'DECLARED' })
  // A second declaration of November does not take it either.
  const time = world.time.now
  world.at('2026-11-28T09:00:00+08:00')
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 900 }])
  world.time.now = time
  await world.reconcile()
  const [late] = (await world.declare('2026-11')).statements
  expect(late).toMatchObject({ difference: '0.00' })
  const [december] = (await world.declare('2026-12')).statements
  expect(december).toMatchObject({ difference: '7.00' })
  for (const name of ['startCheck', 'finishCheck', 'confirmStatement'])
    await world.ask(name === 'confirmStatement' ? HOSPITAL : CLERK, onStatement(name), { statement: december.id })
  expect(await world.held(`payable:institution:${HOSPITAL}`)).not.toBe('0.00')
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
