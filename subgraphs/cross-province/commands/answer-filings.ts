import { UnknownOperation, type InternalHandler } from '@yibao/schema/internal'
import { Rejection, type StoredRejection } from '@yibao/schema/rejection'
import { readMessage } from '@yibao/schema/wire'
import { certifiedMessage, certifyMessage } from '../peers/certification-message.ts'
import { referMessage } from '../peers/referral-message.ts'
import { takeAnswer, type Certifying } from './certification.ts'
import { takeRequest } from './certify-here.ts'
import { takeReferral } from './refer-home.ts'

/** What is answered to a message about a filing or a referral: how far it is, or why it was not taken. */
interface FilingAnswer {
  readonly state: string
  readonly reason: string | null
  readonly rejection: StoredRejection | null
}

/** Answers what platforms of other provinces say about filings; who says it is verified. */
export function answerFilings(parts: Certifying): InternalHandler {
  async function run(operation: string, from: string, message: unknown): Promise<Omit<FilingAnswer, 'rejection'>> {
    switch (operation) {
      case 'exchange.certify': {
        const { state, reason } = await takeRequest(parts, from, readMessage(certifyMessage, message))
        return { state, reason }
      }
      case 'exchange.certified':
        return { state: await takeAnswer(parts, from, readMessage(certifiedMessage, message)), reason: null }
      case 'exchange.refer':
        return takeReferral(parts, from, readMessage(referMessage, message))
      default:
        throw new UnknownOperation(operation)
    }
  }

  return async (operation, input): Promise<FilingAnswer> => {
    const { province, message } = input as { readonly province: string; readonly message: unknown }
    try {
      return { ...(await run(operation, province, message)), rejection: null }
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      return { state: 'UNKNOWN', reason: null, rejection: refusal.tell() }
    }
  }
}
