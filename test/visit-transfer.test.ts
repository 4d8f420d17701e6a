import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  billOf,
  hospital,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'
import { ending, fresh, inParts, onDay, opening, settling, visitsOf } from './visit-world.ts'

// A pool that charges a transferred patient the difference of the deductibles: 800 yuan for a first admission, 400 for a
// later one.

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
let next: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
  next = visitsOf(world, hospital(OTHER_HOSPITAL))
})
afterAll(() => world.close())

const stays = async (person: { insuredId: string }) => {
  const text = 'select year, visit, number from settlement.stay where insured_id = $1 order by year, visit'
  return (await world.admin.query(text, [person.insuredId])).rows
}

const arriving = { begin: '2026-11-20T14:00:00+08:00' }
const arrive = (one: WorldPerson, change: object) => next.open(opening(one, fresh('T'), { ...arriving, ...change }))

/** A stay of two thousand yuan at the first hospital that ended on 20 November. */
async function before(way = 'TRANSFER', lines = onDay('2026-11-11', '1')) {
  const person = await inParts(world)
  const visit = fresh('T')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines })
  await at.discharge(ending(visit, { way }))
  const first = await at.settle(settling(person, visit, `${lines.length * 2000}.00`))
  return { person, first }
}

describe('a transfer', () => {
  test('goes on as the same admission, and charges what was not charged of the deductible before', async () => {
    const { person, first } = await before()
    expect(first).toMatchObject({ deductible: '800.00' })
    const visit = fresh('T')
    const opened = await next.open(opening(person, visit, { ...arriving, transferredFrom: first.number }))
    expect(opened).toMatchObject({ __typename: 'Visit', transferredFrom: first.number })
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({
      deductible: '0.00',
      fundTotal: '1700.00',
    })
    const rows = await stays(person)
    expect(rows.map(({ number }) => number)).toEqual([1, 1])
  })

  test('without saying so is a second admission with its own deductible', async () => {
    const { person } = await before()
    const visit = fresh('T')
    await next.open(opening(person, visit, arriving))
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({ deductible: '400.00' })
  })

  test('from what is no such stay is not found, whatever the reason', async () => {
    const { person, first } = await before()
    const { first: onOrder } = await before('ON_ORDER')
    const none = { code: 'TRANSFER_NOT_FOUND', problems: [{ path: 'transferredFrom' }] }
    expect(await arrive(person, { transferredFrom: 'nonsense' })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })).toMatchObject(none)
    expect(await arrive(await inParts(world), { transferredFrom: first.number })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: onOrder.number })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: first.number, begin: '2026-11-22T00:00:00+08:00' })).toMatchObject(
      none,
    )
    const outpatient = await arrive(person, { transferredFrom: first.number, careType: '11' })
    expect(outpatient).toMatchObject({ problems: [{ path: 'transferredFrom', code: 'NOT_A_STAY' }] })
    const texts = await Promise.all([
      arrive(person, { transferredFrom: onOrder.number }),
      arrive(person, { transferredFrom: 'nonsense' }),
    ])
    expect(texts[0].message).toEqual(texts[1].message)
  })

  test('from a stay whose settlement was taken back since is not found when it is settled', async () => {
    const { person, first } = await before()
    const visit = fresh('T')
    await next.open(opening(person, visit, { ...arriving, transferredFrom: first.number }))
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    await at.reverse(first.id)
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({
      code: 'TRANSFER_NOT_FOUND',
      problems: [{ path: 'visit.transferredFrom' }],
    })
  })

  test('is known to a plain bill of a stay as well', async () => {
    const { person, first } = await before()
    const bill = billOf(person, {
      careType: '21',
      begin: '2026-11-20T14:00:00+08:00',
      end: '2026-11-21T18:00:00+08:00',
      lines: onDay('2026-11-21', '1'),
      total: '2000.00',
      transferredFrom: first.number,
    })
    const other = hospital(OTHER_HOSPITAL)
    expect(await settle(world, fresh('t'), bill, other)).toMatchObject({ deductible: '0.00' })
  })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
