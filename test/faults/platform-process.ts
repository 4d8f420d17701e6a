// One process of the platform on a database that is there already, for tests that need several, or one that can be
// killed or overheard. It is told by one argument, and afterwards by lines how many days ahead its clock is; it prints its
// address when it is ready, and ends with whoever started it.
import { join } from 'node:path'
import type { DemoAccount } from '@yibao/gateway/issuer/demo-directory'
import { systemClock } from '@yibao/schema/dates'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { demoNames } from '../../demo/directory.ts'
import { startPlatform } from '../../platform.ts'
import { lazyDirectory } from './directory.ts'

export interface PlatformProcessOptions {
  readonly databaseUrl: string
  readonly dataDir: string
  readonly logLevel: 'debug' | 'warn'
  readonly payment?: { readonly url: string; readonly key: string }
  /** The province whose platform it is. */
  readonly province?: string
  /** How many days its clock is ahead of that of the machine at first. */
  readonly daysAhead?: number
  /** Who can sign in besides those of the demo. */
  readonly accounts?: readonly DemoAccount[]
  /** The same at every start, for tokens name it; any free one unless given. */
  readonly port?: number
}

const options = JSON.parse(process.argv[2] ?? '') as PlatformProcessOptions
const { databaseUrl, dataDir, logLevel, payment, province, port, daysAhead = 0, accounts = [] } = options
let ahead = daysAhead
const names = demoNames()
names.accounts.push(...accounts)
const platform = await startPlatform({
  databaseUrl,
  keys: await loadKeys(dataDir),
  issuer: { kind: 'embedded', directory: lazyDirectory(dataDir, names) },
  sealFolder: join(dataDir, 'audit'),
  documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
  logger: createLog({ name: 'yibao', level: logLevel }),
  payment,
  province,
  clock: () => systemClock().add({ milliseconds: Math.round(86_400_000 * ahead) }),
  ...(port !== undefined && { port }),
})
process.once('SIGTERM', () => void platform.close().then(() => process.exit(0)))
process.stdin.once('end', () => process.exit(1))
process.stdin.on('data', (lines: Buffer) => (ahead = Number(lines.toString().trim().split('\n').at(-1))))
process.stdout.write(`ready  ${platform.address}/graphql\n`)
