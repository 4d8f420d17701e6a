import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { UNKNOWN_MAX } from '@yibao/settlement/domain/unknown-credential'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const birth = Temporal.PlainDate.from('1999-09-09')
const guess = (n: number) => ({ kind: 'IDENTITY_CARD', value: artificialIdentity('620900', birth, n) })

const byCard = (value: string) => ({ credential: { kind: 'SOCIAL_SECURITY_CARD', value } })
const tooMany = (path: string) => ({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS', problems: [{ path }] })

test('identity and card numbers cannot be tried out by bills, and who has settled goes on', async () => {
  const person = await world.addPerson(100, { cardNumber: 'G62090001' })
  const seen = await world.addPerson(100, { cardNumber: 'G62090002' })
  const inVisit = (chargeBatch: string) => billOf(seen, { ...byCard('G62090002'), visit: 'GUESS-SEEN', chargeBatch })
  expect(await settle(world, 'seen', inVisit('1'))).toMatchObject({ __typename: 'Settlement' })
  for (let n = 0; n < UNKNOWN_MAX; n += 1) {
    const answer = await settle(
      world,
      `guess-${n}`,
      billOf(person, n % 2 === 0 ? { credential: guess(n) } : byCard(`G6299${n}`)),
    )
    expect(answer).toMatchObject({ code: 'CREDENTIAL_UNKNOWN' })
  }
  const after = await settle(world, 'one-more', billOf(person, { credential: guess(UNKNOWN_MAX) }))
  expect(after).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS', problems: [{ path: 'credential.kind' }] })
  const stored = await world.db.hot.unsafe(`select from settlement.request where request_id = 'one-more'`)
  expect(stored).toEqual([])
  const order = async (addressee: object): Promise<unknown> => {
    const { credential: _credential, ...bill } = billOf(person)
    const CREATE = `mutation ($input: OrderInput!) {
      createOrder(requestId: "order-guess", input: $input) { ... on Rejection { code problems { path } } } }`
    const input = { ...bill, person: addressee }
    return (await world.ask<{ createOrder: unknown }>(hospital(), CREATE, { input })).createOrder
  }
  expect(await order({ credential: guess(UNKNOWN_MAX) })).toEqual(tooMany('person.credential.kind'))
  expect(await order({ number: '62090000000099' })).toEqual(tooMany('person.number'))
  // Somebody's card and nobody's are answered alike, but for whoever has settled in this visit.
  for (const value of ['G62090001', 'G62999999']) {
    const answer = await settle(world, `by-card-${value}`, billOf(person, byCard(value)))
    expect(answer).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS', problems: [{ path: 'credential.kind' }] })
  }
  expect(await settle(world, 'seen-again', inVisit('2'))).not.toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS' })
})
