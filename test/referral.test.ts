import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIRM, LIST, ONE, referrer, REFUSE, REVOKE, SIGN, signed, type Referrer } from './referral-world.ts'
import { unused } from './story-steps.ts'
import { refusalOf } from './story-refused.ts'
import { CANCEL_FILING } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// An electronic referral: signed by the hospital and by its insurance office, confirmed by the home agency, then the paper
// of a filing.

const [HOSPITAL, COMMUNITY, STAFF, OTHER_STAFF] = ['H62990000001', 'H62990000002', 'clerk-629900', 'clerk-620100']

let world: World
let by: Referrer
beforeAll(async () => {
  world = await openWorld()
  by = await referrer(world, HOSPITAL)
})
afterAll(() => world.close())

async function patient(): Promise<WorldPerson> {
  const one = await world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  await by.meet(one.cardNumber)
  return one
}

async function ask(who: string, query: string, variables: object): Promise<Data> {
  return Object.values(await world.as(who, query, { requestId: unused('referral'), ...variables }))[0]
}
const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) {
    __typename ... on Filing { id state evidence referralId referral { institution } }
    ... on Rejection { code message { zh en } problems { path code message { zh en } } } } }`
const file = ({ personNumber }: WorldPerson, input: object): Promise<Data> =>
  ask(personNumber, FILE, { input: { type: 'REFERRAL', destination: '330100', ...input } })

const confirmed = async (one: WorldPerson): Promise<string> => {
  const referralId = await by.issueSigned(one.insuredId)
  await ask(STAFF, CONFIRM, { referralId })
  return referralId
}

const idsOf = ({ edges }: Data) => edges.map(({ node }: Data) => node.id)

describe('a referral', () => {
  test('is signed twice, confirmed by the home agency, and then the paper of one filing', async () => {
    const me = await patient()
    const content = by.contentOf(me.insuredId)
    const signature = signed({ ...content, institution: HOSPITAL }, by.hospital)
    const issued = await by.issue(content, signature)
    expect(issued).toMatchObject({ state: 'ISSUED', level: 'LEVEL_3', pool: '629900', destination: '330100' })
    const referralId = issued.id
    expect(refusalOf(await file(me, { referralId }))).toBe('NotAllowed: referralId REFERRAL_NOT_CONFIRMED')
    expect(refusalOf(await ask(STAFF, CONFIRM, { referralId }))).toBe('NotAllowed: referralId REFERRAL_STATE')

    const office = signed(by.officeContent(content, { id: referralId, signature }), by.office)
    expect(await by.ask(SIGN, { referralId, signature: office })).toMatchObject({ state: 'SIGNED' })
    expect(await ask(OTHER_STAFF, CONFIRM, { referralId })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await ask(STAFF, CONFIRM, { referralId })).toMatchObject({ state: 'CONFIRMED' })

    const filing = await file(me, { referralId })
    expect(filing).toMatchObject({
      state: 'EFFECTIVE',
      evidence: 'ELECTRONIC_REFERRAL',
      referralId,
      referral: { institution: HOSPITAL },
    })
    expect(await ask(me.personNumber, ONE, { id: referralId })).toMatchObject({ usedBy: filing.id })
    await ask(me.personNumber, CANCEL_FILING, { filingId: filing.id })
    expect(refusalOf(await file(me, { referralId, beginOn: '2026-11-23' }))).toBe(
      'NotAllowed: referralId REFERRAL_USED',
    )
    expect(refusalOf(await by.ask(REVOKE, { referralId }))).toBe('NotAllowed: referralId REFERRAL_USED')
  })

  test('is refused from a hospital of too low a level, and from one the home pool has not designated', async () => {
    const low = await referrer(world, COMMUNITY)
    const away = await referrer(world, 'H62010000001')
    const me = await patient()
    await low.meet(me.cardNumber)
    await away.meet(me.cardNumber)
    expect(refusalOf(await low.issue(low.contentOf(me.insuredId)))).toBe('NotAllowed: institution REFERRER_LEVEL')
    expect(refusalOf(await away.issue(away.contentOf(me.insuredId)))).toBe(
      'NotAllowed: institution REFERRER_NOT_DESIGNATED',
    )
  })

  test('is only for whoever is before the hospital, and by a doctor who works there', async () => {
    const stranger = await world.addPerson({
      enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    })
    expect(refusalOf(await by.issue(by.contentOf(stranger.insuredId)))).toBe('NotFound: input.insuredId NOT_FOUND')
    const me = await patient()
    expect(refusalOf(await by.issue(by.contentOf(me.insuredId, { doctor: 'D629900000999' })))).toBe(
      'NotAllowed: input.doctor DOCTOR_NOT_HERE',
    )
    const bad = { destination: '620000', diagnosisCode: '?', doctor: 'x', reason: '', issuedOn: '2026-11-21' }
    expect(refusalOf(await by.issue(by.contentOf(me.insuredId, bad)))).toBe(
      'InvalidInput: input.destination DESTINATION_TOO_WIDE, input.diagnosisCode CODE_FORM, input.doctor CODE_FORM, input.reason LENGTH, input.issuedOn NOT_TODAY',
    )
  })

  test('takes no signature but one by a registered key of that hospital under this very content', async () => {
    const me = await patient()
    const content = by.contentOf(me.insuredId)
    const other = await referrer(world, 'H62010000001')
    const whole = { ...content, institution: HOSPITAL }
    expect(refusalOf(await by.issue(content, 'x'))).toBe('NotAllowed: signature SIGNATURE_INVALID')
    expect(refusalOf(await by.issue(content, signed(whole, other.hospital)))).toBe(
      'NotAllowed: signature SIGNING_KEY_UNKNOWN',
    )
    expect(refusalOf(await by.issue(content, signed({ ...whole, reason: '别的' }, by.hospital)))).toBe(
      'NotAllowed: signature SIGNATURE_MISMATCH',
    )
    const signature = signed(whole, by.hospital)
    const { id: referralId } = await by.issue(content, signature)
    const byItself = signed(by.officeContent(content, { id: referralId, signature }), by.hospital)
    expect(refusalOf(await by.ask(SIGN, { referralId, signature: byItself }))).toBe('NotAllowed: signature SAME_KEY')
    expect(refusalOf(await by.ask(SIGN, { referralId, signature: signed(whole, by.office) }))).toBe(
      'NotAllowed: signature SIGNATURE_MISMATCH',
    )
  })

  test('is no paper for somebody else, for another place, or for a filing that only says so', async () => {
    const [me, other] = [await patient(), await patient()]
    const referralId = await confirmed(me)
    expect(refusalOf(await file(other, { referralId }))).toBe('NotFound: referralId NOT_FOUND')
    expect(refusalOf(await file(me, { referralId, destination: '310000' }))).toBe(
      'NotAllowed: destination REFERRAL_ELSEWHERE',
    )
    const referral = { institution: HOSPITAL, issuedOn: '2026-11-22' }
    expect(refusalOf(await file(me, { evidence: 'ELECTRONIC_REFERRAL', referral }))).toBe(
      'InvalidInput: referralId MISSING',
    )
    expect(refusalOf(await file(me, { referralId, referral }))).toBe('InvalidInput: referralId NOT_APPLICABLE')
  })

  test('is refused with a reason, or revoked by the hospital, and then is no paper any more', async () => {
    const me = await patient()
    const refused = await by.issueSigned(me.insuredId)
    expect(await ask(STAFF, REFUSE, { referralId: refused, reason: '本地可以治疗' })).toMatchObject({
      state: 'REFUSED',
      refusal: '本地可以治疗',
    })
    const revoked = await confirmed(me)
    expect(await by.ask(REVOKE, { referralId: revoked })).toMatchObject({ state: 'REVOKED' })
    for (const referralId of [refused, revoked]) {
      expect(refusalOf(await file(me, { referralId }))).toBe('NotAllowed: referralId REFERRAL_NOT_CONFIRMED')
    }
  })

  test('is listed for the hospital, the person and the staff of home, in pages and by state', async () => {
    const me = await patient()
    const [first, second] = [await confirmed(me), await by.issueSigned(me.insuredId)]
    const mine = await ask(me.personNumber, LIST, { first: 1 })
    expect([idsOf(mine), mine.pageInfo.hasNextPage]).toEqual([[second], true])
    const { endCursor: after } = mine.pageInfo
    expect(idsOf(await ask(me.personNumber, LIST, { first: 1, after }))).toEqual([first])
    const waiting = idsOf(await ask(STAFF, LIST, { first: 100, state: 'SIGNED' }))
    expect(waiting).toContain(second)
    expect(waiting).not.toContain(first)
    expect(idsOf(await ask(HOSPITAL, LIST, { first: 100 }))).toEqual(expect.arrayContaining([first, second]))
    expect(idsOf(await ask(OTHER_STAFF, LIST, {}))).toEqual([])
    expect(await ask('H62010000001', ONE, { id: first })).toMatchObject({ code: 'NOT_FOUND' })
  })
})
