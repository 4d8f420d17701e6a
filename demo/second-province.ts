import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { writeBeside } from '@yibao/drizzle/beside'
import type { Embedded } from '@yibao/drizzle/embedded'
import { demoDirectory } from '@yibao/gateway/issuer/demo-directory'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import { receiptKeyOf, writeReceiptKeys } from '@yibao/schema/receipt-key'
import { startPlatform, type Platform, type PlatformOptions } from '../platform.ts'
import { demoNames, sichuanData } from './directory.ts'
import { loadDemo } from './load.ts'

// A second province beside the first: a platform of its own with its own database, keys, port and folder, in the same
// process and on the same embedded server.

/** The province of the demo's own data, and the second one. */
export const HOME = '62'
const PLACE = '51'
const NAMES: Readonly<Record<string, string>> = { [HOME]: '甘肃', [PLACE]: '四川' }
const DATABASE = 'yibao_sichuan'
const FOLDER = 'sichuan'
/** The port of the second platform is so much further, if that one is free. */
const PORT_STEP = 10

/** A running platform, its keys and the folder they are in. */
export interface Province {
  readonly platform: Platform
  readonly keys: Keys
  readonly dataDir: string
}

type Shared = Omit<PlatformOptions, 'databaseUrl' | 'keys' | 'issuer' | 'sealFolder' | 'documents' | 'port'>

interface SecondOptions extends Shared {
  /** Of the first platform: its folder, its port and the server both databases are on. */
  readonly dataDir: string
  readonly port: number
  readonly embedded: Embedded
}

/** Starts the platform of Sichuan, with its demo data. Nothing is left running when it throws. */
export async function startSecondProvince({
  dataDir: first,
  embedded,
  port,
  ...shared
}: SecondOptions): Promise<Province> {
  const dataDir = join(first, FOLDER)
  await mkdir(dataDir, { recursive: true })
  await writeBeside(dataDir, { dataDir: first, database: DATABASE })
  const data = sichuanData()
  const [keys, directory, databaseUrl] = await Promise.all([
    loadKeys(dataDir),
    demoDirectory(dataDir, demoNames(data)),
    embedded.beside(DATABASE),
  ])
  await writeReceiptKeys(dataDir, keys.receipt.publicKey)
  const platform = await startPlatform({
    ...shared,
    databaseUrl,
    keys,
    issuer: { kind: 'embedded', directory },
    sealFolder: join(dataDir, 'audit'),
    documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
    port: await portNear(port, shared.host),
    province: PLACE,
  })
  try {
    await loadDemo({ databases: platform.databases, keys, clock: platform.clock, data })
  } catch (error) {
    await platform.close()
    throw error
  }
  return { platform, keys, dataDir }
}

/** Registers each with the other under the address it has now, as `npm run partner` does. */
export async function introduce(home: Province, place: Province): Promise<void> {
  const provinces = [
    { ...home, province: HOME },
    { ...place, province: PLACE },
  ]
  for (const { platform, province: own } of provinces)
    for (const { province, platform: other, keys } of provinces.filter((one) => one.province !== own)) {
      const key = JSON.stringify(receiptKeyOf(keys.exchange.publicKey))
      const partner = { province, name: NAMES[province] ?? province, url: other.address, key }
      await registerPartner(platform.databases.crossProvince.hot, partner, platform.clock())
    }
}

/** The port some way on from another one, and any free one when it is taken: who asks finds it in the registry. */
function portNear(port: number, host = '127.0.0.1'): Promise<number> {
  const wanted = port + PORT_STEP
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(wanted > 65_535 ? 0 : wanted, host, () => probe.close(() => resolve(wanted > 65_535 ? 0 : wanted)))
  })
}
