import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { z } from 'zod'
import { receive, send, type Exchange } from './commands/exchange.ts'
import { MESSAGE_TYPES, MessageRefused } from './domain/exchange.ts'

const received = z.strictObject({ path: z.string(), headers: z.record(z.string(), z.string()), body: z.string() })
const toSend = z.strictObject({
  province: z.string(),
  type: z.enum(MESSAGE_TYPES),
  message: z.unknown(),
})

/** What the gateway hands on of the exchange, and what settlement has to say to other provinces. */
export function answerInternal(exchange: Exchange | null): InternalHandler {
  return async (operation, input, traceId) => {
    switch (operation) {
      case 'exchange.receive':
        return exchange === null ? off() : receive(exchange, received.parse(input), traceId)
      case 'exchange.send':
        return exchange === null ? unreached() : send(exchange, toSend.parse(input))
      default:
        throw new UnknownOperation(operation)
    }
  }
}

function off() {
  const { status, code, text } = new MessageRefused('EXCHANGE_OFF')
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers, body: JSON.stringify({ code, message: text }) }
}

const unreached = () => ({ kind: 'UNREACHED', code: 'EXCHANGE_OFF' })
