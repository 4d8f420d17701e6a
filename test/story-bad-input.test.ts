import type { SeedInstitution } from '@yibao/institutions/seed'
import { TOKEN_COMMAND } from '@yibao/gateway/issuer/demo-directory'
import { findDemoAccount } from '@yibao/schema/demo-keys'
import { newClientKey } from '@yibao/schema/keys'
import { decodeJwt, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enter, startProgram } from './sign-in-program.ts'
import { seconds, signed } from './sign-in-requests.ts'
import { BEHIND } from './story-refused.ts'
import { bill, CLASS_A, lineInput, SETTLE, type LineOf } from './world-bill.ts'
import { OUTCOME, REGISTER, TRIAL } from './world-queries.ts'
import { demoPerson, openWorld, type Data, type World } from './world.ts'

// What must not be settled, each sent through the gateway: refused by type, with the field, in two languages, and
// nothing written but the request itself.

const [HOSPITAL, OTHER, LATE] = ['H62990000001', 'H62010000001', 'H62990000077']
const NOT_YET_DESIGNATED = {
  code: LATE,
  name: '尚未定点医院',
  level: 'LEVEL_2',
  type: 'GENERAL_HOSPITAL',
  creditCode: '12100000400010275N',
  pool: '629900',
  agreedFrom: '2026-12-01',
} satisfies SeedInstitution
const PERSON = demoPerson('629900', 'retired')
const SUSPENDED = demoPerson('620200', 'suspended')
const card = PERSON.cardNumber

let world: World
beforeAll(async () => {
  world = await openWorld({ institutions: [NOT_YET_DESIGNATED] })
})
afterAll(() => world.close())

/** How many rows each table has; requests, sign-ins, the log of reads, folded totals and jobs are not what a bill writes. */
async function rowCounts(): Promise<Record<string, number>> {
  const { rows: tables } = await world.admin.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('request', 'access_log', 'access_seal',
       'access_head') and c.relname <> all($1)
       and n.nspname || '.' || c.relname <> all($1) and n.nspname in ('insured', 'institutions', 'settlement', 'cross_province')`,
    // Whoever shows cards of nobody is counted.
    [[...BEHIND, 'unknown_credential']],
  )
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::int as n from ${name}`)
  const { rows } = await world.admin.query<{ name: string; n: number }>(counts.join(' union all '))
  const { rows: sums } = await world.admin.query<{ balance: number; used: number }>(
    `select (select sum(balance)::int from settlement.account) as balance,
       (select coalesce(sum(amount), 0)::int from settlement.counter) as used`,
  )
  return { ...Object.fromEntries(rows.map(({ name, n }) => [name, n])), ...sums[0] }
}

let requests = 0
/** Sends a bad bill; returns its refusal after holding it to what every refusal must be. */
async function refusal(input: object, at = HOSPITAL): Promise<Data> {
  requests += 1
  const requestId = `bad-${requests}`
  const before = await rowCounts()
  const { settle } = await world.as(at, SETTLE, { requestId, input })
  expect(await rowCounts()).toEqual(before)
  expectRefused(settle)
  expect((await world.as(at, SETTLE, { requestId, input })).settle).toEqual(settle)
  const { outcome } = await world.as(at, OUTCOME, { requestId })
  expect(outcome).toMatchObject({ state: 'REFUSED', settlement: null, rejection: { type: settle.__typename } })
  const { trial } = await world.as(at, TRIAL, { input })
  expect(trial).toEqual({ ...pick(settle), retryable: false })
  return settle
}

const pick = ({ __typename, code, message, problems }: Data) => ({ __typename, code, message, problems })

function expectRefused({ code, retryable, message, problems }: Data): void {
  expect(retryable).toBe(false)
  expect(code).toMatch(/^[A-Z_]+$/)
  expect(problems.length).toBeGreaterThan(0)
  for (const text of [message, ...problems.map((one: Data) => one.message)]) {
    expect(text.zh).toMatch(/[一-鿿]/)
    expect(text.en).toMatch(/^[\x20-\x7e–…×]+$/)
  }
}

const at = ({ __typename, problems }: Data) => [
  __typename,
  ...problems.map(({ path, code }: Data) => `${path} ${code}`),
]
const line: LineOf = { code: CLASS_A, price: 200 }
const lines = (count: number) => Array.from({ length: count }, () => line)
const raw = (change: object) => [{ ...lineInput(line, 0, '2026-11-22T08:00:00+08:00'), ...change }]

describe('a bill that cannot be settled', () => {
  const cases: readonly [string, object, string[]][] = [
    [
      'wrong identity checksum',
      { credential: { kind: 'IDENTITY_CARD', value: '110101199003070014' } },
      ['InvalidInput', 'credential.value IDENTITY_CHECK'],
    ],
    ['unknown person', { card: 'X99999' }, ['NotAllowed', 'credential.value CREDENTIAL_UNKNOWN']],
    ['not covered on the deciding date', { card: SUSPENDED.cardNumber }, ['NotCovered', 'credential SUSPENDED']],
    [
      'unknown catalogue code',
      { card, lines: [line, { ...line, code: 'NOPE' }] },
      ['NotAllowed', 'lines[1].code UNKNOWN_ITEM'],
    ],
    [
      'amount that is not price times quantity, half up',
      { card, total: '0.33', rawLines: { price: '0.335', quantity: '1', amount: '0.33' } },
      ['InvalidInput', 'lines[0].amount NOT_PRICE_TIMES_QUANTITY'],
    ],
    ['lines that do not sum to the total', { card, total: '200.01' }, ['InvalidInput', 'total NOT_SUM_OF_LINES']],
    [
      'zero quantity',
      { card, total: '0.00', rawLines: { quantity: '0', amount: '0.00' } },
      ['InvalidInput', 'lines[0].quantity ZERO'],
    ],
    [
      'negative outside of a refund line',
      { card, total: '-200.00', rawLines: { quantity: '-1', amount: '-200.00' } },
      ['InvalidInput', 'lines[0].quantity NEGATIVE', 'total NEGATIVE'],
    ],
    [
      'more decimals of an amount than allowed',
      { card, rawLines: { amount: '200.000' } },
      ['InvalidInput', 'lines[0].amount MALFORMED'],
    ],
    [
      'more decimals of a price than allowed',
      { card, rawLines: { price: '200.0000001' } },
      ['InvalidInput', 'lines[0].price MALFORMED'],
    ],
    [
      'more decimals of a quantity than allowed',
      { card, rawLines: { quantity: '1.00001' } },
      ['InvalidInput', 'lines[0].quantity MALFORMED'],
    ],
    ['a date in the future', { card, end: '2026-11-23T09:00:00+08:00' }, ['InvalidInput', 'end IN_FUTURE']],
    ['no lines', { card, lines: [] }, ['InvalidInput', 'lines REQUIRED']],
    ['10,000 lines', { card, lines: lines(10_000) }, ['InvalidInput', 'lines TOO_MANY']],
    [
      'the same serial twice',
      { card, lines: [line, { ...line, serial: '1' }] },
      ['InvalidInput', 'lines[1].serial DUPLICATE'],
    ],
    [
      'eleven diagnoses',
      { card, diagnoses: Array.from({ length: 11 }, (_, i) => ({ code: `J0${i}`, name: '病' })) },
      ['InvalidInput', 'diagnoses TOO_MANY'],
    ],
    ['a bill of another institution', { card, institution: OTHER }, ['NotAllowed', 'institution OTHER_INSTITUTION']],
  ]
  test.each(cases)('%s', async (_name, change, expected) => {
    const { rawLines, ...rest } = change as { rawLines?: object }
    const input = rawLines === undefined ? bill(rest) : { ...bill(rest), lines: raw(rawLines) }
    expect(at(await refusal(input))).toEqual(expected)
  })

  test('an institution that is not designated', async () => {
    expect(at(await refusal(bill({ card }), LATE))).toEqual([
      'NotSettledDirectly',
      'institution INSTITUTION_NOT_DESIGNATED',
    ])
  })
})

test('a wrong identity number cannot be registered', async () => {
  const input = { name: '安然', sex: 'MALE', birthDate: '1990-03-07', identityNumber: '110101199003070014' }
  const before = await rowCounts()
  const { registerPerson } = await world.as('clerk-629900', REGISTER, { requestId: 'register', input })
  expectRefused(registerPerson)
  expect(at(registerPerson)).toEqual(['InvalidInput', 'identityNumber IDENTITY_CHECK'])
  expect(await rowCounts()).toEqual(before)
})

describe('what was settled before', () => {
  const settled = bill({ card })
  let first: Data
  beforeAll(async () => {
    first = (await world.as(HOSPITAL, SETTLE, { requestId: 'first', input: settled })).settle
    expect(first.__typename).toBe('Settlement')
  })

  test('its requestId with another body is refused by name', async () => {
    const before = await rowCounts()
    const other = { ...settled, operator: { code: 'op2', terminal: 'COUNTER' } }
    const { settle } = await world.as(HOSPITAL, SETTLE, { requestId: 'first', input: other })
    expectRefused(settle)
    expect(at(settle)).toEqual(['RequestReused', 'requestId REQUEST_REUSED'])
    expect(await rowCounts()).toEqual(before)
    expect((await world.as(HOSPITAL, SETTLE, { requestId: 'first', input: settled })).settle).toEqual(first)
  })

  test('the same bill under a new requestId is told the settlement', async () => {
    const answer = await refusal(settled)
    expect(answer).toMatchObject({ code: 'ALREADY_SETTLED', settlement: { id: first.id } })
    expect(at(answer)).toEqual(['AlreadySettled', 'chargeBatch ALREADY_SETTLED'])
  })

  test('its invoice number on another bill as well', async () => {
    const answer = await refusal(bill({ card, invoice: settled.invoice }))
    expect(answer).toMatchObject({ settlement: { id: first.id } })
    expect(at(answer)).toEqual(['AlreadySettled', 'invoice ALREADY_SETTLED'])
  })
})

/** The token the hospital has, with some claims changed, signed with a key. */
const altered = async (key: Parameters<typeof signed>[0], claims: object, header = {}) =>
  signed(key, { ...decodeJwt(await world.token(HOSPITAL)), ...claims }, { typ: 'at+jwt', ...header })
const issuerKey = () => world.keys.issuer[0] as Parameters<typeof signed>[0]

async function idToken(): Promise<string> {
  const program = await startProgram(`${world.address}/oidc`)
  const { browser, verifier } = await program.openForm({ client_id: TOKEN_COMMAND.id })
  await world.token('auditor')
  const { password = '' } = (await findDemoAccount(world.dataDir, 'auditor')) ?? {}
  await enter(browser, 'auditor', password)
  const code = program.lastAnswer().get('code') ?? ''
  const { body } = await program.redeem(code, verifier, { client_id: TOKEN_COMMAND.id })
  await program.close()
  return String(body['id_token'])
}

describe('a token that does not hold', () => {
  const requestId = 'never-arrives'

  const forgeries: readonly [string, () => Promise<string>][] = [
    ['expired', () => altered(issuerKey(), { exp: seconds() - 60, iat: seconds() - 360 })],
    ['without an end', () => altered(issuerKey(), { exp: undefined })],
    ['for another audience', () => altered(issuerKey(), { aud: 'https://elsewhere.example/graphql' })],
    ['of another issuer', () => altered(issuerKey(), { iss: 'https://elsewhere.example' })],
    ['of another type', () => altered(issuerKey(), {}, { typ: 'JWT' })],
    ['signed with a key of one’s own', async () => altered(await newClientKey(), {})],
    [
      'signed with a key of one’s own under the name of the issuer’s',
      async () => altered({ ...(await newClientKey()), kid: issuerKey().kid ?? '' }, {}),
    ],
    ['not signed at all', async () => new UnsecuredJWT(decodeJwt(await world.token(HOSPITAL))).encode()],
    ['an ID token', idToken],
    ['cut off', async () => (await world.token(HOSPITAL)).slice(0, -5)],
    ['no token', () => Promise.resolve('H62990000001')],
  ]
  test.each(forgeries)('%s', async (_name, forge) => {
    const token = await forge()
    expect(token.length).toBeGreaterThan(10)
    const before = await rowCounts()
    const answer = await world.gql(token, SETTLE, { requestId, input: bill({ card }) })
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect(answer.data ?? null).toBe(null)
    expect(answer.errors?.[0]?.message).toMatch(/[一-鿿].* .*[a-z]/)
    expect(await rowCounts()).toEqual(before)
  })

  test('none at all', async () => {
    const answer = await world.gql(null, SETTLE, { requestId, input: bill({ card }) })
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  test('and nothing of it left a request behind', async () => {
    expect(await world.as(HOSPITAL, OUTCOME, { requestId })).toMatchObject({ outcome: { state: 'UNKNOWN' } })
  })

  test('the same claims signed by the issuer do hold', async () => {
    const token = await altered(issuerKey(), {})
    expect(await world.gql(token, OUTCOME, { requestId })).toMatchObject({ status: 200 })
  })
})
