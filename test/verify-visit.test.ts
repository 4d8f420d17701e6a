import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOSPITAL, settleWorld, type SettleWorld } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf } from './visit-world.ts'

let world: SettleWorld
const visit = fresh('V')
let settlement = ''
beforeAll(async () => {
  world = await settleWorld()
  const at = visitsOf(world)
  const person = await world.addPerson()
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: linesOf('1', '2') })
  await at.discharge(ending(visit))
  settlement = (await at.settle(settling(person, visit, '400.00'))).id
})
afterAll(() => world.close())

const found = async () => (await verify(world.db, () => {})).mismatches

test('an opened visit that was settled agrees', async () => {
  expect(await found()).toEqual([])
})

const visitRow = `${HOSPITAL} ${visit}`
const CHANGES = [
  [
    'a line that is settled by nothing',
    `update settlement.visit_line set settled_by = null where serial = '1'`,
    [
      { table: 'settlement.visit', row: visitRow },
      { table: 'settlement.visit_line', row: () => settlement },
    ],
  ],
  [
    'a line by a settlement of nowhere',
    `update settlement.visit_line set settled_by = gen_random_uuid() where serial = '1'`,
    [
      { table: 'settlement.visit_line', row: `${visitRow} 1` },
      { table: 'settlement.visit_line', row: () => settlement },
    ],
  ],
  [
    'a line of another amount',
    `update settlement.visit_line set amount = amount + 1 where serial = '2'`,
    [
      { table: 'settlement.visit_line', row: () => settlement },
      { table: 'settlement.visit_line', row: `${visitRow} 2` },
    ],
  ],
  [
    'a visit of another person',
    `update settlement.visit set insured_id = gen_random_uuid()`,
    [{ table: 'settlement.visit', row: visitRow }],
  ],
  [
    'a settlement the visit does not name',
    `update settlement.visit set settlements = '{}'`,
    [
      { table: 'settlement.visit', row: visitRow },
      { table: 'settlement.visit_line', row: `${visitRow} 1` },
      { table: 'settlement.visit_line', row: `${visitRow} 2` },
    ],
  ],
] as const

test.each(CHANGES)('%s is found, with its table and row', async (_, change, expected) => {
  await world.admin.query('create table kept_visit as table settlement.visit')
  await world.admin.query('create table kept_line as table settlement.visit_line')
  await world.admin.query(change)
  const mismatches = (await found()).map(({ table, row }) => ({ table, row }))
  await world.admin.query(`
    delete from settlement.visit; insert into settlement.visit table kept_visit; drop table kept_visit;
    delete from settlement.visit_line; insert into settlement.visit_line table kept_line; drop table kept_line`)
  const wanted = expected.map(({ table, row }) => ({ table, row: typeof row === 'function' ? row() : row }))
  expect(mismatches).toEqual(expect.arrayContaining(wanted))
  expect(mismatches).toHaveLength(wanted.length)
})
