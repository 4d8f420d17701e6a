import { institutionToken } from '@yibao/gateway/issuer/token-client'
import { tellOfEndingKeys } from '@yibao/institutions/commands/partner-key-tell'
import { findDemoClient } from '@yibao/schema/demo-keys'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type Data, type World } from './world.ts'

const HOSPITAL = 'H62990000001'
const OTHER = 'H62010000001'
/** On the ground of the pool, and in no directory. */
const NEWCOMER = 'H62990000099'
/** In the directory; the systems of nobody else’s test. */
const [LISTED, LOST] = ['H62990000098', 'H62990000097']

let world: World
beforeAll(async () => {
  const newcomer = { code: NEWCOMER, name: '新接入医院', level: 'LEVEL_2', type: 'GENERAL_HOSPITAL' } as const
  const more = { creditCode: '91350100M000100Y43', pool: '629900', agreedFrom: '2024-01-01' }
  const listed = (code: string, creditCode: string) => ({ ...newcomer, ...more, code, creditCode })
  world = await openWorld({
    institutions: [listed(LISTED, '12100000400010275N'), listed(LOST, '91440300708461136T')],
  })
  world.letIn({ kind: 'staff', login: SECOND_CLERK, label: 'clerk', pool: '629900' })
  const { seedInstitutions } = await import('@yibao/institutions/seed')
  await seedInstitutions(world.platform.databases.institutions, [{ ...newcomer, ...more }], world.time.now)
})
afterAll(() => world.close())

const ARGUMENTS = {
  register: '$requestId: ID!, $jwk: String!, $label: String!, $validUntil: DateTime, $institution: String',
  rotate: '$requestId: ID!, $jwk: String!, $label: String!, $oldKey: ID!, $oldUntil: DateTime!',
  revoke: '$requestId: ID!, $key: ID!, $reason: String!, $institution: String',
  confirm: '$requestId: ID!, $key: ID!, $institution: String!',
}
const OPERATION = {
  register: 'registerPartnerKey',
  rotate: 'rotatePartnerKey',
  revoke: 'revokePartnerKey',
  confirm: 'confirmPartnerKey',
} as const
const FIELDS = `... on PartnerKey { thumbprint state validFrom validUntil institution channel algorithm }
  ... on Rejection { code problems { path code } }`
const verb = (name: keyof typeof ARGUMENTS) => {
  const given = ARGUMENTS[name].replaceAll(/\$(\w+): [\w!]+/g, '$1: $$$1')
  return `mutation (${ARGUMENTS[name]}) { ${OPERATION[name]}(${given}) { ${FIELDS} } }`
}
const KEYS = `query ($institution: String) {
  partnerKeys(institution: $institution) { ... on PartnerKeyConnection { edges { node { thumbprint state } } } } }`

let requests = 0
/** Does something with a key, as who holds this token. */
async function act(token: string, name: keyof typeof ARGUMENTS, variables: object): Promise<Data> {
  const answer = await world.gql(token, verb(name), { requestId: `key-${(requests += 1)}`, label: '一', ...variables })
  return answer.errors?.[0]?.extensions ?? answer.data[OPERATION[name]]
}

const jwkOf = (key: JWK) => JSON.stringify(publicHalf(key))
const signIn = (code: string, key: JWK) =>
  institutionToken(`${world.address}/oidc`, { code, key }).then(
    () => 'in',
    () => 'refused',
  )
const token = (code: string, key: JWK) => institutionToken(`${world.address}/oidc`, { code, key })
const demoKey = async (code: string) => {
  await world.token(code)
  const client = await findDemoClient(world.dataDir, code)
  if (client === null) throw new Error('the demo has no such client')
  return client.key
}
/** What the bureau or the systems of an institution did to its keys, as it was told, the latest first. */
const toldTo = async (institution: string) =>
  (
    await world.admin.query<{ what: string }>(
      `select payload ->> 'template' as what from institutions.outbox
       where topic = 'message.wanted' and payload #>> '{to,institution}' = $1 order by id desc`,
      [institution],
    )
  ).rows.map(({ what }) => what)
const [CLERK, SECOND_CLERK] = ['clerk-629900', 'clerk-629900-2']
const inDays = (days: number) => world.time.now.add({ hours: 24 * days }).toString()

test('a hospital changes its key by itself: both count until the day it says, and then the new one alone', async () => {
  const [old, fresh] = [await demoKey(HOSPITAL), await newClientKey()]
  expect(await signIn(HOSPITAL, fresh)).toBe('refused')
  const oldKey = await calculateJwkThumbprint(publicHalf(old))
  const rotated = await act(await token(HOSPITAL, old), 'rotate', { jwk: jwkOf(fresh), oldKey, oldUntil: inDays(7) })
  expect(rotated).toMatchObject({ thumbprint: fresh.kid, state: 'VALID', institution: HOSPITAL, algorithm: 'ES256' })
  expect([await signIn(HOSPITAL, old), await signIn(HOSPITAL, fresh)]).toEqual(['in', 'in'])

  world.time.now = world.time.now.add({ hours: 24 * 7 })
  expect([await signIn(HOSPITAL, old), await signIn(HOSPITAL, fresh)]).toEqual(['refused', 'in'])
  const next = await newClientKey()
  const again = { jwk: jwkOf(next), oldKey: fresh.kid, oldUntil: inDays(0) }
  await act(await token(HOSPITAL, fresh), 'rotate', again)
  expect([await signIn(HOSPITAL, fresh), await signIn(HOSPITAL, next)]).toEqual(['refused', 'in'])
})

test('a revoked key signs in no more, at once, and cannot be registered again by anybody', async () => {
  const [old, fresh] = [await demoKey(OTHER), await newClientKey()]
  const bearer = await token(OTHER, old)
  await act(bearer, 'register', { jwk: jwkOf(fresh) })
  expect(await signIn(OTHER, fresh)).toBe('in')
  const revoked = await act(bearer, 'revoke', { key: fresh.kid, reason: '服务器被盗' })
  expect(revoked).toMatchObject({ state: 'REVOKED' })
  expect([await signIn(OTHER, fresh), await signIn(OTHER, old)]).toEqual(['refused', 'in'])
  expect(await act(bearer, 'register', { jwk: jwkOf(fresh) })).toMatchObject({ code: 'KEY_KNOWN' })
  const stranger = await world.token('H62990000002')
  expect(await act(stranger, 'register', { jwk: jwkOf(fresh) })).toMatchObject({ code: 'KEY_KNOWN' })
  const half = publicHalf(fresh)
  for (const x of [`${half.x}.`, `${half.x}=`, `.${half.x}`]) {
    for (const bearing of [bearer, stranger]) {
      const dotted = await act(bearing, 'register', { jwk: JSON.stringify({ ...half, x }) })
      expect(dotted).toMatchObject({ problems: [{ path: 'jwk', code: 'KEY_MEMBER' }] })
    }
  }
  expect(await signIn(OTHER, fresh)).toBe('refused')
})

test('a token that was got with a key changes no key any more once that key is revoked or has ended', async () => {
  const code = 'P62990000001'
  const [old, spare, next] = [await demoKey(code), await newClientKey(), await newClientKey()]
  const [oldKey, stolen] = [await calculateJwkThumbprint(publicHalf(old)), await token(code, old)]
  await act(stolen, 'register', { jwk: jwkOf(spare) })
  const clerk = await world.token('clerk-629900')
  await act(clerk, 'revoke', { key: oldKey, reason: '离职', institution: code })
  const rotation = { oldKey: spare.kid, oldUntil: inDays(0) }
  expect(await act(stolen, 'register', { jwk: jwkOf(next) })).toMatchObject({ code: 'KEY_ENDED' })
  expect(await act(stolen, 'rotate', { jwk: jwkOf(next), ...rotation })).toMatchObject({ code: 'KEY_ENDED' })
  expect(await act(stolen, 'revoke', { key: spare.kid, reason: '报复' })).toMatchObject({ code: 'KEY_ENDED' })
  expect(await signIn(code, next)).toBe('refused')

  const good = await token(code, spare)
  expect(await act(good, 'rotate', { jwk: jwkOf(next), ...rotation })).toMatchObject({ thumbprint: next.kid })
  expect(await act(good, 'register', { jwk: jwkOf(await newClientKey()) })).toMatchObject({ code: 'KEY_ENDED' })
  expect([await signIn(code, old), await signIn(code, spare), await signIn(code, next)]).toEqual([
    'refused',
    'refused',
    'in',
  ])
})

test('an institution in no directory gets its first key from the bureau of its ground, and does the rest by itself', async () => {
  const [first, second] = [await newClientKey(), await newClientKey()]
  expect(await signIn(NEWCOMER, first)).toBe('refused')
  const given = { jwk: jwkOf(first), institution: NEWCOMER }
  expect(await act(await world.token('clerk-620100'), 'register', given)).toMatchObject({ code: 'NOT_FOUND' })
  const clerk = await world.token(CLERK)
  expect(await act(clerk, 'register', given)).toMatchObject({ institution: NEWCOMER, state: 'WAITING' })
  expect(await signIn(NEWCOMER, first)).toBe('refused')
  const waiting = { key: first.kid, institution: NEWCOMER }
  expect(await act(clerk, 'confirm', waiting)).toMatchObject({ code: 'CONFIRMED_ALREADY' })
  expect(await act(await world.token('clerk-620100'), 'confirm', waiting)).toMatchObject({ code: 'NOT_FOUND' })
  const other = await world.token(SECOND_CLERK)
  const twice = await Promise.all([act(other, 'confirm', waiting), act(other, 'confirm', waiting)])
  expect(twice.map(({ state, code }) => String(state ?? code)).toSorted()).toEqual(['NOT_WAITING', 'VALID'])
  const bearer = await token(NEWCOMER, first)
  expect(await act(bearer, 'register', { jwk: jwkOf(second) })).toMatchObject({ thumbprint: second.kid })
  expect(await signIn(NEWCOMER, second)).toBe('in')
  const { data } = await world.gql(bearer, KEYS)
  expect(data.partnerKeys.edges).toHaveLength(2)
  expect(await toldTo(NEWCOMER)).toEqual(['key.registered', 'key.confirmed', 'key.registered-by-bureau'])
})

test('the bureau makes no key for an institution that can sign in, whoever keeps its keys; what happens to them it is told', async () => {
  const clerk = await world.token(CLERK)
  const [stored, listed] = [NEWCOMER, LISTED]
  for (const institution of [stored, listed]) {
    const evil = await newClientKey()
    expect(await act(clerk, 'register', { jwk: jwkOf(evil), institution })).toMatchObject({
      code: 'HAS_KEY',
      problems: [{ path: 'institution' }],
    })
    expect(await signIn(institution, evil)).toBe('refused')
  }
  // What a subgraph of its own process cannot know, the issuer does: such a key does not count beside one of the directory.
  const [fresh, old] = [await newClientKey(), await demoKey(listed)]
  const { rows } = await world.admin.query(
    `insert into institutions.partner_key (thumbprint, institution, jwk, label, registered_by, valid_from, valid_until,
       by_bureau, confirmed_by, confirmed_at)
     values ($1, $2, $3, 'x', 'staff:a', $4, $4::timestamptz + interval '300 days', true, 'staff:b', $4) returning 1`,
    [fresh.kid, listed, { ...publicHalf(fresh), kid: fresh.kid, alg: 'ES256', use: 'sig' }, world.time.now.toString()],
  )
  expect(rows).toHaveLength(1)
  expect([await signIn(listed, fresh), await signIn(listed, old)]).toEqual(['refused', 'in'])
  const oldKey = await calculateJwkThumbprint(publicHalf(old))
  expect(await act(clerk, 'revoke', { key: oldKey, reason: '遗失', institution: listed })).toMatchObject({
    state: 'REVOKED',
  })
  expect((await toldTo(listed))[0]).toBe('key.revoked')
  expect(await signIn(listed, fresh)).toBe('in')
})

test('who has lost all keys gets one from the bureau again, once those are revoked and two of the staff have seen to it', async () => {
  const code = LOST
  const [clerk, other] = [await world.token(CLERK), await world.token(SECOND_CLERK)]
  const lost = await calculateJwkThumbprint(publicHalf(await demoKey(code)))
  await act(clerk, 'revoke', { key: lost, reason: '服务器损毁', institution: code })
  const keys = [await newClientKey(), await newClientKey()]
  const both = await Promise.all(keys.map((key) => act(clerk, 'register', { jwk: jwkOf(key), institution: code })))
  expect(both.map(({ state, code: refusal }) => String(state ?? refusal)).toSorted()).toEqual(['HAS_KEY', 'WAITING'])
  const key = keys.find(({ kid }) => both.some(({ thumbprint }) => thumbprint === kid))
  await act(other, 'confirm', { key: key?.kid, institution: code })
  expect(await signIn(code, key ?? {})).toBe('in')
})

test('a channel changes its key by itself, and sees no other’s', async () => {
  const [old, fresh] = [await demoKey('BANK01'), await newClientKey()]
  const oldKey = await calculateJwkThumbprint(publicHalf(old))
  const bearer = await token('BANK01', old)
  await act(bearer, 'rotate', { jwk: jwkOf(fresh), oldKey, oldUntil: inDays(0) })
  expect([await signIn('BANK01', old), await signIn('BANK01', fresh)]).toEqual(['refused', 'in'])
  const { data } = await world.gql(await token('BANK01', fresh), KEYS)
  expect(new Set(data.partnerKeys.edges.map(({ node }: Data) => node.thumbprint))).toEqual(new Set([oldKey, fresh.kid]))
})

describe('what is refused', () => {
  test('a private key, a key without an end, an overlap without an end, and somebody else’s institution', async () => {
    const bearer = await world.token('H62990000002')
    const fresh = await newClientKey()
    const problems = async (change: object, name: 'register' | 'rotate' = 'register') =>
      (await act(bearer, name, { jwk: jwkOf(fresh), ...change })).problems
    expect(await problems({ jwk: JSON.stringify(fresh) })).toMatchObject([{ path: 'jwk', code: 'PRIVATE_KEY' }])
    const { x: _x, ...half } = publicHalf(fresh)
    expect(await problems({ jwk: JSON.stringify({ ...half, x: 'AAAA' }) })).toMatchObject([{ code: 'KEY_MEMBER' }])
    expect(await problems({ validUntil: inDays(800) })).toMatchObject([{ path: 'validUntil', code: 'RANGE' }])
    const overlap = { oldKey: fresh.kid, oldUntil: inDays(91) }
    expect(await problems(overlap, 'rotate')).toMatchObject([{ path: 'oldUntil', code: 'RANGE' }])
    expect(await act(await world.token('auditor'), 'register', { jwk: jwkOf(fresh) })).toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})

test('whose key ends within a month is told once, however often somebody looks', async () => {
  const { institutions: db } = world.platform.databases
  const told = async () => {
    const { rows } = await world.admin.query<{ payload: Data }>(
      `select payload from institutions.outbox where topic = 'message.wanted' and payload ->> 'template' = 'key.expiring'`,
    )
    return rows.map(({ payload }) => payload.to.institution)
  }
  const look = () => tellOfEndingKeys({ db, clock: () => world.time.now })
  const before = (await told()).length
  const { rows: ending } = await world.admin.query(
    `update institutions.partner_key set valid_until = $2 where institution = $1 and revoked_at is null
       and thumbprint = (select max(thumbprint) from institutions.partner_key where institution = $1) returning 1`,
    [NEWCOMER, inDays(40)],
  )
  expect(ending).toHaveLength(1)
  await look()
  expect(await told()).toHaveLength(before)
  world.time.now = world.time.now.add({ hours: 24 * 11 })
  await Promise.all([look(), look()])
  await look()
  expect((await told()).filter((one) => one === NEWCOMER)).toHaveLength(1)
})
