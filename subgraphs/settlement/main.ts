// The settlement subgraph as a process of its own; only the gateway may ask it.
import { delimiter, join } from 'node:path'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { ConfigFaulty, readConfig, secret } from '@yibao/schema/config'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { serve } from '@yibao/schema/serve'
import closeWithGrace from 'close-with-grace'
import { z } from 'zod'
import { createSettlement, SHIPPED_POLICIES } from './schema.ts'

const ENVIRONMENT = {
  DATABASE_URL: secret(z.url()),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4003),
  /** Where keys live; the same for all processes of a platform, or the keys are given. */
  YIBAO_DATA: z.string().default(join(import.meta.dirname, '..', '..', 'data')),
  YIBAO_DATA_KEY: secret(z.string().optional()),
  YIBAO_LOOKUP_KEY: secret(z.string().optional()),
  YIBAO_INTERNAL_KEY: secret(z.string().optional()),
  /** Folders of policy files besides those that ship, separated as in PATH. */
  YIBAO_POLICIES: z
    .string()
    .default('')
    .transform((text) => text.split(delimiter).filter((folder) => folder !== '')),
  YIBAO_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
}

async function start() {
  const settings = readConfig(ENVIRONMENT, process.env)
  const logger = createLog({ name: 'settlement', level: settings.YIBAO_LOG_LEVEL })
  const keys = await loadKeys(settings.YIBAO_DATA, {
    dataKey: settings.YIBAO_DATA_KEY,
    lookupKey: settings.YIBAO_LOOKUP_KEY,
    internal: settings.YIBAO_INTERNAL_KEY,
  })
  await migrate(settings.DATABASE_URL)
  const db = await connect({ url: settings.DATABASE_URL, schema: 'settlement', hot: 16, writers: 2, readers: 4 })
  const subgraph = await createSettlement({
    db,
    secrets: keys,
    clock: systemClock,
    accessLog: createAccessLog(db),
    policies: [SHIPPED_POLICIES, ...settings.YIBAO_POLICIES],
    logger,
  })
  const ready = () =>
    db.hot.unsafe('select 1').then(
      () => true,
      () => false,
    )
  const server = await serve({ subgraph, key: keys.internal.publicKey, logger, ready })
  closeWithGrace({ delay: 15_000 }, async ({ err }) => {
    if (err) logger.error({ err }, 'stopped by an error')
    await server.close()
    await db.close()
  })
  const { HOST: host, PORT: port } = settings
  logger.info({ host, port: await server.listen({ port, host }) }, 'settlement ready')
}

try {
  await start()
} catch (error) {
  process.stderr.write(`${error instanceof ConfigFaulty ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = 1
}
