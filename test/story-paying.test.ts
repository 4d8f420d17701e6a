import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stepsOf, unused, type Steps } from './story-steps.ts'
import { bill } from './world-bill.ts'
import { BIND, UNBIND } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What stands around paying: a trial that binds, a bill paid in full that is settled later, relatives who pay. Employees and
// residents of the demonstration pool; the fund pays (200 yuan − 200) × 55 % of a first outpatient bill of 200 yuan, 110 of
// a later one, residents 60.

const [HOSPITAL, COMMUNITY] = ['H62990000001', 'H62990000002']

let world: World
let steps: Steps
beforeAll(async () => {
  world = await openWorld()
  steps = stepsOf(world)
})
afterAll(() => world.close())

const employee = (current = 100) =>
  world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '629900', current, history: 0 },
  })
const resident = () =>
  world.addPerson({
    birthDate: '1955-05-06',
    enrolments: [{ pool: '629900', insuranceType: '390', personType: '16', beginOn: '2025-10-01' }],
  })
const settle = (input: object, at = HOSPITAL) => steps.take(at, 'settle', { input })
const of = ({ cardNumber: card }: WorldPerson, change: object = {}) => bill({ card, ...change })

describe('a trial that binds', () => {
  test('overtaken by a bill elsewhere settles nothing; the new quote does, and all of it goes back', async () => {
    const person = await employee()
    const before = await steps.money(person)
    const input = of(person)
    const tried = await steps.take(HOSPITAL, 'trial', { input })
    expect(tried).toMatchObject({ deductible: '200.00', fundTotal: '0.00', account: '100.00', cash: '100.00' })
    // In the community the first 200 yuan go into the deductible of the year.
    const elsewhere = await settle(of(person, { useAccount: false }), COMMUNITY)
    const between = await steps.money(person)
    const stale = await settle({ ...input, quote: tried.quote.id })
    expect(stale).toMatchObject({ __typename: 'QuoteStale', reason: 'CHANGED', fundTotal: '110.00', cash: '0.00' })
    expect(await steps.money(person)).toEqual(between)
    const settled = await settle({ ...input, quote: stale.quote.id })
    expect(settled).toMatchObject({ fundTotal: '110.00', account: '90.00', cash: '0.00' })
    await steps.reverse(HOSPITAL, settled)
    await steps.reverse(COMMUNITY, elsewhere)
    expect(await steps.money(person)).toEqual(before)
  })

  test('of one bill settles once, whatever is asked with it again', async () => {
    const person = await resident()
    const input = of(person)
    const { quote } = await steps.take(HOSPITAL, 'trial', { input })
    const settled = await settle({ ...input, quote: quote.id })
    expect(settled).toMatchObject({ __typename: 'Settlement', fundTotal: '60.00' })
    expect(await settle({ ...input, quote: quote.id })).toMatchObject({ settlement: { id: settled.id } })
    await steps.reverse(HOSPITAL, settled)
    expect((await steps.money(person)).counters).toEqual([])
  })
})

// Paid in full, 200 yuan: what funds and account take over goes back in cash.
const CONVERTED = [
  { who: 'an employee', make: () => employee(), returned: '100.00' },
  { who: 'a resident', make: () => resident(), returned: '60.00' },
] as const

test.each(CONVERTED)(
  'a bill that $who paid in full is settled later, and stays void when that is reversed',
  async ({ make, returned }) => {
    const person = await make()
    const before = await steps.money(person)
    const old = unused('P').slice(-20)
    const converts = { invoice: old, paidAt: '2026-11-22T08:50:00+08:00', paid: '200.00' }
    const settled = await settle(of(person, { converts }))
    expect(settled).toMatchObject({ conversion: { invoice: old, paid: '200.00', returned } })
    expect(await settle(of(person, { converts }))).toMatchObject({ settlement: { id: settled.id } })
    expect(await settle(of(person, { invoice: old }))).toMatchObject({ code: 'INVOICE_VOID' })
    // Invoices are numbered by each institution.
    const elsewhere = await settle(of(person, { converts }), COMMUNITY)
    expect(elsewhere).toMatchObject({ __typename: 'Settlement' })
    await steps.reverse(HOSPITAL, settled)
    // All their cash is back, so there is nothing left to return.
    expect(await settle(of(person, { converts }))).toMatchObject({ settlement: { id: settled.id } })
    await steps.reverse(COMMUNITY, elsewhere)
    expect(await steps.money(person)).toEqual(before)
  },
)

const bind = async (sponsor: WorldPerson, { identityNumber }: WorldPerson, yearlyLimit?: string): Promise<Data> => {
  const input = { identityNumber, name: '故事人物', relation: 'SIBLING', ...(yearlyLimit && { yearlyLimit }) }
  const { bindMutualAid } = await world.as(sponsor.personNumber, BIND, { requestId: unused(), input })
  expect(bindMutualAid).toMatchObject({ __typename: 'MutualAid' })
  return bindMutualAid
}

// 200 yuan. Of an employee nothing is the fund's, 5 come from the own account: 195 are left. Of a resident 140 are.
const AIDED = [
  { who: 'an employee', make: () => employee(5), account: '5.00', left: 195, fundTotal: '0.00' },
  { who: 'a resident', make: () => resident(), account: '0.00', left: 140, fundTotal: '60.00' },
] as const

test.each(AIDED)(
  'relatives of $who pay in their order, each within the limit, and get it all back',
  async ({ make, account, left, fundTotal }) => {
    const [person, first, second] = [await make(), await employee(100), await employee(1000)]
    await bind(first, person, '30.00')
    const { id } = await bind(second, person)
    const all = [person, first, second]
    const before = await Promise.all(all.map((one) => steps.money(one)))
    const input = of(person)
    const tried = await steps.take(HOSPITAL, 'trial', { input })
    const mutualAid = `${left}.00`
    expect(tried).toMatchObject({ fundTotal, account, mutualAid, cash: '0.00' })
    const settled = await settle({ ...input, quote: tried.quote.id })
    expect(settled).toMatchObject({ __typename: 'Settlement', fundTotal, account, mutualAid, cash: '0.00' })
    const balances = async () =>
      (await Promise.all([first, second].map((one) => steps.money(one)))).map((one) => one.account.current)
    expect(await balances()).toEqual(['70.00', `${1000 - (left - 30)}.00`])

    // A quote in which the second pays does not outlive the binding.
    const next = of(person)
    const quoted = await steps.take(HOSPITAL, 'trial', { input: next })
    const { unbindMutualAid } = await world.as(second.personNumber, UNBIND, { requestId: unused(), bindingId: id })
    expect(unbindMutualAid).toMatchObject({ endedBy: 'SPONSOR' })
    expect(quoted.mutualAid).not.toBe('0.00')
    const stale = await settle({ ...next, quote: quoted.quote.id })
    expect(stale).toMatchObject({ __typename: 'QuoteStale', mutualAid: '0.00', cash: quoted.mutualAid })

    // What was paid goes back to whoever paid it, bound or not.
    await steps.reverse(HOSPITAL, settled)
    expect(await Promise.all(all.map((one) => steps.money(one)))).toEqual(before)
  },
)

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(world.logged).toEqual([])
})
