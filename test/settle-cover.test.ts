import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AWAY_HOSPITAL,
  billOf,
  HOSPITAL,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  PHARMACY,
  settle,
  settleWorld,
  type SettleWorld,
} from './settle-world.ts'

let world: SettleWorld
let sequence = 0
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const request = () => `cover-${(sequence += 1)}`
const send = (bill: object, identity = hospital()) => settle(world, request(), bill, identity)
const enrolled = (change: object) => ({
  enrolments: [{ pool: '620900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01', ...change }],
})
const stay = { careType: '21', begin: '2026-11-01T08:00:00+08:00', end: '2026-11-20T08:00:00+08:00' }
const stayLines = (...times: string[]) => ({
  lines: times.map((time, i) => lineOf({ serial: String(i + 1), price: '100.00', amount: '1000.00', time })),
  total: `${times.length * 1000}.00`,
})

describe('who is not covered on the day that decides is told why, with the dates', () => {
  const cases: readonly [string, object, string, string][] = [
    ['not enrolled', { enrolments: [] }, 'NOT_ENROLLED', ''],
    ['not yet', enrolled({ beginOn: '2026-11-23' }), 'NOT_YET', '2026-11-23'],
    ['ended', enrolled({ endOn: '2026-11-21' }), 'ENDED', '2026-11-21'],
    ['suspended', enrolled({ status: '2' }), 'SUSPENDED', '2020-01-01'],
  ]
  test.each(cases)('%s', async (_name, change, reason, date) => {
    const answer = await send(billOf(await world.addPerson(0, change)))
    expect(answer).toMatchObject({ __typename: 'NotCovered', code: 'NOT_COVERED', reason, decidingDay: '2026-11-22' })
    expect(JSON.stringify(answer)).toContain(date)
  })

  test('an enrolment that ended after the treatment still covers it', async () => {
    const person = await world.addPerson(0, enrolled({ endOn: '2026-11-15' }))
    const visit = { begin: '2026-11-15T08:00:00+08:00', end: '2026-11-15T09:00:00+08:00' }
    const bill = billOf(person, { ...visit, lines: [lineOf({ time: '2026-11-15T08:30:00+08:00' })] })
    expect(await send(bill)).toMatchObject({ __typename: 'Settlement' })
  })
})

test('who is insured in a pool without policies is told so', async () => {
  const person = await world.addPerson(0, enrolled({ pool: '652900' }))
  expect(await send(billOf(person))).toMatchObject({
    __typename: 'NotAllowed',
    code: 'NO_POLICY',
    problems: [{ path: 'credential', code: 'NO_POLICY' }],
  })
})

test('care the pool’s policies do not name is refused', async () => {
  expect(await send(billOf(await world.addPerson(0), { careType: '15' }))).toMatchObject({
    code: 'NO_POLICY',
    problems: [{ path: 'careType' }],
  })
})

test('who is not enrolled in the insurance the bill names is told so, and which field said it', async () => {
  expect(await send(billOf(await world.addPerson(0), { insuranceType: '390' }))).toMatchObject({
    __typename: 'NotAllowed',
    code: 'NOT_ENROLLED_IN_INSURANCE',
    problems: [{ path: 'insuranceType' }],
  })
})

const agreement = (change: string, institution = HOSPITAL) =>
  world.admin.query(`update institutions.agreement set ${change} where institution = '${institution}'`)

describe('the agreement of the institution', () => {
  test('a suspension counts at once', async () => {
    const person = await world.addPerson(0)
    await agreement(`status = 'SUSPENDED'`)
    expect(await send(billOf(person))).toMatchObject({
      code: 'INSTITUTION_SUSPENDED',
      problems: [{ path: 'institution', code: 'INSTITUTION_SUSPENDED' }],
    })
    await agreement(`status = 'ACTIVE'`)
    expect(await send(billOf(person))).toMatchObject({ __typename: 'Settlement' })
  })

  test('one that expired before the treatment ended does not count', async () => {
    const person = await world.addPerson(0)
    await agreement(`end_on = '2026-11-21'`)
    expect(await send(billOf(person))).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
    await agreement('end_on = null')
  })
})

describe('credentials', () => {
  test('a voucher that has expired is refused, and so is one that was revoked', async () => {
    const person = await world.addPerson(0)
    const { lookupHash } = await import('@yibao/schema/secrets')
    const voucher = async (token: string, expires: string, revoked: boolean) => {
      const hash = lookupHash(world.secrets, '01', token)
      await world.admin.query(
        `insert into insured.credential (kind, value_hash, insured_id, expires_at, revoked, issued_at, institution, purpose, begins_by)
         values ('01', $1, $2, $3, $4, now(), $5, 'REGISTRATION', $3)`,
        [hash, person.insuredId, expires, revoked, HOSPITAL],
      )
      return billOf(person, { credential: { kind: 'E_VOUCHER', value: token } })
    }
    expect(await send(await voucher('expired', '2026-11-22T09:59:00+08:00', false))).toMatchObject({
      code: 'CREDENTIAL_EXPIRED',
    })
    expect(await send(await voucher('revoked', '2026-11-22T11:00:00+08:00', true))).toMatchObject({
      code: 'CREDENTIAL_REVOKED',
    })
    expect(await send(await voucher('valid', '2026-11-22T11:00:00+08:00', false))).toMatchObject({
      __typename: 'Settlement',
    })
  })
})

describe('lines by the catalogue of the place and the day', () => {
  test('class B pays first, class C is the person’s, a ceiling cuts', async () => {
    const lines = [
      lineOf({ code: 'XB01' }),
      lineOf({ serial: '2', code: 'XC01' }),
      lineOf({ serial: '3', code: 'XL01', price: '60.00', quantity: '2', amount: '120.00' }),
    ]
    const answer = await send(billOf(await world.addPerson(0), { lines, total: '520.00' }))
    expect(answer.lines).toEqual([
      expect.objectContaining({ firstSelfPayment: '20.00', inScope: '180.00', class: 'B', name: '乙类药' }),
      expect.objectContaining({ selfPaid: '200.00', inScope: '0.00', class: 'C' }),
      expect.objectContaining({ overCeiling: '20.00', inScope: '100.00' }),
    ])
  })

  test('a change of the catalogue counts for the next bill, in every process', async () => {
    const person = await world.addPerson(0)
    const other = await world.open()
    expect(
      (await settle(other, request(), billOf(person, { lines: [lineOf({ code: 'XB01' })] }))).lines[0],
    ).toMatchObject({
      firstSelfPayment: '20.00',
    })
    await world.admin.query(
      `update institutions.self_pay set ratio = 3000 where code = 'XB01' and pool = '620900';
       update institutions.catalogue_version set version = version + 1`,
    )
    expect(
      (await settle(other, request(), billOf(person, { lines: [lineOf({ code: 'XB01' })] }))).lines[0],
    ).toMatchObject({
      firstSelfPayment: '60.00',
    })
    await world.admin.query(
      `update institutions.self_pay set ratio = 1000 where code = 'XB01' and pool = '620900';
       update institutions.catalogue_version set version = version + 1`,
    )
    await other.close()
  })
})

describe('stays', () => {
  test('the second admission of the year has the lower deductible; interim settlements share one admission', async () => {
    const person = await world.addPerson(0)
    const first = await send(billOf(person, { ...stay, visit: 'stay-1', ...stayLines('2026-11-02T08:00:00+08:00') }))
    const { lines, total } = stayLines('2026-11-03T08:00:00+08:00')
    const interim = { chargeBatch: 'B2', lines: lines.map((one) => ({ ...one, serial: 'interim' })), total }
    const again = await send(billOf(person, { ...stay, visit: 'stay-1', ...interim }))
    const second = await send(billOf(person, { ...stay, visit: 'stay-2', ...stayLines('2026-11-04T08:00:00+08:00') }))
    expect([first.deductible, again.deductible, second.deductible]).toEqual(['800.00', '0.00', '400.00'])
    expect(first.pool).toBe('170.00')
  })

  test('coverage that ends during a stay follows the pool’s rule', async () => {
    const person = await world.addPerson(0, enrolled({ endOn: '2026-11-10' }))
    const lines = stayLines('2026-11-02T08:00:00+08:00', '2026-11-15T08:00:00+08:00')
    const answer = await send(billOf(person, { ...stay, ...lines }))
    expect(answer).toMatchObject({ __typename: 'Settlement', total: '2000.00', inScope: '2000.00' })
  })
})

const away = (person: { insuredId: string; identityNumber: string }, change: object = {}) =>
  send(billOf(person, change), hospital(AWAY_HOSPITAL))

describe('treatment away from the pool', () => {
  test('unfiled, where the pool refuses it', async () => {
    expect(await away(await world.addPerson(0))).toMatchObject({ code: 'CROSS_AREA_REFUSED' })
  })

  test('filed, by the catalogue of the place of treatment', async () => {
    const person = await world.addPerson(0)
    await world.admin.query(
      `insert into cross_province.filing (insured_id, filing_id, pool, insurance_type, type, ground, destination, begin_on,
         evidence, home_use, rules, filed_at, effective_from, stage, decided_at)
       values ($1, gen_random_uuid(), '620900', '310', 'LONG_TERM', 'RESIDENT_ELSEWHERE', '6201', '2026-01-01', 'x', 'BOTH',
         'x', '2026-01-01', '2026-01-01', 'CONFIRMED', '2026-01-01')`,
      [person.insuredId],
    )
    const answer = await away(person, { lines: [lineOf({ code: 'XB01' })] })
    expect(answer).toMatchObject({ __typename: 'Settlement', deductible: '100.00' })
    expect(answer.lines[0]).toMatchObject({ firstSelfPayment: '40.00' })
  })

  test('an emergency counts as filed', async () => {
    expect(await away(await world.addPerson(0), { emergency: true })).toMatchObject({ __typename: 'Settlement' })
  })
})

test('the account pays only when the person wants it', async () => {
  const person = await world.addPerson(500)
  expect(await send(billOf(person, { useAccount: false }))).toMatchObject({
    account: '0.00',
    cash: '130.00',
    balance: '500.00',
  })
  expect(await send(billOf(person))).toMatchObject({ account: '60.00', cash: '0.00', balance: '440.00' })
})

test('a person with two credentials is one person', async () => {
  const person = await world.addPerson(100, { cardNumber: 'A12345678' })
  const card = { credential: { kind: 'SOCIAL_SECURITY_CARD', value: 'A12345678' } }
  const [a, b] = await Promise.all([send(billOf(person)), send(billOf(person, card), hospital(OTHER_HOSPITAL))])
  expect(Number(a.deductible) + Number(b.deductible)).toBe(100)
  expect(Number(a.account) + Number(b.account)).toBe(100)
})

test('a pharmacy needs neither department nor doctor, and the account pays', async () => {
  const person = await world.addPerson(30)
  const line = lineOf({ department: null, doctor: null, price: '5.00', amount: '50.00' })
  const answer = await send(billOf(person, { careType: '41', lines: [line], total: '50.00' }), hospital(PHARMACY))
  expect(answer).toMatchObject({ __typename: 'Settlement', fundTotal: '0.00', account: '30.00', cash: '20.00' })
})
