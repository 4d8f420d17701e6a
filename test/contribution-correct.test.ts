import { carryOutArrears } from '@yibao/insured/commands/arrears'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BILL,
  BILLS,
  FLEXIBLE,
  flexible,
  named,
  RECEIPTS,
  REFUND,
  resident,
  say,
  STATUS,
} from './contribution-asking.ts'
import {
  billed,
  CERTIFY,
  CLERK,
  correct,
  heard,
  month,
  monthsOf,
  pay,
  receiptsOf,
  SHOW_BILL,
  told,
  year,
} from './contribution-correct-gateway.ts'
import { decideDispute, openDispute } from './dispute-gateway.ts'
import { MY_ENROLMENTS } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A person says that what they were billed is wrong, the bureau corrects it, and the decision names the correction. Of a
// base 9 % are paid alone, and 2 % of it go to the account.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const billsOf = async (person: WorldPerson): Promise<Data[]> =>
  (await say(world, person.personNumber, BILLS)).edges.map(({ node }: Data) => node).toReversed()

describe('a bill nobody has paid', () => {
  test('is disputed by the person, replaced by the bureau, and the dispute upheld naming what replaced it; the person pays that alone', async () => {
    const person = await world.addPerson(flexible)
    const wrong = await billed(world, person, month, { base: '8000.00' })
    const order = await pay(world, person, '720.00', month, person.personNumber)
    const dispute = await openDispute(world, person.personNumber, {
      subject: 'CONTRIBUTION',
      id: wrong,
      reason: '基数不是我选的',
    })
    const right = await correct(world, wrong, { base: '5000.00' })
    expect(right).toMatchObject({ amount: '450.00', base: '5000.00', corrects: wrong, replacedBy: null, paidAt: null })
    const upheld = { disputeId: dispute.id, upheld: true, decision: '已更正', correctedBy: right.id }
    expect(await decideDispute(world, 'clerk-620100', upheld)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await decideDispute(world, CLERK, upheld)).toMatchObject({ state: 'UPHELD', correctedBy: right.id })
    expect(await decideDispute(world, CLERK, upheld)).toMatchObject({ code: 'DISPUTE_CLOSED' })

    const seen = await say(world, person.personNumber, SHOW_BILL, { id: wrong })
    expect(seen).toMatchObject({ amount: '720.00', replacedBy: right.id, corrects: null, paidAt: null, reason: null })
    const { items } = await say(world, person.personNumber, STATUS, { insuranceType: '310', periods: ['2026-11'] })
    expect(items).toMatchObject([{ bill: right.id, amount: '450.00', paid: false }])
    expect(await monthsOf(world, person)).toEqual([])
    expect(await pay(world, person, '720.00', { order: order.id })).toMatchObject({ code: 'ORDER_CANCELLED' })
    expect(await pay(world, person, '720.00')).toMatchObject({ code: 'AMOUNT_DIFFERS' })
    expect(await pay(world, person, '450.00', { bill: wrong })).toMatchObject({ state: 'POSTED' })
    expect(await receiptsOf(world, person)).toContain('BANK01 POSTED 450.00')
    expect(await monthsOf(world, person)).toEqual(['2026-11'])
    expect(await told(world, person)).toEqual(['order-cancelled', 'corrected', 'received'])
    expect(await heard(world, person)).toEqual({ holds: 100, mismatches: [] })
    expect(await say(world, person.personNumber, CERTIFY)).toMatchObject({
      total: '450.00',
      periods: [{ period: '2026-11', amount: '450.00' }],
    })
  })

  test('that was never due is owed no longer and is not made again; money a channel had taken for it is kept and owed back', async () => {
    const person = await world.addPerson(flexible)
    const wrong = await billed(world, person, month)
    expect(await correct(world, wrong, { nothingDue: true })).toMatchObject({
      amount: '0.00',
      corrects: wrong,
      receipt: { state: 'OFFSET', amount: '0.00' },
    })
    expect(await billsOf(person)).toHaveLength(2)
    const again = await say(world, 'BANK01', BILL, {
      input: { ...named(person), insuranceType: '310', periods: ['2026-11'] },
    })
    expect(again.items.filter((one: Data) => !one.paid)).toEqual([])
    expect(await pay(world, person, FLEXIBLE)).toMatchObject({ code: 'BILL_REPLACED' })
    const receivedAt = '2026-11-22T09:00:00+08:00'
    expect(await pay(world, person, FLEXIBLE, { ...month, receivedAt })).toMatchObject({ state: 'UNAPPLIED' })
    expect(await monthsOf(world, person)).toEqual([])
    expect(await heard(world, person)).toEqual({ holds: null, mismatches: [] })
  })

  test('of a resident whom the government pays for wholly counts without money of theirs', async () => {
    const person = await world.addPerson(resident)
    const wrong = await billed(world, person, year)
    expect(await correct(world, wrong, { base: '4000.00' })).toMatchObject({
      problems: [{ path: 'base', code: 'FIXED_SUM' }],
    })
    expect(await correct(world, wrong, { amount: '1070.01' })).toMatchObject({ code: 'AMOUNT_ABOVE_RULE' })
    expect(await correct(world, wrong, { amount: '0.00' })).toMatchObject({
      amount: '0.00',
      receipt: { state: 'OFFSET' },
    })
    expect(await monthsOf(world, person)).toHaveLength(12)
  })
})

describe('a bill that is paid', () => {
  test('and was too high stays as it was; the difference is owed back, given back once, and taken out of the account', async () => {
    const person = await world.addPerson(flexible)
    const wrong = await billed(world, person, month, { base: '8000.00' })
    const dispute = await openDispute(world, person.personNumber, {
      subject: 'CONTRIBUTION',
      id: wrong,
      reason: '基数偏高',
    })
    expect(await pay(world, person, '720.00')).toMatchObject({ state: 'POSTED' })
    expect(await heard(world, person)).toEqual({ holds: 160, mismatches: [] })
    const right = await correct(world, wrong, { base: '5000.00' })
    expect(right).toMatchObject({
      amount: '-270.00',
      credit: '-60.00',
      receipt: { state: 'OFFSET', amount: '-270.00' },
    })
    const upheld = { disputeId: dispute.id, upheld: true, decision: '已更正', correctedBy: right.id }
    expect(await decideDispute(world, CLERK, upheld)).toMatchObject({ state: 'UPHELD' })
    expect(await receiptsOf(world, person)).toEqual([
      'BANK01 POSTED 720.00',
      'CREDIT OFFSET -270.00',
      'CREDIT OVERPAID 270.00',
    ])
    expect(await heard(world, person)).toEqual({ holds: 100, mismatches: [] })
    expect(await monthsOf(world, person)).toEqual(['2026-11'])
    const { edges } = await say(world, person.personNumber, RECEIPTS, { state: 'OVERPAID' })
    const back = { receipt: edges[0].node.id, reference: 'BACK-7' }
    expect(await say(world, 'BANK01', REFUND, back)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(world, CLERK, REFUND, back)).toMatchObject({ state: 'REFUNDED', amount: '270.00' })
    expect(await say(world, CLERK, REFUND, back)).toMatchObject({ code: 'ALREADY_REFUNDED' })
    expect(await told(world, person)).toEqual(['received', 'corrected', 'surplus', 'surplus-refunded'])
    expect(await say(world, person.personNumber, CERTIFY)).toMatchObject({ total: '450.00' })
    expect(await pay(world, person, '450.00')).toMatchObject({ code: 'ALREADY_PAID' })
  })

  test('and was too low asks for the difference, which is paid as a bill; corrected again, the open difference is replaced', async () => {
    const person = await world.addPerson(flexible)
    const wrong = await billed(world, person, month)
    expect(await pay(world, person, FLEXIBLE)).toMatchObject({ state: 'POSTED' })
    const more = await correct(world, wrong, { base: '6000.00' })
    expect(more).toMatchObject({ amount: '180.00', credit: '40.00', paidAt: null, corrects: wrong })
    expect(await correct(world, wrong, { base: '5000.00' })).toMatchObject({ code: 'ALREADY_CORRECTED' })
    const less = await correct(world, more.id, { base: '5000.00' })
    expect(less).toMatchObject({ amount: '90.00', corrects: more.id })
    expect(await correct(world, less.id, { base: '5000.00' })).toMatchObject({ code: 'NOTHING_CHANGED' })
    expect(await pay(world, person, '90.00')).toMatchObject({ state: 'POSTED' })
    expect(await heard(world, person)).toEqual({ holds: 100, mismatches: [] })
    expect(await monthsOf(world, person)).toEqual(['2026-11'])
    const none = await correct(world, less.id, { nothingDue: true })
    expect(none).toMatchObject({ amount: '-450.00', credit: '-100.00' })
    expect(await monthsOf(world, person)).toEqual([])
    expect(await heard(world, person)).toEqual({ holds: 0, mismatches: [] })
    expect(await receiptsOf(world, person)).toEqual([
      'BANK01 POSTED 360.00',
      'BANK01 POSTED 90.00',
      'CREDIT OFFSET -450.00',
      'CREDIT OVERPAID 450.00',
    ])
    expect(await say(world, person.personNumber, CERTIFY)).toMatchObject({ total: '0.00' })
  })
})

test('who is suspended for a bill that was not due goes on once the bureau has corrected it; one that stands instead has days of grace of its own', async () => {
  const [wrong, less] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const bills = [await billed(world, wrong, month), await billed(world, less, month, { base: '8000.00' })] as const
  const before = world.time.now
  const watch = async (day: string): Promise<string[]> => {
    world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`)
    await carryOutArrears({ db: world.platform.databases.insured, clock: () => world.time.now })
    const found = [wrong, less].map(({ personNumber }) => world.as(personNumber, MY_ENROLMENTS))
    return (await Promise.all(found)).map(({ me }) => me.enrolments.at(-1).standing.state)
  }
  expect(await watch('2026-12-15')).toEqual(['IN_FORCE', 'IN_FORCE'])
  expect(await correct(world, bills[1], { base: '5000.00' })).toMatchObject({ amount: '450.00' })
  expect(await watch('2026-12-31')).toEqual(['ARREARS', 'IN_FORCE'])
  expect(await correct(world, bills[0], { nothingDue: true })).toMatchObject({ amount: '0.00' })
  expect(await watch('2027-01-02')).toEqual(['IN_FORCE', 'IN_FORCE'])
  expect(await watch('2027-01-20')).toEqual(['IN_FORCE', 'ARREARS'])
  world.time.now = before
})
