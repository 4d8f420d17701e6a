import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from '@yibao/drizzle/connect'
import { publish } from '@yibao/drizzle/outbox'
import { collectWebhookEvents, sendWebhooks } from '@yibao/institutions/commands/webhook-send'
import { createWebhookPort } from '@yibao/institutions/peers/webhook'
import { createInstitutions } from '@yibao/institutions/schema'
import type { Identity } from '@yibao/schema/identity'
import { loadKeys } from '@yibao/schema/keys'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asking, keeping } from './asking.ts'
import { importWorld, institution, staff, type ImportWorld } from './import-world.ts'
import { auditor } from './institutions-world.ts'

const HOSPITAL = 'H62020000001'
const OTHER = 'H62010000001'
const hospital: Identity = institution(HOSPITAL)
const channel: Identity = { kind: 'channel', channel: 'BANK01', subject: 'BANK01', scopes: [] }

const LISTED = '{ webhooks { ... on WebhookConnection { edges { node { id state } } } } }'
let world: ImportWorld
let ask: ReturnType<typeof asking>
let services: Parameters<typeof sendWebhooks>[0]
let url: string
let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
/** What the other side answers, one after the other; the last goes on. */
let answers: number[] = [200]
const partner = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
    const status = answers.length > 1 ? answers.shift() : answers[0]
    response.writeHead(status ?? 200, { location: 'http://169.254.169.254/' }).end('thanks')
  })
})

beforeAll(async () => {
  const common = { level: 'LEVEL_2', type: 'GENERAL_HOSPITAL', agreedFrom: '2023-01-01' } as const
  world = await importWorld([
    { ...common, code: HOSPITAL, name: '嘉峪关测试医院', creditCode: '12100000400010275N', pool: '620200' },
    { ...common, code: OTHER, name: '兰州测试医院', creditCode: '91350100M000100Y43', pool: '620100' },
  ])
  await new Promise<void>((go) => partner.listen(0, '127.0.0.1', go))
  url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}/events`
  const { logger, errors } = keeping()
  const { db, clock } = world
  const secrets = await loadKeys(world.folder)
  services = { db, clock, logger, secrets, webhooks: createWebhookPort({ allowLocal: true }) }
  ask = asking(await createInstitutions(services), errors)
  await collectWebhookEvents(services)
})
afterAll(async () => {
  partner.close()
  await world.close()
})
beforeEach(() => {
  received = []
  answers = [200]
})

type Data = ReturnType<typeof JSON.parse>
let requests = 0
const act = async (who: Identity, field: string, args: string, fields: string): Promise<Data> => {
  const given = `requestId: "w${(requests += 1)}", ${args}`
  const refused = '... on Rejection { code problems { path code } }'
  return (await ask<Data>(who, `mutation { ${field}(${given}) { ${fields} ${refused} } }`))[field]
}
const SECRET = '... on WebhookWithSecret { secret webhook { id state url } }'
const create = (kinds = '[KEY_EXPIRING]', { who = hospital, at = url } = {}) =>
  act(who, 'createWebhook', `url: "${at}", kinds: ${kinds}`, SECRET)
const remove = (webhook: string, who = hospital) =>
  act(who, 'removeWebhook', `webhook: "${webhook}"`, '... on WebhookRemoved { id }')
const log = async (webhook: string, who = hospital): Promise<Data> => {
  const { webhookDeliveries } = await ask<Data>(
    who,
    `{ webhookDeliveries(webhook: "${webhook}") { ... on WebhookDeliveryConnection { edges { node {
      id messageId kind state nextAt body attempts { status error } } } } ... on Rejection { code } } }`,
  )
  return webhookDeliveries.edges?.map((one: Data) => one.node) ?? webhookDeliveries
}
/** Something happens that concerns a holder. */
const happen = (holder: object, topic = 'key.expiring') =>
  world.db.orm.transaction((tx) =>
    publish(tx, 'institutions', { topic, payload: { key: 'k1', ...holder }, at: world.time.now }),
  )
const pass = (minutes: number) => (world.time.now = world.time.now.add({ minutes }))
async function run(): Promise<void> {
  await collectWebhookEvents(services)
  await sendWebhooks(services)
}

test('an event arrives signed as Standard Webhooks says, after two failures, under one id, and once', async () => {
  const { secret, webhook } = await create()
  answers = [500, 302, 204]
  const event = await happen({ institution: HOSPITAL })
  await happen({ institution: OTHER })
  for (let i = 0; i < 4; i += 1) {
    await run()
    await run()
    pass(10)
  }
  expect(received).toHaveLength(3)
  for (const { headers, body } of received) {
    expect(headers['webhook-id']).toBe(event)
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'key.expiring',
      data: { institution: HOSPITAL, key: 'k1' },
    })
    const changed = { ...headers, 'webhook-id': 'another' } as unknown as Record<string, string>
    expect(() => new Webhook(secret).verify(body, changed)).toThrow('signature')
  }
  expect(await log(webhook.id)).toMatchObject([
    { messageId: event, state: 'DELIVERED', attempts: [{ status: 500 }, { status: 302 }, { status: 204 }] },
  ])
  await remove(webhook.id)
})

test('one message, or those of a time, are sent again under the ids they had', async () => {
  const { webhook } = await create()
  const from = world.time.now
  const events = [await happen({ institution: HOSPITAL }), await happen({ institution: HOSPITAL })]
  await run()
  pass(1)
  const [{ id, messageId }] = await log(webhook.id)
  const replay = (what: string) =>
    act(hospital, 'replayWebhook', `webhook: "${webhook.id}", ${what}`, '... on WebhookReplay { count }')
  expect(await replay(`delivery: "${id}"`)).toEqual({ count: 1 })
  await run()
  expect(await replay(`from: "${from.toString()}", to: "${world.time.now.toString()}"`)).toEqual({ count: 2 })
  await run()
  const sent = Map.groupBy(received, ({ headers }) => headers['webhook-id'])
  expect(events.map((event) => sent.get(event)?.length)).toEqual(events.map((event) => (event === messageId ? 3 : 2)))
  expect(await replay('from: "yesterday", to: "today"')).toMatchObject({ code: 'INVALID_INPUT' })
  await remove(webhook.id)
})

/** Whether the last message was signed by this secret. */
function verifies(secret: string): boolean {
  const { headers, body } = received.at(-1) ?? { headers: {}, body: '' }
  try {
    return Boolean(new Webhook(secret).verify(body, headers as Record<string, string>))
  } catch {
    return false
  }
}

test('while a secret is changed each message carries a signature of both, and of the new one alone afterwards', async () => {
  const first = await create()
  const webhook = first.webhook.id
  const second = await act(hospital, 'rotateWebhookSecret', `webhook: "${webhook}", oldHours: 24`, SECRET)
  expect(second.secret).not.toBe(first.secret)
  await happen({ institution: HOSPITAL })
  await run()
  expect([first, second].map(({ secret }) => verifies(secret))).toEqual([true, true])
  pass(24 * 60 + 1)
  await happen({ institution: HOSPITAL })
  await run()
  expect([first, second].map(({ secret }) => verifies(secret))).toEqual([false, true])
  await remove(webhook)
})

test('an address nothing reaches is disabled after days, its holder is told once, and what waited can be replayed', async () => {
  const { webhook } = await create()
  answers = [503]
  await happen({ institution: HOSPITAL })
  for (let hours = 0; hours < 24 * 6; hours += 6) {
    await happen({ institution: HOSPITAL })
    await run()
    pass(6 * 60)
  }
  const { webhooks } = await ask<Data>(hospital, LISTED)
  expect(webhooks.edges).toEqual([{ node: { id: webhook.id, state: 'DISABLED' } }])
  const told = await world.db.hot.unsafe(
    `select 1 from institutions.outbox where topic = 'message.wanted' and payload ->> 'template' = 'webhook.disabled'`,
  )
  expect(told).toHaveLength(1)
  expect((await log(webhook.id)).every((one: Data) => one.state === 'GIVEN_UP')).toBe(true)

  const before = received.length
  const enable = `webhook: "${webhook.id}", isActive: true`
  expect(await act(hospital, 'changeWebhook', enable, '... on Webhook { state }')).toEqual({ state: 'ACTIVE' })
  answers = [200]
  const [{ id }] = await log(webhook.id)
  await act(hospital, 'replayWebhook', `webhook: "${webhook.id}", delivery: "${id}"`, '... on WebhookReplay { count }')
  await run()
  expect(received).toHaveLength(before + 1)
  await remove(webhook.id)
})

describe('who gets what', () => {
  test('only the kinds that were asked for, of oneself, and nothing after the address was removed', async () => {
    const mine = await create('[AGREEMENT_CHANGED]')
    const bank = await create('[KEY_EXPIRING]', { who: channel })
    await happen({ institution: HOSPITAL })
    await happen({ channel: 'BANK01' })
    await run()
    expect(await log(mine.webhook.id)).toEqual([])
    expect(await log(bank.webhook.id, channel)).toHaveLength(1)
    expect(await log(bank.webhook.id, hospital)).toEqual({ code: 'NOT_FOUND' })
    expect(await log(bank.webhook.id, auditor)).toHaveLength(1)
    expect(await remove(bank.webhook.id, hospital)).toMatchObject({ code: 'NOT_FOUND' })
    await remove(bank.webhook.id, channel)
    await happen({ channel: 'BANK01' })
    await run()
    expect(received).toHaveLength(1)
    await remove(mine.webhook.id)
  })

  test('a suspended agreement is told to the institution', async () => {
    const { webhook } = await create('[AGREEMENT_CHANGED]')
    const show = `{ institution(code: "${HOSPITAL}") { ... on Institution { agreements { id } } } }`
    const found = await ask<Data>(staff('620200'), show)
    const input = `input: { agreement: "${found.institution.agreements[0].id}", reason: "检查", legalGround: "条例第十五条" }`
    await act(staff('620200'), 'suspend', input, '__typename')
    await run()
    expect(JSON.parse(received[0]?.body ?? '{}')).toMatchObject({
      type: 'agreement.changed',
      data: { institution: HOSPITAL },
    })
    await remove(webhook.id)
  })

  test('a secret stands nowhere in the database', async () => {
    const { secret, webhook } = await create()
    for (const table of ['webhook', 'webhook_secret', 'request', 'outbox']) {
      const rows = await world.db.hot.unsafe<{ row: string }>(`select t::text as row from institutions.${table} t`)
      expect(rows.filter(({ row }) => row.includes(secret.slice('whsec_'.length)))).toEqual([])
    }
    await remove(webhook.id)
  })
})

/** Adds an address where none of this machine is allowed. */
async function strict(at: string): Promise<Data> {
  const { db, clock, logger, secrets } = services
  const webhooks = createWebhookPort({ allowLocal: false })
  const institutions = await createInstitutions({ db, clock, logger, secrets, webhooks })
  const query = `mutation { createWebhook(requestId: "a${(requests += 1)}", url: "${at}", kinds: [KEY_EXPIRING]) {
    ... on WebhookWithSecret { webhook { id } } ... on Rejection { problems { path code } } } }`
  return (await asking(institutions, [])<Data>(hospital, query)).createWebhook
}

describe('addresses', () => {
  test.each([
    ['http://example.com/', 'URL'],
    ['https://user:pass@example.com/', 'URL'],
    ['ftp://example.com/', 'URL'],
    ['nothing', 'URL'],
    ['http://127.0.0.1:9/', 'PRIVATE_ADDRESS'],
    ['https://localhost/', 'PRIVATE_ADDRESS'],
    ['https://[::1]/', 'PRIVATE_ADDRESS'],
    ['https://0x7f000001/', 'PRIVATE_ADDRESS'],
    ['https://10.0.0.1/', 'PRIVATE_ADDRESS'],
    ['https://169.254.169.254/latest', 'PRIVATE_ADDRESS'],
    ['https://localhost./', 'PRIVATE_ADDRESS'],
    ['https://LOCALHOST/', 'PRIVATE_ADDRESS'],
    ['https://his.localhost/', 'PRIVATE_ADDRESS'],
    ['https://metadata.google.internal/', 'PRIVATE_ADDRESS'],
    ['https://metadata.google.internal./', 'PRIVATE_ADDRESS'],
    ['https://intranet/', 'PRIVATE_ADDRESS'],
    ['https://[::ffff:127.0.0.1]/', 'PRIVATE_ADDRESS'],
    ['https://[64:ff9b::7f00:1]/', 'PRIVATE_ADDRESS'],
    ['https://①②⑦.0.0.1/', 'PRIVATE_ADDRESS'],
    ['https://example.com./', 'URL'],
    ['https://example.com:22/', 'PORT'],
    ['https://example.com:80/', 'PORT'],
  ])('%s is refused', async (at, code) => {
    expect(await strict(at)).toEqual({ problems: [{ path: 'url', code }] })
  })

  test('a name that leads to an internal address is found out when something is sent', async () => {
    const { db } = services
    const { webhook } = await strict('https://localhost.localdomain.test.invalid/')
    await db.hot.unsafe(`update institutions.webhook set url = 'https://127.0.0.1:1/' where id = $1`, [webhook.id])
    await happen({ institution: HOSPITAL })
    await collectWebhookEvents(services)
    await sendWebhooks({ ...services, webhooks: createWebhookPort({ allowLocal: false }) })
    expect(await log(webhook.id)).toMatchObject([
      { state: 'WAITING', attempts: [{ status: null, error: 'INTERNAL_ADDRESS' }] },
    ])
  })
})

test('two processes that send at once send each message once', async () => {
  const { webhook } = await create()
  for (let i = 0; i < 12; i += 1) await happen({ institution: HOSPITAL })
  await collectWebhookEvents(services)
  const second = await connect({ url: world.url, schema: 'institutions' })
  await Promise.all([sendWebhooks(services), sendWebhooks({ ...services, db: second })])
  await second.close()
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(received.length)
  expect(received).toHaveLength(12)
  await remove(webhook.id)
})
