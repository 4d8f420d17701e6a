import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  issue,
  newSigner,
  pharmacy,
  prescriptionWorld,
  refused,
  registerKey,
  review,
  type Patient,
  type PrescriptionWorld,
} from './prescription-world.ts'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle } from './settle-world.ts'

let world: PrescriptionWorld
beforeAll(async () => {
  world = await prescriptionWorld()
})
afterAll(() => world.close())

const line = (serial: string, ePrescription: string | null) =>
  lineOf({ serial, ePrescription, quantity: '1', amount: '20.00' })

describe('the ratio of the hospital that prescribed', () => {
  let whose: Patient
  let second: string
  let third: string
  beforeAll(async () => {
    whose = await world.newPatient('620898')
    const other = await newSigner('level-3')
    await registerKey(world, other, hospital(OTHER_HOSPITAL))
    const both = [
      { patient: whose, signer: world.signer },
      { patient: whose, signer: other, identity: hospital(OTHER_HOSPITAL) },
    ]
    const [at2, at3] = await Promise.all(both.map((one) => issue(world, one)))
    ;[second, third] = [at2?.number ?? '', at3?.number ?? '']
    for (const number of [second, third]) await review(world, number, whose)
  })
  const pay = (requestId: string, numbers: readonly (string | null)[]) => {
    const lines = numbers.map((number, i) => line(String(i + 1), number))
    const total = `${20 * numbers.length}.00`
    return settle(world, requestId, billOf(whose, { careType: '41', lines, total }), pharmacy())
  }

  test('pays where the pool has one', async () => {
    expect(await pay('level-2', [second, second])).toMatchObject({ fundTotal: '24.00' })
    expect(await pay('level-3', [third])).toMatchObject({ fundTotal: '10.00' })
    expect(await pay('level-none', [null])).toMatchObject({ fundTotal: '8.00' })
  })

  test('asks to settle apart what is paid differently', async () => {
    expect(await pay('mixed', [second, third])).toMatchObject(refused('MIXED_PRESCRIPTIONS', 'lines[1].ePrescription'))
    expect(await pay('mixed-none', [second, null])).toMatchObject(
      refused('MIXED_PRESCRIPTIONS', 'lines[1].ePrescription'),
    )
  })

  test('is of no account where the pool pays pharmacies alike', async () => {
    const number = await world.issued()
    const lines = [line('1', number), line('2', null)]
    const bill = billOf(world.patient, { careType: '41', lines, total: '40.00' })
    expect(await settle(world, 'alike', bill, pharmacy())).toMatchObject({ account: '40.00' })
  })
})
