import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { join } from 'node:path'
import { AUTHORISE_CARD, CARD_CODE, CHANGE_CARD, ELECTRONIC } from './card-asking.ts'
import { CERTIFY, CHOOSE, REGISTER_MATERNITY, ADD_IDENTITY } from './registration-asking.ts'
import { cardOf, lineOn, opening, settling, stepsOf, storyHospital, unused, type Steps } from './story-steps.ts'
import { DECODE, visitToken } from './voucher-gateway.ts'
import { bill } from './world-bill.ts'
import { BY_CREDENTIAL, VOUCHER } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// E-vouchers, cards and registrations where money is settled, through the gateway: in the demo pool, which asks for
// nothing special, and in an invented one that is strict.

const [HOSPITAL, OTHER, STRICT] = ['H62990009001', 'H62990009002', 'H62989709001']

let world: World
let steps: Steps
let person: WorldPerson
let strict: WorldPerson
beforeAll(async () => {
  const policies = [join(import.meta.dirname, 'credential-policies')]
  world = await openWorld({ policies, institutions: [HOSPITAL, OTHER, STRICT].map((code) => storyHospital(code)) })
  steps = stepsOf(world)
  person = await insuredIn('629900')
  strict = await insuredIn('629897')
  world.letIn({ kind: 'staff', login: 'clerk-629897', label: 'clerk', pool: '629897' })
})
afterAll(() => world.close())

interface Credential {
  readonly kind: string
  readonly value: string
}

const insuredIn = (pool: string, change: object = {}) =>
  world.addPerson({
    enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    ...change,
  })
const tokenOf = (purpose: string, { whose = person, at = HOSPITAL } = {}) =>
  visitToken(world, { person: whose.personNumber, at, purpose })
const settle = (credential: object, { at = HOSPITAL, ...change }: { at?: string; [field: string]: unknown } = {}) =>
  steps.take(at, 'settle', { input: bill({ credential, ...change }) })
const ask = async (who: string, query: string, variables: object = {}): Promise<Data> =>
  Object.values(await world.as(who, query, { requestId: randomUUID(), ...variables }))[0]
async function later(duration: object, work: () => Promise<void>): Promise<void> {
  const { now } = world.time
  world.time.now = now.add(duration)
  await work().finally(() => (world.time.now = now))
}
/** A stay that has ended and is not settled; answers its number. */
async function stayOf(
  whose: WorldPerson,
  { at = HOSPITAL, credential = cardOf(whose) }: { at?: string; credential?: Credential } = {},
) {
  const visit = unused('V')
  await steps.stay(at, opening(whose, visit, { credential }), { lines: [lineOn('1', '2026-11-12', 1000)] })
  return visit
}

/** Staff of the strict pool enter a special identity of a person. */
const identify = async ({ insuredId }: WorldPerson, type: string) => {
  const byId = `{ insured(id: "${insuredId}") { ... on Insured { enrolments { id } } } }`
  const { enrolments } = await ask('clerk-629897', byId)
  const input = { enrolmentId: enrolments[0].id, type, beginOn: '2026-11-01', evidence: '民救〔2026〕12号' }
  return ask('clerk-629897', ADD_IDENTITY, { input })
}

describe('a visit token', () => {
  test('settles outpatient care where it was decoded, for what it was decoded for, until the visit is over', async () => {
    const credential = await tokenOf('REGISTRATION')
    expect(await settle(credential)).toMatchObject({ __typename: 'Settlement' })
    expect(await settle(credential)).toMatchObject({ __typename: 'Settlement' })
    expect(await settle(credential, { at: OTHER })).toMatchObject({
      __typename: 'NotAllowed',
      code: 'CREDENTIAL_ELSEWHERE',
      retryable: false,
      problems: [{ path: 'credential.value', message: { zh: expect.any(String), en: expect.any(String) } }],
    })
    expect(await settle(await tokenOf('PHARMACY'))).toMatchObject({ code: 'CREDENTIAL_PURPOSE' })
    expect(await settle(await tokenOf('ADMISSION'))).toMatchObject({ code: 'CREDENTIAL_PURPOSE' })
    expect(await settle(await tokenOf('SETTLEMENT'))).toMatchObject({ __typename: 'Settlement' })
    await later({ hours: 24 }, async () =>
      expect(await settle(credential)).toMatchObject({ code: 'CREDENTIAL_EXPIRED' }),
    )
  })

  test('is asked for where the code itself comes with a bill, a trial or an admission', async () => {
    const { issueVoucher } = await world.as(person.personNumber, VOUCHER, { requestId: randomUUID() })
    const credential = { kind: 'E_VOUCHER', value: issueVoucher.code }
    expect(await settle(credential)).toMatchObject({ code: 'CODE_NOT_DECODED' })
    expect(await steps.take(HOSPITAL, 'trial', { input: bill({ credential }) })).toMatchObject({
      code: 'CODE_NOT_DECODED',
    })
    const input = { ...opening(person, unused('V')), credential }
    expect(await steps.take(HOSPITAL, 'openVisit', { input })).toMatchObject({ code: 'CODE_NOT_DECODED' })
    expect(await ask(HOSPITAL, BY_CREDENTIAL, { credential })).toMatchObject({ code: 'CODE_NOT_DECODED' })
  })

  test('of a screenshot that two hospitals decode and settle by at once pays one bill', async () => {
    const { issueVoucher } = await world.as(person.personNumber, VOUCHER, { requestId: randomUUID() })
    const at = async (institution: string) => {
      const asked = { code: issueVoucher.code, purpose: 'REGISTRATION' }
      const decoded = await ask(institution, DECODE, asked)
      if (decoded.token === undefined) return decoded.code
      return (await settle({ kind: 'E_VOUCHER', value: decoded.token }, { at: institution })).__typename
    }
    expect((await Promise.all([at(HOSPITAL), at(OTHER)])).toSorted()).toEqual(['CODE_USED', 'Settlement'])
  })

  test('of an admission opens and settles that stay, and no later one', async () => {
    const patient = await insuredIn('629900')
    const credential = await tokenOf('ADMISSION', { whose: patient })
    const input = { ...opening(patient, unused('V')), credential }
    const registration = await tokenOf('REGISTRATION', { whose: patient })
    const wrong = { ...input, credential: registration }
    expect(await steps.take(HOSPITAL, 'openVisit', { input: wrong })).toMatchObject({ code: 'CREDENTIAL_PURPOSE' })
    expect(await steps.take(OTHER, 'openVisit', { input })).toMatchObject({ code: 'CREDENTIAL_ELSEWHERE' })
    const visit = await stayOf(patient, { credential })
    await later({ hours: 48 }, async () => {
      const again = { ...opening(patient, unused('V')), credential, begin: '2026-11-24T09:00:00+08:00' }
      expect(await steps.take(HOSPITAL, 'openVisit', { input: again })).toMatchObject({
        code: 'CREDENTIAL_OTHER_VISIT',
      })
      const settled = { input: { ...settling(patient, visit, '1000.00'), credential } }
      expect(await steps.take(HOSPITAL, 'settleVisit', settled)).toMatchObject({ __typename: 'Settlement' })
    })
  })
})

describe('an order', () => {
  test('and a hospital that want the same code at once: one of them gets it', async () => {
    for (let round = 0; round < 4; round += 1) {
      const whose = await insuredIn('629900', { account: { pool: '629900', current: 500 } })
      const { credential: _, ...rest } = bill({ credential: cardOf(whose) })
      const input = { ...rest, person: { credential: cardOf(whose) } }
      const order = await steps.take(HOSPITAL, 'createOrder', { input })
      expect(order.__typename).toBe('OnlineOrder')
      const { issueVoucher } = await world.as(whose.personNumber, VOUCHER, { requestId: randomUUID() })
      const [authorised, decoded] = await Promise.all([
        steps.take(whose.personNumber, 'authoriseOrder', { order: order.id, voucher: issueVoucher.code }),
        ask(HOSPITAL, DECODE, { code: issueVoucher.code, purpose: 'SETTLEMENT' }),
      ])
      const outcomes = [authorised.code ?? 'ORDER', decoded.code ?? 'TOKEN']
      expect([
        ['ORDER', 'CODE_USED'],
        ['VOUCHER_USED', 'TOKEN'],
      ]).toContainEqual(outcomes)
    }
  })
})

describe('a card', () => {
  test('that is lost in the middle of a stay settles it no more; an e-voucher does', async () => {
    const patient = await insuredIn('629900')
    const visit = await stayOf(patient)
    const { me } = await world.as(patient.personNumber, '{ me { cards { id } } }')
    expect(await ask(patient.personNumber, CHANGE_CARD['report'] ?? '', { cardId: me.cards[0].id })).toMatchObject({
      state: 'LOST',
    })
    const input = settling(patient, visit, '1000.00')
    expect(await steps.take(HOSPITAL, 'settleVisit', { input })).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    const credential = await tokenOf('DISCHARGE', { whose: patient })
    expect(await steps.take(HOSPITAL, 'settleVisit', { input: { ...input, credential } })).toMatchObject({
      __typename: 'Settlement',
    })
  })

  test('takes the tokens of its electronic card along when it is lost', async () => {
    const patient = await insuredIn('629900')
    const { id } = await ask(patient.personNumber, AUTHORISE_CARD, { channel: 'APP01' })
    expect(await ask('APP01', ELECTRONIC.issue, { electronicCardId: id })).toMatchObject({ state: 'ISSUED' })
    const { code } = await ask('APP01', CARD_CODE, { electronicCardId: id })
    const { token } = await ask(HOSPITAL, DECODE, { code, purpose: 'REGISTRATION' })
    const credential = { kind: 'E_VOUCHER', value: token }
    expect(await settle(credential)).toMatchObject({ __typename: 'Settlement' })
    const { me } = await world.as(patient.personNumber, '{ me { cards { id } } }')
    await ask(patient.personNumber, CHANGE_CARD['report'] ?? '', { cardId: me.cards[0].id })
    expect(await settle(credential)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
  })

  test('that nobody has at hand is stood in for by a certificate, once', async () => {
    const patient = await insuredIn('629900')
    const visit = unused('V')
    await steps.take(HOSPITAL, 'openVisit', { input: opening(null, visit) })
    const input = { identityNumber: patient.identityNumber, name: '故事人物', reason: '急诊送入，未带证件' }
    const { code } = await ask(HOSPITAL, CERTIFY, { input })
    const { token } = await ask(HOSPITAL, DECODE, { code, purpose: 'ADMISSION' })
    const identified = { visit, credential: { kind: 'E_VOUCHER', value: token } }
    expect(await steps.take(HOSPITAL, 'identifyVisit', identified)).toMatchObject({ insuredId: patient.insuredId })
    expect(await ask(HOSPITAL, DECODE, { code, purpose: 'ADMISSION' })).toMatchObject({ code: 'CODE_USED' })
  })
})

describe('a pool that is strict', () => {
  test('wants a credential shown again at the discharge', async () => {
    const admission = await tokenOf('ADMISSION', { whose: strict, at: STRICT })
    const visit = await stayOf(strict, { at: STRICT, credential: admission })
    const input = settling(strict, visit, '1000.00')
    const at = (credential: object) => steps.take(STRICT, 'settleVisit', { input: { ...input, credential } })
    expect(await at(admission)).toMatchObject({
      code: 'DISCHARGE_CREDENTIAL_NEEDED',
      problems: [{ path: 'credential.value', message: { zh: expect.any(String), en: expect.any(String) } }],
    })
    expect(await at(await tokenOf('DISCHARGE', { whose: strict, at: STRICT }))).toMatchObject({
      __typename: 'Settlement',
      fundTotal: '500.00',
    })
    const next = await insuredIn('629897')
    const byCard = { input: settling(next, await stayOf(next, { at: STRICT }), '1000.00') }
    expect(await steps.take(STRICT, 'settleVisit', byCard)).toMatchObject({ __typename: 'Settlement' })
  })

  test('pays for outpatient care where the person chose to be treated, and for emergencies', async () => {
    const card = cardOf(strict)
    const at = { at: STRICT }
    expect(await settle(card, at)).toMatchObject({
      code: 'NOT_CHOSEN_INSTITUTION',
      problems: [{ path: 'institution', message: { zh: expect.any(String), en: expect.any(String) } }],
    })
    expect(await settle(card, { ...at, emergency: true })).toMatchObject({ __typename: 'Settlement' })
    const input = { institution: STRICT, beginOn: '2026-11-22' }
    expect(await ask(strict.personNumber, CHOOSE, { input })).toMatchObject({ institutionCode: STRICT })
    expect(await settle(card, at)).toMatchObject({ __typename: 'Settlement', fundTotal: '100.00' })
  })

  test('pays for maternity care that was registered', async () => {
    const mother = await insuredIn('629897')
    const care = { at: STRICT, careType: '51', birthType: 'ANTENATAL' }
    expect(await settle(cardOf(mother), care)).toMatchObject({ code: 'MATERNITY_NOT_REGISTERED' })
    const terms = { insuredId: mother.insuredId, expectedOn: '2027-06-06', weeks: 12 }
    const register = (hospital: string) => ask(STRICT, REGISTER_MATERNITY, { input: { ...terms, hospital } })
    await ask(STRICT, BY_CREDENTIAL, { credential: cardOf(mother) })
    expect(await register(STRICT)).toMatchObject({ isInForce: true })
    expect(await settle(cardOf(mother), care)).toMatchObject({ __typename: 'Settlement' })
  })

  test('splits by a special identity from the moment it is entered', async () => {
    const poor = await insuredIn('629897')
    const official = await insuredIn('629897')
    const emergency = { at: STRICT, emergency: true }
    expect(await settle(cardOf(poor), emergency)).toMatchObject({ fundTotal: '100.00' })
    expect(await identify(poor, '2303')).toMatchObject({ identities: [{ type: '2303' }] })
    expect(await settle(cardOf(poor), emergency)).toMatchObject({ fundTotal: '180.00' })
    expect(await identify(official, '05')).toMatchObject({ identities: [{ type: '05' }] })
    expect(await settle(cardOf(official), emergency)).toMatchObject({ fundTotal: '150.00' })
  })
})
