import type { KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import type { Data, World } from './world.ts'

const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))

/** Registers another platform, as `npm run partner` does. */
export const introduce = (to: World, other: World, province: string) =>
  registerPartner(
    to.platform.databases.crossProvince.hot,
    { province, name: province, url: other.address, key: publicJwk(other.keys.exchange.publicKey) },
    Temporal.Instant.from('2026-01-01T00:00:00Z'),
  )

/** Says something to the platform of another province, as the subgraphs of this one do. */
export const saying =
  (from: () => World, province: string) =>
  async (type: string, message: unknown): Promise<Data> => {
    const subgraph = from().platform.subgraphs.find((one) => one.name === 'cross-province')
    return subgraph?.internal?.('exchange.send', { province, type, message }, 'trace')
  }
