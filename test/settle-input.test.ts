import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  billOf,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  PHARMACY,
  settle,
  settleWorld,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
let person: WorldPerson
let sequence = 0

beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(1000)
})
afterAll(() => world.close())

/** What a bill is refused for: the type, the code, and each fault with its place. */
async function refusal(change: object, identity = hospital()) {
  sequence += 1
  const answer = await settle(world, `bad-${sequence}`, billOf(person, change), identity)
  expect(answer.retryable).toBe(false)
  return { type: answer.__typename, code: answer.code, at: answer.problems.map((one) => `${one.path} ${one.code}`) }
}

const line = (change: object) => ({ lines: [lineOf(change)] })
const invalid = (...at: string[]) => ({ type: 'InvalidInput', code: 'INVALID_INPUT', at })
const lines = (count: number) => Array.from({ length: count }, (_, i) => lineOf({ serial: String(i + 1) }))

describe('a faulty bill is refused with every fault and its place', () => {
  const cases: readonly [string, object, ReturnType<typeof invalid>][] = [
    [
      'wrong identity checksum',
      { credential: { kind: 'IDENTITY_CARD', value: '110101199003070014' } },
      invalid('credential.value IDENTITY_CHECK'),
    ],
    ['amount is not price × quantity', line({ amount: '200.01' }), invalid('lines[0].amount NOT_PRICE_TIMES_QUANTITY')],
    ['lines do not sum to the total', { total: '200.01' }, invalid('total NOT_SUM_OF_LINES')],
    ['zero quantity', { ...line({ quantity: '0', amount: '0.00' }), total: '0.00' }, invalid('lines[0].quantity ZERO')],
    [
      'negative line that refunds nothing',
      { ...line({ quantity: '-10', amount: '-200.00' }), total: '0.00' },
      invalid('lines[0].quantity NEGATIVE'),
    ],
    [
      'negative price',
      line({ price: '-20.00' }),
      invalid('lines[0].price NEGATIVE', 'lines[0].amount NOT_PRICE_TIMES_QUANTITY'),
    ],
    ['seven decimals of a price', line({ price: '20.0000001' }), invalid('lines[0].price MALFORMED')],
    ['five decimals of a quantity', line({ quantity: '10.00001' }), invalid('lines[0].quantity MALFORMED')],
    ['three decimals of an amount', line({ amount: '200.000' }), invalid('lines[0].amount MALFORMED')],
    ['an amount in scientific notation', line({ amount: '2e2' }), invalid('lines[0].amount MALFORMED')],
    ['an end in the future', { end: '2026-11-23T09:30:00+08:00' }, invalid('end IN_FUTURE')],
    [
      'an end before the begin',
      { end: '2026-11-22T07:30:00+08:00' },
      invalid('end BEFORE_BEGIN', 'lines[0].time OUTSIDE_VISIT'),
    ],
    ['a time without offset', { begin: '2026-11-22T08:00:00' }, invalid('begin MALFORMED')],
    ['a day that does not exist', { begin: '2026-02-30T08:00:00+08:00' }, invalid('begin MALFORMED')],
    ['a line outside the visit', line({ time: '2026-11-21T08:30:00+08:00' }), invalid('lines[0].time OUTSIDE_VISIT')],
    ['no lines', { lines: [], total: '0.00' }, invalid('lines REQUIRED')],
    ['10,000 lines', { lines: lines(10_000) }, invalid('lines TOO_MANY')],
    ['the same serial twice', { lines: [lineOf(), lineOf()], total: '400.00' }, invalid('lines[1].serial DUPLICATE')],
    ['no diagnoses', { diagnoses: [] }, invalid('diagnoses REQUIRED')],
    [
      'eleven diagnoses',
      { diagnoses: Array.from({ length: 11 }, (_, i) => ({ code: `J0${i}`, name: '病' })) },
      invalid('diagnoses TOO_MANY'),
    ],
    ['an unknown care type', { careType: '99' }, invalid('careType UNKNOWN_CODE')],
    [
      'a hospital without department and doctor',
      line({ department: null, doctor: null }),
      invalid('lines[0].department REQUIRED', 'lines[0].doctor REQUIRED'),
    ],
    ['301 days of supply', line({ days: 301 }), invalid('lines[0].days OUT_OF_RANGE')],
    ['a NUL character', { visit: 'V\u0000' }, invalid('visit FORBIDDEN_CHARACTER')],
    [
      'half a surrogate pair',
      { operator: { code: '\ud800', terminal: 'COUNTER' } },
      invalid('operator.code FORBIDDEN_CHARACTER'),
    ],
    [
      'a direction override',
      { diagnoses: [{ code: 'J00', name: 'a\u202eb' }] },
      invalid('diagnoses[0].name FORBIDDEN_CHARACTER'),
    ],
    ['a text that is too long', { visit: 'V'.repeat(31) }, invalid('visit TOO_LONG')],
    ['an empty charge batch', { chargeBatch: '' }, invalid('chargeBatch REQUIRED')],
    ['an injury without its particulars', { careType: '19' }, invalid('trauma REQUIRED')],
    ['an injury without the promise', { trauma: { thirdParty: false } }, invalid('trauma.promise REQUIRED')],
    [
      'several faults at once',
      { total: 'x', visit: '', lines: [lineOf({ quantity: '0' })] },
      invalid(
        'lines[0].quantity ZERO',
        'lines[0].amount NOT_PRICE_TIMES_QUANTITY',
        'total MALFORMED',
        'visit REQUIRED',
      ),
    ],
  ]
  test.each(cases)('%s', async (_name, change, expected) => {
    expect(await refusal(change)).toEqual(expected)
  })
})

const refund = (change: object) => ({
  lines: [lineOf(), lineOf({ serial: '2', quantity: '-3', amount: '-60.00', refundOf: '1', ...change })],
  total: '140.00',
})

describe('a refund line takes back what an earlier line charged', () => {
  const cases: readonly [string, object, string][] = [
    ['no such line', { refundOf: '9' }, 'lines[1].refundOf NOT_FOUND'],
    ['another code', { code: 'XB01' }, 'lines[1].refundOf DIFFERENT_ITEM'],
    ['more than was charged', { quantity: '-11', amount: '-220.00' }, 'lines[1].quantity REFUND_TOO_LARGE'],
    ['a positive quantity', { quantity: '3', amount: '60.00' }, 'lines[1].quantity NOT_NEGATIVE'],
  ]
  test.each(cases)('refused: %s', async (_name, change, at) => {
    expect((await refusal(refund(change))).at).toContain(at)
  })

  test('what is left is settled', async () => {
    const payer = await world.addPerson(0)
    const answer = await settle(world, 'refund', billOf(payer, refund({})))
    expect(answer).toMatchObject({ __typename: 'Settlement', total: '140.00', deductible: '100.00', pool: '28.00' })
    expect(answer.lines[1]).toMatchObject({ amount: '-60.00', inScope: '-60.00' })
  })
})

const refused = (code: string, at: string, type = 'NotAllowed') => ({ type, code, at: [`${at} ${code}`] })

describe('a bill the insurance does not pay is refused by name', () => {
  test('unknown person', async () => {
    const change = { credential: { kind: 'SOCIAL_SECURITY_CARD', value: 'X12345678' } }
    expect(await refusal(change)).toEqual(refused('CREDENTIAL_UNKNOWN', 'credential.value'))
  })

  test('unknown catalogue codes, each line named', async () => {
    const change = {
      lines: [lineOf(), lineOf({ serial: '2', code: 'NOPE' }), lineOf({ serial: '3', code: 'NADA' })],
      total: '600.00',
    }
    expect(await refusal(change)).toEqual({
      type: 'NotAllowed',
      code: 'UNKNOWN_ITEM',
      at: ['lines[1].code UNKNOWN_ITEM', 'lines[2].code UNKNOWN_ITEM'],
    })
  })

  test('a bill of another institution', async () => {
    expect(await refusal({ institution: OTHER_HOSPITAL })).toEqual(refused('OTHER_INSTITUTION', 'institution'))
  })

  test('care that a pharmacy does not give', async () => {
    expect(await refusal(line({ department: null, doctor: null }), hospital(PHARMACY))).toEqual(
      refused('CARE_TYPE_NOT_OFFERED', 'careType'),
    )
  })

  test('an injury a third party is liable for', async () => {
    expect(await refusal({ trauma: { thirdParty: true } })).toEqual(refused('THIRD_PARTY_LIABLE', 'trauma.thirdParty'))
  })

  test('an institution that is not designated', async () => {
    const expected = refused('INSTITUTION_NOT_DESIGNATED', 'institution', 'NotSettledDirectly')
    expect(await refusal({}, hospital('H62090000099'))).toEqual(expected)
  })

  test('a request id that is none leaves nothing behind', async () => {
    const answer = await settle(world, 'with space', billOf(person))
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'requestId', code: 'MALFORMED' }] })
  })

  test('no money moved in all of this', async () => {
    const { rows } = await world.admin.query(
      'select count(*)::int as n from settlement.settlement where insured_id = $1',
      [person.insuredId],
    )
    expect(rows).toEqual([{ n: 0 }])
  })
})
