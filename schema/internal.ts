/** Below this path a subgraph that stands alone is asked what lies beyond the graph. */
export const INTERNAL = '/internal/'

/**
 * Answers what the gateway or another subgraph of this platform asks beyond the graph: an operation by its name, JSON in
 * and JSON out. Nobody outside can reach it: the gateway has no route to it, and over HTTP it takes an internal token.
 */
export type InternalHandler = (operation: string, input: unknown, traceId: string) => Promise<unknown>

/** Thrown for an operation the subgraph does not have. */
export class UnknownOperation extends Error {
  constructor(operation: string) {
    super(`unknown internal operation ${operation}`)
    this.name = 'UnknownOperation'
  }
}

/** What an internal token is bound to: the operation and its input. No body of an operation of GraphQL begins so. */
export const internalText = (operation: string, body: string): string => `internal\n${operation}\n${body}`
