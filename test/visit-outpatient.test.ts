import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, settleWorld, type SettleWorld } from './settle-world.ts'
import { fresh, opening, settling, visitsOf, type Answered } from './visit-world.ts'

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

const today = (...serials: string[]) => serials.map((serial) => lineOf({ serial }))

describe('outpatient care', () => {
  const registration = { careType: '11', begin: '2026-11-22T08:00:00+08:00', bed: null, diagnoses: [] }

  test('is settled batch by batch while the visit runs, and each batch is taken back by itself', async () => {
    const person = await world.addPerson()
    const visit = fresh('M')
    await at.open(opening(person, visit, registration))
    expect(await at.upload({ visit, lines: today('1') })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'chargeBatch' }],
    })
    await at.upload({ visit, chargeBatch: 'REG', lines: today('1') })
    await at.upload({ visit, chargeBatch: 'RX', lines: today('2', '3') })
    await at.change({ visit, diagnoses: [{ code: 'J06.900', name: '上感' }] })
    const first = await at.settle(settling(person, visit, '200.00', { chargeBatch: 'REG' }))
    // The deductible of 100 a year, then 70 %.
    expect(first).toMatchObject({ deductible: '100.00', fundTotal: '70.00' })
    expect(await at.upload({ visit, chargeBatch: 'REG', lines: today('1', '4') })).toMatchObject({
      known: 1,
      rejected: 1,
      lines: [{ serial: '4', problems: [{ code: 'BATCH_SETTLED' }] }],
    })
    const second = await at.settle(settling(person, visit, '400.00', { chargeBatch: 'RX' }))
    expect(second).toMatchObject({ deductible: '0.00', fundTotal: '280.00' })
    expect(await at.visit(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 0 } })
    await at.reverse(first.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 1, total: '200.00' } })
    expect(await at.withdraw({ visit, chargeBatch: 'REG' })).toMatchObject({ withdrawn: 1 })
    expect(await at.cancel(visit)).toMatchObject(refusal('LINES_STAND'))
    await at.reverse(second.id)
    await at.withdraw({ visit })
    expect(await at.cancel(visit)).toMatchObject({ state: 'CANCELLED' })
  })

  test('needs a diagnosis when it is settled, and knows no interim settlement', async () => {
    const person = await world.addPerson()
    const visit = fresh('M')
    await at.open(opening(person, visit, registration))
    await at.upload({ visit, chargeBatch: 'B1', lines: today('1') })
    expect(await at.settle(settling(person, visit, '200.00'))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'visit.diagnoses', code: 'REQUIRED' }],
    })
    await at.change({ visit, diagnoses: [{ code: 'J06.900', name: '上感' }] })
    expect(await at.settle(settling(person, visit, '200.00', { until: '2026-11-22' }))).toMatchObject(
      refusal('NOT_A_STAY', 'until'),
    )
    expect(await at.settle(settling(person, visit, '200.00', { chargeBatch: 'B9' }))).toMatchObject(
      refusal('NOTHING_TO_SETTLE', 'visit'),
    )
    expect(await at.change({ visit, careType: '21' })).toMatchObject(refusal('OTHER_CARE_KIND', 'careType'))
    expect(await at.settle(settling(person, visit, '200.00'))).toMatchObject({ __typename: 'Settlement' })
  })

  test('takes a refund back with its charge, in the charge’s batch', async () => {
    const person = await world.addPerson()
    const visit = fresh('M')
    await at.open(opening(person, visit, { ...registration, diagnoses: [{ code: 'J06.900', name: '上感' }] }))
    await at.upload({ visit, chargeBatch: 'A', lines: today('1', '2') })
    const back = lineOf({ serial: '3', refundOf: '1', quantity: '-10', amount: '-200.00' })
    await at.upload({ visit, chargeBatch: 'B', lines: [back, ...today('4')] })
    expect(await at.settle(settling(person, visit, '200.00', { chargeBatch: 'A' }))).toMatchObject({ total: '200.00' })
    expect(await at.settle(settling(person, visit, '200.00', { chargeBatch: 'B' }))).toMatchObject({ total: '200.00' })
    expect(
      await at.upload({
        visit,
        chargeBatch: 'C',
        lines: [lineOf({ serial: '5', refundOf: '2', quantity: '-10', amount: '-200.00' })],
      }),
    ).toMatchObject({
      lines: [{ problems: [{ path: 'lines[0].refundOf', code: 'CHARGE_SETTLED' }] }],
    })
  })

  test('a pharmacy registers nobody', async () => {
    const answer = await at.open(opening(await world.addPerson(), fresh('M'), { careType: '41' }))
    expect(answer).toMatchObject(refusal('CARE_TYPE_NOT_OFFERED', 'careType'))
  })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
