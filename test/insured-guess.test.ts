import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons } from '@yibao/insured/seed'
import { sql } from 'drizzle-orm'
import { HOSPITAL, institution, insuredWorld, newPerson, type InsuredWorld } from './insured-world.ts'

// An institution that tries the identity numbers a birth date, sex and pool leave.

let world: InsuredWorld
const ming = newPerson({ cardNumber: 'G10001' })
const hua = newPerson({ cardNumber: 'G10002' })
const REJECTION = '... on Rejection { code message { zh en } problems { path code } }'
const SHOW = `query ($credential: CredentialInput!) {
  shown: insuredByCredential(credential: $credential) { __typename ... on Insured { id } ${REJECTION} } }`

beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [ming, hua])
})
beforeEach(async () => {
  world.logged.length = 0
  await world.db.orm.execute(sql`update insured.unknown_credential set count = 0`)
})
afterAll(() => world.close())

const card = (value: string) => ({ kind: 'IDENTITY_CARD', value })
const guess = (index: number) => artificialIdentity('620200', Temporal.PlainDate.from('1999-09-09'), index)
const socialCard = (value: string) => ({ kind: 'SOCIAL_SECURITY_CARD', value })
const show = async (credential: object, who = institution()) =>
  (await world.ask<{ shown: { __typename: string } }>(who, SHOW, { credential })).shown

const tooMany = {
  __typename: 'NotAllowed',
  code: 'TOO_MANY_UNKNOWN_CREDENTIALS',
  message: { zh: expect.stringContaining('2026-11-23 零时'), en: expect.stringContaining('until 2026-11-23 00:00') },
  problems: [{ path: 'credential.kind', code: 'TOO_MANY_UNKNOWN_CREDENTIALS' }],
}

test('a look-up by identity card that finds nobody is logged with institution and count, never with the number', async () => {
  await show(card(guess(1)))
  await show(card(guess(2)))
  expect(world.logged).toEqual([
    { institution: HOSPITAL, count: 1 },
    { institution: HOSPITAL, count: 2 },
  ])
})

test('after 200 of a day, all at once or not, identity cards are refused until midnight, the right one included', async () => {
  const answers = await Promise.all(Array.from({ length: 210 }, (_, index) => show(card(guess(index + 1)))))
  const of = (name: string) => answers.filter((one) => one.__typename === name)
  expect([of('NotFound').length, of('NotAllowed').length]).toEqual([200, 10])
  expect(await show(card(ming.identityNumber))).toEqual(tooMany)
  expect(await show(card(ming.identityNumber), institution('H62020000002'))).toMatchObject({ id: ming.insuredId })
  expect(await show(socialCard('G10001'))).toEqual(tooMany)
  expect(await show({ kind: 'E_VOUCHER', value: 'nobody' })).toMatchObject({ __typename: 'NotFound' })

  const { now } = world.time
  world.time.now = Temporal.Instant.from('2026-11-23T00:00:00+08:00')
  expect(await show(card(ming.identityNumber))).toMatchObject({ id: ming.insuredId })
  world.time.now = now
})

test('numbers of social-security cards are tried out no further; a card that was shown that day goes on', async () => {
  world.time.now = world.time.now.add({ hours: 48 })
  const seen = socialCard('G10001')
  expect(await show(seen)).toMatchObject({ id: ming.insuredId })
  const answers = await Promise.all(Array.from({ length: 210 }, (_, index) => show(socialCard(`G2${1000 + index}`))))
  const of = (name: string) => answers.filter((one) => one.__typename === name)
  expect([of('NotFound').length, of('NotAllowed').length]).toEqual([200, 10])
  expect(await show(seen)).toMatchObject({ id: ming.insuredId })
  expect(await show(socialCard('G10002'))).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS' })
  expect(await show(socialCard('G99999'))).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS' })
  world.time.now = world.time.now.subtract({ hours: 48 })
})

test('a look-up that finds somebody is not counted', async () => {
  await show(card(guess(1)))
  for (let index = 0; index < 5; index += 1) await show(card(ming.identityNumber))
  const { rows } = await world.db.orm.execute(
    sql`select count from insured.unknown_credential where institution = ${HOSPITAL} and day = '2026-11-22'`,
  )
  expect(rows).toEqual([{ count: 1 }])
})

test('an operation shows one credential; further ones in it are refused and not looked up', async () => {
  const both = `query ($a: CredentialInput!, $b: CredentialInput!) {
    a: insuredByCredential(credential: $a) { __typename ... on Insured { id } }
    b: insuredByCredential(credential: $b) { __typename ${REJECTION} } }`
  expect(await world.ask(institution(), both, { a: card(ming.identityNumber), b: card(guess(1)) })).toMatchObject({
    a: { id: ming.insuredId },
    b: { __typename: 'NotAllowed', code: 'ONE_CREDENTIAL_PER_OPERATION' },
  })
  expect(world.logged).toEqual([])
})
