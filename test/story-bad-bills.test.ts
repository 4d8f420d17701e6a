import { afterAll, beforeAll, expect, test } from 'vitest'
import { alarmsOf, listOf, refusingIn, type Refusals } from './story-refused.ts'
import { cardOf, lineOn, opening, settling, stepsOf, storyHospital, unused, type Steps } from './story-steps.ts'
import { bill, CLASS_A, lineInput } from './world-bill.ts'
import { AGREEMENTS, RESUME, SUSPEND } from './world-queries.ts'
import { demoPerson, openWorld, type World, type WorldPerson } from './world.ts'

// What a bill must not be at the counter it must not be as an order, as a visit or as the lines of one either.

const [HOSPITAL, LATE, STOPPED] = ['H62990000001', 'H62990009003', 'H62990009004']
const SUSPENDED = demoPerson('620200', 'suspended')
const WRONG_NUMBER = { kind: 'IDENTITY_CARD', value: '110101199003070014' }
const NOBODY = { kind: 'SOCIAL_SECURITY_CARD', value: 'X99999' }

let world: World
let steps: Steps
let refused: ReturnType<typeof refusingIn>
let person: WorldPerson
const visit = unused('V')
beforeAll(async () => {
  const late = { ...storyHospital(LATE), agreedFrom: '2026-12-01' }
  world = await openWorld({ institutions: [late, storyHospital(STOPPED)] })
  steps = stepsOf(world)
  refused = refusingIn(world, steps)
  person = await world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '629900', current: 5000 },
  })
  const short = { end: '2026-11-13T10:00:00+08:00' }
  await steps.stay(HOSPITAL, opening(person, visit), { lines: [lineOn('1', '2026-11-12', 1000)], end: short })
})
afterAll(() => world.close())

/** A bill of one line of 200 yuan, changed as it must not be. */
const wrong = (line: object, change: object = {}) => ({
  lines: [{ ...lineInput({ code: CLASS_A, price: 200 }, 0, '2026-11-22T08:00:00+08:00'), ...line }],
  ...change,
})
const order =
  (change: object = {}) =>
  () => {
    const { credential: _credential, ...rest } = bill({ card: person.cardNumber })
    return { input: { ...rest, person: { credential: cardOf(person) }, ...change } }
  }
const lines = (count: number) => Array.from({ length: count }, (_, i) => lineOn(String(i), '2026-11-22', 1))
const diagnoses = Array.from({ length: 11 }, (_, i) => ({ code: `J0${i}`, name: '病' }))
const open = (change: object) => () => ({ input: opening(null, unused('V'), change) })
const settle = (change: object) => () => ({ input: settling(person, visit, '1000.00', change) })

const REFUSALS: Refusals = {
  createOrder: {
    'for a wrong identity number': [
      order({ person: { credential: WRONG_NUMBER } }),
      'InvalidInput: person.credential.value IDENTITY_CHECK',
    ],
    'for nobody': [order({ person: { credential: NOBODY } }), 'NotAllowed: person.credential.value CREDENTIAL_UNKNOWN'],
    'for somebody not covered': [order({ person: { credential: cardOf(SUSPENDED) } }), 'NotCovered: person SUSPENDED'],
    'of an unknown item': [order(wrong({ code: 'NOPE' })), 'NotAllowed: lines[0].code UNKNOWN_ITEM'],
    'of an amount that is not the product': [
      order(wrong({ amount: '199.99' }, { total: '199.99' })),
      'InvalidInput: lines[0].amount NOT_PRICE_TIMES_QUANTITY',
    ],
    'to another total': [order({ total: '200.01' }), 'InvalidInput: total NOT_SUM_OF_LINES'],
    'of nothing of an item': [
      order(wrong({ quantity: '0', amount: '0.00' }, { total: '0.00' })),
      'InvalidInput: lines[0].quantity ZERO',
    ],
    'of less than nothing': [
      order(wrong({ quantity: '-1', amount: '-200.00' }, { total: '-200.00' })),
      'InvalidInput: lines[0].quantity NEGATIVE, total NEGATIVE',
    ],
    'with too many decimals': [order(wrong({ price: '200.0000001' })), 'InvalidInput: lines[0].price MALFORMED'],
    'of tomorrow': [order({ end: '2026-11-23T09:00:00+08:00' }), 'InvalidInput: end IN_FUTURE'],
    'without lines': [order({ lines: [] }), 'InvalidInput: lines REQUIRED'],
    'of ten thousand lines': [order({ lines: lines(10_000) }), 'InvalidInput: lines TOO_MANY'],
    'of a line twice': [
      order({ lines: [...wrong({}).lines, ...wrong({}).lines], total: '400.00' }),
      'InvalidInput: lines[1].serial DUPLICATE',
    ],
    'of eleven diagnoses': [order({ diagnoses }), 'InvalidInput: diagnoses TOO_MANY'],
    'of another institution': [order({ institution: LATE }), 'NotAllowed: institution OTHER_INSTITUTION'],
  },
  openVisit: {
    'for a wrong identity number': [
      open({ credential: WRONG_NUMBER }),
      'InvalidInput: credential.value IDENTITY_CHECK',
    ],
    'for nobody': [open({ credential: NOBODY }), 'NotAllowed: credential.value CREDENTIAL_UNKNOWN'],
    'with eleven diagnoses': [open({ diagnoses }), 'InvalidInput: diagnoses TOO_MANY'],
    'of a day that is none': [open({ begin: '2026-11-31T09:00:00+08:00' }), 'InvalidInput: begin MALFORMED'],
    'under a number with blanks': [() => ({ input: opening(null, 'a visit') }), 'InvalidInput: visit NOT_ASCII'],
  },
  identifyVisit: {
    'by a wrong identity number': [
      () => ({ visit, credential: WRONG_NUMBER }),
      'InvalidInput: credential.value IDENTITY_CHECK',
    ],
    'by a card of nobody': [() => ({ visit, credential: NOBODY }), 'NotAllowed: credential.value CREDENTIAL_UNKNOWN'],
  },
  settleVisit: {
    'by a wrong identity number': [
      settle({ credential: WRONG_NUMBER }),
      'InvalidInput: credential.value IDENTITY_CHECK',
    ],
    'by a card of nobody': [settle({ credential: NOBODY }), 'NotAllowed: credential.value CREDENTIAL_UNKNOWN'],
    'with a total that is no amount': [settle({ total: '1000.000' }), 'InvalidInput: total MALFORMED'],
    'of an insurance the person does not have': [
      settle({ insuranceType: '390' }),
      'NotAllowed: insuranceType NOT_ENROLLED_IN_INSURANCE',
    ],
    'without a charge batch': [settle({ chargeBatch: '' }), 'InvalidInput: chargeBatch REQUIRED'],
  },
}

test.each(listOf(REFUSALS))('$step $name is refused and changes nothing', async ({ step, variables, refusal }) => {
  expect(await refused(HOSPITAL, step, variables())).toBe(refusal)
})

test('an institution that is not designated yet admits nobody and makes no order', async () => {
  const refusal = 'NotSettledDirectly: institution INSTITUTION_NOT_DESIGNATED'
  expect(await refused(LATE, 'openVisit', { input: opening(await resident(), unused('V')) })).toBe(refusal)
  expect(await refused(LATE, 'createOrder', order()())).toBe(refusal)
})

test('an institution that was suspended meanwhile settles nothing until it may go on', async () => {
  const [who, number] = [await resident(), unused('V')]
  await steps.stay(STOPPED, opening(who, number), { lines: [lineOn('1', '2026-11-12', 1000)] })
  const { institution } = await world.as('clerk-629900', AGREEMENTS, { code: STOPPED })
  const input = { agreement: institution.agreements[0].id, reason: 'overcharging', legalGround: '条例第十五条' }
  await world.as('clerk-629900', SUSPEND, { requestId: unused(), input })
  const refusal = 'NotSettledDirectly: institution INSTITUTION_SUSPENDED'
  expect(await refused(STOPPED, 'settleVisit', { input: settling(who, number, '1000.00') })).toBe(refusal)
  expect(await refused(STOPPED, 'createOrder', order()())).toBe(refusal)
  await world.as('clerk-629900', RESUME, { requestId: unused(), input })
  // (1,000 − 500) × 72 %.
  const settled = await steps.settleStay(STOPPED, who, number, { fundTotal: '360.00' })
  await steps.undoStay(STOPPED, number, settled)
})

const resident = () =>
  world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '390', personType: '1501', beginOn: '2025-10-01' }],
  })

test('and nothing of it was an alarm', () => {
  expect(alarmsOf(world)).toEqual([])
})
