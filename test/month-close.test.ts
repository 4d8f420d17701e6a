import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, clearingWorld, fen, HOSPITAL, type ClearingWorld } from './clearing-world.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { send, type Data, type WorldPerson } from './world.ts'

// Fifty months of two hospitals are closed while their systems settle and take back as fast as they can. A client keeps
// every answer; what it adds up by itself, per hospital and month, is what the statements say.

const SECOND_HOSPITAL = 'H62990000002'
const HOSPITALS = [HOSPITAL, SECOND_HOSPITAL] as const
const MONTHS = 50
const CLIENTS = 8
/** Answers that must have come before the next month is closed. */
const ANSWERS_A_MONTH = CLIENTS

let world: ClearingWorld
beforeAll(async () => {
  world = await clearingWorld()
})
afterAll(() => world.close())

/** What a hospital was told, and all it knows. */
interface Told {
  readonly hospital: string
  readonly id: string
  readonly month: string
  readonly fund: bigint
  readonly account: bigint
  readonly total: bigint
  readonly reversal: boolean
}

const ANSWER =
  '__typename ... on Settlement { id settledAt total fundTotal account mutualAid } ... on Rejection { code }'
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${ANSWER} } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ${ANSWER} } }`

const monthOf = (at: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toPlainYearMonth().toString()

const told: Told[] = []
const slow: number[] = []
const stopping = new AbortController()

/** One window of a hospital: settles, and now and then takes back something of this month or of one long closed. */
async function client(number: number, persons: readonly WorldPerson[]): Promise<void> {
  const hospital = HOSPITALS[number % 2] ?? HOSPITAL
  const token = await world.token(hospital)
  const standing: string[] = []
  const ask = async (query: string, variables: object): Promise<Data> => {
    const began = performance.now()
    const { data, errors } = await send(world.address, token, query, { requestId: randomUUID(), ...variables })
    slow.push(performance.now() - began)
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    return Object.values(data as object)[0]
  }
  const keep = (answer: Data, reversal: boolean): void => {
    const { id, settledAt, total, fundTotal, account, mutualAid } = answer
    const month = monthOf(settledAt)
    const personal = fen(account) + fen(mutualAid)
    told.push({ hospital, id, month, fund: fen(fundTotal), account: personal, total: fen(total), reversal })
  }
  for (let turn = number; !stopping.signal.aborted; turn += 1) {
    const person = persons[turn % persons.length]
    const begin = `${world.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()}T08:00:00+08:00`
    const lines = [{ code: CLASS_A, price: 300 + ((turn * 7919) % 5000) / 100 }]
    const answer = await ask(SETTLE, { input: bill({ card: person?.cardNumber ?? '', begin, lines }) })
    expect(answer).toMatchObject({ __typename: 'Settlement' })
    keep(answer, false)
    standing.push(answer.id)
    if (turn % 4 !== 0) continue
    const [taken = ''] = standing.splice((turn * 31) % standing.length, 1)
    const reversal = await ask(REVERSE, { settlement: taken })
    expect(reversal).toMatchObject({ __typename: 'Settlement' })
    keep(reversal, true)
  }
}

/** The second day of the next month. */
function nextMonth(): string {
  const today = world.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
  const next = today.with({ day: 2 }).add({ months: 1 })
  world.at(`${next.toString()}T10:00:00+08:00`)
  return today.toPlainYearMonth().toString()
}

async function close(hospital: string, month: string): Promise<void> {
  await world.reconcile(hospital)
  const { statements } = await world.declare(month, hospital)
  expect(statements).toMatchObject([{ state: 'DECLARED', month }])
}

interface Standing {
  readonly month: string
  readonly fund: bigint
  readonly account: bigint
  readonly total: bigint
}
const sums = (rows: readonly Standing[]) =>
  rows.reduce(
    (sum, one) => ({
      fund: sum.fund + one.fund,
      account: sum.account + one.account,
      total: sum.total + one.total,
      count: sum.count + 1,
    }),
    { fund: 0n, account: 0n, total: 0n, count: 0 },
  )

test(
  'a hundred months are closed while eight clients settle and take back: their own sums are the statements, each settlement in one month',
  { timeout: 300_000 },
  async () => {
    const persons = await Promise.all(Array.from({ length: 2 * CLIENTS }, () => world.addPatient(20_000)))
    const clients = Promise.all(
      Array.from({ length: CLIENTS }, (_, i) => client(i, [persons[2 * i], persons[2 * i + 1]] as WorldPerson[])),
    )
    clients.catch(() => {})
    const began = performance.now()
    for (let closed = 0; closed < MONTHS; closed += 1) {
      const before = told.length
      while (told.length < before + ANSWERS_A_MONTH) await Promise.race([sleep(5), clients])
      const month = nextMonth()
      for (const hospital of HOSPITALS) await close(hospital, month)
    }
    stopping.abort()
    await clients
    const seconds = (performance.now() - began) / 1000
    const last = nextMonth()
    for (const hospital of HOSPITALS) await close(hospital, last)

    const late = await expectSums()
    const { mismatches } = await verify(world.platform.databases.settlement, () => {})
    expect(mismatches).toEqual([])
    const reversals = told.filter((one) => one.reversal).length
    const p99 = slow.toSorted((a, b) => a - b)[Math.floor(slow.length * 0.99)] ?? 0
    console.info(
      `${2 * MONTHS} months closed in ${seconds.toFixed(1)} s over ${told.length} answers (${reversals} reversals), ${late} late; slowest of a hundred ${p99.toFixed(0)} ms`,
    )
  },
)

/** Everything that was told stands in one statement, with the amounts that were told; and nothing else does. */
async function expectSums(): Promise<number> {
  const known = new Map(told.map((one) => [one.id, one]))
  expect(known.size).toBe(told.length)
  let late = 0
  const seen = new Set<string>()
  for (const hospital of HOSPITALS) {
    const statements = await world.statements(CLERK, { institution: hospital })
    expect(statements).toHaveLength(MONTHS + 1)
    const items: Standing[] = []
    for (const statement of statements) {
      const own = await world.items(statement.id, hospital, 100)
      const rows = own.map((one) => ({ ...amountsOf(one), month: one.month as string }))
      expect(sums(rows)).toEqual({ ...amountsOf(statement), count: statement.settlements })
      expect(own.filter((one) => one.late).length).toBe(statement.late)
      late += statement.late
      items.push(...rows)
      for (const one of own) {
        const { id } = one.settlement
        expect(seen.has(id)).toBe(false)
        seen.add(id)
        expect(known.get(id)).toMatchObject({ hospital, month: one.month, reversal: one.reversal, ...amountsOf(one) })
      }
    }
    const mine = Map.groupBy(
      told.filter((one) => one.hospital === hospital),
      (one) => one.month,
    )
    const theirs = Map.groupBy(items, (one) => one.month)
    expect([...theirs.keys()].toSorted()).toEqual([...mine.keys()].toSorted())
    for (const [month, rows] of mine) expect(sums(theirs.get(month) ?? []), month).toEqual(sums(rows))
  }
  expect(seen.size).toBe(told.length)
  return late
}

const amountsOf = ({ fundPart, accountPart, total }: Data) => ({
  fund: fen(fundPart),
  account: fen(accountPart),
  total: fen(total),
})
