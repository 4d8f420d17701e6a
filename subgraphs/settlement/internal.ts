import type { AccessLog } from '@yibao/drizzle/access-log'
import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { Rejection } from '@yibao/schema/rejection'
import { handedOn, readMessage } from '@yibao/schema/wire'
import { refusedMessage, answerOf } from './commands/exchange-outcome.ts'
import { reserve, tryExchange } from './commands/exchange-reserve.ts'
import { cancelExchange, commitExchange, reverseExchange } from './commands/exchange-step.ts'
import { explainExchange } from './commands/explain-exchange.ts'
import { moneyMessage } from './commands/money-message.ts'
import { createContext, type Context, type Services } from './context.ts'
import {
  cancelMessage,
  commitMessage,
  outcomeMessage,
  reserveMessage,
  reverseMessage,
  trialMessage,
  type ExchangeAnswer,
  type TrialAnswer,
} from './peers/exchange-message.ts'
import { explainMessage, type ExplainAnswer } from './peers/explanation-message.ts'
import { findExchange } from './store/exchange.ts'

/**
 * What the platform of another province asks for, by the type of its message. The cross-province subgraph has verified
 * who says it; that province can only speak of exchanges of its own.
 */
export function answerExchange(services: Services, accessLog: AccessLog): InternalHandler {
  /** A context in the name of an institution there; what is known by its exchange needs none. */
  const contextOf = (province: string, institution: string, traceId: string): Context =>
    createContext(
      services,
      { kind: 'institution', institution, province, subject: `province:${province}`, scopes: ['settlement:write'] },
      traceId,
    )

  /** In the name of the institution an earlier bill was of. */
  async function contextOfExchange(province: string, exchange: string, traceId: string): Promise<Context> {
    const found = await findExchange(services.db.hot, { caller: `province:${province}`, requestId: exchange })
    return contextOf(province, found?.institution ?? '', traceId)
  }

  async function run(
    operation: string,
    province: string,
    message: unknown,
    traceId: string,
  ): Promise<ExchangeAnswer | TrialAnswer | ExplainAnswer> {
    switch (operation) {
      case 'exchange.reserve': {
        const asked = readMessage(reserveMessage, message)
        const context = contextOf(province, asked.bill.institution, traceId)
        const answer = await reserve(context, asked)
        await accessLog.record(context.readEntries())
        return answer
      }
      case 'exchange.trial': {
        const asked = readMessage(trialMessage, message)
        const context = contextOf(province, asked.bill.institution, traceId)
        const answer = await tryExchange(context, asked)
        await accessLog.record(context.readEntries())
        return answer
      }
      case 'exchange.commit':
        return commitExchange(contextOf(province, '', traceId), readMessage(commitMessage, message))
      case 'exchange.cancel':
        return cancelExchange(contextOf(province, '', traceId), readMessage(cancelMessage, message))
      case 'exchange.outcome':
        return answerOf(contextOf(province, '', traceId), readMessage(outcomeMessage, message).exchange)
      case 'exchange.reverse': {
        const asked = readMessage(reverseMessage, message)
        return reverseExchange(await contextOfExchange(province, asked.of, traceId), asked)
      }
      case 'exchange.explain': {
        const { exchange } = readMessage(explainMessage, message)
        const context = await contextOfExchange(province, exchange, traceId)
        const answer = await explainExchange(context, exchange)
        await accessLog.record(context.readEntries())
        return answer
      }
      default:
        throw new UnknownOperation(operation)
    }
  }

  return async (operation, input, traceId) => {
    const { province, message } = handedOn.parse(input)
    const money = moneyMessage(operation)
    if (money !== null) return money(services, province, message)
    try {
      return await run(operation, province, message, traceId)
    } catch (refusal) {
      if (refusal instanceof Rejection) return refusedMessage(exchangeIn(message), refusal)
      throw refusal
    }
  }
}

const exchangeIn = (message: unknown): string => {
  const named: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'exchange') : undefined
  return typeof named === 'string' ? named.slice(0, 36) : ''
}
