import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf, type Answered } from './visit-world.ts'

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
})
afterAll(() => world.close())

const refusal = (code: string, path?: string): Answered => ({
  code,
  message: { zh: expect.any(String), en: expect.any(String) },
  ...(path !== undefined && { problems: [expect.objectContaining({ path })] }),
})

describe('a stay', () => {
  test('goes from admission to settlement and back again, step by step', async () => {
    const person = await world.addPerson(1000)
    const visit = fresh('S')
    expect(await at.open(opening(person, visit))).toMatchObject({
      __typename: 'Visit',
      state: 'OPEN',
      insuredId: person.insuredId,
      unsettled: { count: 0, total: '0.00' },
      settlements: [],
    })
    expect(await at.upload({ visit, lines: linesOf('1', '2', '3') })).toMatchObject({ accepted: 3, rejected: 0 })
    const back = lineOf({
      serial: '4',
      refundOf: '3',
      quantity: '-10',
      amount: '-200.00',
      time: '2026-11-12T08:30:00+08:00',
    })
    expect(await at.upload({ visit, lines: [back, ...linesOf('5', '6', '7', '8')] })).toMatchObject({ accepted: 5 })
    expect(await at.change({ visit, bed: '14', diagnoses: [{ code: 'K35.100', name: '阑尾炎' }] })).toMatchObject({
      bed: '14',
      department: 'D01',
      diagnoses: [{ code: 'K35.100' }],
    })
    expect(await at.discharge(ending(visit))).toMatchObject({ state: 'DISCHARGED', dischargeWay: 'ON_ORDER' })
    const input = settling(person, visit, '1200.00')
    // 1,200 in scope, 800 deductible, 85 % of 400.
    expect(await at.trial(input)).toMatchObject({ total: '1200.00', deductible: '800.00', fundTotal: '340.00' })
    const settled = await at.settle(input)
    expect(settled).toMatchObject({ total: '1200.00', deductible: '800.00', fundTotal: '340.00', account: '860.00' })
    expect(settled.lines.map((one: Answered) => one.serial)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
    expect(await at.visit(visit)).toMatchObject({
      state: 'SETTLED',
      unsettled: { count: 0 },
      settlements: [{ id: settled.id, reversedBy: null }],
    })

    expect(await at.undoDischarge(visit)).toMatchObject(refusal('VISIT_SETTLED', 'visit'))
    const reversed = await at.reverse(settled.id)
    expect(reversed).toMatchObject({ __typename: 'Settlement', total: '-1200.00' })
    expect(await at.visit(visit)).toMatchObject({
      state: 'DISCHARGED',
      unsettled: { count: 8, total: '1200.00' },
      settlements: [{ id: settled.id, reversedBy: { id: reversed.id } }],
    })
    expect(await at.withdraw({ visit })).toMatchObject(refusal('VISIT_DISCHARGED', 'visit'))
    expect(await at.cancel(visit)).toMatchObject(refusal('VISIT_DISCHARGED', 'visit'))
    expect(await at.undoDischarge(visit)).toMatchObject({ state: 'OPEN', end: null, dischargeWay: null })
    expect(await at.cancel(visit)).toMatchObject(refusal('LINES_STAND', 'visit'))
    expect(await at.withdraw({ visit })).toMatchObject({ withdrawn: 8, visit: { unsettled: { count: 0 } } })
    expect(await at.cancel(visit)).toMatchObject({ state: 'CANCELLED' })
    expect(await at.upload({ visit, lines: linesOf('9') })).toMatchObject(refusal('VISIT_CANCELLED', 'visit'))
  })

  test('is settled again after a reversal, with what was corrected', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines: linesOf('1', '2', '3', '4', '5') })
    await at.discharge(ending(visit))
    const first = await at.settle(settling(person, visit, '1000.00'))
    expect(await at.upload({ visit, lines: linesOf('6') })).toMatchObject(refusal('VISIT_SETTLED'))
    await at.reverse(first.id)
    expect(await at.upload({ visit, lines: linesOf('6') })).toMatchObject({ accepted: 1 })
    expect(await at.settle(settling(person, visit, '1200.00'))).toMatchObject({
      deductible: '800.00',
      fundTotal: '340.00',
    })
    const { settlements } = await at.visit(visit)
    expect(settlements.map((one: Answered) => one.total)).toEqual(['1000.00', '1200.00'])
  })

  test('of which a part is refunded stays settled, by what remains', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines: linesOf('1', '2', '3', '4', '5') })
    await at.discharge(ending(visit))
    const whole = await at.settle(settling(person, visit, '1000.00'))
    const refund = `mutation ($settlement: ID!, $input: RefundInput!) {
      refund(requestId: "${fresh('refund')}", settlement: $settlement, input: $input) {
        __typename ... on Refund { settlement { id total } reversal { id } } ... on Rejection { code problems { path } } } }`
    const input = { chargeBatch: 'R1', lines: [{ serial: '5', quantity: '10' }] }
    const { refund: done } = await world.ask<Answered>(hospital(), refund, { settlement: whole.id, input })
    expect(done).toMatchObject({ __typename: 'Refund', settlement: { total: '800.00' } })
    expect(await at.visit(visit)).toMatchObject({
      state: 'SETTLED',
      unsettled: { count: 0 },
      settlements: [
        { id: whole.id, reversedBy: { id: done.reversal.id } },
        { id: done.settlement.id, reversedBy: null },
      ],
    })
    await at.reverse(done.settlement.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count: 6, total: '800.00' } })
  })

  test('whose settlement is annulled before it arrives is not settled when it does', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines: linesOf('1') })
    await at.discharge(ending(visit))
    const [late, input] = [fresh('late'), settling(person, visit, '200.00')]
    const annul = `mutation ($target: ID!) { annul(requestId: "${fresh('annul')}", target: $target) { __typename } }`
    expect(await world.ask(hospital(), annul, { target: late })).toEqual({ annul: { __typename: 'Annulment' } })
    expect(await at.settle(input, late)).toMatchObject({ code: 'ANNULLED' })
    const settled = await at.settle(input, fresh('r'))
    expect(settled).toMatchObject({ __typename: 'Settlement' })
  })

  test('is not settled while the patient is there, nor twice', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines: linesOf('1') })
    expect(await at.settle(settling(person, visit, '200.00'))).toMatchObject(refusal('STAY_OPEN', 'visit'))
    expect(await at.trial(settling(person, visit, '200.00'))).toMatchObject(refusal('STAY_OPEN', 'visit'))
    await at.discharge(ending(visit))
    expect(await at.settle(settling(person, visit, '200.01'))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [
        {
          path: 'total',
          code: 'NOT_SUM_OF_LINES',
          message: { zh: '不等于各明细金额之和 200.00', en: 'is not the sum of the lines, 200.00' },
        },
      ],
    })
    expect(await at.settle(settling(person, visit, '200.00'))).toMatchObject({ __typename: 'Settlement' })
    expect(await at.settle(settling(person, visit, '200.00', { chargeBatch: 'B2' }))).toMatchObject(
      refusal('VISIT_SETTLED', 'visit'),
    )
  })

  test('is answered the same for the same request, and refused for another under its id', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    const [open, up, end, set] = [fresh('q'), fresh('q'), fresh('q'), fresh('q')]
    for (const _ of [1, 2]) {
      expect(await at.open(opening(person, visit), open)).toMatchObject({ __typename: 'Visit', visit })
      expect(await at.upload({ visit, lines: linesOf('1', '2') }, up)).toMatchObject({ accepted: 2, known: 0 })
      expect(await at.discharge(ending(visit), end)).toMatchObject({ __typename: 'Visit' })
    }
    const input = settling(person, visit, '400.00')
    const once = await at.settle(input, set)
    expect(await at.settle({ ...input, total: '400' }, set)).toMatchObject({ __typename: 'Settlement', id: once.id })
    expect(await at.settle({ ...input, total: '401.00' }, set)).toMatchObject({ __typename: 'RequestReused' })
    expect(await at.open(opening(person, `${visit}x`), open)).toMatchObject({ __typename: 'RequestReused' })
    expect(await at.upload({ visit, lines: linesOf('1') }, up)).toMatchObject({ __typename: 'RequestReused' })
    const credential = { kind: 'IDENTITY_CARD', value: (await world.addPerson()).identityNumber }
    expect(await at.settle({ ...input, credential }, set)).toMatchObject({ __typename: 'RequestReused' })
  })

  test('cannot be opened twice, nor under the number of a bill that was settled plainly, nor be settled plainly', async () => {
    const person = await world.addPerson()
    const visit = fresh('S')
    await at.open(opening(person, visit))
    expect(await at.open(opening(await world.addPerson(), visit))).toMatchObject(refusal('VISIT_EXISTS', 'visit'))
    expect(await settle(world, fresh('p'), billOf(person, { visit }))).toMatchObject(refusal('VISIT_OPEN', 'visit'))
    const plain = fresh('P')
    await settle(world, fresh('p'), billOf(person, { visit: plain }))
    expect(await at.open(opening(person, plain))).toMatchObject(refusal('VISIT_IN_USE', 'visit'))
    await at.cancel(visit)
    expect(await settle(world, fresh('p'), billOf(person, { visit }))).toMatchObject({ __typename: 'Settlement' })
  })

  test('cannot begin while another of the same person runs in the same institution', async () => {
    const person = await world.addPerson()
    const [first, second] = [fresh('S'), fresh('S')]
    await at.open(opening(person, first))
    expect(await at.open(opening(person, second))).toMatchObject(refusal('ALREADY_ADMITTED', 'credential'))
    expect(await visitsOf(world, hospital(OTHER_HOSPITAL)).open(opening(person, second))).toMatchObject({
      state: 'OPEN',
    })
    await at.discharge(ending(first))
    expect(await at.open(opening(person, second))).toMatchObject(refusal('ALREADY_ADMITTED'))
    const later = opening(person, second, { begin: '2026-11-20T10:00:00+08:00' })
    expect(await at.open(later)).toMatchObject({ state: 'OPEN' })
    expect(await at.undoDischarge(first)).toMatchObject(refusal('ALREADY_ADMITTED', 'visit'))
  })

  test('of another institution is not there', async () => {
    const visit = fresh('S')
    await at.open(opening(await world.addPerson(), visit))
    const other = visitsOf(world, hospital(OTHER_HOSPITAL))
    const none = { __typename: 'NotFound', problems: [{ path: 'visit' }] }
    expect(await other.visit(visit)).toMatchObject({ __typename: 'NotFound' })
    expect(await other.upload({ visit, lines: linesOf('1') })).toMatchObject(none)
    expect(await other.discharge(ending(visit))).toMatchObject(none)
    expect(await other.cancel(visit)).toMatchObject(none)
    expect(await other.settle(settling(await world.addPerson(), visit, '1.00'))).toMatchObject(none)
  })
})

describe('a stay without a card at hand', () => {
  test('takes lines unpriced, gets its person later and is settled for them', async () => {
    const person = await world.addPerson()
    const visit = fresh('N')
    expect(await at.open(opening(null, visit))).toMatchObject({ state: 'OPEN', insuredId: null })
    await at.upload({ visit, lines: linesOf('1', '2', '3', '4', '5') })
    expect(await at.identify(visit, person)).toMatchObject({ insuredId: person.insuredId })
    expect(await at.identify(visit, person)).toMatchObject({ insuredId: person.insuredId })
    const other = await world.addPerson()
    expect(await at.identify(visit, other)).toMatchObject(refusal('VISIT_OF_ANOTHER_PERSON', 'credential'))
    await at.discharge(ending(visit))
    expect(await at.settle(settling(other, visit, '1000.00'))).toMatchObject(refusal('VISIT_OF_ANOTHER_PERSON'))
    expect(await at.settle(settling(person, visit, '1000.00'))).toMatchObject({
      deductible: '800.00',
      fundTotal: '170.00',
    })
  })

  test('is settled with the credential that is shown only then', async () => {
    const person = await world.addPerson()
    const visit = fresh('N')
    await at.open(opening(null, visit))
    await at.upload({ visit, lines: linesOf('1', '2', '3', '4', '5') })
    await at.discharge(ending(visit))
    const settled = await at.settle(settling(person, visit, '1000.00'))
    expect(settled).toMatchObject({ fundTotal: '170.00' })
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED', insuredId: person.insuredId })
    await at.reverse(settled.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', insuredId: person.insuredId })
  })

  test('cannot become that of somebody who lies in another bed there', async () => {
    const person = await world.addPerson()
    const [first, second] = [fresh('N'), fresh('N')]
    await at.open(opening(person, first))
    await at.open(opening(null, second))
    expect(await at.identify(second, person)).toMatchObject(refusal('ALREADY_ADMITTED', 'credential'))
    await at.upload({ visit: second, lines: linesOf('1') })
    await at.discharge(ending(second))
    expect(await at.settle(settling(person, second, '200.00'))).toMatchObject(refusal('ALREADY_ADMITTED', 'credential'))
    expect(await at.visit(second)).toMatchObject({ state: 'DISCHARGED', insuredId: null })
  })

  test('is not opened for a credential that is unknown, of another form, or of nobody', async () => {
    const nobody = { kind: 'SOCIAL_SECURITY_CARD', value: 'NOBODY1' }
    const unknown = await at.open(opening(null, fresh('N'), { credential: nobody }))
    expect(unknown).toMatchObject(refusal('CREDENTIAL_UNKNOWN', 'credential.value'))
    const wrong = { kind: 'IDENTITY_CARD', value: '62090019700101001' }
    expect(await at.open(opening(null, fresh('N'), { credential: wrong }))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'credential.value' }],
    })
  })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
