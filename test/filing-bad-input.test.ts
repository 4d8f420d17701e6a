import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { referrer } from './referral-world.ts'
import { dumpOf, refusalOf } from './story-refused.ts'
import { unused } from './story-steps.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { CANCEL_FILING, CHANGE_FILING, FILE } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What cannot be filed, through the gateway: each refusal is typed, in two languages and names the field, and nothing of
// filings, referrals, persons or money is other than before.

const [COMMUNITY, LANZHOU, JIAYUGUAN] = ['H62990000002', 'H62010000001', 'H62020000001']
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const someone = (pool = '629900'): Promise<WorldPerson> =>
  world.addPerson({ enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] })

async function ask(who: string, query: string, variables: object): Promise<Data> {
  return Object.values(await world.as(who, query, { requestId: unused('bad-filing'), ...variables }))[0]
}
const file = (one: WorldPerson, input: object): Promise<Data> =>
  ask(one.personNumber, FILE, { input: { type: 'OTHER_TEMPORARY', destination: '330100', ...input } })

/** Every row of treatment elsewhere, but for what was asked and read. */
async function rowsOf(): Promise<object> {
  const { rows } = await world.admin.query(
    `select (select string_agg(t::text, '|' order by t::text) from cross_province.filing t) as filings,
       (select string_agg(t::text, '|' order by t::text) from cross_province.filing_event t) as events,
       (select string_agg(t::text, '|' order by t::text) from cross_province.referral t) as referrals,
       (select count(*) from cross_province.certification_request) as asked,
       (select count(*) from cross_province.outbox) as outbox`,
  )
  return { ...rows[0], ...(await dumpOf(world)) }
}

/** What came of something that must be refused and move nothing. */
async function refused(attempt: () => Promise<Data>): Promise<string> {
  const before = await rowsOf()
  const refusal = refusalOf(await attempt())
  expect(await rowsOf()).toEqual(before)
  return refusal
}

describe('a filing is refused and nothing moves', () => {
  test('for a second time on overlapping days, also for a wider or narrower place of the first', async () => {
    const me = await someone()
    await file(me, { destination: '330100', endOn: '2027-01-31' })
    for (const again of [{}, { beginOn: '2027-01-31' }, { destination: '330106' }, { type: 'EMERGENCY' }])
      expect(await refused(() => file(me, again))).toBe('NotAllowed: destination FILING_OVERLAPS')
    expect(await file(me, { beginOn: '2027-02-01' })).toMatchObject({ state: 'PENDING' })
  })

  test('that begins before the rules allow, or after them, or ends too late, or before it begins', async () => {
    const me = await someone()
    const faults: readonly (readonly [object, string])[] = [
      [{ beginOn: '2026-11-21' }, 'beginOn DATE_IN_PAST'],
      [{ beginOn: '2027-11-23' }, 'beginOn DATE_IN_FUTURE'],
      [{ endOn: '2027-05-22' }, 'endOn PERIOD_TOO_LONG'],
      [{ endOn: '2026-11-21' }, 'endOn PERIOD_REVERSED'],
      [{ beginOn: '2026-02-30' }, 'beginOn DATE_FORM'],
    ]
    for (const [input, fault] of faults) expect(await refused(() => file(me, input))).toBe(`InvalidInput: ${fault}`)
  })

  test('to no place there is, to a whole province, or home', async () => {
    const me = await someone()
    const faults: readonly (readonly [string, string])[] = [
      ['870100', 'InvalidInput: destination DIVISION_UNKNOWN'],
      ['3301', 'InvalidInput: destination DIVISION_FORM'],
      ['330000', 'InvalidInput: destination DESTINATION_TOO_WIDE'],
      ['629900', 'NotAllowed: destination DESTINATION_IS_HOME'],
    ]
    for (const [destination, fault] of faults) expect(await refused(() => file(me, { destination }))).toBe(fault)
  })

  test('on a certificate of a hospital whose level may not refer, or that home has no agreement with', async () => {
    const me = await someone()
    const by = (institution: string) =>
      file(me, { type: 'REFERRAL', referral: { institution, issuedOn: '2026-11-22' }, documents: [] })
    expect(await refused(() => by(COMMUNITY))).toMatch(/documents MISSING/)
    const low = await referrer(world, COMMUNITY)
    await low.meet(me.cardNumber)
    expect(await refused(() => low.issue(low.contentOf(me.insuredId)))).toBe('NotAllowed: institution REFERRER_LEVEL')
    const foreign = await referrer(world, LANZHOU)
    await foreign.meet(me.cardNumber)
    expect(await refused(() => foreign.issue(foreign.contentOf(me.insuredId)))).toBe(
      'NotAllowed: institution REFERRER_NOT_DESIGNATED',
    )
  })
})

const OPEN =
  'mutation ($requestId: ID!, $input: OpenVisitInput!) { openVisit(requestId: $requestId, input: $input) { __typename } }'

test('neither cancelling nor another place is allowed during a stay there, and nothing moves', async () => {
  const me = await someone()
  const { id: filingId } = await file(me, { destination: '620100' })
  const input = {
    visit: unused('stay'),
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: me.cardNumber },
    operator: { code: 'OP1', terminal: 'COUNTER' },
    careType: '21',
    begin: '2026-11-22T09:00:00+08:00',
    diagnoses: [{ code: 'J18.900', name: '肺炎' }],
  }
  expect(await ask(LANZHOU, OPEN, { input })).toMatchObject({ __typename: 'Visit' })
  expect(await refused(() => ask(me.personNumber, CANCEL_FILING, { filingId }))).toBe('NotAllowed: filingId STAY_OPEN')
  const elsewhere = { type: 'OTHER_TEMPORARY', destination: '330100' }
  expect(await refused(() => ask(me.personNumber, CHANGE_FILING, { filingId, input: elsewhere }))).toBe(
    'NotAllowed: filingId STAY_OPEN',
  )
})

test('a bill outside of where somebody filed is as if nothing was filed: refused where home says nothing of that', async () => {
  // The reply of Hangjin Rear Banner tells what filed treatment pays, and nothing of the rest.
  const me = await someone('150826')
  await file(me, { destination: '620100' })
  const settle = (at: string) =>
    ask(at, SETTLE, {
      input: bill({
        card: me.cardNumber,
        careType: '21',
        begin: '2026-11-21T09:00:00+08:00',
        end: '2026-11-22T09:00:00+08:00',
        lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-21T10:00:00+08:00' }],
      }),
    })
  expect(await refused(() => settle(JIAYUGUAN))).toBe('NotSettledDirectly: credential CROSS_AREA_NOT_STATED')
  expect(await settle(LANZHOU)).toMatchObject({ __typename: 'Settlement' })
})

test('one request with another content under its id is refused, and nothing moves', async () => {
  const me = await someone()
  const requestId = unused('same')
  const send = (destination: string) =>
    ask(me.personNumber, FILE, { requestId, input: { type: 'OTHER_TEMPORARY', destination } })
  expect(await send('330100')).toMatchObject({ __typename: 'Filing' })
  expect(await refused(() => send('440100'))).toBe('RequestReused: requestId REQUEST_REUSED')
})
