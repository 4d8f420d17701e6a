import { healAway } from '@yibao/settlement/commands/settle-away'
import { randomUUIDv7, type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { createServices } from '@yibao/settlement/context'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { createProvincePort } from '@yibao/settlement/peers/province'
import { expect } from 'vitest'
import { MISHAPS, openProxy, randomOf, type Mishap } from './exchange-proxy.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { ANNUL, FILE, OUTCOME } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Hospitals of one province settle, repeat, annul and take back bills of persons insured in another, while messages between
// the two platforms are lost, doubled, late or cut. A seed says all of it.

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
const LONG_TERM = { type: 'LONG_TERM', destination: '330200', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }

const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))

/** Registers another platform, as `npm run partner` does. */
export const introduce = (to: World, other: World, province: string, url = other.address) =>
  registerPartner(
    to.platform.databases.crossProvince.hot,
    { province, name: province, url, key: publicJwk(other.keys.exchange.publicKey) },
    Temporal.Instant.from('2026-01-01T00:00:00Z'),
  )

/** Two platforms with something between them that does to messages what `plan.next` says. */
export async function openProvinces() {
  const plan = { next: (_type: string): Mishap => 'PASS', lateMs: () => 0 }
  const next = (type: string) => plan.next(type)
  const [place, home, way] = await Promise.all([
    openWorld({ province: PLACE }),
    openWorld({ province: HOME }),
    openProxy(next, () => plan.lateMs()),
  ])
  way.to(home.address)
  await introduce(place, home, HOME, way.address)
  await introduce(home, place, PLACE)
  const services = servicesOf(place)
  const servicesHome = servicesOf(home)
  return {
    place,
    home,
    way,
    plan,
    /** What workers of both platforms do, at once. */
    async work() {
      await Promise.all([healAway(services), reverseUnconfirmed(services), reverseUnconfirmed(servicesHome)])
    },
    async close() {
      await Promise.all([place.close(), home.close()])
      await way.close()
    },
  }
}
export type Provinces = Awaited<ReturnType<typeof openProvinces>>

function servicesOf({ platform, keys, time }: World) {
  const exchange = platform.subgraphs.find((one) => one.name === 'cross-province')?.internal
  if (exchange === undefined) throw new Error('the platform takes part in the exchange')
  return createServices({
    db: platform.databases.settlement,
    secrets: keys,
    clock: () => time.now,
    ids: randomUUIDv7,
    provinces: createProvincePort(PLACE, exchange),
  })
}

/** Somebody insured in Gansu with 500 yuan in their account, who has filed for Ningbo. */
export async function filedPerson({ home }: Pick<Provinces, 'home'>): Promise<WorldPerson> {
  const person = await home.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: 500 },
  })
  const { fileTreatmentElsewhere: filed } = await home.as(person.personNumber, FILE, {
    requestId: `file-${person.personNumber}`,
    input: LONG_TERM,
  })
  expect(filed).toMatchObject({ __typename: 'Filing' })
  return person
}

/** As many as make it likely that runs after each other concern others. */
const PERSONS = 12
const made = new WeakMap<Provinces, WorldPerson[]>()

/** Two persons for a run. Signing in takes longer than all of a run does, so that they come again in later ones. */
async function personsOf(provinces: Provinces, seed: number): Promise<WorldPerson[]> {
  const persons = made.get(provinces) ?? []
  made.set(provinces, persons)
  for (const place of [seed, seed + 1]) persons[place % PERSONS] ??= await filedPerson(provinces)
  return [seed, seed + 1].flatMap((place) => persons[place % PERSONS] ?? [])
}

/** A bill of somebody insured in Gansu, as the hospital in Ningbo sends it. */
export const awayBillOf = ({ identityNumber: value }: WorldPerson, change: object = {}) => ({
  ...bill({
    begin: '2026-11-20T08:00:00+08:00',
    lines: [{ code: CLASS_A, price: 200, time: '2026-11-20T08:30:00+08:00' }],
    ...change,
  }),
  credential: { kind: 'IDENTITY_CARD', value },
  insuredPool: POOL,
})

interface Asked {
  readonly requestId: string
  readonly kind: 'settle' | 'reverse' | 'annul'
  readonly variables: Readonly<Record<string, unknown>>
  /** The last word of the platform, if it gave one. */
  answer: Data | null
}

/** What happened in a run, for whoever has to find out why it failed. */
export interface Run {
  readonly seed: number
  readonly trace: readonly string[]
}

const REQUESTS = { settle: SETTLE, reverse: REVERSE, annul: ANNUL } as const
/** One message in three meets with something. */
const MISHAP_RATE = 0.33

/**
 * One run: bills of two persons are settled, sent again, annulled and taken back in rounds of up to three at once, and
 * clocks jump. Then nothing stands in the way any more, and both platforms have to come to the same end.
 */
export async function runOf(provinces: Provinces, seed: number): Promise<Run> {
  const { place, home, plan, way } = provinces
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const trace: string[] = []
  const from = way.passed.length
  const persons = await personsOf(provinces, seed)
  plan.lateMs = () => below(300)
  plan.next = () => (random() < MISHAP_RATE ? (MISHAPS[below(MISHAPS.length)] ?? 'PASS') : 'PASS')
  const asked: Asked[] = []
  const ask = async (one: Asked) => {
    const { data, errors } = await place.gql(await place.token(NINGBO), REQUESTS[one.kind], {
      requestId: one.requestId,
      ...one.variables,
    })
    const answer = data?.[one.kind] ?? null
    trace.push(`${one.requestId} ${one.kind} ${answer?.__typename ?? JSON.stringify(errors)} ${answer?.code ?? ''}`)
    if (answer === null) throw new Error(`seed ${seed}: ${JSON.stringify(errors)}`)
    one.answer = answer
  }
  const add = (kind: Asked['kind'], variables: Asked['variables']): Asked => {
    const one: Asked = { requestId: `run-${seed}-${asked.length}`, kind, variables, answer: null }
    asked.push(one)
    return one
  }
  const settles = () => asked.filter((one) => one.kind === 'settle')
  const pick = (): (() => Promise<void>) => {
    const known = settles()
    const any = known[below(known.length)]
    const roll = random()
    if (any === undefined || roll < 0.35) {
      const person = persons[below(persons.length)]
      if (person === undefined) throw new Error('there are two persons')
      const one = add('settle', { input: awayBillOf(person, random() < 0.2 ? { confirmWithin: 5 } : {}) })
      return () => ask(one)
    }
    if (roll < 0.6) return () => ask(any)
    if (roll < 0.7) {
      const one = add('settle', any.variables)
      return () => ask(one)
    }
    if (roll < 0.8) {
      const one = add('annul', { target: any.requestId })
      return () => ask(one)
    }
    if (roll < 0.95 && any.answer?.__typename === 'Settlement') {
      const one = add('reverse', { settlement: any.answer.id })
      return () => ask(one)
    }
    const minutes = below(9) - 2
    return async () => {
      const side = random() < 0.5 ? place : home
      side.time.now = side.time.now.add({ minutes })
      trace.push(`${side === place ? 'place' : 'home'} ${minutes} min`)
      await provinces.work()
    }
  }
  try {
    for (let round = 0; round < 4 + below(4); round += 1)
      await Promise.all(Array.from({ length: 1 + below(3) }, () => pick()()))
    plan.next = () => 'PASS'
    await settleDown(provinces)
    for (const one of asked) await ask(one)
    await settleDown(provinces)
    await expectAgreed(provinces, seed, asked)
  } catch (error) {
    const said = way.passed.slice(from).map(({ type, mishap }) => `${type} ${mishap}`)
    throw new Error(`seed ${seed}\n${trace.join('\n')}\n${said.join(', ')}`, { cause: error })
  } finally {
    plan.next = () => 'PASS'
  }
  return { seed, trace }
}

/** Lets time pass until nothing is under way any more. */
async function settleDown({ place, home, work }: Provinces): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    place.time.now = place.time.now.add({ minutes: 2 })
    home.time.now = home.time.now.add({ minutes: 2 })
    await work()
    const { rows } = await place.admin.query('select from settlement.away_bill where next_at is not null')
    if (rows.length === 0 && round > 5) return
  }
  const { rows } = await place.admin.query('select * from settlement.away_bill where next_at is not null')
  throw new Error(`still under way: ${JSON.stringify(rows)}`)
}

const AMOUNTS = 's.total::text, s.fund_total::text, s.account::text, s.cash::text'

/** Both sides hold the same committed bills and reversals with the same amounts, and every request has its answer. */
async function expectAgreed({ place, home }: Provinces, seed: number, asked: readonly Asked[]): Promise<void> {
  const { rows: here } = await place.admin.query(
    `select a.exchange::text, a.kind, ${AMOUNTS} from settlement.away_bill a
     join settlement.settlement s on s.id = a.settlement_id and s.insured_id = a.insured_id
     where a.state = 'COMMITTED' and a.caller <> 'platform:unconfirmed' and a.request_id like $1
       or a.state = 'COMMITTED' and a.of in (select exchange from settlement.away_bill where request_id like $1)
     order by 1`,
    [`run-${seed}-%`],
  )
  const { rows: there } = await home.admin.query(
    `select r.request_id as exchange, case r.operation when 'reverse' then 'REVERSE' else 'SETTLE' end as kind, ${AMOUNTS}
     from settlement.request r
     join settlement.settlement s on s.id::text = r.result ->> case r.operation when 'reverse' then 'reversal' else 'settlement' end
     left join settlement.confirmation c on c.settlement_id = s.id
     where r.caller = $1 and r.request_id = any($2) and (r.operation = 'reverse' or c.confirmed_at is not null)
     order by 1`,
    [`province:${PLACE}`, await exchangesOf(place, seed)],
  )
  expect(there).toEqual(here)
  for (const { requestId, kind } of asked) {
    const { outcome } = await place.as(NINGBO, OUTCOME, { requestId })
    expect(['COMMITTED', 'REFUSED', 'ANNULLED'], `${requestId} ${kind}`).toContain(outcome.state)
  }
}

const exchangesOf = async ({ admin }: World, seed: number): Promise<string[]> => {
  const { rows } = await admin.query(
    `select exchange::text from settlement.away_bill where request_id like $1
     union select exchange::text from settlement.away_bill
       where of in (select exchange from settlement.away_bill where request_id like $1)`,
    [`run-${seed}-%`],
  )
  return rows.map((one) => one.exchange)
}

const sumOf = async ({ admin }: World, account: string): Promise<number> => {
  const { rows } = await admin.query(
    'select coalesce(sum(amount), 0)::int as fen from settlement.ledger_entry where account = $1',
    [account],
  )
  return rows[0].fen
}

/** What the whole of both books says of each other, in fen. */
export async function booksOf({ place, home }: Pick<Provinces, 'place' | 'home'>) {
  const { rows } = await home.admin.query(
    `select count(*)::int as count from settlement.settlement s
     where s.other_province = $1 and s.reverses is null
       and exists (select from settlement.confirmation c where c.settlement_id = s.id and c.confirmed_at is not null)
       and not exists (select from settlement.reversal v where v.settlement_id = s.id)`,
    [PLACE],
  )
  return {
    receivable: -(await sumOf(place, `receivable:province:330200:${HOME}`)),
    hospital: await sumOf(place, `payable:institution:${NINGBO}`),
    payable: await sumOf(home, `payable:province:${POOL}:${PLACE}`),
    standing: rows[0].count as number,
  }
}
