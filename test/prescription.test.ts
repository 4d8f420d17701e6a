import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  dispensingBill,
  issue,
  pharmacy,
  prescriptionOf,
  prescriptionWorld,
  refused,
  review,
  revoke,
  show,
  type PrescriptionWorld,
} from './prescription-world.ts'
import { billOf, hospital, lineOf, OTHER_PHARMACY, personOf, PHARMACY, settle } from './settle-world.ts'

let world: PrescriptionWorld
beforeAll(async () => {
  world = await prescriptionWorld()
})
afterAll(() => world.close())

describe('the way of a prescription', () => {
  test('issued, reviewed, dispensed in part, the rest elsewhere, given back by a reversal, dispensed again', async () => {
    const prescription = await issue(world, { patient: world.patient, signer: world.signer })
    expect(prescription).toMatchObject({
      __typename: 'Prescription',
      state: 'VALID',
      use: 'UNUSED',
      items: [{ name: '甲类药', left: '10.0000' }],
      signature: { valid: true },
    })
    const { number } = prescription
    expect(await review(world, number, world.patient)).toMatchObject({ reviews: [{ result: 'APPROVED' }] })
    expect(await world.dispense(number, 4)).toMatchObject({ __typename: 'Settlement' })
    expect(await show(world, number, hospital())).toMatchObject({ use: 'PARTLY_USED', items: [{ left: '6.0000' }] })

    const other = pharmacy(OTHER_PHARMACY)
    expect(await world.dispense(number, 6, { at: other })).toMatchObject(
      refused('PRESCRIPTION_NOT_REVIEWED', 'lines[0].ePrescription'),
    )
    await review(world, number, world.patient, { identity: other })
    expect(await world.dispense(number, 7, { at: other })).toMatchObject(
      refused('PRESCRIPTION_QUANTITY', 'lines[0].ePrescription'),
    )
    expect(await world.dispense(number, 6, { at: other, requestId: 'rest' })).toMatchObject({
      __typename: 'Settlement',
    })
    expect(await show(world, number, hospital())).toMatchObject({ use: 'USED' })
    expect(await world.dispense(number, 1)).toMatchObject(refused('PRESCRIPTION_USED', 'lines[0].ePrescription'))

    await world.annul('rest', other)
    expect(await world.left(number)).toEqual(['6.0000'])
    expect(await world.dispense(number, 6)).toMatchObject({ __typename: 'Settlement' })
    const { dispensings } = await show(world, number, personOf(world.patient.insuredId))
    expect(dispensings.map((one) => [one.institutionCode, one.quantity])).toEqual([
      [PHARMACY, '4.0000'],
      [OTHER_PHARMACY, '6.0000'],
      [OTHER_PHARMACY, '-6.0000'],
      [PHARMACY, '6.0000'],
    ])
  })

  test('a hospital dispenses its own prescription; a refund line gives back within the bill', async () => {
    const { number } = await issue(world, { patient: world.patient, signer: world.signer })
    await review(world, number, world.patient, { identity: hospital() })
    const lines = [
      lineOf({ ePrescription: number }),
      lineOf({ serial: '2', quantity: '-3', amount: '-60.00', refundOf: '1' }),
      lineOf({ serial: '3', quantity: '3', amount: '60.00', ePrescription: number }),
    ]
    expect(await settle(world, 'own', billOf(world.patient, { lines, total: '200.00' }))).toMatchObject({
      __typename: 'Settlement',
    })
    expect(await world.left(number)).toEqual(['0.0000'])
    const other = { ...lines[1], ePrescription: 'ANOTHER' }
    const bill = billOf(world.patient, { lines: [lines[0], other], total: '140.00' })
    expect(await settle(world, 'own-other', bill)).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'lines[1].ePrescription', code: 'DIFFERENT_PRESCRIPTION' }],
    })
  })

  test('revoked while nothing is dispensed, and not dispensed after', async () => {
    const number = await world.issued()
    expect(await revoke(world, number)).toMatchObject({ state: 'REVOKED', revocation: { reason: '用药变更' } })
    expect(await world.dispense(number)).toMatchObject(refused('PRESCRIPTION_REVOKED', 'lines[0].ePrescription'))
    expect(await revoke(world, number)).toMatchObject(refused('PRESCRIPTION_REVOKED', 'number'))
    expect(await review(world, number, world.patient)).toMatchObject(refused('PRESCRIPTION_REVOKED', 'number'))

    const used = await world.issued()
    await world.dispense(used, 1, { requestId: 'used' })
    expect(await revoke(world, used)).toMatchObject(refused('PRESCRIPTION_DISPENSED', 'number'))
    await world.annul('used')
    expect(await revoke(world, used)).toMatchObject({ state: 'REVOKED' })
  })

  test('valid for three days, for thirty with a reason, and not after', async () => {
    const tooLong = prescriptionOf({ validDays: 4 })
    expect(await issue(world, { patient: world.patient, signer: world.signer, input: tooLong })).toMatchObject({
      problems: [{ path: 'validDays', code: 'OUT_OF_RANGE' }],
    })
    const standard = await world.issued()
    const longTerm = await world.issued(world.patient, prescriptionOf({ validity: 'LONG_TERM', validDays: 30 }))
    const { now } = world.time
    world.time.now = Temporal.Instant.from('2026-11-25T08:00:01+08:00')
    try {
      const late = { begin: '2026-11-25T08:00:00+08:00', end: '2026-11-25T08:00:01+08:00' }
      const bill = (number: string) => {
        const change = dispensingBill(number, 1, { time: late.end })
        return billOf(world.patient, { ...change, ...late })
      }
      expect(await settle(world, 'expired', bill(standard), pharmacy())).toMatchObject(
        refused('PRESCRIPTION_EXPIRED', 'lines[0].ePrescription'),
      )
      expect(await show(world, standard, hospital())).toMatchObject({ state: 'EXPIRED' })
      expect(await review(world, standard, world.patient)).toMatchObject(refused('PRESCRIPTION_EXPIRED', 'number'))
      expect(await settle(world, 'still-valid', bill(longTerm), pharmacy())).toMatchObject({ __typename: 'Settlement' })
    } finally {
      world.time.now = now
    }
  })

  test('the pharmacist has to approve: the latest of the institution counts', async () => {
    const { number } = await issue(world, { patient: world.patient, signer: world.signer })
    const code = 'PRESCRIPTION_NOT_REVIEWED'
    expect(await world.dispense(number)).toMatchObject(refused(code, 'lines[0].ePrescription'))
    expect(await review(world, number, world.patient, { result: 'REJECTED' })).toMatchObject({
      problems: [{ path: 'reason', code: 'REQUIRED' }],
    })
    await review(world, number, world.patient, { result: 'REJECTED', reason: '剂量存疑' })
    expect(await world.dispense(number)).toMatchObject(refused(code, 'lines[0].ePrescription'))
    await review(world, number, world.patient)
    expect(await world.dispense(number)).toMatchObject({ __typename: 'Settlement' })
    const doctor = { code: 'D620900000001', name: '甲医师' }
    expect(await review(world, number, world.patient, { pharmacist: doctor })).toMatchObject({
      problems: [
        {
          path: 'pharmacist.code',
          code: 'MALFORMED',
          message: {
            zh: '格式应为：国家医保药师代码，HY 或 HJ 加 12 位数字',
            en: 'must be the national code of a pharmacist, HY or HJ and 12 digits',
          },
        },
      ],
    })
  })
})

test('a refund of a part gives back as much, and the package that is named', async () => {
  const number = await world.issued()
  const traceCodes = ['8101', '8102']
  const { id } = await world.dispense(number, 10, { traceCodes })
  const REFUND = `mutation ($id: ID!, $input: RefundInput!) { refund(requestId: "refund", settlement: $id, input: $input) {
    __typename ... on Rejection { code problems { path code } } } }`
  const lines = [{ serial: '1', quantity: '3', traceCodes: ['8102'] }]
  const { refund } = await world.ask<{ refund: object }>(pharmacy(), REFUND, {
    id,
    input: { lines, chargeBatch: 'B2' },
  })
  expect(refund).toEqual({ __typename: 'Refund' })
  expect(await world.left(number)).toEqual(['3.0000'])
  expect(await world.dispense(number, 3, { traceCodes: ['8101'] })).toMatchObject({ code: 'TRACE_CODE_PAID' })
  expect(await world.dispense(number, 4, { traceCodes: ['8102'] })).toMatchObject({ code: 'PRESCRIPTION_QUANTITY' })
  expect(await world.dispense(number, 3, { traceCodes: ['8102'] })).toMatchObject({ __typename: 'Settlement' })
  expect(await world.left(number)).toEqual(['0.0000'])
})

describe('what a bill is refused for', () => {
  test('a drug the prescription does not hold, a number of nobody and one of another person, which look alike', async () => {
    const number = await world.issued()
    const path = 'lines[0].ePrescription'
    expect(await world.dispense(number, 4, { code: 'XB01' })).toMatchObject(refused('PRESCRIPTION_ITEM_MISMATCH', path))
    const foreign = await world.issued(await world.newPatient())
    const [nobody, theirs, none] = [
      await world.dispense('01J0000000000000000000000A'),
      await world.dispense(foreign),
      await world.dispense('no-number'),
    ]
    expect(nobody).toMatchObject(refused('PRESCRIPTION_NOT_FOUND', path))
    expect([theirs, none]).toEqual([nobody, nobody])
  })

  test('lines that together take more than is left, each line at fault named', async () => {
    const number = await world.issued()
    const line = (serial: string, quantity: string, amount: string) =>
      lineOf({ serial, quantity, amount, ePrescription: number })
    const lines = [line('1', '6', '120.00'), line('2', '4', '80.00'), line('3', '1', '20.00')]
    const bill = billOf(world.patient, { careType: '41', lines, total: '220.00' })
    expect(await settle(world, 'too-many', bill, pharmacy())).toMatchObject(
      refused('PRESCRIPTION_USED', 'lines[2].ePrescription'),
    )
    expect(await world.left(number)).toEqual(['10.0000'])
  })
})

test('what was dispensed and given back agrees, and a package too many is found', async () => {
  const found = async () => (await verify(world.db, () => {})).mismatches
  expect(await found()).toEqual([])
  const change = 'update settlement.dispensing set quantity = quantity + $1::bigint where quantity > 0'
  await world.admin.query(change, [100_0000])
  expect((await found()).map((one) => one.table)).toContain('settlement.dispensing')
  await world.admin.query(change, [-100_0000])
  expect(await found()).toEqual([])
})
