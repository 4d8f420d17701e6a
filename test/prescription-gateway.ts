import type { Identity } from '@yibao/schema/identity'
import type { Data } from './world.ts'

/** Asks a gateway, in the name of somebody by code or login. */
interface Gateway {
  as(name: string, query: string, variables?: object): Promise<Data>
}

/** How a story's persons sign in, for what is written in terms of identities. */
export const signedIn = (code: string): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes: ['settlement:write', 'settlement:read'],
})

/** Lets the operations on prescriptions, which are written for a subgraph, go through a gateway with real tokens. */
export const through = (gateway: Gateway) => ({
  ask: async <T = Record<string, never>>(identity: Identity | null, query: string, variables = {}): Promise<T> => {
    const name = identity?.kind === 'institution' ? identity.institution : (identity?.subject ?? '')
    return (await gateway.as(name, query, variables)) as T
  },
})
