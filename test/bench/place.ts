import { join } from 'node:path'
import { connect, type Database } from '@yibao/drizzle/connect'
import { seedPersons } from '@yibao/insured/seed'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import { openAccounts } from '@yibao/settlement/seed'
import { loadDemo } from '../../demo/load.ts'
import { tokenOf } from '../faults/tokens.ts'
import { benchAccounts, benchPersons, HOSPITAL } from './bills.ts'
import type { Doors } from './doors.ts'
import type { PlatformOptions, PlatformReady } from './platform-process.ts'
import { startProgram } from './program.ts'

/** The province whose platform it is. */
export const HOME = '62'
const TOKEN_MS = 240_000

interface PlaceOptions {
  readonly databaseUrl: string
  /** Where its keys lie; platforms of one database have the same. */
  readonly dataDir: string
  readonly say: (text: string) => void
}

/** One process of the platform. */
export interface PlatformProgram {
  readonly pid: number
  readonly address: string
  readonly graphql: string
  readonly doors: Doors
  /** A token of the bench hospital from this process, renewed before it ends. */
  readonly token: () => Promise<string>
  /** Its log so far. */
  log(): string
  stop(): Promise<void>
}

/** One more process of the platform on a database. */
export async function startPlatformProcess({ databaseUrl, dataDir }: PlaceOptions): Promise<PlatformProgram> {
  const options: PlatformOptions = { databaseUrl, dataDir, province: HOME }
  const program = await startProgram<PlatformReady>('platform-process.ts', options, {
    logFile: join(dataDir, 'platform.log'),
  })
  const { address, doors } = program.ready
  let current = { token: Promise.resolve(''), until: 0 }
  return {
    pid: program.pid,
    address,
    graphql: `${address}/graphql`,
    doors,
    token() {
      if (performance.now() > current.until)
        current = { token: tokenOf(address, dataDir, HOSPITAL), until: performance.now() + TOKEN_MS }
      return current.token
    },
    log: () => program.log(),
    stop: () => program.stop(),
  }
}

/** The databases of a platform in another process. */
export interface Databases {
  readonly insured: Database
  readonly institutions: Database
  readonly settlement: Database
  readonly crossProvince: Database
}

export interface Place {
  readonly keys: Keys
  readonly platform: PlatformProgram & { readonly databases: Databases }
  close(): Promise<void>
}

const SCHEMAS = ['insured', 'institutions', 'settlement', 'cross_province'] as const

/** A platform in a process of its own on an empty database, with the demo's data and so many persons to bill. */
export async function openPlace(options: PlaceOptions & { readonly persons: number }): Promise<Place> {
  const { databaseUrl: url, dataDir, persons, say } = options
  const keys = await loadKeys(dataDir)
  const program = await startPlatformProcess(options)
  const [insured, institutions, settlement, crossProvince] = (await Promise.all(
    SCHEMAS.map((schema) => connect({ url, schema, hot: 2, writers: 1, readers: 1 })),
  )) as [Database, Database, Database, Database]
  const databases = { insured, institutions, settlement, crossProvince }
  await loadDemo({ databases, keys, progress: say })
  say(`${persons} persons`)
  await seedPersons(insured, keys, benchPersons(persons))
  await openAccounts(settlement, benchAccounts(persons))
  return {
    keys,
    platform: { ...program, databases },
    async close() {
      await program.stop()
      await Promise.all(Object.values(databases).map((one: Database) => one.close()))
    },
  }
}
