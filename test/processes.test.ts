import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@yibao/drizzle/connect'
import { SCOPES } from '@yibao/schema/identity'
import { loadKeys, newClientKey, publicHalf } from '@yibao/schema/keys'
import { receiptKeyOf, type ReceiptKey } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoInstitutions } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { demoPersons } from '../demo/persons.ts'
import { testDatabase } from './database.ts'
import { runMain, type MainProcess } from './main-process.ts'
import { seconds, signed } from './sign-in-requests.ts'
import { serve } from './sign-in-world.ts'
import { send } from './world.ts'
import { SETTLE } from './world-bill.ts'

const SUBGRAPHS = ['insured', 'institutions', 'settlement', 'cross-province'] as const
const HOSPITAL = 'H62990000001'
const AUDIENCE = 'https://yibao.example.gov.cn/graphql'
const processes = new Map<string, MainProcess>()
const environments = new Map<string, Readonly<Record<string, string>>>()
const closing: (() => Promise<unknown>)[] = []
let home: string
let issuerUrl: string
let token: (claims: object) => Promise<string>
let gateway: string
let person: string
let receiptKey: ReceiptKey

const run = (name: string, change: Record<string, string> = {}) =>
  runMain(name === 'gateway' ? name : `subgraphs/${name}`, { PORT: '0', ...environments.get(name), ...change })

function startAll(names: readonly string[]): Promise<string[]> {
  for (const name of names) processes.set(name, run(name))
  return Promise.all(names.map(async (name) => `${name}=${await processes.get(name)?.ready()}`))
}

/** Five processes: each subgraph knows the gateway by the public half of its key, and only those that keep what is encrypted have its keys. */
beforeAll(async () => {
  const [folder, database, issuer, key] = await Promise.all([
    mkdtemp(join(tmpdir(), 'yibao-processes-')),
    testDatabase(),
    serve(),
    newClientKey(),
  ])
  home = folder
  issuerUrl = issuer.url
  closing.push(() => rm(home, { recursive: true }))
  closing.push(
    () => database.close(),
    () => issuer.close(),
  )
  issuer.use((_request, response) => response.end(JSON.stringify({ keys: [publicHalf(key)] })))
  const standing = { iss: issuerUrl, aud: AUDIENCE, scope: SCOPES.join(' ') }
  token = (claims) => signed(key, { ...standing, iat: seconds(), exp: seconds() + 300, ...claims }, { typ: 'at+jwt' })

  const keys = await loadKeys(join(home, 'gateway'))
  receiptKey = receiptKeyOf(keys.receipt.publicKey)
  await fill(database.url, keys)
  const YIBAO_INTERNAL_PUBLIC_KEY = JSON.stringify(asJwk(keys.internal.publicKey))
  for (const name of SUBGRAPHS) {
    const common = { DATABASE_URL: database.url, YIBAO_DATA: join(home, name), YIBAO_INTERNAL_PUBLIC_KEY }
    const [YIBAO_DATA_KEY, YIBAO_LOOKUP_KEY] = [keys.dataKey.toString('base64'), keys.lookupKey.toString('base64')]
    const holds = name !== 'cross-province'
    const receipt = (name === 'settlement' || name === 'insured') && {
      YIBAO_RECEIPT_KEY: JSON.stringify(asJwk(keys.receipt.privateKey)),
    }
    environments.set(name, holds ? { ...common, YIBAO_DATA_KEY, YIBAO_LOOKUP_KEY, ...receipt } : common)
  }
  environments.set('gateway', {
    YIBAO_DATA: join(home, 'gateway'),
    YIBAO_SUBGRAPHS: (await startAll(SUBGRAPHS)).join(','),
    YIBAO_ISSUER: issuerUrl,
    YIBAO_JWKS_URI: issuerUrl,
    YIBAO_AUDIENCE: AUDIENCE,
  })
  await startAll(['gateway'])
  gateway = (await processes.get('gateway')?.ready()) ?? ''
}, 120_000)

afterAll(async () => {
  await Promise.all([...processes.values()].map((one) => one.stop()))
  for (const close of closing.toReversed()) await close()
})

const asJwk = (key: KeyObject) => key.export({ format: 'jwk' })

async function fill(url: string, keys: Parameters<typeof loadDemo>[0]['keys']): Promise<void> {
  const [insured, institutions, settlement] = await Promise.all(
    (['insured', 'institutions', 'settlement'] as const).map((schema) => connect({ url, schema })),
  )
  if (!insured || !institutions || !settlement) throw new Error('the database cannot be reached')
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  await Promise.all([insured, institutions, settlement].map((db) => db.close()))
}

const ABOUT_ME = `{
  me { name }
  settlements(first: 1) { ... on SettlementConnection {
    edges { node { number institution { name } insured { name } } } pageInfo { hasNextPage }
  } }
  filings(first: 1) { ... on FilingConnection { edges { node { id } } } }
}`

test('five processes settle a bill, and answer a question that concerns all of them', async () => {
  const bill: unknown = JSON.parse(await readFile(join(import.meta.dirname, '..', 'demo', 'bill.json'), 'utf8'))
  const hospital = await token({ sub: 'his', yibao_kind: 'institution', yibao_institution: HOSPITAL })
  const settled = await send(gateway, hospital, SETTLE, { requestId: 'across-processes', input: bill })
  expect(settled.errors).toBeUndefined()
  expect(settled.data.settle.__typename).toBe('Settlement')

  const { number, insuredId } = settled.data.settle
  person = await token({ sub: 'me', yibao_kind: 'person', yibao_insured: insuredId })
  const { data, errors } = await send(gateway, person, ABOUT_ME)
  expect(errors).toBeUndefined()
  const me = { name: demoPersons().find((one) => one.insuredId === insuredId)?.name }
  const institution = { name: demoInstitutions.find((one) => one.code === HOSPITAL)?.name }
  expect(data).toEqual({
    me,
    settlements: { edges: [{ node: { number, institution, insured: me } }], pageInfo: { hasNextPage: false } },
    filings: { edges: [] },
  })
})

test('the gateway publishes the key of receipts as the subgraph that signs has it', async () => {
  const { protocol, host } = new URL(gateway)
  const published = await fetch(`${protocol}//${host}/receipts/jwks.json`)
  expect(await published.json()).toEqual({ keys: [receiptKey] })
})

test('a subgraph that has the public half of the key makes and keeps no key of its own', () => {
  expect(SUBGRAPHS.filter((name) => existsSync(join(home, name, 'keys')))).toEqual([])
})

test('one process that stops takes only its own part of the answer with it', async () => {
  expect(await processes.get('institutions')?.stop()).toBe(0)
  const { status, data, errors } = await send(gateway, person, ABOUT_ME)
  expect([status, data.me.name, data.filings.edges]).toEqual([200, expect.any(String), []])
  expect(data.settlements.edges[0].node).toMatchObject({ number: expect.any(String), institution: null })
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'institutions' }),
  ])
})

test('each process ends with code 0 when it is told to stop', async () => {
  const codes = [...processes].map(async ([name, one]) => [name, await one.stop()] as const)
  expect(Object.fromEntries(await Promise.all(codes))).toEqual({
    gateway: 0,
    insured: 0,
    institutions: 0,
    settlement: 0,
    'cross-province': 0,
  })
})

test('a subgraph names every fault of its configuration at once, and shows no key', async () => {
  const whole = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const faulty = runMain('subgraphs/settlement', {
    PORT: 'x',
    YIBAO_LOG_LEVEL: 'loud',
    YIBAO_INTERNAL_PUBLIC_KEY: JSON.stringify(whole),
  })
  expect(await faulty.ended).toBe(1)
  for (const name of ['DATABASE_URL', 'PORT', 'YIBAO_LOG_LEVEL', 'YIBAO_INTERNAL_PUBLIC_KEY']) {
    expect(faulty.said()).toContain(`${name}: `)
  }
  expect(faulty.said()).not.toContain(whole.d)
})

test.each([
  ['gateway', 'a port that is taken', () => ({ PORT: new URL(issuerUrl).port }), /端口已被占用/],
  ['insured', 'a port that is taken', () => ({ PORT: new URL(issuerUrl).port }), /端口已被占用/],
  [
    'insured',
    'keys its data was not written with',
    () => ({ YIBAO_DATA_KEY: randomBytes(32).toString('base64') }),
    /dataKey/,
  ],
])('%s that cannot start because of %s says so and ends with code 1', async (name, _why, change, words) => {
  const faulty = run(name, change())
  expect(await faulty.ended).toBe(1)
  expect(faulty.said()).toMatch(words)
  expect(faulty.said()).not.toContain('    at ')
})
