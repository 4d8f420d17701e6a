import { notify, type Recipient } from '@yibao/drizzle/notify'
import { takeNotices } from '@yibao/insured/commands/message'
import { deliverMessages } from '@yibao/insured/commands/message-deliver'
import { httpCarrier, type Carriers } from '@yibao/insured/peers/deliver'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openProvider } from './message-provider.ts'
import { demoPerson, openWorld, type World } from './world.ts'

const MESSAGES = `query ($unread: Boolean, $first: Int, $after: String) { messages(unread: $unread, first: $first, after: $after) {
  ... on MessageConnection { edges { node { id template kind title { zh } text { zh en } readAt
    deliveries { channel state attempts } } } pageInfo { hasNextPage endCursor } } ... on Rejection { code } } }`
const READ = `mutation ($r: ID!, $ids: [ID!]!) { markRead(requestId: $r, ids: $ids) {
  ... on MessageReading { messages { id readAt } } ... on Rejection { code } } }`
const CONTACT = `mutation ($r: ID!, $phone: String) { setContact(requestId: $r, phone: $phone) {
  ... on NoticeSettings { phone push preferences { kind sms push } } ... on Rejection { code problems { path code } } } }`
const CHOOSE = `mutation ($r: ID!, $kind: String!, $sms: Boolean!) { setPreference(requestId: $r, kind: $kind, sms: $sms, push: false) {
  ... on NoticeSettings { preferences { kind sms push } } ... on Rejection { code } } }`

let provider: Awaited<ReturnType<typeof openProvider>>
let world: World
let carriers: Carriers
beforeAll(async () => {
  provider = await openProvider()
  carriers = { SMS: httpCarrier({ url: provider.url, key: 'provider-key' }) }
  world = await openWorld({ carriers })
})
afterAll(async () => {
  await world.close()
  await provider.close()
})

const person = demoPerson('629900', 'employee')
const other = demoPerson('629900', 'retired')
const HOSPITAL = 'H62990000001'

type Home = 'insured' | 'institutions' | 'settlement' | 'cross_province'
const tell = (home: Home, to: Recipient, key: string, template = 'notice.undelivered', data = {}) => {
  const { databases } = world.platform
  const db = home === 'cross_province' ? databases.crossProvince : databases[home]
  return db.orm.transaction((tx) =>
    notify(tx, home, { to, template, data: { day: '2026-11-20', ...data }, at: world.time.now, key }),
  )
}

/** What the worker does every two seconds, at once. */
async function bring() {
  const { keys: secrets, time, platform } = world
  const services = { db: platform.databases.insured, secrets, clock: () => time.now, carriers }
  await takeNotices(services, undefined)
  await deliverMessages(services)
}

const inbox = async (who: string, variables = {}) => {
  const { messages } = await world.as(who, MESSAGES, variables)
  // The demo's yearly record of rights is told as well, whenever it is ready.
  const found = messages.edges.map((one: { node: { kind: string } }) => one.node)
  return found.filter((one: { kind: string }) => one.kind === 'GENERAL')
}
/** Waits until something is so, doing what the worker does meanwhile. */
const soon = (look: () => unknown) =>
  vi.waitFor(
    async () => {
      await bring()
      await look()
    },
    { timeout: 15_000, interval: 50 },
  )

describe('messages', () => {
  test('each subgraph can tell everybody, and each recipient is told once however often it is asked', async () => {
    const to = { kind: 'person', insuredId: person.insuredId } as const
    for (const home of ['insured', 'institutions', 'settlement', 'cross_province'] as const) {
      await tell(home, to, `from ${home}`)
      await tell(home, to, `from ${home}`)
    }
    await tell('settlement', { kind: 'institution', institution: HOSPITAL }, 'h')
    await tell('settlement', { kind: 'staff', pool: '629900' }, 's')
    await tell('settlement', { kind: 'employer', employer: '91629900DEM000001P' }, 'e')
    await soon(async () => expect(await inbox(person.personNumber)).toHaveLength(4))
    for (const who of [HOSPITAL, 'clerk-629900', 'employer-629900']) {
      await soon(async () => expect(await inbox(who)).toHaveLength(1))
    }
    expect(await inbox(other.personNumber)).toEqual([])
    expect(await inbox('clerk-620100')).toEqual([])
    const [first] = await inbox(person.personNumber)
    expect(first).toMatchObject({
      kind: 'GENERAL',
      text: { zh: expect.stringContaining('2026-11-20') },
      deliveries: [{ channel: 'IN_APP', state: 'DELIVERED', attempts: 1 }],
    })
  })

  test('a message is unread until it is read, and nobody reads it for another', async () => {
    const [first] = await inbox(person.personNumber)
    const ids = [first.id]
    expect((await world.as(other.personNumber, READ, { r: 'm1', ids })).markRead.code).toBe('NOT_FOUND')
    expect((await world.as(HOSPITAL, READ, { r: 'm1', ids })).markRead.code).toBe('NOT_FOUND')
    const done = (await world.as(person.personNumber, READ, { r: 'm1', ids })).markRead
    expect(done.messages[0].readAt).not.toBeNull()
    expect(await inbox(person.personNumber, { unread: true })).toHaveLength(3)
    expect(await inbox(person.personNumber, { unread: false })).toHaveLength(1)
  })

  test('what is not in the form of its placeholder is not shown, and an unknown template is worded in general', async () => {
    const to = { kind: 'institution', institution: 'H62990000002' } as const
    await tell('institutions', to, 'k1', 'notice.undelivered', { day: '13912345678' })
    await tell('institutions', to, 'k2', 'nobody.knows')
    await soon(async () => expect(await inbox('H62990000002')).toHaveLength(2))
    const texts = (await inbox('H62990000002')).map((one: { text: { zh: string } }) => one.text.zh).join()
    expect(texts).toContain('— 的一条通知')
    expect(texts).toContain('请登录查询')
    expect(texts).not.toContain('139')
  })
})

const deliveryOf = async (who: string) =>
  (await inbox(who)).find((one: { template: string }) => one.template === 'contact.changed')?.deliveries[1]

describe('text messages', () => {
  const phone = '13812345678'

  test('a phone is kept sealed, shown masked, and refused when it is none', async () => {
    const wrong = (await world.as(person.personNumber, CONTACT, { r: 'c0', phone: '12345' })).setContact
    expect(wrong.problems).toEqual([{ path: 'phone', code: 'PHONE_FORM' }])
    provider.state.failures = 2
    const { setContact } = await world.as(person.personNumber, CONTACT, { r: 'c1', phone })
    expect(setContact.phone).toBe('138********')
    const { rows } = await world.admin.query('select * from insured.message_contact')
    expect(JSON.stringify(rows)).not.toContain(phone)
    const asked = await world.admin.query("select * from insured.request where operation = 'setContact'")
    expect(JSON.stringify(asked.rows)).not.toContain(phone)
  })

  test('a provider that fails twice gets the message at the third try, once', async () => {
    await soon(async () =>
      expect(await deliveryOf(person.personNumber)).toMatchObject({ state: 'WAITING', attempts: 1 }),
    )
    expect(provider.parcels).toEqual([])
    world.time.now = world.time.now.add({ seconds: 31 })
    await soon(async () => expect(await deliveryOf(person.personNumber)).toMatchObject({ attempts: 2 }))
    world.time.now = world.time.now.add({ seconds: 121 })
    await soon(async () => expect(await deliveryOf(person.personNumber)).toMatchObject({ state: 'SENT', attempts: 3 }))
    expect(provider.parcels).toHaveLength(1)
    expect(provider.parcels[0]).toMatchObject({ address: phone, text: expect.stringContaining('2026-11-22') })
    provider.state.answer = 'DELIVERED'
    world.time.now = world.time.now.add({ seconds: 61 })
    await soon(async () => expect(await deliveryOf(person.personNumber)).toMatchObject({ state: 'DELIVERED' }))
    expect(provider.parcels).toHaveLength(1)
  })

  test('after the last try it is given up, and the app says so', async () => {
    provider.state.failures = 100
    await world.as(other.personNumber, CONTACT, { r: 'c1', phone: '13912345678' })
    for (let attempts = 1; attempts <= 6; attempts += 1) {
      await soon(async () => expect(await deliveryOf(other.personNumber)).toMatchObject({ attempts }))
      world.time.now = world.time.now.add({ hours: 5 })
      // Not at night.
      const local = world.time.now.toZonedDateTimeISO('Asia/Shanghai')
      world.time.now = local.add({ days: 1 }).withPlainTime('10:00').toInstant()
    }
    expect(await deliveryOf(other.personNumber)).toMatchObject({ state: 'FAILED', attempts: 6 })
    const templates = (await inbox(other.personNumber)).map((one: { template: string }) => one.template)
    expect(templates).toContain('notice.undelivered')
    provider.state.failures = 0
  })

  test('nobody is disturbed at night, nor by a channel they refused', async () => {
    const sent = provider.parcels.length
    world.time.now = world.time.now.toZonedDateTimeISO('Asia/Shanghai').withPlainTime('23:30').toInstant()
    await world.as(HOSPITAL, CONTACT, { r: 'c1', phone })
    await soon(async () => expect(await deliveryOf(HOSPITAL)).toMatchObject({ state: 'WAITING', attempts: 0 }))
    await world.as('employer-629900', CHOOSE, { r: 'p1', kind: 'GENERAL', sms: false })
    await world.as('employer-629900', CONTACT, { r: 'c1', phone })
    await soon(async () => expect(await inbox('employer-629900')).toHaveLength(2))
    expect(await deliveryOf('employer-629900')).toBeUndefined()
    expect(provider.parcels).toHaveLength(sent)
    world.time.now = world.time.now.add({ hours: 8, minutes: 31 })
    await soon(() => expect(provider.parcels).toHaveLength(sent + 1))
  })
})
