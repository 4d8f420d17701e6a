import { deliverMessages } from '@yibao/insured/commands/message-deliver'
import { httpCarrier, type Carriers } from '@yibao/insured/peers/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fresh } from './claim-asking.ts'
import { CLERK } from './claim-review-world.ts'
import { openProvider } from './message-provider.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// What became of a claim is told in the app, and by text message where the person wants that. They read it page by page and mark what
// they have read; nobody else does.
//
// The policy of 629900 for outpatient care of employees: 200 yuan a year are the deductible; of the rest a hospital of level 3 is
// paid 55 %.

const MESSAGES = `query ($unread: Boolean, $first: Int, $after: String) {
  messages(unread: $unread, first: $first, after: $after) { __typename
    ... on MessageConnection { edges { node { id template kind title { zh en } text { zh en } at readAt
      deliveries { channel state } } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } }`
const READ = `mutation ($requestId: ID!, $ids: [ID!]!) { markRead(requestId: $requestId, ids: $ids) {
  ... on MessageReading { messages { id readAt } } ... on Rejection { code problems { path code } } } }`
const CONTACT = `mutation ($requestId: ID!, $phone: String) { setContact(requestId: $requestId, phone: $phone) {
  ... on NoticeSettings { phone } ... on Rejection { code } } }`
const CHOOSE = `mutation ($requestId: ID!, $kind: String!, $sms: Boolean!) {
  setPreference(requestId: $requestId, kind: $kind, sms: $sms, push: false) {
    ... on NoticeSettings { preferences { kind sms } } ... on Rejection { code } } }`
const STEPS = ['claim.submitted', 'claim.accepted', 'claim.settling', 'claim.account-needed', 'claim.approved']
const TOLD = [...STEPS, 'claim.paying', 'claim.paid']
const HOSPITAL = 'H62990000001'

let provider: Awaited<ReturnType<typeof openProvider>>
let carriers: Carriers
let world: StoryClaimWorld
let [person, quiet, other]: WorldPerson[] = []
beforeAll(async () => {
  provider = await openProvider()
  carriers = { SMS: httpCarrier({ url: provider.url, key: 'provider-key' }) }
  world = await storyClaimWorld({ carriers })
}, 120_000)
afterAll(async () => {
  await world.close()
  await provider.close()
})

const inbox = (who: string, filter: object = {}): Promise<Data> => world.ask(who, MESSAGES, { first: 100, ...filter })
const nodes = ({ edges }: Data): Data[] => edges.map(({ node }: Data) => node)
const read = (who: string, ids: readonly string[]): Promise<Data> => world.ask(who, READ, { ids })

/** Says where somebody is reached, claims, and has the money. */
async function claimed(phone: string, sms: boolean): Promise<readonly [WorldPerson, Data]> {
  const one = await world.employee()
  expect(await world.ask(one.personNumber, CONTACT, { phone })).toEqual({ phone: `${phone.slice(0, 3)}********` })
  const { preferences } = await world.ask(one.personNumber, CHOOSE, { kind: 'CLAIM', sms })
  expect(preferences).toContainEqual({ kind: 'CLAIM', sms })
  const care = careOf({ total: '900.00' })
  expect(await world.conditions(one, care)).toMatchObject({ isMet: true })
  // (900.00 − 200.00) × 55 % = 385.00.
  expect(await world.estimate(one, { input: care })).toMatchObject({ owed: '385.00' })
  const papers = await world.papers(one, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  const claim = await world.submit(one, await world.draft(one, { ...care, papers }))
  const decided = await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })
  expect(await world.pay(one, decided)).toMatchObject({ state: 'PAID', paid: '385.00' })
  expect(await world.told(one.personNumber, claim)).toEqual(TOLD)
  return [one, claim]
}

test('each step and the payment are told in the app, and what matters by text message without amount or number', async () => {
  const phone = '13812340001'
  const [one, claim] = await claimed(phone, true)
  person = one
  const { platform, keys: secrets, time } = world
  const services = { db: platform.databases.insured, secrets, clock: () => time.now, carriers }
  await expect
    .poll(async () => {
      await deliverMessages(services)
      return provider.parcels.filter(({ address }) => address === phone).length
    })
    .toBe(4)
  // That the contact was changed, that an account is wanted, that it is decided and that it is paid.
  const sent = provider.parcels.filter(({ address }) => address === phone).map(({ text }) => text)
  expect(sent.join()).toContain('您的报销款已拨付')
  expect(sent.join()).not.toMatch(new RegExp(`385|${claim.number}|故事人物`))
  const [latest] = nodes(await inbox(one.personNumber))
  expect(latest).toMatchObject({ template: 'claim.paid', kind: 'CLAIM', readAt: null })
  expect(latest?.text.zh).toContain('385.00')
  expect(latest?.deliveries).toEqual([
    { channel: 'IN_APP', state: 'DELIVERED' },
    { channel: 'SMS', state: 'SENT' },
  ])
}, 120_000)

test('whoever wants no text message reads everything in the app', async () => {
  const phone = '13812340002'
  const [one] = await claimed(phone, false)
  quiet = one
  const found = nodes(await inbox(one.personNumber)).filter(({ kind }) => kind === 'CLAIM')
  expect(found.map(({ template }) => template).toReversed()).toEqual(TOLD)
  for (const { deliveries } of found) expect(deliveries).toEqual([{ channel: 'IN_APP', state: 'DELIVERED' }])
}, 120_000)

test('messages are read page by page, the latest first, each once', async () => {
  const { personNumber } = person!
  const whole = nodes(await inbox(personNumber)).map(({ id }) => id)
  expect(whole.length).toBeGreaterThan(TOLD.length)
  const paged: string[] = []
  for (let after: string | null = null; ;) {
    const page: Data = await inbox(personNumber, { first: 3, after })
    expect(page.edges.length).toBeLessThanOrEqual(3)
    paged.push(...nodes(page).map(({ id }) => id))
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
  expect(paged).toEqual(whole)
  expect(await inbox(personNumber, { after: 'x' })).toMatchObject({ problems: [{ path: 'after' }] })
}, 60_000)

test('what was marked is read, stays so, and is not among the unread', async () => {
  const { personNumber } = person!
  const [first, second, ...rest] = nodes(await inbox(personNumber)).map(({ id }) => id)
  const { messages } = await read(personNumber, [first, second])
  const { readAt } = messages[0]
  expect(readAt).not.toBeNull()
  expect(nodes(await inbox(personNumber, { unread: true })).map(({ id }) => id)).toEqual(rest)
  expect(nodes(await inbox(personNumber, { unread: false })).map(({ id }) => id)).toEqual([first, second])
  world.time.now = world.time.now.add({ hours: 1 })
  expect((await read(personNumber, [first])).messages).toEqual([{ id: first, readAt }])
  expect(await read(personNumber, [])).toMatchObject({ problems: [{ path: 'ids' }] })
}, 60_000)

test('another person, the reviewer, a hospital and whoever has not signed in neither read nor mark them', async () => {
  other = await world.employee()
  const { personNumber } = person!
  const newest = await inbox(personNumber, { unread: true, first: 1 })
  const id: string = newest.edges[0].node.id
  for (const who of [other.personNumber, quiet!.personNumber, CLERK, HOSPITAL, 'employer-629900']) {
    for (const filter of [{}, { unread: true }, { after: newest.pageInfo.endCursor }]) {
      const seen = nodes(await inbox(who, filter)).map((one) => one.id)
      expect(seen).not.toContain(id)
    }
    expect(await read(who, [id])).toEqual({ code: 'NOT_FOUND', problems: [{ path: 'ids', code: 'NOT_FOUND' }] })
  }
  // One of another among the own ones: none is marked.
  const [mine] = nodes(await inbox(quiet!.personNumber, { unread: true }))
  expect(await read(quiet!.personNumber, [mine?.id, id])).toMatchObject({ code: 'NOT_FOUND' })
  const unread = async (who: WorldPerson) => nodes(await inbox(who.personNumber, { unread: true })).map((one) => one.id)
  expect(await unread(quiet!)).toContain(mine?.id)
  expect(await unread(person!)).toContain(id)
  const requestId = fresh('read')
  for (const [query, variables] of [
    [MESSAGES, {}],
    [READ, { requestId, ids: [id] }],
  ] as const) {
    const answer = await world.gql(null, query, variables)
    expect(answer.errors?.[0]?.extensions.code).toMatch(/UNAUTHENTICATED|FORBIDDEN/)
  }
}, 60_000)
