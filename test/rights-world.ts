import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGateway } from '@yibao/gateway/gateway'
import { remote } from '@yibao/gateway/remote'
import { createSignIn } from '@yibao/gateway/sign-in'
import { serve } from '@yibao/schema/serve'
import type { Transport } from '@yibao/schema/subgraph'
import type { Way } from './both-ways.ts'
import { openWorld } from './world.ts'

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

export const SUPERGRAPH = await readFile(join(import.meta.dirname, '..', 'schema', 'supergraph.graphql'), 'utf8')

/**
 * A world, and beside its own gateway another one on the same issuer that reaches the same subgraphs over HTTP, as it
 * would if each were a process of its own.
 */
export async function openBothWays() {
  const world = await openWorld()
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const served = await Promise.all(
    world.platform.subgraphs.map((subgraph) => serve({ subgraph, key: publicKey, logger: SILENT })),
  )
  const ports = await Promise.all(served.map((one) => one.listen({ port: 0 })))
  const transports: Transport[] = world.platform.subgraphs.map(({ name }, i) =>
    remote({ name, url: `http://127.0.0.1:${ports[i]}`, key: privateKey }),
  )
  const endpoint = `${world.address}/graphql`
  const gateway = await createGateway({
    transports,
    supergraphSdl: SUPERGRAPH,
    signIn: createSignIn({ issuer: `${world.address}/oidc`, audience: endpoint, endpoint }),
    introspection: true,
    logger: SILENT,
  })
  const far = `http://127.0.0.1:${await gateway.listen({ port: 0 })}`
  return {
    ...world,
    /** Where the gateway listens that reaches the subgraphs this way. */
    addressOf: (way: Way) => (way === 'in this process' ? world.address : far),
    /** The subgraphs as that gateway reaches them. */
    transportsOf: (way: Way): readonly Transport[] =>
      way === 'in this process' ? world.platform.subgraphs : transports,
    async close() {
      await gateway.close()
      await Promise.all(served.map((one) => one.close()))
      await world.close()
    },
  }
}

export type BothWays = Awaited<ReturnType<typeof openBothWays>>
