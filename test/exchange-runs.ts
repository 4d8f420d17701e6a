import { expect } from 'vitest'
import { MISHAPS, randomOf, type Mishap, type Passed } from './exchange-proxy.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { ANNUL, OUTCOME } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Hospitals of one province settle, repeat, annul and take back bills of persons insured in another, while messages between
// the two platforms are lost, doubled, late or cut, clocks jump, and where processes can be killed they are. A seed says all
// of it.

export const [PLACE, HOME] = ['33', '62']
export const NINGBO = 'H33020000001'
export const POOL = '629900'

const REJECTION = '... on Rejection { code retryable problems { path code } }'
const SETTLED =
  '__typename ... on Settlement { id total fundTotal account cash } ... on SettlementPending { requestId }'
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) { ${SETTLED} ${REJECTION} }
}`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ${SETTLED} ${REJECTION} }
}`
const REQUESTS = { settle: SETTLE, reverse: REVERSE, annul: ANNUL } as const

/** A bill of somebody insured in Gansu, as the hospital in Ningbo sends it. */
export const awayBillOf = ({ identityNumber: value }: Pick<WorldPerson, 'identityNumber'>, change: object = {}) => ({
  ...bill({
    begin: '2026-11-20T08:00:00+08:00',
    lines: [{ code: CLASS_A, price: 200, time: '2026-11-20T08:30:00+08:00' }],
    ...change,
  }),
  credential: { kind: 'IDENTITY_CARD', value },
  insuredPool: POOL,
})

/** One of the two platforms, as it is asked and looked at. */
export interface Side {
  /** Asks as the hospital in Ningbo; null when nothing came back. */
  ask(query: string, variables: object): Promise<{ data: Data; errors?: unknown } | null>
  rows(text: string, args?: readonly unknown[]): Promise<Data[]>
}

/** Two platforms, what lies between them, and what can happen to them. */
export interface Playground {
  readonly place: Side
  readonly home: Side
  readonly passed: Passed[]
  readonly plan: { next: (type: string) => Mishap; lateMs: () => number }
  persons(seed: number): Promise<readonly Pick<WorldPerson, 'identityNumber'>[]>
  /** Something that happens to one of the platforms: what, in words. */
  disturb(random: () => number): Promise<string>
  /** Lets time pass, a while of it. */
  pass(): Promise<void>
}

interface Asked {
  readonly requestId: string
  readonly kind: 'settle' | 'reverse' | 'annul'
  readonly variables: Readonly<Record<string, unknown>>
  /** The last word of the platform, if it gave one. */
  answer: Data
}

/** A run, and what happened in it for whoever has to find out why it failed. */
export interface Run {
  readonly seed: number
  readonly asked: Asked[]
  readonly trace: string[]
}

/** One message in three meets with something. */
const MISHAP_RATE = 0.33

async function ask({ place }: Playground, { seed, trace }: Run, one: Asked): Promise<void> {
  const { requestId, kind } = one
  const answered = await place.ask(REQUESTS[kind], { requestId, ...one.variables })
  const answer = answered?.data?.[kind] ?? null
  const errors = answered === null ? 'no answer' : JSON.stringify(answered.errors)
  trace.push(`${requestId} ${kind} ${answer?.__typename ?? errors} ${answer?.code ?? ''}`)
  // An error of the platform is none that may come of what another does.
  if (answered !== null && answer === null) throw new Error(`seed ${seed}: ${errors}`)
  if (answer !== null) one.answer = answer
}

/** Bills of two persons are settled, sent again, annulled and taken back in rounds of up to three at once. */
export async function play(ground: Playground, seed: number): Promise<Run> {
  const { plan, passed } = ground
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const run: Run = { seed, asked: [], trace: [] }
  const from = passed.length
  const persons = await ground.persons(seed)
  plan.lateMs = () => below(300)
  plan.next = () => (random() < MISHAP_RATE ? (MISHAPS[below(MISHAPS.length)] ?? 'PASS') : 'PASS')
  const add = (kind: Asked['kind'], variables: Asked['variables']): Asked => {
    const one: Asked = { requestId: `run-${seed}-${run.asked.length}`, kind, variables, answer: null }
    run.asked.push(one)
    return one
  }
  const pick = (): (() => Promise<void>) => {
    const known = run.asked.filter((one) => one.kind === 'settle')
    const any = known[below(known.length)]
    const roll = random()
    const choose = (): Asked => {
      if (any === undefined || roll < 0.35) {
        const person = persons[below(persons.length)]
        if (person === undefined) throw new Error('there are persons')
        return add('settle', { input: awayBillOf(person, random() < 0.2 ? { confirmWithin: 5 } : {}) })
      }
      if (roll < 0.6) return any
      if (roll < 0.7) return add('settle', any.variables)
      if (roll < 0.8) return add('annul', { target: any.requestId })
      return any.answer?.__typename === 'Settlement' ? add('reverse', { settlement: any.answer.id }) : any
    }
    if (roll >= 0.95) return async () => void run.trace.push(await ground.disturb(random))
    const one = choose()
    return () => ask(ground, run, one)
  }
  try {
    for (let round = 0; round < 4 + below(4); round += 1)
      await Promise.all(Array.from({ length: 1 + below(3) }, () => pick()()))
  } catch (error) {
    throw failed(run, error)
  } finally {
    plan.next = () => 'PASS'
    run.trace.push(
      passed
        .slice(from)
        .map(({ type, mishap }) => `${type} ${mishap}`)
        .join(', '),
    )
  }
  return run
}

const failed = ({ seed, trace }: Run, cause: unknown): Error =>
  new Error(`seed ${seed}\n${trace.join('\n')}`, { cause })

/** Nothing stands in the way any more: both platforms have to come to the same end, and stay there. */
export async function conclude(ground: Playground, runs: readonly Run[]): Promise<void> {
  await settleDown(ground)
  for (const run of runs)
    for (const one of run.asked)
      await ask(ground, run, one).catch((error: unknown) => {
        throw failed(run, error)
      })
  await settleDown(ground)
  for (const run of runs)
    await expectAgreed(ground, run).catch((error: unknown) => {
      throw failed(run, error)
    })
}

const WHILES_MAX = 60
/** So long that home has taken back what was not committed. */
const WHILES_MIN = 6

async function settleDown(ground: Playground): Promise<void> {
  const { place } = ground
  for (let round = 1; round <= WHILES_MAX; round += 1) {
    await ground.pass()
    const open = await place.rows('select * from settlement.away_bill where next_at is not null')
    if (open.length === 0 && round >= WHILES_MIN) return
    if (round === WHILES_MAX) throw new Error(`still under way: ${JSON.stringify(open)}`)
  }
}

const AMOUNTS = 's.total::text, s.fund_total::text, s.account::text, s.cash::text'
const OF_RUN = `(a.request_id like $1 or a.of in (select exchange from settlement.away_bill where request_id like $1))`

/** Both sides hold the same committed bills and reversals with the same amounts, and every request has its answer. */
async function expectAgreed({ place, home }: Playground, { seed, asked }: Run): Promise<void> {
  const mine = [`run-${seed}-%`]
  const here = await place.rows(
    `select a.exchange::text, a.kind, ${AMOUNTS} from settlement.away_bill a
     join settlement.settlement s on s.id = a.settlement_id and s.insured_id = a.insured_id
     where a.state = 'COMMITTED' and ${OF_RUN} order by 1`,
    mine,
  )
  const exchanges = await place.rows(`select a.exchange::text from settlement.away_bill a where ${OF_RUN}`, mine)
  const there = await home.rows(
    `select r.request_id as exchange, case r.operation when 'reverse' then 'REVERSE' else 'SETTLE' end as kind, ${AMOUNTS}
     from settlement.request r
     join settlement.settlement s
       on s.id::text = r.result ->> case r.operation when 'reverse' then 'reversal' else 'settlement' end
     left join settlement.confirmation c on c.settlement_id = s.id
     where r.caller = 'province:${PLACE}' and r.request_id = any($1)
       and (r.operation = 'reverse' or c.confirmed_at is not null)
     order by 1`,
    [exchanges.map((one) => one.exchange)],
  )
  expect(there).toEqual(here)
  for (const { requestId, kind, answer } of asked) {
    const answered = await place.ask(OUTCOME, { requestId })
    const { state } = answered?.data?.outcome ?? {}
    expect(['COMMITTED', 'REFUSED', 'ANNULLED'], `${requestId} ${kind}`).toContain(state)
    // What was settled stands, or was taken back by another request.
    if (answer?.__typename === 'Settlement') expect(['COMMITTED', 'ANNULLED'], requestId).toContain(state)
  }
}
