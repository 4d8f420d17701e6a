// The platform as a process of its own, as `npm start` runs it: all checks, masking and the log at `info`. Beside it open
// the doors of `doors.ts`, through which the parts of it can be measured apart.
import { join } from 'node:path'
import { demoNames } from '../../demo/directory.ts'
import { startPlatform } from '../../platform.ts'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { lazyDirectory } from '../faults/directory.ts'
import { openDoors, type Doors } from './doors.ts'
import { announce } from './program.ts'

export interface PlatformOptions {
  readonly databaseUrl: string
  readonly dataDir: string
  readonly province: string
}

export interface PlatformReady {
  /** `http://127.0.0.1:4000` */
  readonly address: string
  readonly doors: Doors
}

const { databaseUrl, dataDir, province } = JSON.parse(process.argv[2] ?? '') as PlatformOptions
const logger = createLog({ name: 'yibao', level: 'info' })
const keys = await loadKeys(dataDir)
const platform = await startPlatform({
  databaseUrl,
  keys,
  issuer: { kind: 'embedded', directory: lazyDirectory(dataDir, demoNames()) },
  sealFolder: join(dataDir, 'audit'),
  documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
  logger,
  province,
})
const { address, subgraphs } = platform
const doors = await openDoors({ address, subgraphs, internalKey: keys.internal.publicKey, logger })
const ready: PlatformReady = { address, doors }
announce(ready, () => platform.close())
