import type { AccessLog } from '@yibao/drizzle/access-log'
import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { Rejection } from '@yibao/schema/rejection'
import { handedOn, readMessage } from '@yibao/schema/wire'
import { answerInquiry } from './commands/inquiry.ts'
import { createContext, type Services } from './context.ts'
import { personMessage, type PersonAnswer, type PersonMessage } from './peers/person-message.ts'

/** What the platform of another province asks of persons. It asks in the name of an institution there. */
export function answerExchange(services: Services, accessLog: AccessLog): InternalHandler {
  async function inquire(province: string, asked: PersonMessage, traceId: string): Promise<PersonAnswer> {
    const { institution } = asked
    const subject = `province:${province}`
    const context = createContext(
      services,
      { kind: 'institution', institution, province, subject, scopes: ['insured:read'] },
      traceId,
    )
    const answer = await answerInquiry(context, asked)
    await accessLog.record(context.readEntries())
    return answer
  }

  return async (operation, input, traceId) => {
    if (operation !== 'exchange.person') throw new UnknownOperation(operation)
    const { province, message } = handedOn.parse(input)
    try {
      return await inquire(province, readMessage(personMessage, message), traceId)
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      return { person: null, token: null, rejection: refusal.tell() }
    }
  }
}
