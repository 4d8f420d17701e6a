import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedIn, through } from './prescription-gateway.ts'
import {
  issue,
  itemOf,
  newSigner,
  prescriptionOf,
  registerKey,
  review,
  revoke,
  show,
  type Patient,
} from './prescription-world.ts'
import { visitToken } from './voucher-gateway.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { ANNUL, BY_CREDENTIAL } from './world-queries.ts'
import { demoPerson, openWorld, type Data, type World } from './world.ts'

// A prescription from the doctor to the second pharmacy and back, through the gateway with each one's own token.

const [HOSPITAL, FIRST, SECOND] = ['H62990000001', 'P62990000001', 'P62990000009']
const PERSON = demoPerson('629900', 'retired')
const patient: Patient = PERSON

let world: World
let gateway: ReturnType<typeof through>
beforeAll(async () => {
  const creditCode = '12100000400010275N'
  const pharmacy = {
    level: 'PHARMACY',
    type: 'RETAIL_PHARMACY',
    creditCode,
    pool: '629900',
    agreedFrom: '2023-01-01',
  } as const
  world = await openWorld({ institutions: [{ ...pharmacy, code: SECOND, name: '甘肃示范第二大药房' }] })
  gateway = through(world)
})
afterAll(() => world.close())

const buy = async (at: string, requestId: string, ePrescription: string, quantity: number): Promise<Data> => {
  const line = { code: CLASS_A, price: 100, quantity, ePrescription, traceCodes: [`${requestId}-code`] }
  const input = bill({ card: PERSON.cardNumber, careType: '41', lines: [line] })
  return (await world.as(at, SETTLE, { requestId, input })).settle
}

test('a prescription is issued, reviewed, dispensed in two pharmacies at the hospital’s ratio, given back and dispensed again', async () => {
  const hospital = signedIn(HOSPITAL)
  const signer = await newSigner('h-2026')
  expect(await registerKey(gateway, signer, hospital)).toMatchObject({ __typename: 'SigningKey' })
  const input = prescriptionOf({ items: [itemOf({ code: CLASS_A })] })
  const issued = await issue(gateway, { patient, signer, input, identity: hospital })
  expect(issued).toMatchObject({ __typename: 'Prescription', items: [{ name: '0.9%氯化钠注射液', left: '10.0000' }] })
  const { number } = issued

  expect(await show(gateway, number, signedIn(FIRST))).toMatchObject({ __typename: 'NotFound' })
  expect(await review(gateway, number, patient, { identity: signedIn(FIRST) })).toMatchObject({ state: 'VALID' })
  expect(await buy(FIRST, 'first', number, 4)).toMatchObject({
    // 200 of deductible; the rest at the ratio of a level 3 hospital for the retired, not at that of a pharmacy.
    total: '400.00',
    fundTotal: '120.00',
  })
  expect(await buy(SECOND, 'unreviewed', number, 6)).toMatchObject({ code: 'PRESCRIPTION_NOT_REVIEWED' })
  await review(gateway, number, patient, { identity: signedIn(SECOND) })
  expect(await buy(SECOND, 'second', number, 6)).toMatchObject({ __typename: 'Settlement' })
  expect(await buy(FIRST, 'third', number, 1)).toMatchObject({
    code: 'PRESCRIPTION_USED',
    problems: [{ path: 'lines[0].ePrescription', message: { zh: expect.any(String), en: expect.any(String) } }],
  })
  expect(await revoke(gateway, number, hospital)).toMatchObject({ code: 'PRESCRIPTION_DISPENSED' })
  await world.as(SECOND, ANNUL, { requestId: 'give-back', target: 'second' })
  expect(await buy(FIRST, 'fourth', number, 6)).toMatchObject({ __typename: 'Settlement' })
})

test('the person shows an e-voucher, sees the prescription among their own and what became of it, and who read it', async () => {
  const credential = await visitToken(world, { person: PERSON.personNumber, at: SECOND, purpose: 'PHARMACY' })
  await world.as(SECOND, BY_CREDENTIAL, { credential })
  const MINE = `{ me { prescriptions { ... on PrescriptionConnection { edges { node {
    number use institution { name } insured { name } items { left }
    dispensings { quantity institutionCode settlement { number dispensed { prescriptionNumber quantity } } }
  } } } } } }`
  const { me } = await world.as(PERSON.personNumber, MINE)
  const [{ node }] = me.prescriptions.edges
  expect(node).toMatchObject({
    use: 'USED',
    institution: { name: '甘肃示范第一人民医院' },
    insured: { name: PERSON.name },
    items: [{ left: '0.0000' }],
  })
  const moved = node.dispensings.map((one: Data) => `${one.institutionCode} ${one.quantity}`)
  expect(moved).toEqual([`${FIRST} 4.0000`, `${SECOND} 6.0000`, `${SECOND} -6.0000`, `${FIRST} 6.0000`])
  for (const { settlement, quantity } of node.dispensings)
    expect(settlement.dispensed).toEqual([{ prescriptionNumber: node.number, quantity }])

  const SHOWN = `query ($number: ID!, $credential: CredentialInput) { prescription(number: $number, credential: $credential) {
    ... on Prescription { personName dispensings { quantity settlement { number } } signature { valid } } } }`
  const { prescription } = await world.as(SECOND, SHOWN, { number: node.number, credential })
  expect(prescription).toMatchObject({ personName: PERSON.name, signature: { valid: true } })
  expect(prescription.dispensings.map((one: Data) => one.quantity)).toEqual(['6.0000', '-6.0000'])

  const LOG = `{ me { settlementAccessLog(first: 100) { ... on SettlementAccessConnection {
    edges { node { organisation operation } } } } } }`
  const log = (await world.as(PERSON.personNumber, LOG)).me.settlementAccessLog.edges.map(({ node: one }: Data) => one)
  expect(log).toContainEqual({ organisation: SECOND, operation: 'prescription' })
  expect(world.logged).toEqual([])
})
