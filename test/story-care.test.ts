import { join } from 'node:path'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedIn, through } from './prescription-gateway.ts'
import { issue, itemOf, newSigner, prescriptionOf, registerKey, review, type Signer } from './prescription-world.ts'
import { stepsOf, storyHospital, type Steps } from './story-steps.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { BY_CREDENTIAL, REGISTER_DISEASE } from './world-queries.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// Every kind of care that is no stay, from the trial to the reversal, for employees and residents of the demonstration
// pool. Amounts are reckoned by hand; the formula stands beside each.

const [HOSPITAL, COMMUNITY, PHARMACY, HENGSHUI] = ['H62990000001', 'H62990000002', 'P62990000001', 'H13119909001']

let world: World
let steps: Steps
beforeAll(async () => {
  world = await openWorld({
    policies: [join(import.meta.dirname, 'policies')],
    institutions: [storyHospital(HENGSHUI)],
  })
  steps = stepsOf(world)
})
afterAll(() => world.close())

const employee = (personType = '1101', pool = '629900') =>
  world.addPerson({
    birthDate: personType === '1201' ? '1958-05-06' : '1990-05-06',
    enrolments: [{ pool, insuranceType: '310', personType, beginOn: '2020-01-01' }],
    account: { pool, current: 100, history: 200 },
  })
const resident = () =>
  world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '390', personType: '1501', beginOn: '2025-10-01' }],
  })
const PERSONS = { employee, retired: () => employee('1201'), resident, hengshui: () => employee('1101', '131199') }

interface Case {
  readonly name: string
  readonly who: keyof typeof PERSONS
  readonly at?: string
  readonly yuan?: number
  readonly change?: object
  readonly expected: object
}
const promise = { thirdParty: false, promise: true }

const CASES: readonly Case[] = [
  // (1,000 − 200 deductible of the year) × 55 %; the account holds 300 of the 560 left.
  { name: 'outpatient care', who: 'employee', expected: { fundTotal: '440.00', account: '300.00', cash: '260.00' } },
  // (1,000 − 200) × 70 %.
  { name: 'outpatient care in the community', who: 'retired', at: COMMUNITY, expected: { fundTotal: '560.00' } },
  // (5,000 − 200) × 55 % = 2,640, of which the cap of the year leaves 2,500.
  { name: 'outpatient care beyond the cap', who: 'employee', yuan: 5000, expected: { fundTotal: '2500.00' } },
  // 1,000 × 30 %; residents have no account.
  { name: 'outpatient care', who: 'resident', expected: { fundTotal: '300.00', account: '0.00', cash: '700.00' } },
  // The band ends at 4,000 of expense: 4,000 × 30 %.
  { name: 'outpatient care beyond the band', who: 'resident', yuan: 5000, expected: { fundTotal: '1200.00' } },
  // (1,000 − 200) × 55 %: an emergency is outpatient care.
  { name: 'an emergency', who: 'employee', change: { careType: '13' }, expected: { fundTotal: '440.00' } },
  { name: 'an emergency', who: 'resident', change: { careType: '13' }, expected: { fundTotal: '300.00' } },
  // As other outpatient care once the patient has promised that nobody else is liable.
  {
    name: 'an injury',
    who: 'employee',
    change: { careType: '19', trauma: promise },
    expected: { fundTotal: '440.00', deductible: '200.00' },
  },
  {
    name: 'an injury',
    who: 'resident',
    change: { careType: '19', trauma: promise },
    expected: { fundTotal: '300.00' },
  },
  // The maternity fund pays everything in scope: 1,000 × 100 %.
  {
    name: 'antenatal care',
    who: 'employee',
    change: { careType: '51', birthType: 'ANTENATAL' },
    expected: { fundTotal: '1000.00', cash: '0.00' },
  },
  // The made-up limit of antenatal care in a year is 1,500; what exceeds it is the person's: 500 = 300 + 200.
  {
    name: 'antenatal care beyond its limit',
    who: 'hengshui',
    at: HENGSHUI,
    yuan: 2000,
    change: { careType: '51', birthType: 'ANTENATAL' },
    expected: { fundTotal: '1500.00', hospital: '0.00', account: '300.00', cash: '200.00' },
  },
]

describe.each(CASES)('$name of $who', ({ who, at = HOSPITAL, yuan = 1000, change, expected }) => {
  test('pays what the policy says and is given back whole', async () => {
    const person = await PERSONS[who]()
    const lines = [{ code: CLASS_A, price: yuan }]
    await steps.thereAndBack(at, person, bill({ card: person.cardNumber, lines, ...change }), expected)
  })
})

/** A bill that is refused, in trial and settlement alike. */
async function refused(at: string, person: WorldPerson, change: object) {
  const input = bill({ card: person.cardNumber, ...change })
  const [settled, tried] = [await steps.take(at, 'settle', { input }), await steps.take(at, 'trial', { input })]
  expect(tried.problems).toEqual(settled.problems)
  return [settled.code, settled.problems[0]?.path]
}

test.each(['employee', 'resident'] as const)(
  'an injury of %s that somebody else is liable for is not paid',
  async (who) => {
    const person = await PERSONS[who]()
    const injury = (trauma?: object) => refused(HOSPITAL, person, { careType: '19', ...(trauma && { trauma }) })
    expect(await injury({ thirdParty: true })).toEqual(['THIRD_PARTY_LIABLE', 'trauma.thirdParty'])
    expect(await injury({ thirdParty: false })).toEqual(['INVALID_INPUT', 'trauma.promise'])
    expect(await injury()).toEqual(['INVALID_INPUT', 'trauma'])
    const accident = { careType: '11', trauma: { thirdParty: true } }
    expect(await refused(HOSPITAL, person, accident)).toEqual(['THIRD_PARTY_LIABLE', 'trauma.thirdParty'])
  },
)

async function register(person: WorldPerson, at: string, change: object = {}) {
  await world.as(at, BY_CREDENTIAL, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber } })
  const input = {
    insuredId: person.insuredId,
    insuranceType: '310',
    disease: 'M03900',
    name: '高血压',
    kind: 'CHRONIC',
    institutions: [at],
    certifiedOn: '2026-11-20',
    doctorCode: 'D629900000101',
    doctorName: '示范医师',
    beginOn: '2026-11-22',
    ...change,
  }
  const { registerDisease } = await world.as(at, REGISTER_DISEASE, { requestId: `register-${person.insuredId}`, input })
  expect(registerDisease).toMatchObject({ __typename: 'DiseaseRegistration', state: 'IN_FORCE' })
}

const CHRONIC = [
  // 1,000 × 90 %: no deductible.
  { who: 'employee', insuranceType: '310', at: HOSPITAL, expected: { deductible: '0.00', fundTotal: '900.00' } },
  // 1,000 × 72 %, and nothing of the serious illness insurance below 5,000.
  { who: 'resident', insuranceType: '390', at: HOSPITAL, expected: { deductible: '0.00', fundTotal: '720.00' } },
  // Of this disease the fund pays 80 % beyond 300, in a month 200 at most: (1,000 − 300) × 80 % = 560.
  { who: 'hengshui', insuranceType: '310', at: HENGSHUI, expected: { deductible: '300.00', fundTotal: '200.00' } },
] as const

test.each(CHRONIC)('chronic care of $who needs the registration', async ({ who, insuranceType, at, expected }) => {
  const person = await PERSONS[who]()
  const care = { careType: '140104', disease: 'M03900', lines: [{ code: CLASS_A, price: 1000 }] }
  expect(await refused(at, person, { ...care, disease: undefined })).toEqual(['INVALID_INPUT', 'disease'])
  expect(await refused(at, person, care)).toEqual(['NOT_REGISTERED', 'disease'])
  await register(person, at, { insuranceType })
  expect(await refused(at, person, { ...care, disease: 'M01600' })).toEqual(['NOT_REGISTERED', 'disease'])
  await steps.thereAndBack(at, person, bill({ card: person.cardNumber, ...care }), expected)
  if (who !== 'hengshui') expect(await refused(COMMUNITY, person, care)).toEqual(['NOT_REGISTERED_HERE', 'institution'])
})

/** Ten packages of 100 yuan, on a prescription or without. */
const buying = ({ cardNumber: card }: WorldPerson, ePrescription?: string) =>
  bill({
    card,
    careType: '41',
    lines: [{ code: CLASS_A, price: 100, quantity: 10, ...(ePrescription && { ePrescription }) }],
  })

describe('a pharmacy', () => {
  const signers = new Map<string, Signer>()
  beforeAll(async () => {
    for (const at of [HOSPITAL, COMMUNITY]) {
      const signer = await newSigner(`key-${at}`)
      signers.set(at, signer)
      expect(await registerKey(through(world), signer, signedIn(at))).toMatchObject({ __typename: 'SigningKey' })
    }
  })
  const prescribed = async (at: string, patient: WorldPerson) => {
    const signer = signers.get(at)
    if (signer === undefined) throw new Error(`${at} has no key`)
    const input = prescriptionOf({ items: [itemOf({ code: CLASS_A })] })
    const { number } = await issue(through(world), { patient, signer, input, identity: signedIn(at) })
    await review(through(world), number, patient, { identity: signedIn(PHARMACY) })
    return number
  }

  test('without a prescription is paid from the account alone', async () => {
    const person = await employee()
    const expected = { fundTotal: '0.00', account: '300.00', cash: '700.00' }
    await steps.thereAndBack(PHARMACY, person, buying(person), expected)
  })

  // (1,000 − 200) × 55 %, for the retired in the community × 70 %: the level is that of whoever prescribed.
  const RATIOS = [
    { who: 'employee', at: HOSPITAL, fundTotal: '440.00' },
    { who: 'employee', at: COMMUNITY, fundTotal: '520.00' },
    { who: 'retired', at: COMMUNITY, fundTotal: '560.00' },
  ] as const
  test.each(RATIOS)('with a prescription of $at for $who has its ratio', async ({ who, at, fundTotal }) => {
    const person = await PERSONS[who]()
    const number = await prescribed(at, person)
    await steps.thereAndBack(PHARMACY, person, buying(person, number), { fundTotal, deductible: '200.00' })
    // What was given back may be dispensed again.
    await steps.thereAndBack(PHARMACY, person, buying(person, number), { fundTotal })
  })

  test('counts on the deductible and the cap of outpatient care, which it shares', async () => {
    const person = await employee()
    const first = await steps.take(HOSPITAL, 'settle', { input: bill({ card: person.cardNumber }) })
    expect(first).toMatchObject({ deductible: '200.00', fundTotal: '0.00' })
    // 1,000 × 55 %: the 200 were paid in the hospital.
    const number = await prescribed(HOSPITAL, person)
    const expected = { deductible: '0.00', fundTotal: '550.00' }
    await steps.thereAndBack(PHARMACY, person, buying(person, number), expected)
  })

  test('sells nothing to residents, for whom the pool has no rule of pharmacies', async () => {
    expect(await refused(PHARMACY, await resident(), { careType: '41' })).toEqual(['NO_POLICY', 'careType'])
  })
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(world.logged).toEqual([])
})
