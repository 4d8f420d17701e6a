import { healAway } from '@yibao/settlement/commands/settle-away'
import { randomUUIDv7, type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { createServices } from '@yibao/settlement/context'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { createProvincePort } from '@yibao/settlement/peers/province'
import { expect } from 'vitest'
import { openProxy, type Mishap } from './exchange-proxy.ts'
import { HOME, NINGBO, PLACE, POOL, type Playground, type Side } from './exchange-runs.ts'
import { FILE } from './world-queries.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// Two platforms of two provinces in one process, each with its database and its gateway, and a way between them on which
// messages can be lost.

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

const sideOf = (world: World): Side => ({
  ask: async (query, variables) => world.gql(await world.token(NINGBO), query, variables),
  rows: async (text, args = []) => (await world.admin.query(text, [...args])).rows,
})
const advance = ({ time }: World, minutes: number) => void (time.now = time.now.add({ minutes }))

/** The two platforms as a place for seeded runs: time is theirs to jump, processes are none to kill. */
export const groundOf = (provinces: Provinces): Playground => {
  const { place, home, way, plan } = provinces
  return {
    place: sideOf(place),
    home: sideOf(home),
    passed: way.passed,
    plan,
    persons: (seed) => personsOf(provinces, seed),
    async disturb(random) {
      const minutes = Math.floor(random() * 9) - 2
      const side = random() < 0.5 ? place : home
      advance(side, minutes)
      await provinces.work()
      return `${side === place ? 'place' : 'home'} ${minutes} min`
    },
    async pass() {
      for (const side of [place, home]) advance(side, 2)
      await provinces.work()
    },
  }
}
