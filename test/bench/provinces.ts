import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { connect, type Database } from '@yibao/drizzle/connect'
import { loadKeys } from '@yibao/schema/keys'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { loadDemo } from '../../demo/load.ts'
import { startProcess } from '../faults/child.ts'
import { tokenOf } from '../faults/tokens.ts'
import { benchBill, POOL } from './bills.ts'
import { crossCheck, type Told } from './cross-check.ts'
import { openLoop, percentile, type LoadResult } from './load.ts'
import { HOME } from './place.ts'
import type { BenchWorld } from './world.ts'

export interface ProvincesResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
  /** The same bills of the same persons at home, in the same run. */
  readonly local: { readonly p50Ms: number; readonly p99Ms: number; readonly errors: number }
  /** 99th percentile across provinces, of that at home. */
  readonly ratio: number
  /** What the two sides do not agree about; nothing is good. */
  readonly differences: readonly string[]
}

const PLACE = '33'
const HOSPITAL = 'H33020000001'
/** The bureau that pays the hospital. */
const AGENCY = '330200'
const PER_SECOND = 50
/** The place is a process just started: both sides have compiled what is hot after some 400 bills. */
const WARM_UP_SECONDS = 10
const TOKEN_MS = 240_000

const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename ... on Settlement { id total fundTotal account cash balance lines { serial inScope } funds { fundPayType paid } }
    ... on SettlementPending { requestId } ... on Rejection { code message { en } }
  }
}`

interface Window {
  readonly graphql: string
  readonly token: () => Promise<string>
}

/**
 * Bills of ten lines of persons insured here, settled at a hospital of another province: a platform of its own, as a process
 * of its own with a database of its own, and both gateways between; and the same at a hospital here.
 */
export async function measureProvinces(
  world: BenchWorld,
  {
    persons,
    seconds,
    say,
  }: { readonly persons: number; readonly seconds: number; readonly say: (text: string) => void },
): Promise<ProvincesResult> {
  say('a second platform for another province')
  const place = await openPlace(world)
  try {
    const told = { here: [] as Told[], away: [] as Told[] }
    say(`settle here, ${PER_SECOND} a second, ${seconds} s`)
    const here = await measure(world, { run: 'L', persons, seconds, told: told.here })
    say(`settle across provinces, ${PER_SECOND} a second, ${seconds} s`)
    const away = await measure(place, { run: 'A', persons, seconds, told: told.away, more: { insuredPool: POOL } })
    say('cross-check of both sides')
    const differences = [
      ...(await crossCheck(world.platform.databases.settlement, told.here)),
      ...(await crossCheck(place.settlement, told.away)),
      ...(await compareBooks(place.settlement, world.platform.databases.settlement, told.away.length)),
    ]
    const [local, across] = [timesOf(here), timesOf(away)]
    return { perSecond: PER_SECOND, ...across, local, ratio: across.p99Ms / local.p99Ms, differences }
  } finally {
    await place.close()
  }
}

const timesOf = ({ latenciesMs, errors }: LoadResult) => ({
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
  errors,
})

interface Measuring {
  readonly run: string
  readonly persons: number
  readonly seconds: number
  readonly told: Told[]
  readonly more?: object
}

async function measure(
  { graphql, token }: Window,
  { run, persons, seconds, told, more }: Measuring,
): Promise<LoadResult> {
  const loop = {
    url: graphql,
    token,
    perSecond: PER_SECOND,
    body: (n: number) => {
      // An emergency counts as filed.
      const input = { ...benchBill(run, n, persons), emergency: true, ...more }
      return JSON.stringify({ query: SETTLE, variables: { requestId: `bench-${run}-${n}`, input } })
    },
    onAnswer: (_n: number, answer: unknown) => {
      const { data } = answer as { data?: { settle?: Told & { __typename: string } } }
      if (data?.settle?.__typename !== 'Settlement') throw new Error(JSON.stringify(answer).slice(0, 300))
      const { id, fundTotal, cash } = data.settle
      told.push({ id, fundTotal, cash })
    },
  }
  await openLoop({ ...loop, seconds: WARM_UP_SECONDS })
  return openLoop({ ...loop, first: PER_SECOND * WARM_UP_SECONDS, seconds })
}

interface Place extends Window {
  readonly settlement: Database
  close(): Promise<void>
}

/** The platform of the other province: linked with the first one, and ready. */
async function openPlace(world: BenchWorld): Promise<Place> {
  const dataDir = join(world.dataDir, 'place')
  await mkdir(dataDir)
  const [databaseUrl, keys] = await Promise.all([world.beside('yibao_place'), loadKeys(dataDir)])
  const child = await startProcess({ databaseUrl, dataDir, logLevel: 'warn', province: PLACE })
  const [insured, institutions, settlement, crossProvince] = await Promise.all(
    (['insured', 'institutions', 'settlement', 'cross_province'] as const).map((schema) =>
      connect({ url: databaseUrl, schema, hot: 1, writers: 1, readers: 1 }),
    ) as unknown as [Promise<Database>, Promise<Database>, Promise<Database>, Promise<Database>],
  )
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  const at = Temporal.Now.instant()
  const jwkOf = (one: typeof keys) => JSON.stringify(receiptKeyOf(one.exchange.publicKey))
  const there = { province: PLACE, name: PLACE, url: child.address, key: jwkOf(keys) }
  const here = { province: HOME, name: HOME, url: world.platform.address, key: jwkOf(world.keys) }
  await registerPartner(world.platform.databases.crossProvince.hot, there, at)
  await registerPartner(crossProvince.hot, here, at)
  let current = { token: '', until: 0 }
  return {
    graphql: `${child.address}/graphql`,
    async token() {
      if (performance.now() > current.until)
        current = { token: await tokenOf(child.address, dataDir, HOSPITAL), until: performance.now() + TOKEN_MS }
      return current.token
    },
    settlement,
    async close() {
      await child.end('SIGTERM')
      await Promise.all([insured, institutions, settlement, crossProvince].map((one) => one.close()))
    },
  }
}

interface Row {
  readonly exchange: string
  readonly amounts: string
}

const AMOUNTS = `concat_ws(' ', s.total, s.in_scope, s.fund_total, s.account, s.cash)`

/** The bills both sides have by exchange, and what each side has in its books for the other. Returns every difference. */
async function compareBooks(place: Database, home: Database, count: number): Promise<string[]> {
  const [there, here] = await Promise.all([
    place.hot.unsafe<Row>(`select a.exchange::text, ${AMOUNTS} as amounts from settlement.away_bill a
      join settlement.settlement s on s.id = a.settlement_id where a.state = 'COMMITTED'`),
    home.hot.unsafe<Row>(`select s.request_id as exchange, ${AMOUNTS} as amounts from settlement.settlement s
      join settlement.confirmation c on c.settlement_id = s.id
      where s.caller = 'province:${PLACE}' and c.confirmed_at is not null`),
  ])
  const known = new Map(here.map((one) => [one.exchange, one.amounts]))
  const differing = there.filter((one) => known.get(one.exchange) !== one.amounts)
  const [receivable, hospital, payable] = await Promise.all([
    sumOf(place, `receivable:province:${AGENCY}:${HOME}`),
    sumOf(place, `payable:institution:${HOSPITAL}`),
    sumOf(home, `payable:province:${POOL}:${PLACE}`),
  ])
  return [
    ...(there.length === count && here.length === count
      ? []
      : [`${count} bills were answered, ${there.length} are at the place and ${here.length} at home`]),
    ...differing.map(({ exchange }) => `the two sides have other amounts of ${exchange}`),
    ...(hospital === payable && receivable === -payable
      ? []
      : [`receivable ${receivable}, owed to the hospital ${hospital}, payable ${payable} (fen)`]),
  ]
}

async function sumOf({ hot }: Database, account: string): Promise<bigint> {
  const [row] = await hot.unsafe<{ sum: bigint }>(
    'select coalesce(sum(amount), 0)::bigint as sum from settlement.ledger_entry where account = $1',
    [account],
  )
  return row?.sum ?? 0n
}
