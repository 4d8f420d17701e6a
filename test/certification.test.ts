import { generateKeyPairSync, randomUUIDv7 } from 'node:crypto'
import { bringUpCertifications } from '@yibao/cross-province/commands/certify-here'
import { followOverdue } from '@yibao/cross-province/commands/overdue'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { signRequest } from '@yibao/cross-province/peers/exchange-signature'
import { loadRules } from '@yibao/cross-province/store/rules'
import { takeNotices } from '@yibao/insured/commands/message'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saying } from './partner-world.ts'
import { refusalOf } from './story-refused.ts'
import { unused } from './story-steps.ts'
import { APPROVE_FILING, CANCEL_FILING, FILE } from './world-queries.ts'
import { introduce } from './two-provinces.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Gansu’s pool for trying things out wants the agency of the other place to certify where somebody lives; the place is on
// the platform of Sichuan. Both speak over HTTP through their gateways, and either may be out of reach for a while.

const [SICHUAN, GANSU] = ['51', '62']
const [CHENGDU, MIANYANG, HOME, AUDITOR] = ['chengdu', 'mianyang', 'clerk-629900', 'auditor']
let place: World
let home: World
beforeAll(async () => {
  ;[place, home] = await Promise.all([openWorld({ province: SICHUAN }), openWorld({ province: GANSU })])
  await Promise.all([introduce(place, home, GANSU), introduce(home, place, SICHUAN)])
  place.letIn({ kind: 'staff', login: CHENGDU, label: CHENGDU, pool: '510100' })
  place.letIn({ kind: 'staff', login: MIANYANG, label: MIANYANG, pool: '510700' })
})
afterAll(() => Promise.all([place.close(), home.close()]))

const EARLIER = Temporal.Instant.from('2026-01-01T00:00:00Z')
const asking =
  (world: () => World) =>
  async (who: string, query: string, variables: object = {}): Promise<Data> =>
    Object.values(await world().as(who, query, { requestId: unused('certify'), ...variables }))[0]
const atPlace = asking(() => place)
const atHome = asking(() => home)

const FIELDS = `id province pool filing certifier kind beginOn endOn name identityMasked state dueOn reason toldAt escalatedAt`
const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
const LIST = `query ($state: CertificationState, $first: Int) { certifications(state: $state, first: $first) {
  __typename ... on CertificationConnection { edges { node { ${FIELDS} } } } ${REJECTION} } }`
const NUMBER = `query ($id: ID!) { certification(id: $id) {
  __typename ... on Certification { state identityNumber } ${REJECTION} } }`
const ANSWER = `mutation ($requestId: ID!, $certificationId: ID!, $certified: Boolean!, $reason: String) {
  answerCertification(requestId: $requestId, certificationId: $certificationId, certified: $certified, reason: $reason) {
    __typename ... on Certification { ${FIELDS} } ${REJECTION} } }`
const FILING = `query ($id: ID!) { filing(id: $id) { ... on Filing { state dueOn escalatedAt
  history { action reason by { zh } } } } }`

const RETIRED = { type: 'LONG_TERM', ground: 'RETIRED_ELSEWHERE', destination: '510100', evidence: 'PROMISE' }

async function filed(): Promise<{ me: WorldPerson; filingId: string }> {
  const me = await home.addPerson({
    birthDate: '1960-01-02',
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1201', beginOn: '2020-01-01' }],
  })
  const { id: filingId } = await atHome(me.personNumber, FILE, { input: RETIRED })
  return { me, filingId }
}

const look = (filingId: string): Promise<Data> => atHome(HOME, FILING, { id: filingId })
const actions = async (filingId: string) => (await look(filingId)).history.map(({ action }: Data) => action)
const asked = async (filingId: string, who = CHENGDU): Promise<Data> =>
  (await atPlace(who, LIST, { first: 100 })).edges
    .map(({ node }: Data) => node)
    .find((one: Data) => one.filing === filingId)

const SOON = { timeout: 20_000, interval: 200 }
const arrived = async (filingId: string, state = 'WAITING'): Promise<Data> => {
  await expect.poll(async () => (await asked(filingId))?.state, SOON).toBe(state)
  return asked(filingId)
}
const answer = (one: Data, certified: boolean, more: object = {}, who = CHENGDU) =>
  atPlace(who, ANSWER, { certificationId: one.id, certified, ...more })

async function on<T>(day: string, work: () => Promise<T>): Promise<T> {
  const before = home.time.now
  for (const { time } of [home, place]) time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`)
  return work().finally(() => {
    for (const { time } of [home, place]) time.now = before
  })
}

const told = async (world: World, who: string): Promise<string[]> => {
  const { keys: secrets, platform, time } = world
  await takeNotices({ db: platform.databases.insured, secrets, clock: () => time.now, carriers: {} }, undefined)
  const query = '{ messages(first: 100) { ... on MessageConnection { edges { node { template } } } } }'
  return (await world.as(who, query)).messages.edges.map(({ node }: Data) => node.template)
}

describe('a filing that the agency of another province certifies', () => {
  test('goes to the queue of that agency on its own platform, and its word comes home', async () => {
    const { me, filingId } = await filed()
    expect(await look(filingId)).toMatchObject({ state: 'AWAITING_CERTIFICATION', dueOn: '2026-11-27' })
    const one = await arrived(filingId)
    expect(one).toMatchObject({
      province: GANSU,
      pool: '629900',
      certifier: '510100',
      kind: 'RETIRED_ELSEWHERE',
      beginOn: '2026-11-22',
      endOn: null,
      dueOn: '2026-11-27',
      name: '故事人物',
      identityMasked: `${me.identityNumber[0]}${'*'.repeat(17)}`,
    })
    expect(await told(place, CHENGDU)).toContain('filing.to-certify')
    expect(await answer(one, true)).toMatchObject({ state: 'CERTIFIED' })
    await expect.poll(async () => (await look(filingId)).state, SOON).toBe('UNDER_REVIEW')
    expect((await look(filingId)).history[1]).toEqual({
      action: 'CERTIFIED',
      reason: null,
      by: { zh: '就医地 510100 经办机构' },
    })
    await expect.poll(async () => (await asked(filingId)).toldAt, SOON).not.toBeNull()
    // Home decides next, and then asks for the card, as for a place of its own province.
    expect(await atHome(HOME, APPROVE_FILING, { filingId })).toMatchObject({ state: 'EFFECTIVE' })
    expect(await actions(filingId)).toEqual(['FILED', 'CERTIFIED', 'CONFIRMED', 'CARD_REQUESTED'])
  })

  test('is refused at home when that agency does not certify, for the reason it gives', async () => {
    const { me, filingId } = await filed()
    const one = await arrived(filingId)
    expect(refusalOf(await answer(one, false))).toBe('InvalidInput: reason LENGTH')
    expect(await answer(one, false, { reason: '未在本地居住' })).toMatchObject({ state: 'NOT_CERTIFIED' })
    await expect.poll(async () => (await look(filingId)).state, SOON).toBe('REFUSED')
    expect((await look(filingId)).history[1]).toMatchObject({ action: 'NOT_CERTIFIED', reason: '未在本地居住' })
    expect(await told(home, me.personNumber)).toContain('filing.not-certified')
  })

  test('is seen by that agency alone, and its person’s number only by who certifies, which is logged', async () => {
    const { me, filingId } = await filed()
    const one = await arrived(filingId)
    expect(await asked(filingId, MIANYANG)).toBeUndefined()
    expect(await atPlace(MIANYANG, NUMBER, { id: one.id })).toMatchObject({ code: 'NOT_FOUND' })
    expect(refusalOf(await answer(one, true, {}, MIANYANG))).toBe('NotFound: certificationId NOT_FOUND')
    expect(await atPlace(CHENGDU, NUMBER, { id: one.id })).toMatchObject({ identityNumber: me.identityNumber })
    const { errors } = await place.gql(await place.token(AUDITOR), NUMBER, { id: one.id })
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const { rows } = await place.admin.query(
      `select operation, purpose from cross_province.access_log where subject = $1 and operation = 'identityNumber'`,
      [me.insuredId],
    )
    expect(rows).toEqual([{ operation: 'identityNumber', purpose: 'CERTIFICATION' }])
    const { rows: sealed } = await place.admin.query(
      `select t::text || encode(i.number_sealed, 'escape') as row from cross_province.certification t
       join cross_province.certification_identity i using (insured_id, certification_id) where certification_id = $1`,
      [one.id],
    )
    expect(sealed[0].row).not.toContain(me.identityNumber)
  })

  test('is decided at home when that agency lets its time go by, and then is asked of it no longer', async () => {
    const { filingId } = await filed()
    const one = await arrived(filingId)
    await on('2026-11-28', async () => {
      const { crossProvince: db } = home.platform.databases
      await followOverdue({ db, rules: loadRules(), clock: () => home.time.now })
      expect((await look(filingId)).escalatedAt).not.toBeNull()
      const there = place.platform.databases.crossProvince
      await bringUpCertifications({ db: there, clock: () => place.time.now })
      expect((await asked(filingId)).escalatedAt).not.toBeNull()
      expect(await told(place, CHENGDU)).toContain('filing.overdue')
      expect(await atHome(HOME, APPROVE_FILING, { filingId })).toMatchObject({ state: 'EFFECTIVE' })
      await arrived(filingId, 'ENDED')
    })
    expect(refusalOf(await answer(one, true))).toBe('NotAllowed: certificationId CERTIFICATION_STATE')
  })

  test('is no longer asked for when the person takes it back', async () => {
    const { me, filingId } = await filed()
    await arrived(filingId)
    expect(await atHome(me.personNumber, CANCEL_FILING, { filingId })).toMatchObject({ state: 'WITHDRAWN' })
    await arrived(filingId, 'ENDED')
  })

  test('waits while the other platform is out of reach, and reaches it afterwards, once', async () => {
    const { hot } = home.platform.databases.crossProvince
    const away = { province: SICHUAN, name: SICHUAN, url: 'http://127.0.0.1:9' }
    await registerPartner(hot, away, home.time.now)
    const { filingId } = await filed()
    const attempts = async () =>
      (
        await home.admin.query('select attempts from cross_province.certification_request where filing_id = $1', [
          filingId,
        ])
      ).rows[0].attempts
    await expect.poll(attempts, SOON).toBeGreaterThan(0)
    expect(await asked(filingId)).toBeUndefined()
    await registerPartner(hot, { ...away, url: place.address }, home.time.now)
    home.time.now = home.time.now.add({ minutes: 20 })
    const one = await arrived(filingId)
    // The answer, in turn, waits for home.
    const atSichuan = place.platform.databases.crossProvince.hot
    await registerPartner(atSichuan, { ...away, province: GANSU }, place.time.now)
    await answer(one, true)
    await new Promise((resolve) => setTimeout(resolve, 7000))
    expect((await asked(filingId)).toldAt).toBeNull()
    await registerPartner(atSichuan, { ...away, province: GANSU, url: home.address }, place.time.now)
    place.time.now = place.time.now.add({ minutes: 20 })
    await expect.poll(async () => (await asked(filingId)).toldAt, SOON).not.toBeNull()
    expect(await actions(filingId)).toEqual(['FILED', 'CERTIFIED'])
  })
})

const message = (change: object = {}) => ({
  exchange: randomUUIDv7(),
  certifier: '510100',
  pool: '629900',
  kind: 'WORKING_ELSEWHERE',
  beginOn: '2026-11-22',
  endOn: null,
  dueOn: '2026-11-27',
  person: { id: randomUUIDv7(), name: '张三', identityNumber: '62010019900307371X' },
  ended: false,
  ...change,
})

describe('what platforms say of certifications', () => {
  const say = saying(() => home, SICHUAN)
  const back = saying(() => place, GANSU)
  const codes = async (one: object) => {
    const { state, rejection } = (await back('certified', one)).answer
    return rejection?.code ?? state
  }
  const states = async (type: string, one: object) => {
    const { state, rejection } = (await say(type, one)).answer
    return rejection === null ? state : rejection.problems.map((p: Data) => `${p.path} ${p.code}`).join()
  }

  /** A third province, registered at home, says something there. */
  async function foreign(type: string, one: object): Promise<Data> {
    const key = generateKeyPairSync('ed25519')
    const jwk = JSON.stringify(key.publicKey.export({ format: 'jwk' }))
    const guangdong = { province: '44', name: '广东', url: 'http://127.0.0.1:9', key: jwk }
    await registerPartner(home.platform.databases.crossProvince.hot, guangdong, EARLIER)
    const [url, body] = [`${home.address}/exchange/${type}`, JSON.stringify(one)]
    const signing = { ...key, kid: receiptKeyOf(key.publicKey).kid }
    const headers = await signRequest(signing, { id: randomUUIDv7(), from: '44', to: GANSU, url, body })
    return (await fetch(url, { method: 'POST', headers, body })).json()
  }

  test('counts once, however often it is said, and nothing else may be said under its id', async () => {
    const one = message()
    expect(await Promise.all([states('certify', one), states('certify', one)])).toEqual(['WAITING', 'WAITING'])
    expect(await states('certify', { ...one, kind: 'RESIDENT_ELSEWHERE' })).toBe('exchange CONTENT_DIFFERS')
    expect(await states('certify', { ...one, person: { ...one.person, name: '李四' } })).toBe(
      'exchange CONTENT_DIFFERS',
    )
    const { rows } = await place.admin.query('select kind from cross_province.certification where filing_id = $1', [
      one.exchange,
    ])
    expect(rows).toEqual([{ kind: 'WORKING_ELSEWHERE' }])
  })

  test('that it is over holds, also when it comes before what it ends', async () => {
    const one = message()
    expect(await states('certify', { ...one, ended: true })).toBe('ENDED')
    expect(await states('certify', one)).toBe('ENDED')
  })

  test('is refused where it is for no agency there, of another’s pool, or not in form', async () => {
    expect(await states('certify', message({ certifier: '500000' }))).toBe('certifier NOT_HERE')
    expect(await states('certify', message({ pool: '440100' }))).toBe('pool NOT_THEIRS')
    expect(await states('certify', message({ endOn: '2026-11-01' }))).toBe('endOn PERIOD_REVERSED')
    expect(await states('certify', message({ kind: 'HOLIDAY', beginOn: 'today' }))).toBe(
      'kind MESSAGE_FORM,beginOn MESSAGE_FORM',
    )
  })

  test('an answer counts only from the platform of the agency that was asked, and only its first one', async () => {
    const { filingId } = await filed()
    await arrived(filingId)
    const yes = { exchange: filingId, certifier: '510100', certified: true, reason: null }
    expect(await codes({ ...yes, certifier: '510700' })).toBe('NOT_FOUND')
    expect(await codes({ ...yes, exchange: randomUUIDv7() })).toBe('NOT_FOUND')
    expect(await actions(filingId)).toEqual(['FILED'])
    expect(await foreign('certified', yes)).toMatchObject({ state: 'UNKNOWN', rejection: { code: 'NOT_FOUND' } })
    expect(await codes(yes)).toBe('KEPT')
    expect(await codes(yes)).toBe('KEPT')
    expect(await codes({ ...yes, certified: false, reason: '改主意了' })).toBe('ANSWER_DIFFERS')
    expect(await actions(filingId)).toEqual(['FILED', 'CERTIFIED'])
  })
})
