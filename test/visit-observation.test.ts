import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settleWorld, type SettleWorld } from './settle-world.ts'
import { ending, fresh, inParts, onDay, opening, settling, visitsOf } from './visit-world.ts'

// A pool in which emergency observation joins a stay within seven days.

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
})
afterAll(() => world.close())

describe('emergency observation', () => {
  const observation = { careType: '13', begin: '2026-11-08T20:00:00+08:00', bed: null }
  test('joins the stay it led to: its lines are settled with the stay, at the stay’s ratio', async () => {
    const person = await inParts(world)
    const [before, visit] = [fresh('O'), fresh('O')]
    await at.open(opening(person, before, observation))
    await at.upload({ visit: before, chargeBatch: 'A', lines: onDay('2026-11-09', '1') })
    const stay = await at.open(opening(person, visit, { joins: before }))
    expect(stay).toMatchObject({
      joins: before,
      begin: '2026-11-10T01:00:00Z',
      linesFrom: '2026-11-08T12:00:00Z',
      unsettled: { count: 1 },
    })
    expect(await at.visit(before)).toMatchObject({ joinedTo: visit, unsettled: { count: 0 } })
    expect(await at.upload({ visit: before, chargeBatch: 'A', lines: onDay('2026-11-09', '9') })).toMatchObject({
      code: 'VISIT_JOINED',
      problems: [{ path: 'visit' }],
    })
    expect(await at.settle(settling(person, before, '2000.00'))).toMatchObject({ code: 'VISIT_JOINED' })
    expect(await at.upload({ visit, lines: [...onDay('2026-11-09', '2'), ...onDay('2026-11-11', '3')] })).toMatchObject(
      { accepted: 2 },
    )
    await at.discharge(ending(visit))
    const settled = await at.settle(settling(person, visit, '6000.00'))
    expect(settled).toMatchObject({ deductible: '800.00', fundTotal: '4420.00', begin: '2026-11-08T12:00:00Z' })
    await at.reverse(settled.id)
    await at.undoDischarge(visit)
    expect(await at.withdraw({ visit })).toMatchObject({ withdrawn: 2 })
    expect(await at.cancel(visit)).toMatchObject({ state: 'CANCELLED' })
    expect(await at.visit(before)).toMatchObject({ joinedTo: null, state: 'OPEN', unsettled: { count: 1 } })
    expect(await at.settle(settling(person, before, '2000.00', { chargeBatch: 'A' }))).toMatchObject({
      total: '2000.00',
    })
  })

  test('of somebody else, of another kind, or too long ago does not join', async () => {
    const person = await inParts(world)
    const stay = (joins: string, change: object = {}) => at.open(opening(person, fresh('O'), { joins, ...change }))
    const none = { code: 'NOT_AN_OBSERVATION', problems: [{ path: 'joins' }] }
    const open = async (who: typeof person | null, change: object = {}) => {
      const visit = fresh('O')
      await at.open(opening(who, visit, { ...observation, ...change }))
      return visit
    }
    expect(await stay('nowhere')).toMatchObject(none)
    expect(await stay(await open(await inParts(world)))).toMatchObject(none)
    expect(await stay(await open(null))).toMatchObject(none)
    expect(await stay(await open(person, { careType: '11' }))).toMatchObject(none)
    expect(await stay(await open(person), { careType: '13' })).toMatchObject(none)
    const early = await open(person, { begin: '2026-11-02T20:00:00+08:00' })
    expect(await stay(early)).toMatchObject({ code: 'OBSERVATION_TOO_EARLY', problems: [{ path: 'joins' }] })
    const other = await world.addPerson()
    const elsewhere = await open(other)
    expect(await at.open(opening(other, fresh('O'), { joins: elsewhere }))).toMatchObject({
      code: 'OBSERVATION_TOO_EARLY',
    })
    const same = fresh('O')
    expect(await at.open(opening(person, same, { joins: same }))).toMatchObject({ problems: [{ code: 'SAME_VISIT' }] })
  })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
