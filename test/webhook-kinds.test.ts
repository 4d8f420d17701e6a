import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { notify } from '@yibao/drizzle/notify'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, SETTLE } from './world-bill.ts'
import { demoPerson, openWorld, type Data, type World } from './world.ts'

// What the platform does or says without being asked reaches the system of a hospital at an address of its own.

const HOSPITAL = 'H62990000001'
const OTHER = 'P62990000001'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let world: World
const received: Received[] = []
const partner = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
    response.writeHead(204).end()
  })
})
beforeAll(async () => {
  world = await openWorld({ webhooks: { allowLocal: true } })
  await new Promise<void>((go) => partner.listen(0, '127.0.0.1', go))
})
afterAll(async () => {
  partner.close()
  await world.close()
})

const CREATE = `mutation ($url: String!, $kinds: [WebhookKind!]!) {
  createWebhook(requestId: "hook", url: $url, kinds: $kinds) {
    ... on WebhookWithSecret { secret } ... on Rejection { code problems { path code } } } }`

async function subscribe(who: string): Promise<{ secret: string; of: () => Promise<Data[]> }> {
  const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}/${who}`
  const kinds = ['SETTLEMENT_REVERSED_BY_PLATFORM', 'MESSAGE_ARRIVED']
  const { createWebhook } = await world.as(who, CREATE, { url, kinds })
  const of = async (): Promise<Data[]> => {
    const mine = received.filter(({ body }) => JSON.parse(body).data.institution === who)
    return mine.map(({ headers, body }) =>
      new Webhook(createWebhook.secret).verify(body, headers as Record<string, string>),
    )
  }
  return { secret: createWebhook.secret, of }
}

test('a bill that was taken back unasked and a message that came are told to the hospital concerned, signed, and once', async () => {
  const [hospital, pharmacy] = [await subscribe(HOSPITAL), await subscribe(OTHER)]
  const { cardNumber: card } = demoPerson('629900', 'employee')
  const { settle } = await world.as(HOSPITAL, SETTLE, { requestId: 'unheard', input: bill({ card, confirmWithin: 1 }) })
  const kept = await world.as(HOSPITAL, SETTLE, { requestId: 'heard', input: bill({ card }) })
  expect([settle, kept.settle]).toMatchObject([{ __typename: 'Settlement' }, { __typename: 'Settlement' }])
  world.time.now = world.time.now.add({ minutes: 2 })
  const to = { kind: 'institution', institution: OTHER } as const
  const data = { day: '2026-11-22' }
  for (let twice = 0; twice < 2; twice += 1) {
    await world.platform.databases.institutions.orm.transaction((tx) =>
      notify(tx, 'institutions', { to, template: 'webhook.disabled', data, at: world.time.now, key: 'told' }),
    )
  }

  await expect.poll(() => received.length, { timeout: 30_000, interval: 200 }).toBe(2)
  const NUMBERS = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { number reversedBy { number } } } }`
  const { settlement } = await world.as(HOSPITAL, NUMBERS, { id: settle.id })
  expect(await hospital.of()).toMatchObject([
    {
      type: 'settlement.reversed_by_platform',
      data: {
        institution: HOSPITAL,
        requestId: 'unheard',
        settlement: settlement.number,
        reversal: settlement.reversedBy.number,
      },
    },
  ])
  const { messages } = await world.as(
    OTHER,
    '{ messages(unread: true) { ... on MessageConnection { edges { node { id template } } } } }',
  )
  const [{ node }] = messages.edges
  expect(await pharmacy.of()).toEqual([
    {
      type: 'message.arrived',
      timestamp: expect.any(String),
      data: { institution: OTHER, message: node.id, template: node.template },
    },
  ])
  expect(received.some(({ body }) => body.includes(card))).toBe(false)
}, 60_000)

test('messages that were asked for in one moment are listed in the order in which they were, the latest first', async () => {
  const begin = Temporal.PlainDate.from('2026-01-01')
  const days = Array.from({ length: 30 }, (_, n) => begin.add({ days: n }).toString())
  const to = { kind: 'institution', institution: HOSPITAL } as const
  await world.platform.databases.institutions.orm.transaction(async (tx) => {
    for (const day of days) {
      const notice = { to, template: 'webhook.disabled', data: { day }, at: world.time.now, key: day }
      await notify(tx, 'institutions', notice)
    }
  })
  const listed = async (): Promise<string[]> => {
    const { messages } = await world.as(
      HOSPITAL,
      '{ messages(first: 50) { ... on MessageConnection { edges { node { text { en } } } } } }',
    )
    return messages.edges.flatMap(({ node }: Data) => /2026-01-\d\d/.exec(node.text.en) ?? [])
  }
  await expect.poll(async () => (await listed()).length, { timeout: 30_000, interval: 200 }).toBe(30)
  expect(await listed()).toEqual(days.toReversed())
})
