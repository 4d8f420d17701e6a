import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { Client } from 'pg'
import { idleShare, untilIdle, withCpu } from './cpu.ts'
import { crossCheck, type Told } from './cross-check.ts'
import { fillLines } from './fill.ts'
import { openPlace, type Place } from './place.ts'
import { interleaved, ratios, spreadOf, type Spread } from './rounds.ts'
import { cpuPerRequest, type CpuPerRequest, type Settings } from './settle.ts'
import { rateOf, settleFor } from './settling.ts'
import type { BenchWorld } from './world.ts'

export interface GrowthResult {
  /** Lines that were there when the rounds began. */
  readonly lines: number
  readonly fillSeconds: number
  /** Of the grown database, indexes and all. */
  readonly megabytes: number
  /** Whether everything that works in the background was done with them before the rounds began. */
  readonly isCaughtUp: boolean
  /** Bills a second on a database without bills, and on that one. */
  readonly empty: Spread | null
  readonly grown: Spread | null
  readonly ratio: Spread | null
  readonly cpu: { readonly empty: CpuPerRequest; readonly grown: CpuPerRequest }
  readonly differences: readonly string[]
}

interface GrowthSettings extends Omit<Settings, 'told'> {
  readonly lines: number
  readonly persons: number
}

const IDLE_SECONDS_MAX = 300

/** Two platforms on two databases of one server, one of them with so many lines in it, settling in alternation. */
export async function measureGrowth(
  { dataDir, beside, processes }: Pick<BenchWorld, 'dataDir' | 'beside' | 'processes'>,
  { lines, persons, rounds, seconds, inFlight, say }: GrowthSettings,
): Promise<GrowthResult> {
  say('two platforms, one with an empty database')
  const open = async (name: string) => {
    const folder = join(dataDir, name)
    await mkdir(folder)
    const databaseUrl = await beside(`yibao_${name}`)
    return { databaseUrl, place: await openPlace({ databaseUrl, dataDir: folder, persons, say: () => {} }) }
  }
  const [empty, grown] = [await open('empty'), await open('grown')]
  try {
    const told = { empty: [] as Told[], grown: [] as Told[] }
    const settle = ({ platform }: Place, list: Told[], duration: number) =>
      settleFor({ url: platform.graphql, token: platform.token, persons, told: list }, inFlight, duration)
    const measure = (place: Place, list: Told[]) => () =>
      withCpu({ ...processes, node: [place.platform.pid] }, () => settle(place, list, seconds))
    await settle(grown.place, told.grown, seconds)
    await settle(empty.place, told.empty, seconds)
    const all = { ...processes, node: [empty.place.platform.pid, grown.place.platform.pid] }
    const usual = await idleShare(all)
    const begin = performance.now()
    const stored = await fillLines({ url: grown.databaseUrl, lines, persons, say })
    say('waiting until what works in the background has caught up')
    await foldEntries(grown.place.platform.databases.settlement)
    const isCaughtUp = await untilIdle(all, usual, IDLE_SECONDS_MAX)
    if (!isCaughtUp) say('it has not: what is measured now has it beside it')
    const fillSeconds = (performance.now() - begin) / 1000
    say(`settle on both, ${rounds} rounds of ${seconds} s each`)
    const taken = await interleaved(rounds, {
      empty: measure(empty.place, told.empty),
      grown: measure(grown.place, told.grown),
    })
    const rates = (of: keyof typeof taken) => taken[of].map(({ answer }) => rateOf(answer))
    return {
      lines: stored,
      fillSeconds,
      megabytes: await sizeOf(grown.databaseUrl),
      isCaughtUp,
      empty: spreadOf(rates('empty')),
      grown: spreadOf(rates('grown')),
      ratio: spreadOf(ratios(rates('grown'), rates('empty'))),
      cpu: { empty: cpuPerRequest(taken.empty), grown: cpuPerRequest(taken.grown) },
      differences: [
        ...(await crossCheck(empty.place.platform.databases.settlement, told.empty)),
        ...(await crossCheck(grown.place.platform.databases.settlement, told.grown)),
        ...errorsOf([...taken.empty, ...taken.grown].map(({ answer }) => answer.errors)),
      ],
    }
  } finally {
    await Promise.all([empty.place.close(), grown.place.close()])
  }
}

async function sizeOf(url: string): Promise<number> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ size: string }>('select pg_database_size(current_database()) as size')
    return Math.round(Number(rows[0]?.size) / 1e6)
  } finally {
    await client.end()
  }
}

function errorsOf(errors: readonly number[]): string[] {
  const sum = errors.reduce((all, one) => all + one, 0)
  return sum === 0 ? [] : [`${sum} bills failed on the grown or the empty database`]
}
