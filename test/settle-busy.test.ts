import { randomUUIDv7 } from 'node:crypto'
import { Busy } from '@yibao/schema/rejection'
import { HERE } from '@yibao/settlement/store/bill-queue'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchangeOf, LINE, PLACE } from './exchange-world.ts'
import {
  billOf,
  hospital,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type Settled,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// One hospital sends more than a process can settle at once. It is the order that counts here, never the time.

const PERSONS = 400

let world: SettleWorld
let persons: readonly WorldPerson[]
let others: readonly WorldPerson[]
beforeAll(async () => {
  world = await settleWorld()
  persons = await some(PERSONS)
  others = await some(10)
  await settle(world, 'warm-up', billOf(await world.addPerson(100)))
})
afterAll(() => world.close())

const times = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))
const some = (count: number) => times(count, () => world.addPerson(1000))
const personOf = (list: readonly WorldPerson[], i: number): WorldPerson => {
  const person = list[i % list.length]
  if (person === undefined) throw new Error('there are persons')
  return person
}

test('behind the flood of one hospital, the bills of another are served next and not last', async () => {
  const served: string[] = []
  const flood = times(HERE.ofOne, async (i) => {
    const answer = await settle(world, `flood-${i}`, billOf(personOf(persons, i)))
    served.push('flood')
    return answer
  })
  const waited: number[] = []
  for (let i = 0; i < 5; i += 1) {
    const before = served.length
    const answer = await settle(world, `small-${i}`, billOf(personOf(others, i)), hospital(OTHER_HOSPITAL))
    expect(answer.__typename).toBe('Settlement')
    waited.push(served.length - before)
  }
  const inTheMiddle = served.length
  const answers = await flood
  expect(new Set(answers.map((one) => one.__typename))).toEqual(new Set(['Settlement']))
  // Before each went at most those that were under way when it came, and one in turn for each of them.
  expect(waited.filter((one) => one > 2 * HERE.underWay)).toEqual([])
  expect(inTheMiddle).toBeLessThan(HERE.ofOne)
})

test('beyond its bound a hospital is told BUSY in both languages and nothing is written; the same bill settles later', async () => {
  const more = 40
  const bills = Array.from({ length: HERE.ofOne + more }, (_, i) => billOf(personOf(persons, i)))
  const send = (i: number): Promise<Settled> => settle(world, `crowd-${i}`, bills[i] ?? {})
  const [answers, other] = await Promise.all([
    times(bills.length, send),
    settle(world, 'not-the-crowd', billOf(personOf(others, 0)), hospital(OTHER_HOSPITAL)),
  ])
  expect(other.__typename).toBe('Settlement')
  const busy = answers.flatMap((one, i) => (one.__typename === 'Busy' ? [i] : []))
  expect(busy).toHaveLength(more)
  expect(answers.filter((one) => one.__typename === 'Settlement')).toHaveLength(HERE.ofOne)
  expect(answers[busy[0] ?? 0]).toEqual({
    __typename: 'Busy',
    code: Busy.of().code,
    retryable: true,
    message: {
      zh: '等待结算的单据过多，请稍后原样重试',
      en: 'too many bills are waiting to be settled, send the same request again in a moment',
    },
    problems: [],
  })
  const { rows } = await world.admin.query(
    `select count(*)::int as n from settlement.request where request_id like 'crowd-%'`,
  )
  expect(rows).toEqual([{ n: HERE.ofOne }])
  const again = await Promise.all(busy.map(send))
  expect(new Set(again.map((one) => one.__typename))).toEqual(new Set(['Settlement']))
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

test('another province has one place in line, under however many names of institutions it sends', async () => {
  const { say } = exchangeOf(world)
  const { credential, operator, ...rest } = billOf(personOf(others, 0), { emergency: true })
  const bill = {
    ...rest,
    credential: { ...credential, kind: '02' },
    operator: { ...operator, terminal: '1' },
    confirmWithin: 10,
  }
  const more = 3
  const answers = await times(HERE.ofPerson + more, async (i) => {
    const own = { institution: `H5101${String(i).padStart(7, '0')}`, visit: `S${i}`, invoice: `S${i}` }
    const message = { exchange: randomUUIDv7(), bill: { ...bill, ...own }, place: PLACE, lines: [LINE] }
    return (await say('reserve', message)) as { state: string; rejection: { code: string } | null }
  })
  expect(answers.filter(({ rejection }) => rejection?.code === 'BUSY')).toHaveLength(more)
  expect(answers.filter(({ state }) => state === 'RESERVED')).toHaveLength(HERE.ofPerson)
})
