import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asking,
  DECODE,
  GANSU_POOL,
  HOSPITAL,
  openTwoProvinces,
  OTHER_HOSPITAL,
  PERSON,
  SHOW,
  type TwoProvinces,
} from './two-provinces.ts'
import { FILE } from './world-queries.ts'
import { demoPerson, type Data } from './world.ts'

// A person insured in Gansu shows a credential to a hospital in Sichuan, whose platform asks the one at home.

let two: TwoProvinces
let ask: ReturnType<typeof asking>
beforeAll(async () => {
  two = await openTwoProvinces()
  ask = asking(two)
})
afterAll(async () => {
  await two.close()
})

const card = (value = PERSON.cardNumber) => ({ kind: 'SOCIAL_SECURITY_CARD', value })
const identity = (value = PERSON.identityNumber) => ({ kind: 'IDENTITY_CARD', value })
const show = (credential: object, more: object = {}, at?: string) => ask(SHOW, { credential, ...more }, at)
const decode = (code: string, more: object = {}, at?: string) =>
  ask(DECODE, { requestId: randomUUID(), purpose: 'REGISTRATION', code, ...more }, at)

describe('an inquiry', () => {
  test('tells who shows a card or an identity card at home, what covers them and that nothing is filed', async () => {
    for (const credential of [card(), identity()]) {
      const told = await show(credential)
      expect(told).toMatchObject({
        __typename: 'InsuredElsewhere',
        id: PERSON.insuredId,
        insuredPool: GANSU_POOL,
        personNumber: PERSON.personNumber,
        name: PERSON.name,
        identityMasked: `6${'*'.repeat(17)}`,
        enrolments: [{ pool: GANSU_POOL, insuranceType: '310', standing: { state: 'IN_FORCE', reason: null } }],
        filings: [],
        isFiled: false,
        advice: { zh: expect.stringMatching(/备案/), en: expect.stringMatching(/filing/) },
        diseases: null,
        accumulators: null,
      })
    }
  })

  test('says why somebody is not covered', async () => {
    const suspended = await two.gansu.addPerson({
      enrolments: [
        {
          pool: GANSU_POOL,
          insuranceType: '310',
          personType: '1101',
          beginOn: '2020-01-01',
          civilServant: false,
          status: '2',
        },
      ],
    })
    const { enrolments } = await show(card(suspended.cardNumber))
    expect(enrolments.at(-1).standing).toMatchObject({
      state: 'SUSPENDED',
      reason: { zh: expect.stringMatching(/暂停/), en: expect.stringMatching(/suspended/) },
    })
  })

  test('tells of chronic diseases and what was used when it asks for them', async () => {
    expect(await show(card(), { details: ['DISEASES', 'ACCUMULATORS'] })).toMatchObject({
      diseases: [{ disease: 'M03900', name: '高血压', kind: 'CHRONIC' }],
      accumulators: [],
    })
  })

  test('tells of a filing for the place as soon as it is in force', async () => {
    const other = demoPerson(GANSU_POOL, 'adult resident')
    const input = { type: 'OTHER_TEMPORARY', destination: '510100' }
    await two.gansu.as(other.personNumber, FILE, { requestId: randomUUID(), input })
    expect(await show(card(other.cardNumber))).toMatchObject({
      isFiled: true,
      advice: null,
      filings: [{ type: 'OTHER_TEMPORARY', destination: '5101' }],
    })
  })

  test('without a pool, or with one of its own province, is answered here', async () => {
    const here = { credential: card() }
    for (const more of [{ insuredPool: null }, { insuredPool: '510100' }])
      expect(await ask(SHOW, { ...here, ...more })).toMatchObject({ __typename: 'Insured', id: PERSON.insuredId })
  })
})

describe('an e-voucher', () => {
  test('is decoded once at home, into a token that is good in the institution that asked, for its purpose', async () => {
    const code = await two.code()
    const done = await decode(code)
    expect(done).toMatchObject({
      __typename: 'VisitTokenElsewhere',
      token: expect.stringMatching(/^[\w-]{40}$/),
      purpose: 'REGISTRATION',
      insured: { id: PERSON.insuredId, insuredPool: GANSU_POOL },
    })
    expect(Temporal.Instant.from(done.expiresAt).since(two.gansu.time.now).total('hours')).toBe(24)
    const credential = { kind: 'E_VOUCHER', value: done.token }
    expect(await show(credential)).toMatchObject({ id: PERSON.insuredId, personNumber: PERSON.personNumber })
    expect(await show(credential, {}, OTHER_HOSPITAL)).toMatchObject({ code: 'CREDENTIAL_ELSEWHERE' })
    expect(await show({ ...credential, value: code })).toMatchObject({ code: 'CODE_NOT_DECODED' })
    expect(await decode(code)).toMatchObject({ code: 'CODE_USED', retryable: false, problems: [{ path: 'code' }] })
    const { rows } = await two.gansu.admin.query(
      `select institution, purpose from insured.credential where institution = $1`,
      [HOSPITAL],
    )
    expect(rows).toEqual([{ institution: HOSPITAL, purpose: 'REGISTRATION' }])
  })

  test('shown at once in two places of two provinces is decoded in one of them', async () => {
    for (let round = 0; round < 3; round += 1) {
      const code = await two.code()
      const home = two.gansu.as('H62990000001', DECODE, { requestId: randomUUID(), purpose: 'REGISTRATION', code })
      const all = await Promise.all([
        decode(code),
        decode(code, {}, OTHER_HOSPITAL),
        home.then(({ decodeVoucher }: Data) => decodeVoucher),
      ])
      expect(all.filter((one: Data) => one.token !== undefined)).toHaveLength(1)
      expect(all.filter((one: Data) => one.code === 'CODE_USED')).toHaveLength(2)
    }
  })

  test('of the same request gives the same token, and another code under it is refused', async () => {
    const [code, requestId] = [await two.code(), randomUUID()]
    const twice = await Promise.all([decode(code, { requestId }), decode(code, { requestId })])
    expect(twice[0].token).toBe(twice[1].token)
    expect(await decode(code, { requestId })).toEqual(twice[0])
    expect(await decode(await two.code(), { requestId })).toMatchObject({ __typename: 'RequestReused' })
    expect(await decode(code, { requestId, purpose: 'ADMISSION' })).toMatchObject({ __typename: 'RequestReused' })
  })

  test('is refused when it is late, of nobody, no code, or for what the place cannot do', async () => {
    const code = await two.code()
    two.gansu.time.now = two.gansu.time.now.add({ seconds: 61 })
    expect(await decode(code)).toMatchObject({ code: 'CODE_EXPIRED', problems: [{ path: 'code' }] })
    expect(await decode('0'.repeat(28))).toMatchObject({ code: 'CODE_UNKNOWN' })
    expect(await decode('123')).toMatchObject({ code: 'INVALID_INPUT', problems: [{ code: 'CODE_FORM' }] })
    expect(await decode(code, { insuredPool: '6299' })).toMatchObject({
      code: 'INVALID_INPUT',
      problems: [{ path: 'insuredPool', code: 'DIVISION_FORM' }],
    })
  })
})

describe('whoever cannot be asked', () => {
  test('of a province that is not linked is told so, in Chinese and English', async () => {
    for (const answer of [
      await show(card(), { insuredPool: '440100' }),
      await decode(await two.code(), { insuredPool: '440100' }),
      await two.gansu
        .as('H62990000001', SHOW, { credential: card(), insuredPool: '110100' })
        .then(Object.values)
        .then(([one]) => one),
    ])
      expect(answer).toMatchObject({
        code: 'NOT_LINKED',
        retryable: false,
        problems: [
          { path: 'insuredPool', message: { zh: expect.stringMatching(/未与本平台联网/), en: expect.any(String) } },
        ],
      })
  })

  test('while home does not answer is to be asked again, and the same request is then answered', async () => {
    const [code, requestId] = [await two.code(), randomUUID()]
    await two.whileGansuIsDown(async () => {
      for (const answer of [await show(card()), await decode(code, { requestId })])
        expect(answer).toMatchObject({
          __typename: 'Busy',
          code: 'HOME_UNREACHABLE',
          retryable: true,
          message: { zh: expect.stringMatching(/重试/), en: expect.stringMatching(/again/) },
        })
    })
    expect(await decode(code, { requestId })).toMatchObject({ token: expect.any(String) })
  })
})

test('cards of nobody are counted by institution and province, and beyond either limit home looks up tokens alone', async () => {
  const { gansu } = two
  const { rows } = await gansu.admin.query(`select count from insured.province_unknown where province = '51'`)
  const before = rows[0].count
  expect(await show(card('NOBODY01'))).toMatchObject({ __typename: 'NotFound', code: 'NOT_FOUND' })
  expect(await show(identity('11010119900101123X'))).toMatchObject({ code: 'NOT_FOUND' })
  const counts = async () => {
    const { rows: found } = await gansu.admin.query(
      `select (select count from insured.province_unknown where province = '51') as province,
         (select count from insured.unknown_credential where institution = $1) as institution`,
      [HOSPITAL],
    )
    return found[0]
  }
  expect(await counts()).toEqual({ province: before + 2, institution: 2 })
  const token = { kind: 'E_VOUCHER', value: (await decode(await two.code())).token }

  await gansu.admin.query(`update insured.unknown_credential set count = 200 where institution = $1`, [HOSPITAL])
  expect(await show(identity())).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS' })
  expect(await show(identity(), {}, OTHER_HOSPITAL)).toMatchObject({ id: PERSON.insuredId })

  await gansu.admin.query(`update insured.province_unknown set count = 4999 where province = '51'`)
  await Promise.all(Array.from({ length: 5 }, (_, i) => show(card(`NOBODY1${i}`), {}, OTHER_HOSPITAL)))
  expect((await counts()).province).toBe(5000)
  for (const shown of [card(), identity()])
    expect(await show(shown, {}, OTHER_HOSPITAL)).toMatchObject({
      code: 'TOO_MANY_UNKNOWN_OF_PROVINCE',
      problems: [{ path: 'insuredPool' }],
    })
  expect(await show(token)).toMatchObject({ id: PERSON.insuredId })
  await gansu.admin.query(`delete from insured.province_unknown`)
  await gansu.admin.query(`delete from insured.unknown_credential`)
})

test('an institution that has no agreement here asks nobody, and no province asks for an institution of another', async () => {
  await two.sichuan.admin.query(`update institutions.agreement set status = 'SUSPENDED'
    where institution = '${OTHER_HOSPITAL}'`)
  expect(await show(card(), {}, OTHER_HOSPITAL)).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
  expect(await decode(await two.code(), {}, OTHER_HOSPITAL)).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
  const subgraph = two.gansu.platform.subgraphs.find((one) => one.name === 'insured')
  const say = (province: string, change: object) =>
    subgraph?.internal?.(
      'exchange.person',
      { province, message: { exchange: randomUUID(), institution: HOSPITAL, shown: card(), details: [], ...change } },
      'trace',
    )
  expect(await say('44', {})).toMatchObject({ person: null, rejection: { code: 'INSTITUTION_ELSEWHERE' } })
  expect(await say('51', { institution: 'H62990000001' })).toMatchObject({
    rejection: { code: 'INSTITUTION_ELSEWHERE' },
  })
  const faulty = await say('51', { details: ['ALL'], secret: 'SECRET' })
  expect(faulty).toMatchObject({ person: null, rejection: { code: 'INVALID_INPUT' } })
  expect(JSON.stringify(faulty)).not.toContain('SECRET')
  await expect(subgraph?.internal?.('exchange.else', {}, 'trace')).rejects.toThrow('unknown internal operation')
})

test('institutions alone ask, and the person sees at home which of them read what', async () => {
  for (const who of ['clerk-629900', PERSON.personNumber, 'auditor']) {
    const answer = await two.sichuan.gql(await two.sichuan.token(who), SHOW, {
      credential: card(),
      insuredPool: GANSU_POOL,
    })
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  }
  await show(card(), { details: ['DISEASES', 'ACCUMULATORS'] })
  const { me } = await two.gansu.as(
    PERSON.personNumber,
    '{ me { accessLog(first: 100) { ... on AccessLogConnection { edges { node { role organisation operation } } } } } }',
  )
  const read = me.accessLog.edges.map(({ node }: Data) => node).filter((one: Data) => one.organisation === HOSPITAL)
  expect(new Set(read.map((one: Data) => one.operation))).toEqual(
    new Set(['insured', 'insuredByCredential', 'decodeVoucher', 'filings', 'registrations', 'accumulators']),
  )
  expect(read.every((one: Data) => one.role === 'institution')).toBe(true)
})
