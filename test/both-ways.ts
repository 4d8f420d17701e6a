import { generateKeyPairSync } from 'node:crypto'
import { remote } from '@yibao/gateway/remote'
import { serve } from '@yibao/schema/serve'
import type { Subgraph, Transport } from '@yibao/schema/subgraph'

/** How the gateway can reach a subgraph. Rights must hold either way. */
export const WAYS = ['in this process', 'over HTTP'] as const
export type Way = (typeof WAYS)[number]

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

/** The subgraph as the gateway would reach it. */
export async function reach(subgraph: Subgraph, way: Way): Promise<Transport & { close(): Promise<void> }> {
  if (way === 'in this process') {
    return { name: subgraph.name, execute: (request) => subgraph.execute(request), close: () => Promise.resolve() }
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const server = await serve({ subgraph, key: publicKey, logger: SILENT })
  const port = await server.listen({ port: 0 })
  const transport = remote({ name: subgraph.name, url: `http://127.0.0.1:${port}`, key: privateKey })
  return {
    name: subgraph.name,
    execute: (request) => transport.execute(request),
    async close() {
      await transport.close?.()
      await server.close()
    },
  }
}
