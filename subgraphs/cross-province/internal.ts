import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { z } from 'zod'
import { Rejection } from '@yibao/schema/rejection'
import { handedOn, readMessage } from '@yibao/schema/wire'
import { receive, send, type Exchange } from './commands/exchange.ts'
import { recordAdmission, recordChange, recordDischarge } from './commands/record-stay.ts'
import type { Services } from './context.ts'
import { MESSAGE_TYPES, MessageRefused } from './domain/exchange.ts'
import { admissionMessage, changeMessage, dischargeMessage, type StayAnswer } from './peers/stay-message.ts'

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

/** What platforms of other provinces announce of stays there of persons insured here; who says it is verified. */
export function answerStays(services: Services): InternalHandler {
  function run(operation: string, province: string, message: unknown): Promise<void> {
    switch (operation) {
      case 'exchange.admission':
        return recordAdmission(services, province, readMessage(admissionMessage, message))
      case 'exchange.change':
        return recordChange(services, province, readMessage(changeMessage, message))
      case 'exchange.discharge':
        return recordDischarge(services, province, readMessage(dischargeMessage, message))
      default:
        throw new UnknownOperation(operation)
    }
  }

  return async (operation, input): Promise<StayAnswer> => {
    const { province, message } = handedOn.parse(input)
    try {
      await run(operation, province, message)
      return { state: 'RECORDED', rejection: null }
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      return { state: 'REFUSED', rejection: refusal.tell() }
    }
  }
}
