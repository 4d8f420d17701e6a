import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '@yibao/drizzle/embedded'
import { demoDirectory } from '@yibao/gateway/issuer/demo-directory'
import { institutionToken } from '@yibao/gateway/issuer/token-client'
import { seedPersons } from '@yibao/insured/seed'
import { dayOf } from '@yibao/schema/dates'
import { findDemoClient } from '@yibao/schema/demo-keys'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { openAccounts } from '@yibao/settlement/seed'
import { demoNames } from '../../demo/directory.ts'
import { loadDemo } from '../../demo/load.ts'
import { startPlatform, type Platform } from '../../platform.ts'
import { tokenOf } from '../faults/tokens.ts'
import { benchAccounts, benchPersons, HOSPITAL } from './bills.ts'
import { FILERS } from './filing.ts'

/** The province whose platform it is. */
export const HOME = '62'

export interface BenchWorld {
  readonly dataDir: string
  readonly databaseUrl: string
  readonly keys: Keys
  readonly platform: Platform
  /** The address of one more database on the server. */
  readonly beside: (database: string) => Promise<string>
  readonly graphql: string
  /** A token of the bench hospital, renewed before it ends. */
  readonly token: () => Promise<string>
  /** A token of one of those who file, by person number. */
  readonly tokenOf: (personNumber: string) => Promise<string>
  readonly today: () => Temporal.PlainDate
  /** Ends the platform and leaves its database, for programs that do themselves what its workers would take from them. */
  stopPlatform(): Promise<void>
  close(): Promise<void>
}

const isFiler = ({ login }: { readonly login: string }) => FILERS.some(({ personNumber }) => personNumber === login)

/** The platform on a durable embedded database of its own, with so many persons; everything is removed at the end. */
export async function benchWorld(persons: number, say: (text: string) => void): Promise<BenchWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'yibao-bench-'))
  // Run as root, the server has another user, who must be able to come in.
  await chmod(dataDir, 0o755)
  const keys = await loadKeys(dataDir)
  const embedded = await startEmbedded({ dataDir, durable: true })
  const names = demoNames()
  const directory = await demoDirectory(dataDir, { ...names, accounts: names.accounts.filter(isFiler) })
  const logger = createLog({ name: 'bench', level: 'warn' })
  const platform = await startPlatform({
    databaseUrl: embedded.url,
    keys,
    issuer: { kind: 'embedded', directory },
    sealFolder: dataDir,
    documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
    logger,
    province: HOME,
  })
  await loadDemo({ databases: platform.databases, keys, progress: say })
  say(`${persons} persons`)
  await seedPersons(platform.databases.insured, keys, benchPersons(persons))
  await openAccounts(platform.databases.settlement, benchAccounts(persons))

  let current: { readonly token: string; readonly until: number } | null = null
  async function token(): Promise<string> {
    if (current !== null && performance.now() < current.until) return current.token
    const client = await findDemoClient(dataDir, HOSPITAL)
    if (client === null) throw new Error(`${HOSPITAL} has no key`)
    const fresh = await institutionToken(`${platform.address}/oidc`, client)
    current = { token: fresh, until: performance.now() + 240_000 }
    return fresh
  }
  let isRunning = true
  async function stopPlatform(): Promise<void> {
    if (!isRunning) return
    isRunning = false
    await platform.close()
  }
  return {
    dataDir,
    beside: embedded.beside,
    databaseUrl: embedded.url,
    keys,
    platform,
    graphql: `${platform.address}/graphql`,
    token,
    tokenOf: (personNumber) => tokenOf(platform.address, dataDir, personNumber),
    today: () => dayOf(platform.clock()),
    stopPlatform,
    async close() {
      await stopPlatform()
      await embedded.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
