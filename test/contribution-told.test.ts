import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { LOOK_UPS_MAX } from '@yibao/insured/domain/contribution-refusals'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BILL, flexible, named, PAY, reference, resident, say, STATUS } from './contribution-asking.ts'
import { declareMonth, EMPLOYER, employ } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What is told of somebody's contributions to whom: a number and a name are known to many.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const periods = ['2026-10', '2026-11', '2026-12']
const status = (who: string, person: WorldPerson): Promise<Data> =>
  say(world, who, STATUS, { ...named(person), insuranceType: '310', periods })

test('what an employer declares, which says the wage, is told to the person and the bureau alone', async () => {
  const [person, stranger] = [await world.addPerson({ enrolments: [] }), await world.addPerson(resident)]
  await employ(world, EMPLOYER, person, { beginOn: '2026-11-22' })
  const lines = [{ personNumber: person.personNumber, base: '8123.00' }]
  await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
  await billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
  for (const who of [person.personNumber, 'clerk-629900']) {
    expect(await status(who, person)).toMatchObject({ items: [{ period: '2026-11', amount: '649.84' }] })
  }
  for (const who of [stranger.personNumber, 'BANK01']) {
    expect(await status(who, person)).toEqual({ __typename: 'ContributionDues', items: [] })
    const input = { ...named(person), insuranceType: '310', periods: ['2026-11'] }
    expect(await say(world, who, BILL, { input })).toEqual({ __typename: 'ContributionDues', items: [] })
  }
})

test('strangers and channels see what is open and can be paid through them, and nothing that was paid', async () => {
  const [person, stranger] = [await world.addPerson(flexible), await world.addPerson(resident)]
  const requestId = crypto.randomUUID()
  const input = { ...named(person), insuranceType: '310', periods }
  const billed = await say(world, 'BANK01', BILL, { input, requestId })
  expect(billed.items.map((one: Data) => one.period)).toEqual(periods)
  const paid = { ...named(person), insuranceType: '310', period: '2026-10', amount: '360.00' }
  expect(await say(world, 'BANK01', PAY, { input: { ...paid, reference: reference() } })).toMatchObject({
    state: 'POSTED',
  })
  for (const who of [stranger.personNumber, 'BANK01', 'TAX62']) {
    const { items } = await status(who, person)
    expect(items.map((one: Data) => [one.period, one.paid])).toEqual([
      ['2026-11', false],
      ['2026-12', false],
    ])
  }
  expect((await say(world, 'BANK01', BILL, { input, requestId })).items).toHaveLength(2)
  for (const who of [person.personNumber, 'clerk-629900']) {
    const { items } = await status(who, person)
    expect(items.map((one: Data) => one.paid)).toEqual([true, false, false])
  }
})

test('who names others is stopped after so many a day, found or not; for themself they go on', async () => {
  const [curious, one] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  for (let i = 0; i < LOOK_UPS_MAX['person']!; i += 1) {
    expect(await status(curious.personNumber, one)).toMatchObject({ __typename: 'ContributionDues' })
  }
  const stopped = { problems: [{ path: 'identityNumber', code: 'TOO_MANY_LOOK_UPS' }] }
  expect(await status(curious.personNumber, one)).toMatchObject(stopped)
  const unknown = { ...named(one), name: '猜测', insuranceType: '310', periods }
  expect(await say(world, curious.personNumber, STATUS, unknown)).toMatchObject(stopped)
  const own = { insuranceType: '310', periods }
  expect(await say(world, curious.personNumber, STATUS, own)).toMatchObject({ items: [] })
  expect(await status(one.personNumber, one)).toMatchObject({ items: [] })
})
