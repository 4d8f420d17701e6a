import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { readConfig, secret, type Config, type Environment } from '@yibao/schema/config'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys, readPublicKey, type SigningKey } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import type { Logger } from '@yibao/schema/logger'
import { closeWhenStopped, runMain } from '@yibao/schema/process'
import type { Secrets } from '@yibao/schema/secrets'
import { serve } from '@yibao/schema/serve'
import type { Subgraph } from '@yibao/schema/subgraph'
import { z } from 'zod'
import { createAccessLog, type AccessLog } from './access-log.ts'
import { connect, type ConnectOptions, type Database } from './connect.ts'
import { claimKeys } from './key-fingerprint.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { migrate } from './migrate.ts'
import { openPeers, PEER_ENVIRONMENT, type Peers } from './subgraph-peers.ts'

const ENVIRONMENT = {
  DATABASE_URL: secret(z.url()),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Where keys live; the same for all processes of a platform, or the keys are given. */
  YIBAO_DATA: z.string().default(join(import.meta.dirname, '..', 'data')),
  YIBAO_DATA_KEY: secret(z.string().optional()),
  YIBAO_LOOKUP_KEY: secret(z.string().optional()),
  YIBAO_INTERNAL_KEY: secret(z.string().optional()),
  YIBAO_RECEIPT_KEY: secret(z.string().optional()),
  /** JSON of a public Ed25519 JWK: all a subgraph needs to know the gateway by. */
  YIBAO_INTERNAL_PUBLIC_KEY: z.string().transform(asPublicKey).optional(),
  ...PEER_ENVIRONMENT,
  YIBAO_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
}

type Shape = Parameters<typeof readConfig>[0]

/** What a subgraph is made of. */
interface Parts<More extends Shape> {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly accessLog: AccessLog
  readonly logger: Logger
  /** Connects to the job queue, for a subgraph that has workers. */
  readonly jobs: () => Promise<Jobs>
  /** The keys of personal data, for a subgraph that has any. */
  readonly secrets: () => Promise<Secrets>
  /** The key receipts are signed with, for the subgraph that gives them. */
  readonly receiptKey: () => Promise<SigningKey>
  /** The province it is the platform of, and the other subgraphs; null where there is no exchange with other provinces. */
  readonly peers: Peers | null
  readonly settings: Config<More>
  /** The folder `YIBAO_DATA` names. */
  readonly dataDir: string
}

interface SubgraphProcess<More extends Shape> {
  readonly name: string
  /** Where it listens unless `PORT` says otherwise. */
  readonly port: number
  readonly connections: Omit<ConnectOptions, 'url'>
  /** Settings of this subgraph alone. */
  readonly settings?: More
  readonly create: (parts: Parts<More>) => Subgraph | Promise<Subgraph>
}

/**
 * Runs a subgraph as a process of its own, to which only the gateway may speak: brings the database up to date,
 * serves until the process is told to stop, and finishes what is under way before it ends.
 */
export async function runSubgraph<More extends Shape>(
  env: Environment,
  { name, port: usual, connections, settings: more, create }: SubgraphProcess<More>,
): Promise<void> {
  await runMain(async () => {
    const settings = readConfig({ ...ENVIRONMENT, ...more }, env) as Settings & Config<More>
    const { DATABASE_URL: url, HOST: host, PORT: port = usual } = settings
    const key = await internalKey(settings)
    const logger = createLog({ name, level: settings.YIBAO_LOG_LEVEL })
    await migrate(url)
    const db = await connect({ url, ...connections })
    const closing = [() => db.close()]
    const close = async () => {
      for (const one of closing.splice(0).toReversed()) await one()
    }
    try {
      const peers = await openPeers(settings)
      closing.push(async () => peers?.close())
      const subgraph = await create({
        db,
        peers,
        clock: systemClock,
        accessLog: createAccessLog(db),
        logger,
        jobs: async () => {
          const jobs = await createJobs({ url, logger })
          closing.push(() => jobs.stop())
          return jobs
        },
        secrets: () => secretsOf(settings),
        receiptKey: () => signingKeyOf(settings),
        settings,
        dataDir: settings.YIBAO_DATA,
      })
      closing.push(async () => subgraph.close?.())
      const server = await serve({ subgraph, key, peerKey: peers?.publicKey, logger, ready: () => isAnswering(db) })
      const listening = await server.listen({ port, host })
      closeWhenStopped(logger, async () => {
        await server.close()
        await close()
      })
      logger.info({ host, port: listening }, `${name} ready`)
    } catch (error) {
      await close()
      throw error
    }
  })
}

type Settings = Config<typeof ENVIRONMENT>

async function internalKey(settings: Settings): Promise<KeyObject> {
  const { YIBAO_DATA, YIBAO_INTERNAL_PUBLIC_KEY: given, YIBAO_INTERNAL_KEY } = settings
  if (given !== undefined) return given
  return (await loadKeys(YIBAO_DATA, { internal: YIBAO_INTERNAL_KEY }, ['internal'])).internal.publicKey
}

async function secretsOf({ DATABASE_URL, YIBAO_DATA, ...given }: Settings): Promise<Secrets> {
  const { YIBAO_DATA_KEY: dataKey, YIBAO_LOOKUP_KEY: lookupKey } = given
  const secrets = await loadKeys(YIBAO_DATA, { dataKey, lookupKey }, ['dataKey', 'lookupKey'])
  await claimKeys(DATABASE_URL, secrets)
  return secrets
}

async function signingKeyOf({ DATABASE_URL, YIBAO_DATA, YIBAO_RECEIPT_KEY }: Settings): Promise<SigningKey> {
  const { receipt } = await loadKeys(YIBAO_DATA, { receipt: YIBAO_RECEIPT_KEY }, ['receipt'])
  await claimKeys(DATABASE_URL, { receipt })
  return receipt
}

const isAnswering = (db: Database): Promise<boolean> =>
  db.hot.unsafe('select 1').then(
    () => true,
    () => false,
  )

function asPublicKey(text: string, faults: z.core.$RefinementCtx): KeyObject {
  try {
    return readPublicKey(text)
  } catch {
    faults.addIssue({
      code: 'custom',
      message: '须为 Ed25519 公钥的 JWK must be a public Ed25519 JWK',
      input: undefined,
    })
    return z.NEVER
  }
}
