import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedIn, through } from './prescription-gateway.ts'
import {
  credentialOf,
  issue,
  itemOf,
  newSigner,
  prescriptionOf,
  registerKey,
  review,
  revoke,
  signed,
} from './prescription-world.ts'
import { alarmsOf, listOf, refusingIn, type Refusals } from './story-refused.ts'
import { cardOf, lineOn, opening, settling, stepsOf, unused, type Steps } from './story-steps.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Bills, ways back, quotes, prescriptions and orders that must not be, each through the gateway: refused by type, with the
// field, in two languages, and every table about persons and money exactly as before.

const [HOSPITAL, COMMUNITY, PHARMACY] = ['H62990000001', 'H62990000002', 'P62990000001']
const UNKNOWN = '01890000-0000-7000-8000-00000000ffff'

let world: World
let steps: Steps
let refused: ReturnType<typeof refusingIn>
let person: WorldPerson
let other: WorldPerson
const bills = {} as Record<'settled' | 'reversed' | 'reversal' | 'early', Data>

const employee = (current = 100) =>
  world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '629900', current },
  })

beforeAll(async () => {
  world = await openWorld()
  steps = stepsOf(world)
  refused = refusingIn(world, steps)
  person = await employee(1000)
  other = await employee()
  bills.settled = await steps.take(HOSPITAL, 'settle', input())
  bills.reversed = await steps.take(HOSPITAL, 'settle', input())
  bills.reversal = await steps.reverse(HOSPITAL, bills.reversed)
  const visit = unused('V')
  await steps.stay(HOSPITAL, opening(other, visit), {
    lines: [lineOn('1', '2026-11-12', 1000), lineOn('2', '2026-11-14', 1000)],
  })
  const part = settling(other, visit, '1000.00', { until: '2026-11-13' })
  bills.early = await steps.take(HOSPITAL, 'settleVisit', { input: part })
  await steps.settleStay(HOSPITAL, other, visit, { total: '1000.00' })
})
afterAll(() => world.close())

/** Does something at a later time, and turns the clock back. */
async function later<T>(time: Temporal.DurationLike, work: () => Promise<T>): Promise<T> {
  const before = world.time.now
  world.time.now = before.add(time)
  try {
    return await work()
  } finally {
    world.time.now = before
  }
}

const input = (change: object = {}) => ({ input: bill({ card: person.cardNumber, ...change }) })
const sent = (change: object) => () => input(change)
const converts = (change: object) =>
  sent({ converts: { invoice: 'P1', paidAt: '2026-11-22T08:50:00+08:00', paid: '200.00', ...change } })
const reversing = (which: keyof typeof bills) => () => ({ settlement: bills[which].number })
const refunding =
  (lines: readonly object[], change: object = {}, which: keyof typeof bills = 'settled') =>
  () => ({
    settlement: bills[which].number,
    input: { lines, chargeBatch: unused('B'), invoice: unused('I').slice(-20), ...change },
  })
const one = [{ serial: '1', quantity: '0.5' }]
const BACKWARDS = 'NotAllowed: settlement REVERSAL_OF_REVERSAL'
const DONE = 'AlreadyReversed: settlement ALREADY_REVERSED'

const REFUSALS: Refusals = {
  reverse: {
    'of a reversal': [reversing('reversal'), BACKWARDS],
    'once more': [reversing('reversed'), DONE],
    'of a part before the last': [reversing('early'), 'NotAllowed: settlement LATER_PART_STANDS'],
    'of nothing': [() => ({ settlement: UNKNOWN }), 'NotFound: settlement NOT_FOUND'],
  },
  refund: {
    'of a reversal': [refunding(one, {}, 'reversal'), BACKWARDS],
    'of what is reversed': [refunding(one, {}, 'reversed'), DONE],
    'of a part before the last': [refunding(one, {}, 'early'), 'NotAllowed: settlement LATER_PART_STANDS'],
    'of no line': [refunding([]), 'InvalidInput: lines REQUIRED'],
    'of a line twice': [refunding([...one, ...one]), 'InvalidInput: lines[1].serial DUPLICATE'],
    'of an unknown line': [refunding([{ serial: '9', quantity: '1' }]), 'InvalidInput: lines[0].serial UNKNOWN_SERIAL'],
    'of too much': [refunding([{ serial: '1', quantity: '1.0001' }]), 'InvalidInput: lines[0].quantity TOO_MUCH'],
    'of less than nothing': [
      refunding([{ serial: '1', quantity: '-1' }]),
      'InvalidInput: lines[0].quantity NOT_POSITIVE',
    ],
    'without a charge batch': [refunding(one, { chargeBatch: '' }), 'InvalidInput: chargeBatch REQUIRED'],
  },
  settle: {
    'of a bill paid with another sum': [converts({ paid: '199.99' }), 'InvalidInput: converts.paid NOT_TOTAL'],
    'of a bill paid tomorrow': [
      converts({ paidAt: '2026-11-23T08:50:00+08:00' }),
      'InvalidInput: converts.paidAt IN_FUTURE',
    ],
    'of a bill paid too long ago': [
      converts({ paidAt: '2026-10-01T08:50:00+08:00' }),
      'NotAllowed: converts.paidAt CONVERSION_TOO_LATE',
    ],
    'confirmed within no time': [sent({ confirmWithin: 0 }), 'InvalidInput: confirmWithin OUT_OF_RANGE'],
    'confirmed within two days': [sent({ confirmWithin: 2880 }), 'InvalidInput: confirmWithin OUT_OF_RANGE'],
    'of chronic care without registration': [
      sent({ careType: '14', disease: 'M03900' }),
      'NotAllowed: disease NOT_REGISTERED',
    ],
    'of a transfer from nowhere': [
      sent({ careType: '21', transferredFrom: 'nonsense' }),
      'NotAllowed: transferredFrom TRANSFER_NOT_FOUND',
    ],
    'by a quote that is none': [sent({ quote: 'nonsense' }), 'InvalidInput: quote MALFORMED'],
    'by a quote of nobody': [sent({ quote: UNKNOWN }), 'NotAllowed: quote QUOTE_NOT_FOUND'],
    'of a prescription that is none': [
      sent({ lines: [{ code: CLASS_A, price: 200, ePrescription: 'nonsense' }] }),
      'NotAllowed: lines[0].ePrescription PRESCRIPTION_NOT_FOUND',
    ],
  },
}

test.each(listOf(REFUSALS))('$step $name is refused and changes nothing', async ({ step, variables, refusal }) => {
  expect(await refused(HOSPITAL, step, variables())).toBe(refusal)
})

describe('a quote', () => {
  test('that has expired settles nothing', async () => {
    const variables = input()
    const { quote } = await steps.take(HOSPITAL, 'trial', variables)
    const stale = await later({ minutes: 15 }, () =>
      refused(HOSPITAL, 'settle', { input: { ...variables.input, quote: quote.id } }),
    )
    expect(stale).toBe('QuoteStale: quote EXPIRED')
  })

  test('of another institution, bill or person settles nothing', async () => {
    const variables = input()
    const { quote } = await steps.take(HOSPITAL, 'trial', variables)
    const by = (change: object, who = HOSPITAL) =>
      refused(who, 'settle', { input: { ...variables.input, quote: quote.id, ...change } })
    expect(await by({}, COMMUNITY)).toBe('NotAllowed: quote QUOTE_NOT_FOUND')
    expect(await by({ chargeBatch: 'another' })).toBe('NotAllowed: quote QUOTE_OF_ANOTHER_BILL')
    expect(await by({ credential: cardOf(other) })).toBe('NotAllowed: quote QUOTE_OF_ANOTHER_BILL')
    const visit = unused('V')
    const begin = '2026-11-21T09:00:00+08:00'
    await steps.stay(HOSPITAL, opening(person, visit, { begin }), {
      lines: [lineOn('1', '2026-11-21', 1000)].map((line) => ({ ...line, time: '2026-11-21T10:00:00+08:00' })),
      end: { end: '2026-11-21T18:00:00+08:00' },
    })
    const ofVisit = { input: settling(person, visit, '1000.00', { quote: quote.id }) }
    expect(await refused(HOSPITAL, 'settleVisit', ofVisit)).toBe('NotAllowed: quote QUOTE_OF_ANOTHER_BILL')
  })
})

test('mutual aid of nobody who is bound is no aid, and touches no account', async () => {
  const [poor, rich] = [await employee(0), await employee(5000)]
  const before = await Promise.all([poor, rich].map((each) => steps.money(each)))
  const variables = { input: bill({ card: poor.cardNumber, useMutualAid: true }) }
  const settlement = await steps.take(HOSPITAL, 'settle', variables)
  expect(settlement).toMatchObject({ account: '0.00', mutualAid: '0.00', cash: '200.00' })
  await steps.reverse(HOSPITAL, settlement)
  expect(await Promise.all([poor, rich].map((each) => steps.money(each)))).toEqual(before)
})

/** Ten packages bought on a prescription. */
const buying = (ePrescription: string, change: object = {}, { cardNumber: card } = person, on = {}) => ({
  input: bill({
    card,
    careType: '41',
    lines: [{ code: CLASS_A, price: 20, quantity: 10, ePrescription, ...change }],
    ...on,
  }),
})

describe('a prescription', () => {
  const [hospital, pharmacy] = [signedIn(HOSPITAL), signedIn(PHARMACY)]
  let signer: Awaited<ReturnType<typeof newSigner>>
  const issued = async (reviewed = true): Promise<string> => {
    const items = [itemOf({ code: CLASS_A })]
    const made = await issue(through(world), {
      patient: person,
      signer,
      input: prescriptionOf({ items }),
      identity: hospital,
    })
    if (reviewed) await review(through(world), made.number, person, { identity: pharmacy })
    return made.number
  }
  const buy = (...bought: Parameters<typeof buying>) => refused(PHARMACY, 'settle', buying(...bought))
  const at = 'NotAllowed: lines[0].ePrescription'
  beforeAll(async () => {
    signer = await newSigner('hospital')
    await registerKey(through(world), signer, hospital)
  })

  test('that is revoked, used up, not reviewed, another’s, of another drug or too small is not dispensed', async () => {
    const [revoked, used, unseen, valid] = [await issued(), await issued(), await issued(false), await issued()]
    expect(await revoke(through(world), revoked, hospital)).toMatchObject({ state: 'REVOKED' })
    expect(await steps.take(PHARMACY, 'settle', buying(used))).toMatchObject({ __typename: 'Settlement' })
    expect(await buy(revoked)).toBe(`${at} PRESCRIPTION_REVOKED`)
    expect(await buy(used)).toBe(`${at} PRESCRIPTION_USED`)
    expect(await buy(unseen)).toBe(`${at} PRESCRIPTION_NOT_REVIEWED`)
    expect(await buy(valid, {}, other)).toBe(`${at} PRESCRIPTION_NOT_FOUND`)
    expect(await buy(valid, { quantity: 11 })).toBe(`${at} PRESCRIPTION_QUANTITY`)
    expect(await buy(valid, { code: 'XJ01DDA002B001010101049' })).toBe(`${at} PRESCRIPTION_ITEM_MISMATCH`)
    const late = { begin: '2026-11-25T08:10:00+08:00' }
    const expired = await later({ hours: 72 }, () => buy(valid, {}, person, late))
    expect(expired).toBe(`${at} PRESCRIPTION_EXPIRED`)
  })

  test('that is used or revoked is not revoked or reviewed, and one that is not signed is none', async () => {
    const [revoked, used] = [await issued(), await issued()]
    await revoke(through(world), revoked, hospital)
    await steps.take(PHARMACY, 'settle', buying(used))
    const doctor = { code: 'D620900000001', name: '甲医师' }
    const revoking = (number: string) =>
      refused(HOSPITAL, 'revokePrescription', { input: { number, doctor, reason: '变更' } })
    expect(await revoking(revoked)).toBe('NotAllowed: number PRESCRIPTION_REVOKED')
    expect(await revoking(used)).toBe('NotAllowed: number PRESCRIPTION_DISPENSED')
    const looked = {
      credential: credentialOf(person),
      pharmacist: { code: 'HY620900000001', name: '乙药师' },
      result: 'APPROVED',
    }
    const reviewing = (number: string) => refused(PHARMACY, 'reviewPrescription', { input: { ...looked, number } })
    expect(await reviewing(revoked)).toBe('NotAllowed: number PRESCRIPTION_REVOKED')
    expect(await reviewing(used)).toBe('NotAllowed: number PRESCRIPTION_USED')

    const plain = { ...prescriptionOf({ items: [itemOf({ code: CLASS_A })] }), credential: credentialOf(person) }
    const issuing = (signature?: string) => refused(HOSPITAL, 'issuePrescription', { input: { ...plain, signature } })
    const stranger = await newSigner('stranger')
    expect(await issuing()).toBe('InvalidInput: signature SIGNATURE_REQUIRED')
    expect(await issuing('nonsense')).toBe('NotAllowed: signature SIGNATURE_INVALID')
    expect(await issuing(await signed(stranger, plain))).toBe('NotAllowed: signature SIGNING_KEY_UNKNOWN')
    expect(await issuing(await signed(signer, { ...plain, institution: HOSPITAL }))).toBe(
      'NotAllowed: signature SIGNATURE_MISMATCH',
    )
  })
})

/** An order of a bill for whoever showed the card. */
const ordering = (change: object = {}) => {
  const { credential: _credential, ...rest } = bill({ card: person.cardNumber, ...change })
  return { input: { ...rest, person: { credential: cardOf(person) } } }
}
const authorise = (order: string, voucher = 'nonsense') =>
  refused(person.personNumber, 'authoriseOrder', { order, voucher })

describe('an online order', () => {
  test('with cash where nothing is paid online, of nobody, or of a bill that is ordered or settled is not made', async () => {
    const create = (variables: object) => refused(HOSPITAL, 'createOrder', variables)
    expect(await create(ordering({ useAccount: false }))).toBe('NotAllowed: total NO_ONLINE_PAYMENT')
    expect(await create({ input: { ...ordering().input, person: {} } })).toBe('InvalidInput: person ONE_OF')
    expect(await create({ input: { ...ordering().input, person: { number: '62990000000099' } } })).toBe(
      'NotAllowed: person.number CREDENTIAL_NEEDED',
    )
    const made = ordering()
    expect(await steps.take(HOSPITAL, 'createOrder', made)).toMatchObject({ state: 'UNPAID' })
    expect(await create(made)).toBe('NotAllowed: chargeBatch ORDER_EXISTS')
  })

  test('is not authorised without a voucher of one’s own, nor once it is cancelled or has expired', async () => {
    const [order, gone] = [
      await steps.take(HOSPITAL, 'createOrder', ordering()),
      await steps.take(HOSPITAL, 'createOrder', ordering()),
    ]
    await steps.take(HOSPITAL, 'cancelOrder', { order: gone.id })
    expect(await authorise(order.id)).toBe('NotAllowed: voucher CREDENTIAL_UNKNOWN')
    expect(await authorise(gone.id)).toBe('NotAllowed: order ORDER_CANCELLED')
    expect(await refused(HOSPITAL, 'cancelOrder', { order: gone.id })).toBe('NotAllowed: order ORDER_CANCELLED')
    const expired = async () => {
      // The worker says so within seconds; what it writes is not what a refusal must leave alone.
      const unpaid = `select count(*)::int as n from settlement.online_order where state = 'UNPAID'`
      await expect.poll(async () => (await world.admin.query(unpaid)).rows[0].n, { timeout: 20_000 }).toBe(0)
      return authorise(order.id)
    }
    expect(await later({ minutes: 30 }, expired)).toBe('NotAllowed: order ORDER_EXPIRED')
  })
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(alarmsOf(world)).toEqual([])
})
