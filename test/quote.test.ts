import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  billOf,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const TRIAL = `
  query ($input: SettleInput!) {
    trial(input: $input) {
      __typename
      ... on Trial { total fundTotal account cash quote { id expiresAt } lines { serial inScope } }
      ... on Rejection { code problems { path code } }
    }
  }`
const SETTLE = `
  mutation ($requestId: ID!, $input: SettleInput!) {
    settle(requestId: $requestId, input: $input) {
      __typename
      ... on Settlement { id fundTotal account cash }
      ... on Rejection { code problems { path code } }
      ... on QuoteStale { reason fundTotal cash quote { id expiresAt } }
    }
  }`

interface Amounts {
  readonly __typename: string
  readonly id: string
  readonly fundTotal: string
  readonly account: string
  readonly cash: string
  readonly code: string
  readonly reason: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
  readonly quote: { readonly id: string; readonly expiresAt: string }
}

async function tryOut(input: object): Promise<Amounts> {
  const { trial } = await world.ask<{ trial: Amounts }>(hospital(), TRIAL, { input })
  return trial
}

let sent = 0
async function settleBy(input: object, quote: string, requestId = `by-quote-${(sent += 1)}`): Promise<Amounts> {
  const variables = { requestId, input: { ...input, quote } }
  const { settle: answer } = await world.ask<{ settle: Amounts }>(hospital(), SETTLE, variables)
  return answer
}

const settlementsOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await world.admin.query(
    'select count(*)::int as n from settlement.settlement where insured_id = $1',
    [insuredId],
  )
  return rows[0].n
}

describe('a quote', () => {
  test('binds: the bill is settled with exactly its amounts', async () => {
    const bill = billOf(await world.addPerson(50))
    const quoted = await tryOut(bill)
    expect(quoted.__typename).toBe('Trial')
    const { fundTotal, account, cash } = quoted
    expect(await settleBy(bill, quoted.quote.id)).toMatchObject({ __typename: 'Settlement', fundTotal, account, cash })
  })

  test('says until when, by the rule of the pool', async () => {
    const { quote } = await tryOut(billOf(await world.addPerson()))
    const left = world.time.now.until(Temporal.Instant.from(quote.expiresAt))
    expect(left.total('minutes')).toBe(15)
  })

  test('that another bill has overtaken settles nothing and brings a new quote, which settles', async () => {
    const person = await world.addPerson()
    const bill = billOf(person)
    const first = await tryOut(bill)
    await settle(world, 'overtakes', billOf(person))
    const stale = await settleBy(bill, first.quote.id, 'overtaken')
    expect(stale).toMatchObject({
      __typename: 'QuoteStale',
      code: 'QUOTE_STALE',
      reason: 'CHANGED',
      fundTotal: '140.00',
    })
    expect(await settlementsOf(person)).toBe(1)
    expect(await settleBy(bill, first.quote.id, 'overtaken')).toEqual(stale)
    expect(await settleBy(bill, stale.quote.id)).toMatchObject({ __typename: 'Settlement', fundTotal: '140.00' })
  })

  test('of two bills that together pass a cap lets only one be settled as quoted', async () => {
    const person = await world.addPerson()
    await settle(
      world,
      'near-the-cap',
      billOf(person, { total: '700.00', lines: [lineOf({ price: '70.00', amount: '700.00' })] }),
    )
    const bills = [billOf(person), billOf(person)]
    const quotes = await Promise.all(bills.map(tryOut))
    expect(quotes.map((one) => one.fundTotal)).toEqual(['80.00', '80.00'])
    const answers = await Promise.all(bills.map((bill, i) => settleBy(bill, quotes[i]?.quote.id ?? '')))
    expect(answers.map((one) => one.__typename).toSorted()).toEqual(['QuoteStale', 'Settlement'])
    expect(answers.find((one) => one.__typename === 'QuoteStale')?.fundTotal).toBe('0.00')
  })

  test('that has expired settles nothing and brings a new one', async () => {
    const person = await world.addPerson()
    const bill = billOf(person)
    const { quote } = await tryOut(bill)
    const before = world.time.now
    world.time.now = before.add({ minutes: 16 })
    try {
      expect(await settleBy(bill, quote.id)).toMatchObject({ __typename: 'QuoteStale', reason: 'EXPIRED' })
      expect(await settlementsOf(person)).toBe(0)
    } finally {
      world.time.now = before
    }
  })

  test('is of no use for another bill, a changed bill or another institution', async () => {
    const person = await world.addPerson()
    const bill = billOf(person)
    const { quote } = await tryOut(bill)
    const at = (one: Amounts) => [one.code, one.problems.map((problem) => problem.path)]
    expect(at(await settleBy(billOf(person), quote.id))).toEqual(['QUOTE_OF_ANOTHER_BILL', ['quote']])
    const changed = { ...bill, total: '220.00', lines: [lineOf({ price: '22.00', amount: '220.00' })] }
    expect(await settleBy(changed, quote.id)).toMatchObject({ __typename: 'QuoteStale', reason: 'CHANGED' })
    const variables = { requestId: 'elsewhere', input: { ...bill, quote: quote.id } }
    const { settle: elsewhere } = await world.ask<{ settle: Amounts }>(hospital(OTHER_HOSPITAL), SETTLE, variables)
    expect(at(elsewhere)).toEqual(['QUOTE_NOT_FOUND', ['quote']])
    expect(at(await settleBy(bill, 'no-quote'))).toEqual(['INVALID_INPUT', ['quote']])
    expect(await settlementsOf(person)).toBe(0)
  })
})
