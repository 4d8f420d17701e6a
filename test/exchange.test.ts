import { setTimeout as sleep } from 'node:timers/promises'
import { createHash, generateKeyPairSync, randomUUID, randomUUIDv7, type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { UNDER_WAY_MAX } from '@yibao/cross-province/domain/exchange'
import { signRequest, type Addressed } from '@yibao/cross-province/peers/exchange-signature'
import { endPartnerKey } from '@yibao/cross-province/store/partners'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

// Two platforms of two provinces speak over HTTP, each through its gateway. Only what the other has signed is believed.

const [SICHUAN, GANSU] = ['51', '62']
let sichuan: World
let gansu: World
beforeAll(async () => {
  ;[sichuan, gansu] = await Promise.all([openWorld({ province: SICHUAN }), openWorld({ province: GANSU })])
  await introduce(sichuan, gansu, GANSU)
  await introduce(gansu, sichuan, SICHUAN)
})
afterAll(async () => {
  await Promise.all([sichuan.close(), gansu.close()])
})

const at = () => Temporal.Instant.from('2026-01-01T00:00:00Z')
const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))

/** Registers another platform, as `npm run partner` does. */
const introduce = (to: World, other: World, province: string) =>
  registerPartner(
    to.platform.databases.crossProvince.hot,
    { province, name: province, url: other.address, key: publicJwk(other.keys.exchange.publicKey) },
    at(),
  )

/** What settlement says to another province. */
async function say(from: World, province: string, type: string, message: unknown) {
  const subgraph = from.platform.subgraphs.find((one) => one.name === 'cross-province')
  return (await subgraph?.internal?.('exchange.send', { province, type, message }, 'trace')) as {
    kind: string
    code?: string
    answer?: { state: string; rejection: { code: string } | null }
  }
}

const messagesOf = async (world: World) => {
  const { rows } = await world.admin.query(
    'select direction, province, type, exchange, result, code from cross_province.exchange_message order by at, direction',
  )
  return rows
}

test('what one platform says reaches the settlement of the other, and both have it on record with signature and answer', async () => {
  const exchange = randomUUIDv7()
  expect(await say(sichuan, GANSU, 'outcome', { exchange })).toMatchObject({
    kind: 'ANSWERED',
    answer: { exchange, state: 'UNKNOWN', settlement: null, rejection: null },
  })
  expect(await say(sichuan, GANSU, 'cancel', { exchange })).toMatchObject({ answer: { state: 'ABORTED' } })
  expect(await say(sichuan, GANSU, 'reserve', { exchange })).toMatchObject({
    answer: { state: 'UNKNOWN', rejection: { code: 'INVALID_INPUT' } },
  })
  const mine = (rows: { exchange: string }[]) => rows.filter((one) => one.exchange === exchange)
  expect(mine(await messagesOf(sichuan))).toHaveLength(3)
  for (const [world, direction, province] of [
    [sichuan, 'OUT', GANSU],
    [gansu, 'IN', SICHUAN],
  ] as const)
    for (const row of mine(await messagesOf(world)))
      expect(row).toMatchObject({ direction, province, result: 'ANSWERED', code: null })
  const { rows } = await gansu.admin.query(
    `select from cross_province.exchange_message where signature = '' or signature_input not like '%ed25519%'
       or digest not like 'sha-256=:%'`,
  )
  expect(rows).toEqual([])
})

test('a province that is not registered is not spoken to', async () => {
  expect(await say(sichuan, '44', 'outcome', { exchange: randomUUIDv7() })).toMatchObject({
    kind: 'REFUSED',
    code: 'PARTNER_UNKNOWN',
  })
})

/** Sends a message by hand: everything about it can be wrong. */
async function post({
  type = 'outcome',
  path = `/exchange/${type}`,
  key = sichuan.keys.exchange,
  change = (headers: Record<string, string>) => headers,
  body = JSON.stringify({ exchange: randomUUIDv7() }),
  sent = body,
  ...addressed
}: {
  type?: string
  path?: string
  key?: { privateKey: KeyObject; publicKey: KeyObject }
  change?: (headers: Record<string, string>) => Record<string, string>
  body?: string
  sent?: string
} & Partial<Addressed> = {}) {
  const { id = randomUUIDv7(), from = SICHUAN, to = GANSU } = addressed
  const signing = { ...key, kid: receiptKeyOf(key.publicKey).kid }
  const headers = await signRequest(signing, { id, from, to, url: `${gansu.address}${path}`, body })
  const response = await fetch(`${gansu.address}/exchange/${type}`, {
    method: 'POST',
    headers: change(headers),
    body: sent,
  })
  return { status: response.status, headers: response.headers, ...((await response.json()) as { code?: string }) }
}

const without = (name: string) => (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name))

test('a message signed as it has to be is answered, and the answer is signed for it alone', async () => {
  const id = randomUUIDv7()
  const answer = await post({ id })
  expect(answer).toMatchObject({ status: 200, state: 'UNKNOWN' })
  expect(answer.headers.get('yibao-message-id')).toBe(id)
  expect(answer.headers.get('signature-input')).toMatch(/"@status".*"content-digest".*"yibao-message-id"/)
})

const noted = async () =>
  Number((await gansu.admin.query('select count(*) from cross_province.exchange_message')).rows[0].count)
const stranger = generateKeyPairSync('ed25519')
const wrong: readonly (readonly [string, Parameters<typeof post>[0], number, string])[] = [
  ['is not signed', { change: without('signature') }, 401, 'SIGNATURE_MISSING'],
  ['is signed by a key nobody registered', { key: stranger }, 401, 'SIGNATURE_WRONG'],
  ['is signed for another path', { path: '/exchange/commit' }, 401, 'SIGNATURE_WRONG'],
  ['says it is of another sender', { change: (all) => ({ ...all, 'yibao-from': '11' }) }, 403, 'PARTNER_UNKNOWN'],
  ['is of a province that is not registered', { from: '44' }, 403, 'PARTNER_UNKNOWN'],
  ['claims to be the platform itself', { from: '62' }, 403, 'PARTNER_UNKNOWN'],
  ['is for another platform', { to: '11' }, 421, 'ADDRESSEE_WRONG'],
  ['was readdressed', { to: '11', change: (all) => ({ ...all, 'yibao-to': GANSU }) }, 401, 'SIGNATURE_WRONG'],
  ['has another body than was signed', { sent: '{"exchange":"x"}' }, 400, 'DIGEST_WRONG'],
  [
    'has another body and a digest of it',
    {
      sent: '{}',
      change: (all) => ({
        ...all,
        'content-digest': `sha-256=:${createHash('sha256').update('{}').digest('base64')}:`,
      }),
    },
    401,
    'SIGNATURE_WRONG',
  ],
  [
    'has another id than was signed',
    { change: (all) => ({ ...all, 'yibao-message-id': randomUUID() }) },
    401,
    'SIGNATURE_WRONG',
  ],
  ['has no id', { change: without('yibao-message-id') }, 400, 'HEADER_MISSING'],
  ['is of a type there is not', { type: 'pay' }, 404, 'TYPE_UNKNOWN'],
  ['is no JSON', { body: 'not json' }, 400, 'BODY_FORM'],
  ['holds characters that cannot be kept', { body: '{"exchange":"\\u0000"}' }, 400, 'BODY_FORM'],
  [
    'says that it holds longer than was signed',
    {
      change: (all) => ({
        ...all,
        'signature-input': String(all['signature-input']).replace(/expires=\d+/, 'expires=9999999999'),
      }),
    },
    401,
    'SIGNATURE_WRONG',
  ],
  [
    'was signed over less than it has to be',
    {
      change: (all) => ({ ...all, 'signature-input': String(all['signature-input']).replace('"content-digest" ', '') }),
    },
    401,
    'SIGNATURE_WRONG',
  ],
]
test.each(wrong)(
  'a message that %s is refused, said why in both languages, and reaches nobody',
  async (_what, message, status, code) => {
    const before = await noted()
    const answer = await post(message)
    expect(answer).toMatchObject({ status, code, message: { zh: expect.any(String), en: expect.any(String) } })
    expect(await noted()).toBe(before)
  },
)

test('a message that was taken once is not taken again, whoever sends it, nor another one under its id', async () => {
  const id = randomUUIDv7()
  const body = JSON.stringify({ exchange: randomUUIDv7() })
  const twice = await Promise.all([post({ id, body }), post({ id, body })])
  expect(twice.map((one) => String(one.status)).toSorted()).toEqual(['200', '409'])
  expect(await post({ id, body })).toMatchObject({ status: 409, code: 'MESSAGE_REPLAYED' })
  expect(await post({ id })).toMatchObject({ status: 409, code: 'MESSAGE_ID_REUSED' })
})

test('a flood of one province is answered up to a bound, the rest may come again, and other provinces go on', async () => {
  const key = generateKeyPairSync('ed25519')
  const other = { province: '33', name: '浙江', url: sichuan.address, key: publicJwk(key.publicKey) }
  await registerPartner(gansu.platform.databases.crossProvince.hot, other, at())
  const busy = await gansu.admin.connect()
  await busy.query('begin')
  await busy.query('lock table settlement.request in access exclusive mode')
  let answered = 0
  const flood = Array.from({ length: UNDER_WAY_MAX + 10 }, () => post().finally(() => (answered += 1)))
  await expect.poll(() => answered, { timeout: 10_000 }).toBe(10)
  // Of another province, nobody waits: it is taken in, and would be answered.
  const next = post({ from: '33', key })
  expect(await Promise.race([next, sleep(500, 'under way')])).toBe('under way')
  await busy.query('rollback')
  busy.release()
  const answers = await Promise.all(flood)
  const refused = answers.filter((one) => one.status !== 200)
  expect(refused).toHaveLength(10)
  for (const one of refused)
    expect(one).toMatchObject({
      status: 503,
      code: 'BUSY',
      message: { zh: expect.any(String), en: expect.stringContaining('send it again') },
    })
  expect(await next).toMatchObject({ status: 200 })
  expect(await post()).toMatchObject({ status: 200 })
}, 60_000)

test('two keys count while one is changed for another, and one that was ended counts no more', async () => {
  const { hot } = gansu.platform.databases.crossProvince
  const next = generateKeyPairSync('ed25519')
  const added = await registerPartner(
    hot,
    { province: SICHUAN, name: SICHUAN, url: sichuan.address, key: publicJwk(next.publicKey) },
    at(),
  )
  expect(await post({ key: next })).toMatchObject({ status: 200 })
  expect(await post()).toMatchObject({ status: 200 })
  expect(await endPartnerKey(hot, { province: SICHUAN, kid: added?.kid ?? '', at: gansu.time.now })).toBe(true)
  expect(await post({ key: next })).toMatchObject({ status: 401, code: 'SIGNATURE_WRONG' })
  expect(await post()).toMatchObject({ status: 200 })
})

test('an answer that the other platform has not signed is none', async () => {
  const { hot } = sichuan.platform.databases.crossProvince
  // Reached at the address of another: that one's word is not Gansu's.
  await registerPartner(hot, { province: '65', name: '新疆', url: gansu.address }, at())
  await registerPartner(
    hot,
    { province: '65', name: '新疆', url: gansu.address, key: publicJwk(stranger.publicKey) },
    at(),
  )
  expect(await say(sichuan, '65', 'outcome', { exchange: randomUUIDv7() })).toMatchObject({
    kind: 'UNREACHED',
    code: 'NOT_THEIRS_421',
  })
  await registerPartner(hot, { province: '64', name: '宁夏', url: 'http://127.0.0.1:9' }, at())
  expect(await say(sichuan, '64', 'outcome', { exchange: randomUUIDv7() })).toMatchObject({ kind: 'UNREACHED' })
})

test('a platform is registered with the fields that are wrong named, and no private key is taken', async () => {
  const { hot } = gansu.platform.databases.crossProvince
  const key = JSON.stringify(stranger.privateKey.export({ format: 'jwk' }))
  const registering = registerPartner(hot, { province: '5', name: '', url: 'http://example.cn/x', key }, at())
  await expect(registering).rejects.toMatchObject({
    problems: [{ path: 'province' }, { path: 'name' }, { path: 'url' }, { path: 'key' }],
  })
})
