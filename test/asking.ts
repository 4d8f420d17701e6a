import type { Identity } from '@yibao/schema/identity'
import type { Logger } from '@yibao/schema/logger'
import type { Transport } from '@yibao/schema/subgraph'

/** A logger that keeps what it is told to warn of, to be shown when a test fails. */
export function keeping(errors: object[] = []): { readonly logger: Logger; readonly errors: object[] } {
  const note = (details: object) => void errors.push(details)
  return { logger: { info: () => {}, warn: note, error: note }, errors }
}

/** Asks a subgraph as somebody. Answers the data; throws what a client would get as errors, the codes first. */
export const asking =
  (transport: Pick<Transport, 'execute'>, errors: readonly object[]) =>
  async <T = Record<string, never>>(identity: Identity | null, query: string, variables = {}): Promise<T> => {
    const { data, errors: refused } = await transport.execute({ query, variables, identity, traceId: 'trace-1' })
    if (refused !== undefined) {
      throw new Error(`${refused.map((error) => String(error.extensions['code'])).join()} ${JSON.stringify(errors)}`)
    }
    return data as T
  }
