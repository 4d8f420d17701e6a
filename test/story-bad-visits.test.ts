import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alarmsOf, dumpOf, listOf, refusalOf, refusingIn, type Refusals } from './story-refused.ts'
import { cardOf, ending, lineOn, opening, settling, stepsOf, unused, type Steps } from './story-steps.ts'
import { bill, CLASS_A, lineInput } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Steps of a visit that must not be taken, each through the gateway: refused by type, with the field, in two languages, and
// every table about persons and money exactly as before.

const HOSPITAL = 'H62990000001'

let world: World
let steps: Steps
let refused: ReturnType<typeof refusingIn>
const persons = {} as Record<'one' | 'two' | 'three' | 'four' | 'five', WorldPerson>
let stay: Data
/** Visits by the state they are in; one has no lines. */
const visits = {
  OPEN: unused('V'),
  DISCHARGED: unused('V'),
  SETTLED: unused('V'),
  CANCELLED: unused('V'),
  EMPTY: unused('V'),
  NONE: unused('V'),
}
type State = keyof typeof visits

beforeAll(async () => {
  world = await openWorld()
  steps = stepsOf(world)
  refused = refusingIn(world, steps)
  for (const name of ['one', 'two', 'three', 'four', 'five'] as const)
    persons[name] = await world.addPerson({
      enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
      account: { pool: '629900', current: 100 },
    })
  const { one, two, three, four, five } = persons
  const lines = [lineOn('1', '2026-11-12', 1000), lineOn('2', '2026-11-14', 1000)]
  await steps.take(HOSPITAL, 'openVisit', { input: opening(one, visits.OPEN) })
  await steps.take(HOSPITAL, 'uploadLines', { input: { visit: visits.OPEN, lines } })
  await steps.stay(HOSPITAL, opening(two, visits.DISCHARGED), { lines })
  await steps.stay(HOSPITAL, opening(three, visits.SETTLED), { lines })
  stay = await steps.settleStay(HOSPITAL, three, visits.SETTLED, { total: '2000.00' })
  await steps.take(HOSPITAL, 'openVisit', { input: opening(four, visits.CANCELLED) })
  await steps.take(HOSPITAL, 'cancelVisit', { visit: visits.CANCELLED })
  const early = { begin: '2026-11-01T09:00:00+08:00' }
  await steps.take(HOSPITAL, 'openVisit', { input: opening(five, visits.EMPTY, early) })
  await steps.take(HOSPITAL, 'discharge', { input: ending(visits.EMPTY, { end: '2026-11-02T09:00:00+08:00' }) })
})
afterAll(() => world.close())

const of = (state: State) => () => ({ visit: visits[state] })
const end =
  (state: State, change: object = {}) =>
  () => ({ input: ending(visits[state], change) })
const settle =
  (who: keyof typeof persons, state: State, change: object = {}) =>
  () => ({
    input: settling(persons[who], visits[state], '2000.00', change),
  })
const open =
  (who: keyof typeof persons, change: object = {}) =>
  () => ({
    input: opening(persons[who], unused('V'), change),
  })
const at = (state: State, change: object) => () => ({ input: { visit: visits[state], ...change } })

const NO_VISIT = 'NotFound: visit NOT_FOUND'
const [OPEN, DISCHARGED] = ['NotAllowed: visit VISIT_NOT_DISCHARGED', 'NotAllowed: visit VISIT_DISCHARGED']
const [SETTLED, CANCELLED] = ['NotAllowed: visit VISIT_SETTLED', 'NotAllowed: visit VISIT_CANCELLED']
const NOTHING = 'NotAllowed: visit NOTHING_TO_SETTLE'

const REFUSALS: Refusals = {
  openVisit: {
    'under a number in use': [() => ({ input: opening(persons.five, visits.OPEN) }), 'NotAllowed: visit VISIT_EXISTS'],
    'of somebody who lies in bed': [open('one'), 'NotAllowed: credential ALREADY_ADMITTED'],
    'in the future': [open('five', { begin: '2026-11-23T09:00:00+08:00' }), 'InvalidInput: begin IN_FUTURE'],
    'for a pharmacy': [open('five', { careType: '41' }), 'NotAllowed: careType CARE_TYPE_NOT_OFFERED'],
    'for care that is none': [open('five', { careType: '99' }), 'InvalidInput: careType UNKNOWN_CODE'],
    'of a card of nobody': [
      open('five', { credential: { kind: 'SOCIAL_SECURITY_CARD', value: 'X9' } }),
      'NotAllowed: credential.value CREDENTIAL_UNKNOWN',
    ],
    'after the stay of another': [
      () => ({ input: opening(persons.five, unused('V'), { transferredFrom: stay.number }) }),
      'NotAllowed: transferredFrom TRANSFER_NOT_FOUND',
    ],
    'with an observation that is none': [
      () => ({ input: opening(persons.five, unused('V'), { joins: visits.EMPTY }) }),
      'NotAllowed: joins NOT_AN_OBSERVATION',
    ],
  },
  identifyVisit: {
    'as another person': [
      () => ({ visit: visits.OPEN, credential: cardOf(persons.five) }),
      'NotAllowed: credential VISIT_OF_ANOTHER_PERSON',
    ],
    'of no visit': [() => ({ visit: visits.NONE, credential: cardOf(persons.five) }), NO_VISIT],
  },
  changeVisit: {
    'to begin after its lines': [
      at('OPEN', { begin: '2026-11-13T00:00:00+08:00' }),
      'NotAllowed: begin LINES_OUTSIDE_VISIT, visit.lines["1"].time LINES_OUTSIDE_VISIT',
    ],
    'to outpatient care': [at('OPEN', { careType: '11' }), 'NotAllowed: careType OTHER_CARE_KIND'],
    'once it is settled': [at('SETTLED', { bed: '7' }), SETTLED],
    'once it is cancelled': [at('CANCELLED', { bed: '7' }), CANCELLED],
    'that there is not': [at('NONE', { bed: '7' }), NO_VISIT],
  },
  uploadLines: {
    'once it is settled': [at('SETTLED', { lines: [lineOn('9', '2026-11-12', 1)] }), SETTLED],
    'once it is cancelled': [at('CANCELLED', { lines: [lineOn('9', '2026-11-12', 1)] }), CANCELLED],
    'without lines': [at('OPEN', { lines: [] }), 'InvalidInput: lines REQUIRED'],
    'that there is not': [at('NONE', { lines: [lineOn('9', '2026-11-12', 1)] }), NO_VISIT],
  },
  withdrawLines: {
    'once it is settled': [at('SETTLED', { serials: ['1'] }), SETTLED],
    'before the discharge is undone': [at('DISCHARGED', { serials: ['1'] }), DISCHARGED],
    'that are not there': [at('OPEN', { serials: ['1', '9'] }), 'NotAllowed: serials[1] UNKNOWN_SERIAL'],
    'that there is not': [at('NONE', {}), NO_VISIT],
  },
  discharge: {
    'before the admission': [end('OPEN', { end: '2026-11-10T08:59:59+08:00' }), 'InvalidInput: end BEFORE_BEGIN'],
    'in the future': [end('OPEN', { end: '2026-11-22T10:03:00+08:00' }), 'InvalidInput: end IN_FUTURE'],
    'before the last lines': [
      end('OPEN', { end: '2026-11-13T10:00:00+08:00' }),
      'NotAllowed: end LINES_OUTSIDE_VISIT, visit.lines["2"].time LINES_OUTSIDE_VISIT',
    ],
    'once more': [end('DISCHARGED'), DISCHARGED],
    'once it is settled': [end('SETTLED'), SETTLED],
    'once it is cancelled': [end('CANCELLED'), CANCELLED],
    'that there is not': [end('NONE'), NO_VISIT],
  },
  trialVisit: { 'while it is open': [settle('one', 'OPEN'), 'NotAllowed: visit STAY_OPEN'] },
  settleVisit: {
    'while it is open': [settle('one', 'OPEN'), 'NotAllowed: visit STAY_OPEN'],
    'up to tomorrow': [settle('one', 'OPEN', { until: '2026-11-23' }), 'InvalidInput: until IN_FUTURE'],
    'up to a day that is none': [settle('one', 'OPEN', { until: '2026-11-31' }), 'InvalidInput: until MALFORMED'],
    'up to before the admission': [settle('one', 'OPEN', { until: '2026-11-09' }), 'InvalidInput: until BEFORE_BEGIN'],
    'up to before its lines': [settle('one', 'OPEN', { until: '2026-11-11' }), NOTHING],
    'without lines': [settle('five', 'EMPTY'), NOTHING],
    'to another total': [settle('two', 'DISCHARGED', { total: '1999.99' }), 'InvalidInput: total NOT_SUM_OF_LINES'],
    'with the card of another': [settle('five', 'DISCHARGED'), 'NotAllowed: credential VISIT_OF_ANOTHER_PERSON'],
    'once more': [settle('three', 'SETTLED'), SETTLED],
    'once it is cancelled': [settle('four', 'CANCELLED'), CANCELLED],
    'that there is not': [settle('one', 'NONE'), NO_VISIT],
  },
  settle: {
    'as a plain bill': [
      () => ({ input: bill({ card: persons.one.cardNumber, visit: visits.OPEN }) }),
      'NotAllowed: visit VISIT_OPEN',
    ],
  },
  undoDischarge: {
    'that never was': [of('OPEN'), OPEN],
    'before the settlement is': [of('SETTLED'), SETTLED],
    'once it is cancelled': [of('CANCELLED'), CANCELLED],
    'that there is not': [of('NONE'), NO_VISIT],
  },
  cancelVisit: {
    'before the lines are withdrawn': [of('OPEN'), 'NotAllowed: visit LINES_STAND'],
    'before the discharge is undone': [of('DISCHARGED'), DISCHARGED],
    'before the settlement is undone': [of('SETTLED'), SETTLED],
    'once more': [of('CANCELLED'), CANCELLED],
    'that there is not': [of('NONE'), NO_VISIT],
  },
}

test.each(listOf(REFUSALS))('$step $name is refused and changes nothing', async ({ step, variables, refusal }) => {
  expect(await refused(HOSPITAL, step, variables())).toBe(refusal)
})

describe('ten thousand lines', () => {
  const WRONG = [
    { amount: '7.00' },
    { quantity: '0', amount: '0.00' },
    { time: '2026-11-09T08:00:00+08:00' },
    { code: 'NOPE' },
    { price: 'x' },
  ]
  const FAULTS = [
    'amount NOT_PRICE_TIMES_QUANTITY',
    'quantity ZERO',
    'time OUTSIDE_VISIT',
    'code UNKNOWN_ITEM',
    'price MALFORMED',
  ]
  const batch = (number: number) =>
    Array.from({ length: 2000 }, (_, i) => ({
      ...lineInput({ serial: `${number}-${i}`, code: CLASS_A, price: 1 }, 0, '2026-11-11T08:30:00+08:00'),
      ...(i === 1999 && WRONG[number]),
    }))

  test('in batches with one bad line each: the good go in, the bad come back by name, and no money moves', async () => {
    const resident = { pool: '629900', insuranceType: '390', personType: '1501', beginOn: '2025-10-01' }
    const [person, visit] = [await world.addPerson({ enrolments: [resident] }), unused('V')]
    await steps.take(HOSPITAL, 'openVisit', { input: opening(person, visit) })
    const { 'settlement.visit': _visit, 'settlement.visit_line': _lines, ...money } = await dumpOf(world)
    for (const [i, fault] of FAULTS.entries()) {
      const uploaded = await steps.take(HOSPITAL, 'uploadLines', { input: { visit, lines: batch(i) } })
      const [bad] = uploaded.lines
      expect(uploaded).toMatchObject({ accepted: 1999, rejected: 1, lines: [{ serial: `${i}-1999` }] })
      const told = { __typename: 'Line', code: 'REJECTED', message: bad.problems[0].message, problems: bad.problems }
      expect(refusalOf(told)).toBe(`Line: lines[1999].${fault}`)
    }
    expect(await dumpOf(world)).toMatchObject(money)
    const tooMany = { visit, lines: [...batch(0), ...batch(1)] }
    expect(await refused(HOSPITAL, 'uploadLines', { input: tooMany })).toBe('InvalidInput: lines TOO_MANY')
    await steps.take(HOSPITAL, 'discharge', { input: ending(visit) })
    // (9,995 − 500) × 72 %.
    const settled = await steps.settleStay(HOSPITAL, person, visit, { total: '9995.00', fundTotal: '6836.40' })
    await steps.undoStay(HOSPITAL, visit, settled)
  })

  test('of which none is right leave the visit as it was', async () => {
    const before = await dumpOf(world)
    const lines = WRONG.map((wrong, i) => ({ ...batch(i)[0], ...wrong }))
    const uploaded = await steps.take(HOSPITAL, 'uploadLines', { input: { visit: visits.OPEN, lines } })
    expect(uploaded).toMatchObject({ accepted: 0, rejected: WRONG.length })
    expect(await dumpOf(world)).toEqual(before)
  })
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(alarmsOf(world)).toEqual([])
})
