import { randomUUID, type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { connect, type Database } from '@yibao/drizzle/connect'
import { SCOPES } from '@yibao/schema/identity'
import { signInternal } from '@yibao/schema/internal-token'
import { internalText } from '@yibao/schema/internal'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoNames } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { freePort } from './faults/world.ts'
import { runMain, type MainProcess } from './main-process.ts'
import { seconds, signed } from './sign-in-requests.ts'
import { serve } from './sign-in-world.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { FILE } from './world-queries.ts'
import { RECENTLY } from './world-processes.ts'
import { addPerson, openPlace, openWorld, send, type Data, type Place, type World, type WorldPerson } from './world.ts'

// The platform of Zhejiang as five processes, the one of Gansu as one: what the one's subgraphs ask each other goes over HTTP,
// and a bill of either's persons treated in the other settles as between two whole platforms.

const [ZHEJIANG, GANSU] = ['33', '62']
const [NINGBO, LANZHOU] = ['H33020000001', 'H62990000001']
const [NINGBO_POOL, HANGZHOU_POOL, GANSU_POOL] = ['330200', '330100', '629900']
const AUDIENCE = 'https://zhejiang.example/graphql'
const SUBGRAPHS = ['insured', 'institutions', 'settlement', 'cross-province'] as const

const processes = new Map<string, MainProcess>()
const addresses = new Map<string, string>()
const closing: (() => Promise<unknown>)[] = []
let place: Place
let home: World
let databases: Record<'insured' | 'settlement' | 'crossProvince', Database>
let bearer: string
const gateway = () => addresses.get('gateway') ?? ''

beforeAll(async () => {
  place = await openPlace()
  closing.push(() => place.close())
  home = await openWorld({ province: GANSU })
  closing.push(() => home.close())
  // Both run by the real clock, which signatures and bills are held to.
  Object.defineProperty(home.time, 'now', { get: () => Temporal.Now.instant().round('millisecond') })
  await fill()
  const [issuer, key] = await Promise.all([serve(), newClientKey()])
  closing.push(() => issuer.close())
  issuer.use((_request, response) => response.end(JSON.stringify({ keys: [publicHalf(key)] })))
  const claims = { sub: 'his', yibao_kind: 'institution', yibao_institution: NINGBO }
  bearer = await signed(
    key,
    { iss: issuer.url, aud: AUDIENCE, scope: SCOPES.join(' '), iat: seconds(), exp: seconds() + 3600, ...claims },
    { typ: 'at+jwt' },
  )
  for (const name of [...SUBGRAPHS, 'gateway']) addresses.set(name, `http://127.0.0.1:${await freePort()}`)
  // One after the other: together they may take longer than each is given.
  for (const name of SUBGRAPHS) await start(name, { YIBAO_PROVINCE: ZHEJIANG })
  await start('gateway', { YIBAO_ISSUER: issuer.url, YIBAO_JWKS_URI: issuer.url, YIBAO_AUDIENCE: AUDIENCE })
  await introduce()
}, 600_000)

afterAll(async () => {
  await Promise.all([...processes.values()].map((one) => one.stop()))
  for (const close of closing.toReversed()) await close()
})

async function fill(): Promise<void> {
  const { databaseUrl: url, keys } = place
  const [insured, institutions, settlement, crossProvince] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
    connect({ url, schema: 'settlement' }),
    connect({ url, schema: 'cross_province' }),
  ])
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  await institutions.close()
  databases = { insured, settlement, crossProvince }
  closing.push(() => Promise.all(Object.values(databases).map((one) => one.close())))
}

/** Each knows the keys by the folder they share, and where the others stand. */
async function start(name: string, more: Record<string, string>): Promise<void> {
  const started = runMain(name === 'gateway' ? name : `subgraphs/${name}`, {
    PORT: new URL(addresses.get(name) ?? '').port,
    DATABASE_URL: place.databaseUrl,
    YIBAO_DATA: place.dataDir,
    YIBAO_SUBGRAPHS: SUBGRAPHS.map((one) => `${one}=${addresses.get(one)}`).join(','),
    ...more,
  })
  processes.set(name, started)
  await started.ready()
}

const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))
const ALWAYS = Temporal.Instant.from('2026-01-01T00:00:00Z')

async function introduce(): Promise<void> {
  const gansu = { province: GANSU, name: GANSU, url: home.address, key: publicJwk(home.keys.exchange.publicKey) }
  await registerPartner(databases.crossProvince.hot, gansu, ALWAYS)
  const zhejiang = { province: ZHEJIANG, name: ZHEJIANG, url: gateway(), key: publicJwk(place.keys.exchange.publicKey) }
  await registerPartner(home.platform.databases.crossProvince.hot, zhejiang, ALWAYS)
}

const REJECTION = '... on Rejection { code problems { path code } }'
const SETTLED = `__typename ... on Settlement { id total fundTotal cash insuredPool } ... on SettlementPending { requestId } ${REJECTION}`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${SETTLED} } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ${SETTLED} } }`
const SHOW = `query ($credential: CredentialInput!, $insuredPool: String) {
  insuredByCredential(credential: $credential, insuredPool: $insuredPool) {
    __typename ... on InsuredElsewhere { id enrolments { pool } } ${REJECTION} } }`

async function inNingbo(query: string, variables: object): Promise<Data> {
  const { data, errors } = await send(gateway(), bearer, query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors) + [...processes.values()].map((one) => one.said()))
  return Object.values(data)[0]
}
const inLanzhou = async (query: string, variables: object): Promise<Data> =>
  Object.values(await home.as(LANZHOU, query, variables))[0]

const credentialOf = ({ identityNumber: value }: WorldPerson) => ({ kind: 'IDENTITY_CARD', value })
/** A stay of a day. */
const billOf = (person: WorldPerson, insuredPool: string, change: object = {}) => ({
  ...bill({
    careType: '21',
    begin: RECENTLY,
    end: Temporal.ZonedDateTime.from(`${RECENTLY}[+08:00]`).add({ days: 1 }).toString({ timeZoneName: 'never' }),
    lines: [{ code: CLASS_A, price: 1000, quantity: 1, time: RECENTLY }],
    ...change,
  }),
  credential: credentialOf(person),
  insuredPool,
})
const enrolledIn = (pool: string) => ({
  enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
})

/** Somebody of Gansu who has filed for Ningbo. */
async function filedPerson(): Promise<WorldPerson> {
  const person = await home.addPerson(enrolledIn(GANSU_POOL))
  const input = { type: 'LONG_TERM', destination: NINGBO_POOL, ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
  const { fileTreatmentElsewhere: filed } = await home.as(person.personNumber, FILE, { requestId: randomUUID(), input })
  expect(filed).toMatchObject({ __typename: 'Filing' })
  return person
}

/** Sends the same request until it is answered, as a hospital does while the other province is slow. */
async function answered(ask: typeof inNingbo, query: string, variables: object): Promise<Data> {
  const asked = { requestId: randomUUID(), ...variables }
  for (let round = 0; ; round += 1) {
    const answer = await ask(query, asked)
    if (round === 30 || !['SettlementPending', 'Busy'].includes(answer.__typename)) return answer
    await sleep(1000)
  }
}

async function settledAndTakenBack(ask: typeof inNingbo, input: object): Promise<Data> {
  const settled = await answered(ask, SETTLE, { input })
  expect(settled).toEqual(expect.objectContaining({ __typename: 'Settlement', total: '1000.00' }))
  const reversed = await answered(ask, REVERSE, { settlement: settled.id })
  expect(reversed).toEqual(expect.objectContaining({ __typename: 'Settlement', total: '-1000.00' }))
  return settled
}

const SLOW = 180_000

test(
  'processes of one province ask another who a person is, and settle and take back their bill',
  async () => {
    const person = await filedPerson()
    const shown = { credential: credentialOf(person), insuredPool: GANSU_POOL }
    expect(await inNingbo(SHOW, shown)).toMatchObject({ id: person.insuredId, enrolments: [{ pool: GANSU_POOL }] })
    const settled = await settledAndTakenBack(inNingbo, billOf(person, GANSU_POOL))
    expect(settled).toMatchObject({ insuredPool: GANSU_POOL })
  },
  SLOW,
)

test(
  'they keep and commit the bill of their own persons for another province',
  async () => {
    const parts = { keys: place.keys, names: demoNames(), now: Temporal.Now.instant() }
    const person = await addPerson(databases, parts, enrolledIn(HANGZHOU_POOL))
    // An emergency counts as filed.
    const settled = await settledAndTakenBack(inLanzhou, billOf(person, HANGZHOU_POOL, { emergency: true }))
    expect(settled).toMatchObject({ insuredPool: HANGZHOU_POOL })
  },
  SLOW,
)

test('what subgraphs ask each other takes the key they share, which opens nothing else, and is reached by nobody outside', async () => {
  const settlement = addresses.get('settlement') ?? ''
  const ask = async (
    path: string,
    audience: string,
    text: (body: string) => string,
    body: string,
    key: KeyObject | null,
  ) => {
    const token = key && (await signInternal(key, { audience, identity: null, traceId: 't', body: text(body) }))
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    return (await fetch(`${settlement}${path}`, { method: 'POST', headers, body })).status
  }
  const operation = 'exchange.outcome'
  const body = JSON.stringify({ province: GANSU, message: { exchange: randomUUID() } })
  const internal = (audience: string, key: KeyObject | null) =>
    ask(`/internal/${operation}`, audience, (text) => internalText(operation, text), body, key)
  const { peer, internal: gatewayKey, exchange } = place.keys
  expect(await internal('settlement', peer.privateKey)).toBe(200)
  expect(await internal('settlement', gatewayKey.privateKey)).toBe(200)
  expect(await internal('insured', peer.privateKey)).toBe(401)
  expect(await internal('settlement', exchange.privateKey)).toBe(401)
  expect(await internal('settlement', null)).toBe(401)
  const query = JSON.stringify({ query: '{ __typename }' })
  expect(await ask('/graphql', 'settlement', (text) => text, query, peer.privateKey)).toBe(401)
  expect(await ask('/graphql', 'settlement', (text) => text, query, gatewayKey.privateKey)).toBe(200)
  expect((await fetch(`${gateway()}/internal/${operation}`, { method: 'POST', body })).status).toBe(404)
})

test(
  'a subgraph that is told of the exchange and not of whom to ask says so, and does not start',
  async () => {
    const faulty = runMain('subgraphs/settlement', {
      PORT: '0',
      DATABASE_URL: place.databaseUrl,
      YIBAO_DATA: place.dataDir,
      YIBAO_PROVINCE: ZHEJIANG,
    })
    expect(await faulty.ended).toBe(1)
    expect(faulty.said()).toContain('YIBAO_SUBGRAPHS')
  },
  SLOW,
)

test(
  'while cross-province is down nothing is said, so the window is told at once; it comes again and the bill settles',
  async () => {
    const person = await filedPerson()
    const input = billOf(person, GANSU_POOL)
    expect(await processes.get('cross-province')?.stop()).toBe(0)
    expect(await inNingbo(SETTLE, { requestId: randomUUID(), input })).toMatchObject({ code: 'HOME_UNREACHABLE' })
    expect(await inNingbo(SHOW, { credential: credentialOf(person), insuredPool: GANSU_POOL })).toMatchObject({
      code: 'HOME_UNREACHABLE',
    })
    await start('cross-province', { YIBAO_PROVINCE: ZHEJIANG })
    await settledAndTakenBack(inNingbo, input)
  },
  SLOW,
)
