import { setTimeout as sleep } from 'node:timers/promises'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { countLimits } from '@yibao/settlement/commands/province-limit'
import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { healAway } from '@yibao/settlement/commands/settle-away'
import { verify } from '@yibao/settlement/commands/verify'
import type { Services } from '@yibao/settlement/context'
import { expect } from 'vitest'
import { jump, nextMonth } from './exchange-clocks.ts'
import { limit, roomOf, WATCH } from './exchange-limit.ts'
import { HOME, NINGBO, PARTIES, PLACE, POOL, SIDES, STAFF, type Side } from './exchange-parties.ts'
import { openProxy, type Mishap } from './exchange-proxy.ts'
import type { Playground } from './exchange-runs.ts'
import { tokenOf } from './faults/tokens.ts'
import { servicesOf } from './province-money.ts'
import { introduce } from './two-provinces.ts'
import { FILE } from './world-queries.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// Two platforms of two provinces in one process, each with its database, its gateway and its clock, and a way between them in
// each direction on which messages can be lost.

const LONG_TERM = { type: 'LONG_TERM', destination: '330200', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }

export { introduce } from './two-provinces.ts'

/** Two platforms with something between them that does to messages what `plan.next` says. */
export async function openProvinces() {
  const plan = { next: (_type: string, _to: string): Mishap => 'PASS', lateMs: () => 0 }
  const wayTo = (province: string) =>
    openProxy(
      (type) => plan.next(type, province),
      () => plan.lateMs(),
    )
  const [place, home, toHome, toPlace] = await Promise.all([
    openWorld({ province: PLACE }),
    openWorld({ province: HOME }),
    wayTo(HOME),
    wayTo(PLACE),
  ])
  toHome.to(home.address)
  toPlace.to(place.address)
  await introduce(place, home, HOME, toHome.address)
  await introduce(home, place, PLACE, toPlace.address)
  for (const one of STAFF) place.letIn(one)
  const services = [servicesOf(place, PLACE), servicesOf(home, HOME)]
  return {
    place,
    home,
    /** That to Gansu. */
    way: toHome,
    plan,
    /** What workers of both platforms do, at once. */
    work: () => Promise.all(services.map(workOf)),
    async close() {
      await Promise.all([place.close(), home.close()])
      await Promise.all([toHome.close(), toPlace.close()])
    },
  }
}
export type Provinces = Awaited<ReturnType<typeof openProvinces>>

const workOf = (services: Services) =>
  Promise.all([
    healAway(services),
    reverseUnconfirmed(services),
    sayToProvinces(services),
    giveBackReversed(services, null),
    countLimits(services, true),
  ])

/**
 * Has workers do what there is to do when a run says so, and at no other time: nobody else gets at their queue. Answers what
 * lets them go on.
 */
export async function holdWorkers({ place, home }: Provinces): Promise<() => Promise<void>> {
  const held = await Promise.all([place, home].map(({ admin }) => admin.connect()))
  for (const client of held) await client.query('begin; lock table pgboss.job in exclusive mode')
  return async () => {
    for (const client of held) {
      await client.query('rollback')
      client.release()
    }
  }
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

/** Somebody insured in Hangzhou, who has an emergency in Gansu. */
const stranger = ({ place }: Provinces): Promise<WorldPerson> => {
  const { insuredPool: pool } = PARTIES.place
  return place.addPerson({
    enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool, current: 500 },
  })
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

/** As many as make it likely that runs after each other concern others. */
const PERSONS = 6

/** A token holds for minutes by the clock on the wall; a run on a busy machine may take longer. */
const TOKEN_MS = 120_000

function sideOf(world: World): Side {
  const tokens = new Map<string, { readonly since: number; readonly token: Promise<string> }>()
  const tokenFor = (who: string): Promise<string> => {
    const known = tokens.get(who)
    if (known !== undefined && performance.now() - known.since < TOKEN_MS) return known.token
    const token = tokenOf(world.address, world.dataDir, who)
    tokens.set(who, { since: performance.now(), token })
    return token
  }
  return {
    ask: async (who, query, variables) => world.gql(await tokenFor(who), query, variables),
    rows: async (text, args = []) => (await world.admin.query(text, [...args])).rows,
    now: () => world.time.now,
    proven: async () => (await verify(world.platform.databases.settlement, () => {})).mismatches,
  }
}

const advance = ({ time }: World, by: Temporal.DurationLike) => void (time.now = time.now.add(by))

/** The two platforms as a place for seeded runs: time is theirs to jump, processes are none to kill. */
export async function groundOf(provinces: Provinces): Promise<Playground> {
  const { place, home, plan } = provinces
  const worlds = [place, home]
  const persons = {
    home: await Promise.all(Array.from({ length: PERSONS }, () => filedPerson(provinces))),
    place: await Promise.all(Array.from({ length: PERSONS }, () => stranger(provinces))),
  }
  const ground: Playground = {
    place: sideOf(place),
    home: sideOf(home),
    plan,
    begin(seed, random) {
      ;[place.time.now, home.time.now] = nextMonth([place.time.now, home.time.now], random)
      const two = (of: readonly WorldPerson[]) => [0, 1].flatMap((k) => of[(seed + k) % of.length] ?? [])
      return Promise.resolve({ place: two(persons.place), home: two(persons.home) })
    },
    async disturb(random) {
      const minutes = jump(random)
      const side = random() < 0.5 ? place : home
      advance(side, { minutes })
      await provinces.work()
      return `the clock of ${side === place ? 'place' : 'home'} jumps by ${minutes} min`
    },
    async work(random) {
      for (const one of worlds) advance(one, { seconds: Math.floor(random() * 20) })
      if (random() < 0.6) await provinces.work()
    },
    async pass() {
      for (const one of worlds) advance(one, { minutes: 2 })
      await provinces.work()
    },
    logged: () => worlds.flatMap(({ logged }) => logged.map((one) => `${one.message} ${JSON.stringify(one.details)}`)),
  }
  for (const { admin } of worlds) await admin.query(WATCH)
  return ground
}

/** Every process has read by then that there is a limit. */
const KNOWN_MS = 1100

/** Puts hard limits in force on both sides, now and not some seconds later. */
export async function limitBoth(provinces: Provinces, ground: Playground, seed: number): Promise<void> {
  for (const side of SIDES) await limit(ground, side, roomOf(seed), `limit-${seed}`)
  await sleep(KNOWN_MS)
  for (const { admin } of [provinces.place, provinces.home])
    await admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  await provinces.work()
  for (const side of SIDES)
    expect(await ground[side].rows('select from settlement.province_budget where amount is null')).toEqual([])
}
