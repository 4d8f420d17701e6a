import { generateKeyPairSync, randomUUIDv7 } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { creditCodeCheck } from '@yibao/schema/credit-code'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saying } from './partner-world.ts'
import { CONFIRM, ONE, referrer, REFUSE, REVOKE, signed, type Referrer } from './referral-world.ts'
import { refusalOf } from './story-refused.ts'
import { unused } from './story-steps.ts'
import { introduce } from './two-provinces.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Somebody insured in Gansu is treated in Sichuan, and the hospital there refers them on. It signs on the platform of
// Sichuan, its insurance office too; the agency of home confirms on the platform of Gansu, and the person files with it.

const [SICHUAN, GANSU] = ['51', '62']
const [HOSPITAL, CLINIC, STAFF] = ['H51010000001', 'H51010000002', 'clerk-629900']
const creditCode = (first: string) => `${first}${creditCodeCheck(first)}`
const institution = (code: string, level: 'LEVEL_3' | 'COMMUNITY') => ({
  code,
  name: `四川 ${code.slice(-1)}`,

  level,
  type: 'GENERAL_HOSPITAL' as const,
  creditCode: creditCode(`12510100DEM0000${code.slice(-2)}`),
  pool: '510100',
  agreedFrom: '2026-01-01',
})

let place: World
let home: World
let by: Referrer
beforeAll(async () => {
  const institutions = [institution(HOSPITAL, 'LEVEL_3'), institution(CLINIC, 'COMMUNITY')]
  ;[place, home] = await Promise.all([openWorld({ province: SICHUAN, institutions }), openWorld({ province: GANSU })])
  await Promise.all([introduce(place, home, GANSU), introduce(home, place, SICHUAN)])
  by = await referrer(place, HOSPITAL)
})
afterAll(() => Promise.all([place.close(), home.close()]))

async function atHome(who: string, query: string, variables: object): Promise<Data> {
  return Object.values(await home.as(who, query, { requestId: unused('refer-home'), ...variables }))[0]
}

const SHOW = `query ($credential: CredentialInput!, $insuredPool: String) {
  insuredByCredential(credential: $credential, insuredPool: $insuredPool) { __typename
    ... on InsuredElsewhere { id } ... on Rejection { code } } }`
/** Somebody of Gansu who has shown their card to a hospital of Sichuan, by the id home tells of them. */
async function patient(at = HOSPITAL): Promise<WorldPerson> {
  const one = await home.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const credential = { kind: 'SOCIAL_SECURITY_CARD', value: one.cardNumber }
  const { insuredByCredential: shown } = await place.as(at, SHOW, { credential, insuredPool: '629900' })
  expect(shown).toMatchObject({ id: one.insuredId })
  return one
}

const PARTS = { insuredPool: '629900' }
const SOON = { timeout: 20_000, interval: 200 }
const stateAt = async (world: World, who: string, id: string): Promise<Data> =>
  (await world.as(who, ONE, { id })).referral
const comesTo = (state: string, id: string) =>
  expect.poll(async () => (await stateAt(home, STAFF, id)).state, SOON).toBe(state)
/** Time goes by for the place, which asks again what became of it. */
const later = () => void (place.time.now = place.time.now.add({ minutes: 15 }))

const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) { __typename
    ... on Filing { id state evidence referralId referral { institution } }
    ... on Rejection { code message { zh en } problems { path code message { zh en } } } } }`

describe('a referral of a hospital of another province', () => {
  test('is signed there, confirmed at home, and then the paper of a filing at home', async () => {
    const me = await patient()
    const id = await by.issueSigned(me.insuredId, PARTS)
    await comesTo('SIGNED', id)
    expect(await stateAt(home, me.personNumber, id)).toMatchObject({
      state: 'SIGNED',
      institution: HOSPITAL,
      level: 'LEVEL_3',
      pool: '629900',
      officeSignature: (await stateAt(place, HOSPITAL, id)).officeSignature,
    })
    expect(await atHome(STAFF, CONFIRM, { referralId: id })).toMatchObject({ state: 'CONFIRMED' })
    later()
    await expect.poll(async () => (await stateAt(place, HOSPITAL, id)).state, SOON).toBe('CONFIRMED')
    const input = { type: 'REFERRAL', destination: '330100', referralId: id }
    expect(await atHome(me.personNumber, FILE, { input })).toMatchObject({
      state: 'EFFECTIVE',
      evidence: 'ELECTRONIC_REFERRAL',
      referral: { institution: HOSPITAL },
    })
    const { rows } = await home.admin.query(
      'select province, institution_pool, keys from cross_province.incoming_referral where referral_id = $1',
      [id],
    )
    expect(rows).toMatchObject([{ province: SICHUAN, institution_pool: '510100', keys: [{}, {}] }])
  })

  test('that the agency of home refuses is refused there too, for its reason', async () => {
    const me = await patient()
    const id = await by.issueSigned(me.insuredId, PARTS)
    await comesTo('SIGNED', id)
    await atHome(STAFF, REFUSE, { referralId: id, reason: '就医地可以治疗' })
    later()
    await expect
      .poll(async () => stateAt(place, HOSPITAL, id), SOON)
      .toMatchObject({ state: 'REFUSED', refusal: '就医地可以治疗' })
  })

  test('is refused by home when the hospital’s level is too low, or the person has shown it nothing', async () => {
    const low = await referrer(place, CLINIC)
    const me = await patient(CLINIC)
    const tooLow = await low.issueSigned(me.insuredId, PARTS)
    const stranger = await home.addPerson({
      enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    })
    const unseen = await by.issueSigned(stranger.insuredId, PARTS)
    for (const [who, id, why] of [
      [CLINIC, tooLow, '该级别医疗机构不能开具转诊证明'],
      [HOSPITAL, unseen, '未找到当日在该机构出示过凭证的该参保人'],
    ] as const) {
      await expect.poll(async () => stateAt(place, who, id), SOON).toMatchObject({ state: 'REFUSED', refusal: why })
      expect(await stateAt(home, STAFF, id)).toMatchObject({ __typename: 'NotFound' })
    }
  })

  test('waits while home is out of reach, and is not revoked once it was sent', async () => {
    const me = await patient()
    const { hot } = place.platform.databases.crossProvince
    await registerPartner(hot, { province: GANSU, name: GANSU, url: 'http://127.0.0.1:9' }, place.time.now)
    const id = await by.issueSigned(me.insuredId, PARTS)
    expect(refusalOf(await by.ask(REVOKE, { referralId: id }))).toBe('NotAllowed: referralId REFERRAL_SENT')
    await registerPartner(hot, { province: GANSU, name: GANSU, url: home.address }, place.time.now)
    later()
    await comesTo('SIGNED', id)
  })

  test('is not issued for a pool of this province, for a province that is not linked, or signed without the pool', async () => {
    const me = await patient()
    const refused = async (change: object, without: object = {}) => {
      const content = by.contentOf(me.insuredId, { ...PARTS, ...change })
      const whole = { ...content, institution: HOSPITAL, ...without }
      return refusalOf(await by.issue(content, signed(whole, by.hospital)))
    }
    expect(await refused({ insuredPool: '510700' })).toBe('InvalidInput: input.insuredPool NOT_APPLICABLE')
    expect(await refused({ insuredPool: '440100' })).toBe('NotAllowed: insuredPool NOT_LINKED')
    expect(await refused({ insuredPool: '99' })).toBe('InvalidInput: insuredPool DIVISION_FORM')
    expect(await refused({}, { insuredPool: undefined })).toBe('NotAllowed: signature SIGNATURE_MISMATCH')
  })
})

const told = ({ kid, publicKey }: ReturnType<typeof signer>) => ({ kid, x: publicKey.export({ format: 'jwk' }).x })
const signer = (kid: string) => ({ kid, ...generateKeyPairSync('ed25519') })

describe('what a platform says of a referral', () => {
  const say = saying(() => place, GANSU)
  const [hospital, office, stranger] = [signer('hospital'), signer('office'), signer('office')]

  async function message(change: object = {}, signers = { hospital, office }): Promise<Data> {
    const me = await patient()
    const content = { ...by.contentOf(me.insuredId, PARTS), institution: HOSPITAL, ...change }
    const exchange = randomUUIDv7()
    const signature = signed(content, signers.hospital)
    const officeSignature = signed({ ...content, referral: exchange, signature }, signers.office)
    const keys = [told(hospital), told(office)]
    return {
      exchange,
      hospital: { name: '四川', pool: '510100', level: 'LEVEL_3' },
      content,
      signature,
      officeSignature,
      keys,
    }
  }
  async function refusal(one: Data): Promise<string> {
    const { answer } = await say('refer', one)
    expect(answer.state).toBe('UNKNOWN')
    const { rows } = await home.admin.query('select from cross_province.referral where referral_id = $1', [
      one.exchange,
    ])
    expect(rows).toEqual([])
    return refusalOf({ __typename: answer.rejection.type, message: answer.rejection.text, ...answer.rejection })
  }

  test('is kept once, and nothing else may be said under its id', async () => {
    const one = await message()
    expect((await say('refer', one)).answer).toMatchObject({ state: 'SIGNED', rejection: null })
    expect((await say('refer', one)).answer).toMatchObject({ state: 'SIGNED', rejection: null })
    const other = { ...(await message()), exchange: one.exchange }
    expect((await say('refer', other)).answer.rejection.problems).toMatchObject([{ code: 'CONTENT_DIFFERS' }])
  })

  test('is believed only with both signatures, by the keys that were told, under this very content', async () => {
    const one = await message()
    const about = (change: object) => ({ ...one, content: { ...one.content, ...change } })
    expect(await refusal(about({ reason: '改过的原因' }))).toBe('NotAllowed: signature SIGNATURE_MISMATCH')
    expect(await refusal(await message({}, { hospital, office: stranger }))).toBe(
      'NotAllowed: signature SIGNATURE_INVALID',
    )
    expect(await refusal(await message({}, { hospital, office: hospital }))).toBe(
      'NotAllowed: officeSignature SAME_KEY',
    )
    const twice = [told(hospital), { ...told(hospital), kid: 'office' }]
    expect(await refusal({ ...one, keys: twice })).toBe('NotAllowed: signature SIGNATURE_INVALID')
  })

  test('is of a hospital of the sender, in form, of the level home asks for and not of long ago', async () => {
    expect(await refusal(await message({ institution: 'H33020000001' }))).toBe(
      'NotAllowed: content.institution NOT_THEIRS',
    )
    const low = { ...(await message()), hospital: { name: '四川', pool: '510100', level: 'COMMUNITY' } }
    expect(await refusal(low)).toBe('NotAllowed: content.institution REFERRER_LEVEL')
    expect(await refusal(await message({ issuedOn: '2026-11-23' }))).toBe('NotAllowed: content.issuedOn DATE_IN_FUTURE')
    expect(await refusal(await message({ issuedOn: '2026-05-21' }))).toBe('NotAllowed: content.issuedOn TOO_OLD')
    expect(await refusal(await message({ destination: '330000', doctor: 'x' }))).toBe(
      'InvalidInput: input.destination DESTINATION_TOO_WIDE, input.doctor CODE_FORM',
    )
    expect(await refusal({ ...(await message()), keys: [] })).toBe('InvalidInput: keys MESSAGE_FORM')
  })

  test('of a person insured in another pool than it says is not taken', async () => {
    expect(await refusal(await message({ insuredPool: '620100' }))).toBe('NotAllowed: insuranceType NOT_COVERED')
  })
})
