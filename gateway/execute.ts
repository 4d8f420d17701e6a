import { execute as executeLocally, GraphQLError, type ExecutionResult } from 'graphql'
import type { Asked, Caller } from '@yibao/schema/apollo'
import { faultCode, internalFault } from '@yibao/schema/fault'
import type { Logger } from '@yibao/schema/logger'
import type { Transport } from '@yibao/schema/subgraph'
import { createAsk } from './ask.ts'
import { complete } from './complete.ts'
import { operationOf } from './documents.ts'
import { createGuard, fragmentsOf, Refused, type Guarded } from './guard.ts'
import type { Limits } from './limits.ts'
import { createExecutor } from './routes.ts'
import type { Supergraph } from './supergraph.ts'

interface ExecuteOptions {
  supergraph: Supergraph
  transports: readonly Transport[]
  limits: Limits
  logger: Logger
}

/** Guards and answers one operation. The answer holds only errors of the closed list, whatever happened. */
export async function createExecute(options: ExecuteOptions): Promise<(asked: Asked) => Promise<ExecutionResult>> {
  const { supergraph, transports, limits, logger } = options
  const guard = createGuard({ schema: supergraph.api, access: supergraph.access, limits })
  const ask = createAsk(transports, logger)
  const executor = createExecutor(supergraph, { ask, logger })

  async function run(guarded: Guarded, { source, caller }: Asked): Promise<ExecutionResult> {
    const { document, operation, operationName, variables } = guarded
    const way = await executor.route(guarded, source)
    switch (way.kind) {
      case 'local':
        return executeLocally({ schema: supergraph.api, document, operationName, variableValues: variables })
      case 'direct': {
        const request = { query: way.query, operationName, variables, ...caller }
        const result = await ask(way.subgraph, operation.operation, request)
        return isUnreached(result) ? completed(result, guarded) : result
      }
      case 'planned':
        return executor.runPlan(way.compiled, guarded, caller)
    }
  }

  function completed(result: ExecutionResult, { document, operation, variables }: Guarded): ExecutionResult {
    const { api: schema } = supergraph
    const data = complete(result.data, { schema, operation, fragments: fragmentsOf(document), variables })
    return result.errors === undefined ? { data } : { data, errors: result.errors }
  }

  return async function execute(asked) {
    try {
      const { document, operationName, caller } = asked
      const operation = operationOf(document, operationName)
      const guarded: Guarded = { document, operation, operationName, variables: asked.variables, ...caller }
      const variables = guard(guarded)
      const result = await run({ ...guarded, variables }, asked)
      return result.errors === undefined ? result : { ...result, errors: masked(result.errors, caller, logger) }
    } catch (error) {
      if (error instanceof Refused) return { errors: error.errors }
      return { errors: masked([error], asked.caller, logger) }
    }
  }
}

const isUnreached = ({ errors, data }: ExecutionResult) =>
  data === undefined && errors?.length === 1 && faultCode(errors[0]) === 'SUBGRAPH_UNAVAILABLE'

function masked(errors: readonly unknown[], { traceId }: Caller, logger: Logger): GraphQLError[] {
  return errors.map((error) => {
    if (error instanceof GraphQLError && faultCode(error) !== null) return error
    logger.error({ traceId, err: error }, 'masked error')
    return internalFault(traceId)
  })
}
