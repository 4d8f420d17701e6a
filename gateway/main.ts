// The gateway as a process of its own, in front of subgraphs that stand alone.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readConfig } from '@yibao/schema/config'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { closeWhenStopped, runMain } from '@yibao/schema/process'
import { readSubgraphs } from '@yibao/schema/subgraph-list'
import { createGateway } from './gateway.ts'
import { KEY_ENVIRONMENT, keysGiven, SIGN_IN_ENVIRONMENT, signInOptionsOf } from './issuer/environment.ts'
import { remote } from './remote.ts'
import { createSignIn } from './sign-in.ts'

const ROOT = join(import.meta.dirname, '..')
const ENVIRONMENT = {
  ...SIGN_IN_ENVIRONMENT,
  ...KEY_ENVIRONMENT,
  /** Without an issuer elsewhere there is nobody to sign in: the embedded one belongs to `npm start`. */
  YIBAO_ISSUER: z.url(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** The address clients use, when a proxy stands in front. */
  YIBAO_ENDPOINT: z.url().optional(),
  /** insured=http://10.0.0.1:4001,settlement=http://10.0.0.2:4003 */
  YIBAO_SUBGRAPHS: z.string().transform(readSubgraphs),
  /** Where keys live; the same for all processes of a platform, or the keys are given. */
  YIBAO_DATA: z.string().default(join(ROOT, 'data')),
  YIBAO_INTROSPECTION: z.stringbool().default(false),
  /** Origins of web pages that may read answers, with commas between them. */
  YIBAO_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((origin) => origin !== '')),
  YIBAO_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
}

await runMain(async () => {
  const settings = readConfig(ENVIRONMENT, process.env, { prefix: 'YIBAO_' })
  const { HOST: host, PORT: port, YIBAO_ISSUER: issuer } = settings
  const logger = createLog({ name: 'gateway', level: settings.YIBAO_LOG_LEVEL })
  const keys = await loadKeys(settings.YIBAO_DATA, keysGiven(settings))
  const endpoint = settings.YIBAO_ENDPOINT ?? `http://${host}:${port}/graphql`
  const gateway = await createGateway({
    transports: settings.YIBAO_SUBGRAPHS.map(({ name, url }) => remote({ name, url, key: keys.internal.privateKey })),
    supergraphSdl: await readFile(join(ROOT, 'schema', 'supergraph.graphql'), 'utf8'),
    signIn: createSignIn(signInOptionsOf(settings, { issuer, endpoint })),
    introspection: settings.YIBAO_INTROSPECTION,
    origins: settings.YIBAO_ORIGINS,
    logger,
  })
  const listening = await gateway.listen({ port, host })
  closeWhenStopped(logger, () => gateway.close())
  logger.info({ host, port: listening }, 'gateway ready')
})
