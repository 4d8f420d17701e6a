import type { ApolloServerPlugin } from '@apollo/server'
import type { Caller } from '@yibao/schema/apollo'
import { FAULTS, type FaultCode } from '@yibao/schema/fault'

/** Errors of the document and its variables: a client that only accepts `application/json` gets them with 200. */
const OF_THE_DOCUMENT: ReadonlySet<FaultCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
])

/**
 * The HTTP status of a request refused with `code`. Documents and variables follow the GraphQL-over-HTTP audits;
 * rights, limits and everything below GraphQL are 4xx or 5xx for every client.
 */
export const statusOf = (code: FaultCode, isLegacy: boolean): number =>
  isLegacy && OF_THE_DOCUMENT.has(code) ? 200 : FAULTS[code]

/** Sets the status from the errors: an answer with data, even null, is 200; a refused request has the status of its code. */
export const statusPlugin: ApolloServerPlugin<Caller> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ response, contextValue }) {
        if (response.body.kind === 'single') {
          const { data, errors } = response.body.singleResult
          const code = errors?.[0]?.extensions?.['code'] as FaultCode | undefined
          response.http.status =
            data === undefined && code !== undefined ? statusOf(code, contextValue.isLegacy === true) : 200
        }
        return Promise.resolve()
      },
    }),
}
