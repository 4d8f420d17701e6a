import type { KeyObject } from 'node:crypto'
import { secret, type Config } from '@yibao/schema/config'
import type { InternalHandler } from '@yibao/schema/internal'
import { loadKeys } from '@yibao/schema/keys'
import { Advice } from '@yibao/schema/process'
import { connectTo, internalOver } from '@yibao/schema/remote-internal'
import { readSubgraphs } from '@yibao/schema/subgraph-list'
import { z } from 'zod'

/** What subgraphs that stand alone need to take part in the exchange between provinces. */
export const PEER_ENVIRONMENT = {
  /** First two digits of the divisions it is the platform of; without it there is no exchange. */
  YIBAO_PROVINCE: z
    .string()
    .regex(/^[1-8][0-9]$/)
    .optional(),
  /** Where the subgraphs stand that this one asks: cross-province=http://10.0.0.2:4004 */
  YIBAO_SUBGRAPHS: z.string().transform(readSubgraphs).default([]),
  /** JSON of an Ed25519 private JWK, the same for all subgraphs of the platform. */
  YIBAO_PEER_KEY: secret(z.string().optional()),
}

/** The other subgraphs of the platform, in processes of their own. */
export interface Peers {
  readonly province: string
  /** By which each knows the others. */
  readonly publicKey: KeyObject
  /** Asks one of them what lies beyond the graph. @throws NoPeer when nobody said where it is */
  ask(name: string): InternalHandler
  close(): Promise<void>
}

/** A subgraph has to be asked, and it was not said where it stands. */
class NoPeer extends Advice {
  constructor(name: string) {
    super(
      `跨省交换需要子图 ${name} 的地址：请在 YIBAO_SUBGRAPHS 中给出 ${name}=http://主机:端口。 ` +
        `The exchange needs the address of ${name}: give it in YIBAO_SUBGRAPHS as ${name}=http://host:port.`,
    )
    this.name = 'NoPeer'
  }
}

type Settings = Config<typeof PEER_ENVIRONMENT> & { readonly YIBAO_DATA: string }

/** Null where the platform takes part in no exchange; then no key is made either. */
export async function openPeers(settings: Settings): Promise<Peers | null> {
  const { YIBAO_PROVINCE: province, YIBAO_SUBGRAPHS: places, YIBAO_PEER_KEY: given, YIBAO_DATA: dataDir } = settings
  if (province === undefined) return null
  const { peer } = await loadKeys(dataDir, { peer: given }, ['peer'])
  const pools = new Map(places.map(({ name, url }) => [name, connectTo(url)]))
  return {
    province,
    publicKey: peer.publicKey,
    ask(name) {
      const pool = pools.get(name)
      if (pool === undefined) throw new NoPeer(name)
      return internalOver(pool, { name, key: peer.privateKey })
    },
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))),
  }
}
