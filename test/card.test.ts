import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPersons } from '@yibao/insured/seed'
import { NOTICES } from '@yibao/insured/store/notices'
import type { Identity } from '@yibao/schema/identity'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { AUTHORISE_CARD, CARD, CARD_CODE, CHANGE_CARD, ELECTRONIC, ISSUE_CARD, REPLACE_CARD } from './card-asking.ts'
import { DECODE } from './voucher-gateway.ts'

const SHOW = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) {
  __typename ... on Insured { id } ... on Rejection { code } } }`
const HELD = `{ kind id masked channel isGood state since }`

let world: InsuredWorld
const channelOf = (channel = 'APP01'): Identity => ({
  kind: 'channel',
  channel,
  subject: channel,
  scopes: ['insured:read', 'insured:write'],
})
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code: string
  readonly state: string
  readonly token: string
  readonly problems?: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity, query: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
const show = (value: string, at?: string) =>
  say(institution(at), SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value } })
const change = (verb: string, cardId: string, who: Identity = staff()) =>
  say(who, CHANGE_CARD[verb] ?? '', { cardId, reason: '本人申请' })

let numbers = 0
const freshNumber = () => `T6202${String(++numbers).padStart(5, '0')}`
/** A person with a card, and a channel that has issued an electronic card upon it. */
async function holder() {
  const cardNumber = freshNumber()
  const person = newPerson({ cardNumber })
  await seedPersons(world.db, world.secrets, [person])
  const me = personOf(person.insuredId, ['insured:write'])
  const { cards } = (await world.ask<{ me: { cards: { id: string }[] } }>(me, '{ me { cards { id } } }')).me
  return { person, me, cardNumber, cardId: cards[0]!.id }
}
async function electronic(me: Identity) {
  const authorised = await say(me, AUTHORISE_CARD, { channel: 'APP01' })
  expect(await say(channelOf(), ELECTRONIC.issue, { electronicCardId: authorised.id })).toMatchObject({
    state: 'ISSUED',
  })
  return authorised.id
}
const codeOf = (electronicCardId: string) => say(channelOf(), CARD_CODE, { electronicCardId })
const decode = (code: string, at?: string) => say(institution(at), DECODE, { code, purpose: 'REGISTRATION' })

/** What the person is told, by templates there are. */
async function toldOf({ insuredId }: { insuredId: string }): Promise<string[]> {
  const rows = await world.db.hot.unsafe<{ template: string; data: Record<string, string> }>(
    `select payload ->> 'template' as template, payload -> 'data' as data from insured.outbox
     where topic = 'message.wanted' and insured_id = $1 order by id`,
    [insuredId],
  )
  return rows.map(({ template, data }) => {
    const { text } = NOTICES.find(template) ?? { text: null }
    expect(text?.zh).toContain('{day}')
    return `${template} ${data['day']}`
  })
}

describe('a social-security card', () => {
  test('is issued once to a person; its number is kept as a hash and shown as a mask', async () => {
    const person = newPerson()
    await seedPersons(world.db, world.secrets, [person])
    const cardNumber = freshNumber()
    const issue = (number: string) => say(staff(), ISSUE_CARD, { insuredId: person.insuredId, cardNumber: number })
    const both = await Promise.all([issue(cardNumber), issue(freshNumber())])
    expect(both.map((one) => one.code ?? one.__typename).toSorted()).toEqual(['CARD_EXISTS', 'SocialSecurityCard'])
    const good = both.find((one) => one.code === undefined)
    expect(good).toMatchObject({ numberMasked: 'T*********', state: 'IN_FORCE', changes: [{ state: 'IN_FORCE' }] })
    const rows = await world.db.hot.unsafe<{ text: string }>(
      'select c::text as text from insured.card c union all select c::text from insured.card_change c',
    )
    expect(rows.some(({ text }) => text.includes(cardNumber))).toBe(false)
    expect(await issue('a b')).toMatchObject({ problems: [{ path: 'cardNumber', code: 'CARD_FORM' }] })
    const other = newPerson()
    await seedPersons(world.db, world.secrets, [other])
    const taken = { insuredId: other.insuredId, cardNumber: 'TAKEN1' }
    const third = newPerson({ cardNumber: 'TAKEN1' })
    await seedPersons(world.db, world.secrets, [third])
    expect(await say(staff(), ISSUE_CARD, taken)).toMatchObject({
      code: 'CARD_TAKEN',
      problems: [{ path: 'cardNumber' }],
    })
  })

  test('that is reported lost by the person is refused at once everywhere, until the bureau says it was found', async () => {
    const { me, person, cardId, cardNumber } = await holder()
    expect(await show(cardNumber)).toMatchObject({ id: person.insuredId })
    expect(await change('report', cardId, me)).toMatchObject({ state: 'LOST' })
    for (const at of ['H62020000001', 'H62020000002']) {
      expect(await show(cardNumber, at)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    }
    expect(await change('report', cardId, me)).toMatchObject({ code: 'CARD_LOST', problems: [{ path: 'cardId' }] })
    await expect(change('resume', cardId, me)).rejects.toThrow('FORBIDDEN')
    expect(await change('resume', cardId)).toMatchObject({ state: 'IN_FORCE' })
    expect(await show(cardNumber)).toMatchObject({ id: person.insuredId })
  })

  test('that is suspended counts again when it is resumed, and not before', async () => {
    const { cardId, cardNumber } = await holder()
    expect(await change('resume', cardId)).toMatchObject({ code: 'CARD_IN_FORCE' })
    expect(await change('suspend', cardId)).toMatchObject({ state: 'SUSPENDED' })
    expect(await show(cardNumber)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    expect(await change('suspend', cardId)).toMatchObject({ code: 'CARD_SUSPENDED' })
    expect(await change('resume', cardId)).toMatchObject({ state: 'IN_FORCE' })
    expect(await show(cardNumber)).toMatchObject({ __typename: 'Insured' })
  })

  test('that was replaced is dead for ever; the history says all of it', async () => {
    const { me, person, cardId, cardNumber } = await holder()
    const next = freshNumber()
    await change('report', cardId, me)
    const fresh = await say(staff(), REPLACE_CARD, { cardId, cardNumber: next, reason: '遗失补领' })
    expect(fresh).toMatchObject({ state: 'IN_FORCE', replaces: cardId })
    expect(await show(cardNumber)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    expect(await show(next)).toMatchObject({ id: person.insuredId })
    for (const verb of ['resume', 'report', 'suspend']) {
      expect(await change(verb, cardId)).toMatchObject({ code: 'CARD_REPLACED' })
    }
    const old = { cardId, cardNumber: freshNumber(), reason: '再次补领' }
    expect(await say(staff(), REPLACE_CARD, old)).toMatchObject({ code: 'CARD_REPLACED' })
    const again = { cardId: fresh.id, cardNumber, reason: '再次补领' }
    expect(await say(staff(), REPLACE_CARD, again)).toMatchObject({ code: 'CARD_TAKEN' })
    const { me: mine } = await world.ask<{ me: { cards: { id: string }[] } }>(me, `{ me { cards ${CARD} } }`)
    expect(mine.cards.find(({ id }) => id === cardId)).toMatchObject({
      state: 'REPLACED',
      changes: [{ state: 'LOST' }, { state: 'REPLACED', reason: '遗失补领' }],
    })
    expect(await toldOf(person)).toEqual(['card.lost 2026-11-22', 'card.replaced 2026-11-22'])
    const update = 'update insured.card_change set reason = null'
    await expect(world.db.hot.unsafe(update)).rejects.toMatchObject({ code: '42501' })
  })

  test('reported lost by several at once is lost once, and the person is told once', async () => {
    const { me, cardId, person } = await holder()
    const several: Identity[] = [me, staff(), { ...staff(), subject: 'other' }]
    const answers = await Promise.all(several.map((who) => change('report', cardId, who)))
    expect(answers.map((one) => one.code ?? one.state).toSorted()).toEqual(['CARD_LOST', 'CARD_LOST', 'LOST'])
    expect(await toldOf(person)).toEqual(['card.lost 2026-11-22'])
  })

  test('is nobody else’s business', async () => {
    const { cardId, me } = await holder()
    const stranger = await holder()
    for (const who of [staff('620100'), stranger.me]) {
      expect(await change('report', cardId, who)).toMatchObject({ code: 'NOT_FOUND' })
    }
    for (const who of [institution(), auditor, channelOf()]) {
      await expect(change('report', cardId, who)).rejects.toThrow('FORBIDDEN')
    }
    await expect(change('suspend', cardId, me)).rejects.toThrow('FORBIDDEN')
    expect(await change('report', 'no id')).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'cardId' }] })
  })
})

describe('an electronic card', () => {
  test('is issued by the channel the person let, and its code is decoded as that of an e-voucher', async () => {
    const { me, person } = await holder()
    const authorised = await say(me, AUTHORISE_CARD, { channel: 'APP01' })
    expect(authorised).toMatchObject({ channel: 'APP01', state: 'AUTHORISED' })
    expect(await codeOf(authorised.id)).toMatchObject({ code: 'ELECTRONIC_CARD_AUTHORISED' })
    const input = { electronicCardId: authorised.id }
    expect(await say(channelOf('BANK01'), ELECTRONIC.issue, input)).toMatchObject({ code: 'NOT_FOUND' })
    await expect(say(me, ELECTRONIC.issue, input)).rejects.toThrow('FORBIDDEN')
    expect(await say(channelOf(), ELECTRONIC.issue, input)).toMatchObject({ state: 'ISSUED' })
    expect(await toldOf(person)).toEqual(['electronic-card.issued 2026-11-22'])
    const { code } = await codeOf(authorised.id)
    expect(code).toMatch(/^[0-9]{28}$/)
    const decoded = await decode(code)
    expect(decoded).toMatchObject({ insured: { id: person.insuredId } })
    expect(await decode(code)).toMatchObject({ code: 'CODE_USED' })
    expect(await say(me, AUTHORISE_CARD, { channel: 'APP01' })).toMatchObject({ code: 'ALREADY_AUTHORISED' })
    expect(await say(me, AUTHORISE_CARD, { channel: 'app' })).toMatchObject({ problems: [{ path: 'channel' }] })
  })

  test('dies with the card, its codes and what was decoded of them', async () => {
    const { me, cardId } = await holder()
    const electronicCardId = await electronic(me)
    const { token } = await decode((await codeOf(electronicCardId)).code)
    const { code } = await codeOf(electronicCardId)
    await change('report', cardId, me)
    expect(await decode(code)).toMatchObject({ code: 'CODE_REVOKED' })
    expect(await codeOf(electronicCardId)).toMatchObject({ code: 'ELECTRONIC_CARD_ENDED' })
    const shown = { credential: { kind: 'E_VOUCHER', value: token } }
    expect(await say(institution(), SHOW, shown)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    await change('resume', cardId)
    expect(await decode(code)).toMatchObject({ code: 'CODE_REVOKED' })
    expect(await say(institution(), SHOW, shown)).toMatchObject({ code: 'CREDENTIAL_REVOKED' })
    expect(await say(me, AUTHORISE_CARD, { channel: 'APP01' })).toMatchObject({ state: 'AUTHORISED' })
  })

  test('rests while the card is suspended', async () => {
    const { me, cardId } = await holder()
    const electronicCardId = await electronic(me)
    await change('suspend', cardId)
    expect(await codeOf(electronicCardId)).toMatchObject({ code: 'NO_CARD_IN_FORCE' })
    expect(await say(me, AUTHORISE_CARD, { channel: 'BANK01' })).toMatchObject({ code: 'NO_CARD_IN_FORCE' })
    await change('resume', cardId)
    expect(await codeOf(electronicCardId)).toMatchObject({ code: expect.stringMatching(/^[0-9]{28}$/) })
  })

  test('is taken back by the person alone', async () => {
    const { me } = await holder()
    const electronicCardId = await electronic(me)
    const { code } = await codeOf(electronicCardId)
    const stranger = await holder()
    expect(await say(stranger.me, ELECTRONIC.revoke, { electronicCardId })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(me, ELECTRONIC.revoke, { electronicCardId })).toMatchObject({ state: 'REVOKED' })
    expect(await decode(code)).toMatchObject({ code: 'CODE_REVOKED' })
    expect(await say(me, ELECTRONIC.revoke, { electronicCardId })).toMatchObject({ code: 'ELECTRONIC_CARD_REVOKED' })
  })

  test('is listed to the channel that was let to issue it', async () => {
    const { me } = await holder()
    const { id } = await say(me, AUTHORISE_CARD, { channel: 'TAX62' })
    const LIST = `query ($after: String) { electronicCards(first: 1, after: $after) {
      ... on ElectronicCardConnection { edges { node { id channel state } } pageInfo { hasNextPage } }
      ... on Rejection { problems { path code } } } }`
    expect(await say(channelOf('TAX62'), LIST)).toMatchObject({
      edges: [{ node: { id, channel: 'TAX62', state: 'AUTHORISED' } }],
      pageInfo: { hasNextPage: false },
    })
    expect(await say(channelOf('XYZ99'), LIST)).toMatchObject({ edges: [] })
    expect(await say(channelOf(), LIST, { after: 'x' })).toMatchObject({
      problems: [{ path: 'after', code: 'CURSOR' }],
    })
    await expect(say(staff(), LIST)).rejects.toThrow('FORBIDDEN')
  })
})

test('a person and the bureau see all credentials of one person, masked, with what they are good for', async () => {
  const { me, person, cardId } = await holder()
  await electronic(me)
  await change('suspend', cardId)
  const expected = [
    { kind: 'IDENTITY_CARD', id: null, masked: `6${'*'.repeat(17)}`, isGood: true, state: 'IN_FORCE' },
    { kind: 'SOCIAL_SECURITY_CARD', id: cardId, masked: 'T*********', isGood: false, state: 'SUSPENDED' },
    { kind: 'ELECTRONIC_CARD', channel: 'APP01', isGood: false, state: 'ISSUED' },
  ]
  const byId = `{ insured(id: "${person.insuredId}") { ... on Insured { credentials ${HELD} } ... on Rejection { code } } }`
  const { me: mine } = await world.ask<{ me: { credentials: object[] } }>(me, `{ me { credentials ${HELD} } }`)
  expect(mine.credentials).toMatchObject(expected)
  for (const who of [staff(), auditor]) expect(await say(who, byId)).toMatchObject({ credentials: expected })
  expect(await say(staff('620100'), byId)).toMatchObject({ code: 'NOT_FOUND' })
  await expect(say(institution(), byId)).rejects.toThrow('FORBIDDEN')
})
