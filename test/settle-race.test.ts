import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, settle, settleWorld, type Settled, type Settlements, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
let processes: readonly Settlements[]

beforeAll(async () => {
  world = await settleWorld()
  processes = [world, await world.open(), await world.open()]
})
afterAll(async () => {
  await Promise.all(processes.slice(1).map((one) => one.close()))
  await world.close()
})

const processAt = (i: number): Settlements => processes[i % processes.length] ?? world
const count = async (table: string, insuredId: string): Promise<number> => {
  const { rows } = await world.admin.query(`select count(*)::int as n from settlement.${table} where insured_id = $1`, [
    insuredId,
  ])
  return rows[0].n
}
const yuan = (amounts: readonly string[]): number =>
  amounts.reduce((sum, one) => sum + Math.round(Number(one) * 100), 0)

test('one request sent 20 times at once settles once, and all get the same answer', async () => {
  const person = await world.addPerson(500)
  const bill = billOf(person)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => settle(processAt(i), 'twenty-times', bill)))
  expect(new Set(answers.map((one) => JSON.stringify(one)))).toHaveLength(1)
  expect(answers[0]?.__typename).toBe('Settlement')
  expect(await count('settlement', person.insuredId)).toBe(1)
  expect(await count('request', person.insuredId)).toBe(1)
})

test('one bill under 20 request ids at once settles once; the others are told by which settlement', async () => {
  const person = await world.addPerson(500)
  const bill = billOf(person)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => settle(processAt(i), `one-bill-${i}`, bill)))
  const settled = answers.filter((one) => one.__typename === 'Settlement')
  expect(settled).toHaveLength(1)
  const others = answers.filter((one) => one.__typename !== 'Settlement')
  expect(new Set(others.map((one) => `${one.code} ${one.settlement?.id}`))).toEqual(
    new Set([`ALREADY_SETTLED ${settled[0]?.id}`]),
  )
  expect(await count('settlement', person.insuredId)).toBe(1)
})

test('one bill for two persons at once settles for one of them', async () => {
  const [a, b] = [await world.addPerson(500), await world.addPerson(500)]
  const bill = billOf(a)
  const theirs = { ...bill, credential: { kind: 'IDENTITY_CARD', value: b.identityNumber } }
  const answers = await Promise.all([settle(processAt(0), 'two-a', bill), settle(processAt(1), 'two-b', theirs)])
  expect(answers.map((one) => one.__typename).toSorted()).toEqual(['AlreadySettled', 'Settlement'])
  expect((await count('settlement', a.insuredId)) + (await count('settlement', b.insuredId))).toBe(1)
})

test('one invoice number serves one settlement', async () => {
  const person = await world.addPerson(500)
  const first = await settle(world, 'invoice-1', billOf(person, { invoice: 'SAME' }))
  const second = await settle(world, 'invoice-2', billOf(person, { invoice: 'SAME' }))
  expect(second).toMatchObject({
    __typename: 'AlreadySettled',
    problems: [{ path: 'invoice' }],
    settlement: { id: first.id },
  })
})

test('64 concurrent bills of one person through three processes never overdraw the account nor exceed deductible or cap', async () => {
  const person = await world.addPerson(600)
  const answers: Settled[] = await Promise.all(
    Array.from({ length: 64 }, (_, i) => settle(processAt(i), `crowd-${i}`, billOf(person))),
  )
  expect(answers.filter((one) => one.__typename !== 'Settlement')).toEqual([])
  expect(yuan(answers.map((one) => one.deductible))).toBe(100_00)
  expect(yuan(answers.map((one) => one.pool))).toBe(500_00)
  expect(yuan(answers.map((one) => one.account))).toBe(600_00)
  expect(answers.filter((one) => Number(one.balance) < 0)).toEqual([])
  const { rows } = await world.admin.query('select balance from settlement.account where insured_id = $1', [
    person.insuredId,
  ])
  expect(rows).toEqual([{ balance: '0' }])
  const counters = await world.admin.query(
    'select name, period, amount from settlement.counter where insured_id = $1 order by name',
    [person.insuredId],
  )
  expect(counters.rows).toEqual([
    { name: 'outpatient-deductible', period: '2026', amount: '10000' },
    { name: 'outpatient-fund', period: '2026', amount: '50000' },
  ])
})

test('concurrent bills of many persons all settle', async () => {
  const persons = await Promise.all(Array.from({ length: 10 }, () => world.addPerson(50)))
  const bills = Array.from({ length: 6 }, () => persons.map((person) => billOf(person))).flat()
  const answers = await Promise.all(bills.map((bill, i) => settle(processAt(i), `many-${i}`, bill)))
  expect(new Set(answers.map((one) => one.__typename))).toEqual(new Set(['Settlement']))
  expect(new Set(answers.map((one) => one.id)).size).toBe(60)
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
