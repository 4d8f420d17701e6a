import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CLERK, doEverything, HOSPITAL, PHARMACY, type Everything } from './story-done.ts'
import { alarmsOf, dumpOf, listOf, refusalOf, refusingIn, type Refusals } from './story-refused.ts'
import { cardOf, ending, lineOn, opening, settling, stepsOf, unused, type Step, type Steps } from './story-steps.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { openWorld, type World } from './world.ts'

// Everything was done once; by id it is there for whom it belongs to alone, and what is no id is refused by name.

const OTHER = 'H62990000002'

let world: World
let steps: Steps
let refused: ReturnType<typeof refusingIn>
let all: Everything
beforeAll(async () => {
  world = await openWorld()
  steps = stepsOf(world)
  refused = refusingIn(world, steps)
  all = await doEverything(world)
})
afterAll(() => world.close())

const variablesOf = (step: Step): object => all.done.get(step)?.variables ?? {}
const billOf = (change: object) => ({ input: bill({ card: all.person.cardNumber, ...change }) })
const visitOf = () => ({ visit: String(all.done.get('openVisit')?.answer.visit) })
const ofVisit =
  (change: object = {}) =>
  () => ({ input: { ...visitOf(), ...change } })
const NO_VISIT = 'NotFound: visit NOT_FOUND'
const NO_SETTLEMENT = 'NotFound: settlement NOT_FOUND'

/** What belongs to the hospital, asked by another one. */
const OF_ANOTHER: Refusals = {
  reverse: { settlement: [() => ({ settlement: all.numberOf('settle') }), NO_SETTLEMENT] },
  refund: { settlement: [() => ({ ...variablesOf('refund'), settlement: all.idOf('settle') }), NO_SETTLEMENT] },
  confirm: {
    request: [() => ({ requestId: all.done.get('settle')?.requestId }), 'NotAllowed: requestId NOTHING_TO_CONFIRM'],
  },
  identifyVisit: { visit: [() => ({ ...visitOf(), credential: cardOf(all.person) }), NO_VISIT] },
  changeVisit: { visit: [ofVisit({ bed: '1' }), NO_VISIT] },
  uploadLines: { visit: [ofVisit({ lines: [lineOn('7', '2026-11-12', 1)] }), NO_VISIT] },
  withdrawLines: { visit: [ofVisit(), NO_VISIT] },
  discharge: { visit: [() => ({ input: ending(visitOf().visit) }), NO_VISIT] },
  undoDischarge: { visit: [visitOf, NO_VISIT] },
  cancelVisit: { visit: [visitOf, NO_VISIT] },
  settleVisit: { visit: [() => ({ input: settling(all.person, visitOf().visit, '1000.00') }), NO_VISIT] },
  trialVisit: { visit: [() => ({ input: settling(all.person, visitOf().visit, '1000.00') }), NO_VISIT] },
  visit: { visit: [visitOf, NO_VISIT] },
  settlement: { settlement: [() => ({ id: all.idOf('settle') }), 'NotFound: id NOT_FOUND'] },
  cancelOrder: { order: [() => ({ order: all.idOf('createOrder') }), 'NotFound: order NOT_FOUND'] },
  order: { order: [() => ({ id: all.idOf('createOrder') }), 'NotFound: id NOT_FOUND'] },
  revokePrescription: {
    prescription: [() => variablesOf('revokePrescription'), 'NotFound: number NOT_FOUND'],
  },
  prescription: { prescription: [() => ({ number: all.numberOf('issuePrescription') }), 'NotFound: number NOT_FOUND'] },
  retireSigningKey: { key: [() => ({ kid: 'mine' }), 'NotFound: kid NOT_FOUND'] },
  endRegistration: {
    registration: [() => variablesOf('endRegistration'), 'NotFound: registrationId NOT_FOUND'],
  },
}

describe('what belongs to another', () => {
  test.each(listOf(OF_ANOTHER))('$step: the $name is as if it were not there', async ({ step, variables, refusal }) => {
    expect(await refused(OTHER, step, variables())).toBe(refusal)
  })

  test('annulling a request of another’s name leaves the other’s settlement as it is', async () => {
    const before = await dumpOf(world)
    const target = all.done.get('settle')?.requestId
    expect(await steps.take(OTHER, 'annul', { target })).toMatchObject({ __typename: 'Annulment', settlement: null })
    expect(await dumpOf(world)).toEqual(before)
  })

  test('persons reach no order and no binding of others, staff no trial of another pool, pharmacists no prescription unshown', async () => {
    const me = all.relative.personNumber
    const authorise = { order: all.idOf('createOrder'), voucher: 'nonsense' }
    expect(await refused(me, 'authoriseOrder', authorise)).toBe('NotFound: order NOT_FOUND')
    expect(await refused(me, 'cancelOrder', { order: all.idOf('createOrder') })).toBe('NotFound: order NOT_FOUND')
    const stranger = await world.addPerson({ enrolments: [] })
    const binding = { bindingId: all.idOf('bindMutualAid') }
    expect(await refused(stranger.personNumber, 'unbindMutualAid', binding)).toBe('NotFound: bindingId NOT_FOUND')
    const bindings = { bindings: [all.idOf('bindMutualAid')] }
    expect(await refused(stranger.personNumber, 'orderMutualAid', bindings)).toMatch(/^InvalidInput: bindings/)
    const impact = { id: all.idOf('startPolicyImpact') }
    expect(await refused('clerk-620200', 'cancelPolicyImpact', impact)).toBe('NotFound: id NOT_FOUND')
    expect(await refused('clerk-620200', 'policyImpact', impact)).toBe('NotFound: id NOT_FOUND')
    const review = variablesOf('reviewPrescription') as { input?: object }
    const unshown = { input: { ...review.input, credential: cardOf(stranger) } }
    expect(await refused(PHARMACY, 'reviewPrescription', unshown)).toBe('NotFound: number NOT_FOUND')
  })
})

/** Operations that take an id, with where it goes. */
const BY_ID: readonly (readonly [who: string, step: Step, variables: (id: string) => object])[] = [
  ['HOSPITAL', 'reverse', (settlement) => ({ settlement })],
  [
    'HOSPITAL',
    'refund',
    (settlement) => ({ settlement, input: { lines: [{ serial: '1', quantity: '1' }], chargeBatch: 'B' } }),
  ],
  ['HOSPITAL', 'settlement', (id) => ({ id })],
  ['HOSPITAL', 'undoDischarge', (visit) => ({ visit })],
  ['HOSPITAL', 'cancelVisit', (visit) => ({ visit })],
  ['HOSPITAL', 'visit', (visit) => ({ visit })],
  ['HOSPITAL', 'identifyVisit', (visit) => ({ visit, credential: cardOf(all.person) })],
  ['HOSPITAL', 'changeVisit', (visit) => ({ input: { visit, bed: '1' } })],
  ['HOSPITAL', 'uploadLines', (visit) => ({ input: { visit, lines: [lineOn('1', '2026-11-12', 1)] } })],
  ['HOSPITAL', 'withdrawLines', (visit) => ({ input: { visit } })],
  ['HOSPITAL', 'discharge', (visit) => ({ input: ending(visit) })],
  ['HOSPITAL', 'settleVisit', (visit) => ({ input: settling(all.person, visit, '1.00') })],
  ['HOSPITAL', 'settle', (quote) => billOf({ quote })],
  ['HOSPITAL', 'openVisit', (joins) => ({ input: opening(all.relative, unused('V'), { joins }) })],
  ['HOSPITAL', 'openVisit', (transferredFrom) => ({ input: opening(all.relative, unused('V'), { transferredFrom }) })],
  ['HOSPITAL', 'settle', (ePrescription) => billOf({ lines: [{ code: CLASS_A, price: 1, ePrescription }] })],
  ['HOSPITAL', 'cancelOrder', (order_) => ({ order: order_ })],
  ['HOSPITAL', 'order', (id) => ({ id })],
  ['PERSON', 'authoriseOrder', (order_) => ({ order: order_, voucher: 'x' })],
  [
    'HOSPITAL',
    'revokePrescription',
    (number) => ({ input: { number, doctor: { code: 'D629900000101', name: '甲' }, reason: '误' } }),
  ],
  ['HOSPITAL', 'prescription', (number) => ({ number })],
  ['HOSPITAL', 'retireSigningKey', (kid) => ({ kid })],
  ['HOSPITAL', 'endRegistration', (registrationId) => ({ registrationId, reason: '误登记' })],
  ['PERSON', 'unbindMutualAid', (bindingId) => ({ bindingId })],
  ['PERSON', 'orderMutualAid', (id) => ({ bindings: [id] })],
  ['CLERK', 'cancelPolicyImpact', (id) => ({ id })],
  ['CLERK', 'policyImpact', (id) => ({ id })],
]
const OPTIONAL = new Set<Step>(['settle', 'openVisit'])
const IDS = [
  '',
  ' ',
  'nonsense',
  '号',
  "' or 1 = 1 --",
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(300),
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
]

test.each(BY_ID)(
  '%s %s: an id that is none is refused by type and name, and changes nothing',
  async (who, step, variables) => {
    const caller = who === 'PERSON' ? all.person.personNumber : who === 'CLERK' ? CLERK : HOSPITAL
    const before = await dumpOf(world)
    for (const id of IDS) {
      // Where it may be left out, nothing at all is none.
      if (id === '' && OPTIONAL.has(step)) continue
      const answer = await steps.take(caller, step, variables(id))
      expect(refusalOf(answer), id).toMatch(/^(InvalidInput|NotFound|NotAllowed): \S+ [A-Z_]+/)
    }
    expect(await dumpOf(world)).toEqual(before)
  },
)

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(alarmsOf(world)).toEqual([])
})
