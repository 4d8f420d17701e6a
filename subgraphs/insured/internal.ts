import type { AccessLog } from '@yibao/drizzle/access-log'
import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { InvalidInput, Rejection } from '@yibao/schema/rejection'
import { z } from 'zod'
import { answerInquiry } from './commands/inquiry.ts'
import { createContext, type Services } from './context.ts'
import { personMessage, type PersonAnswer, type PersonMessage } from './peers/person-message.ts'

/** What the cross-province subgraph hands on: which province says it, verified, and what it says. */
const handedOn = z.strictObject({ province: z.string().regex(/^[1-8][0-9]$/), message: z.unknown() })

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
      return await inquire(province, read(message), traceId)
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      return { person: null, token: null, rejection: refusal.store() }
    }
  }
}

/** @throws InvalidInput naming the places where the message has not its form */
function read(message: unknown): PersonMessage {
  const result = personMessage.safeParse(message)
  if (result.success) return result.data
  throw InvalidInput.of(
    result.error.issues.slice(0, PROBLEMS_MAX).map(({ path, message: en }) => ({
      path: path.map(String).join('.'),
      code: 'MESSAGE_FORM',
      message: { zh: '报文格式不符', en },
    })),
  )
}

const PROBLEMS_MAX = 100
