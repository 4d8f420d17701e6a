// One side of a comparison: the platform of the commit this file lies in, on a database of its own, with the demo's data and
// persons to bill. It is copied into the other commit's folder, so it asks for nothing that is newer than the bench.
import { join } from 'node:path'
import { seedPersons } from '@yibao/insured/seed'
import { loadKeys } from '@yibao/schema/keys'
import { createLog } from '@yibao/schema/log'
import { openAccounts } from '@yibao/settlement/seed'
import { demoNames } from '../../demo/directory.ts'
import { loadDemo } from '../../demo/load.ts'
import { startPlatform } from '../../platform.ts'
import { lazyDirectory } from '../faults/directory.ts'
import { benchAccounts, benchPersons } from './bills.ts'
import { announce } from './program.ts'

const { databaseUrl, dataDir, persons } = JSON.parse(process.argv[2] ?? '')
const keys = await loadKeys(dataDir)
const platform = await startPlatform({
  databaseUrl,
  keys,
  issuer: { kind: 'embedded', directory: lazyDirectory(dataDir, demoNames()) },
  sealFolder: join(dataDir, 'audit'),
  documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
  logger: createLog({ name: 'yibao', level: 'info' }),
})
await loadDemo({ databases: platform.databases, keys })
await seedPersons(platform.databases.insured, keys, benchPersons(persons))
await openAccounts(platform.databases.settlement, benchAccounts(persons))
announce({ address: platform.address }, () => platform.close())
