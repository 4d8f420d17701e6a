import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, named, PAY, RECEIPTS, reference, REFUND, say } from './contribution-asking.ts'
import { openWorld, type World } from './world.ts'

// Money that was paid twice, and how it goes back.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const month = { insuranceType: '310', period: '2026-11', amount: FLEXIBLE }
const pay = (who: string, input: object) => say(world, who, PAY, { input })
const receivedAt = '2026-11-22T09:00:00+08:00'
/** Somebody whose bill two channels took money for. */
async function overpaid() {
  const person = await world.addPerson(flexible)
  const first = await pay('BANK01', { ...named(person), ...month, reference: reference() })
  const second = await pay('TAX62', { ...named(person), ...month, reference: reference(), receivedAt })
  return { person, first, second }
}
const refund = (who: string, receipt: string, more: object = {}) =>
  say(world, who, REFUND, { receipt, reference: `BACK-${reference()}`, ...more })

test('what was paid twice is given back by the channel that took it, which is written down and told, and is not owed any longer', async () => {
  const { person, second } = await overpaid()
  const { insuredId } = person
  const back = { requestId: 'given-back', reference: 'BACK-1' }
  const refunded = await refund('TAX62', second.id, back)
  expect(refunded).toMatchObject({
    id: second.id,
    state: 'REFUNDED',
    refundedAt: '2026-11-22T02:00:00Z',
    refundedThrough: 'TAX62',
    refundReference: 'BACK-1',
  })
  expect(await refund('TAX62', second.id, back)).toEqual(refunded)
  expect(await refund('TAX62', second.id)).toMatchObject({ code: 'ALREADY_REFUNDED' })
  expect(await say(world, 'clerk-629900', RECEIPTS, { state: 'OVERPAID', insuredId })).toMatchObject({ edges: [] })
  const { edges } = await say(world, person.personNumber, RECEIPTS, { state: 'REFUNDED' })
  expect(edges).toMatchObject([{ node: { id: second.id } }])
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as template from insured.outbox where insured_id = $1
       and topic = 'message.wanted' and payload ->> 'template' like 'contribution.%' order by id`,
    [insuredId],
  )
  const told = rows.map((one) => one.template)
  expect(told).toEqual(['contribution.received', 'contribution.overpaid', 'contribution.refunded'])
})

test('what was paid twice is given back once, however many try at the same moment', async () => {
  const { second } = await overpaid()
  const answers = await Promise.all(
    ['TAX62', 'clerk-629900', 'TAX62'].map((who, i) => refund(who, second.id, { reference: `AT-ONCE-${i}` })),
  )
  const done = answers.filter((one) => one.state === 'REFUNDED')
  expect(done).toHaveLength(1)
  for (const one of answers) if (one !== done[0]) expect(one).toMatchObject({ code: 'ALREADY_REFUNDED' })
})

test('what was paid twice is no affair of other channels and bureaus, and what pays a bill is never given back', async () => {
  const { first, second } = await overpaid()
  for (const who of ['BANK01', 'clerk-620100'])
    expect(await refund(who, second.id)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'receipt' }] })
  expect(await refund('BANK01', first.id)).toMatchObject({ code: 'NOT_OVERPAID' })
  expect(await refund('BANK01', 'x', { reference: ' ' })).toMatchObject({
    problems: [{ path: 'receipt' }, { path: 'reference', code: 'REFERENCE_FORM' }],
  })
})

test('one transfer gives one payment back: its number closes no second one of the channel or bureau, even at the same moment', async () => {
  const [one, other, third] = [await overpaid(), await overpaid(), await overpaid()]
  const transfer = { reference: 'TRANSFER-1' }
  const answers = await Promise.all([one, other].map(({ second }) => refund('TAX62', second.id, transfer)))
  expect(answers.filter(({ state }) => state === 'REFUNDED')).toHaveLength(1)
  const refused = { code: 'TRANSFER_USED', problems: [{ path: 'reference', code: 'TRANSFER_USED' }] }
  expect(answers.find(({ state }) => state === undefined)).toMatchObject(refused)
  // Numbers of a bureau are its own.
  expect(await refund('clerk-629900', third.second.id, transfer)).toMatchObject({ state: 'REFUNDED' })
})

test('a time at which no channel can have taken the money is refused by its field', async () => {
  const person = await world.addPerson(flexible)
  const input = { ...named(person), ...month, reference: reference(), receivedAt: '1970-01-01T00:00:00+08:00' }
  expect(await pay('BANK01', input)).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'receivedAt', code: 'TIME_IMPLAUSIBLE' }],
  })
  expect(await pay('BANK01', { ...input, receivedAt: '2026-08-22T09:00:00+08:00' })).toMatchObject({ state: 'POSTED' })
})

test('the same payment sent again with its empty fields written as null is the same request', async () => {
  const person = await world.addPerson(flexible)
  const input = { ...named(person), ...month, reference: reference() }
  const requestId = 'written-as-null'
  const first = await say(world, 'BANK01', PAY, { requestId, input })
  const again = { ...input, receivedAt: null, order: null }
  expect(await say(world, 'BANK01', PAY, { requestId, input: again })).toEqual(first)
})
