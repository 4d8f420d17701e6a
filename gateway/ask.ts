import type { ExecutionResult, OperationTypeNode } from 'graphql'
import { fault } from '@yibao/schema/fault'
import type { Logger } from '@yibao/schema/logger'
import type { SubgraphRequest, Transport } from '@yibao/schema/subgraph'

type OperationKind = `${OperationTypeNode}`
export type Ask = (name: string, kind: OperationKind, request: SubgraphRequest) => Promise<ExecutionResult>

/**
 * Asks a subgraph by name. One that cannot be reached gives a typed error and never an exception: the rest of the
 * answer goes on without it. A query is tried twice, since a kept connection may have been closed from the other
 * side; a mutation is not, for nobody knows whether it arrived.
 */
export function createAsk(transports: readonly Transport[], logger: Logger): Ask {
  const byName = new Map(transports.map((transport) => [transport.name, transport]))
  return async function ask(name, kind, request) {
    const transport = byName.get(name)
    if (transport === undefined) return { errors: [unavailable(name, kind)] }
    for (let left = kind === 'query' ? 2 : 1; left > 0; left -= 1) {
      try {
        return await transport.execute(request)
      } catch (error) {
        logger.warn({ subgraph: name, traceId: request.traceId, err: error }, 'subgraph not reached')
      }
    }
    return { errors: [unavailable(name, kind)] }
  }
}

function unavailable(subgraph: string, kind: OperationKind) {
  const text =
    kind === 'mutation'
      ? {
          zh: `子图 ${subgraph} 不可用，本次提交的结果未知：请用同一 requestId 查询 outcome，切勿换新的 requestId 重发。`,
          en:
            `The subgraph ${subgraph} cannot be reached and nothing is known of the outcome: ask outcome with the ` +
            'same requestId, and do not send this again under a new one.',
        }
      : {
          zh: `子图 ${subgraph} 暂时不可用，请稍后重试。`,
          en: `The subgraph ${subgraph} cannot be reached; try again.`,
        }
  return fault('SUBGRAPH_UNAVAILABLE', text, { subgraph, retryable: true })
}
