import { Rejection } from '@yibao/schema/rejection'
import { readMessage } from '@yibao/schema/wire'
import type { z } from 'zod'
import type { Services } from '../context.ts'
import { later, type MoneyAnswer } from '../domain/province-message.ts'
import { deductionMessage, nettingMessage, prefundMessage } from '../peers/money-message.ts'
import { detailsMessage, standingMessage, totalsMessage } from '../peers/reconciliation-message.ts'
import { takeDeduction } from './exchange-deduction.ts'
import { answerDetails, answerStanding, answerTotals } from './exchange-standing.ts'
import { takeNetting } from './net-message.ts'
import { takePrefund } from './prefund-message.ts'

type Take = (services: Services, province: string, message: unknown) => Promise<unknown>

/**
 * What is taken of other provinces beside what is about bills: each is on record once, by the id it brings along. And what
 * they ask to compare their books with those here.
 */
const TAKEN: Readonly<Record<string, Take>> = {
  'exchange.deduction': form(deductionMessage, takeDeduction),
  'exchange.prefund': form(prefundMessage, takePrefund),
  'exchange.netting': form(nettingMessage, takeNetting),
  'exchange.totals': form(totalsMessage, answerTotals),
  'exchange.details': form(detailsMessage, answerDetails),
  'exchange.standing': form(standingMessage, answerStanding),
}

/** Who takes a message about money; null when it is none. A refusal is an answer: nothing moved, and it will not be taken. */
export function moneyMessage(operation: string): Take | null {
  const take = TAKEN[operation]
  if (take === undefined) return null
  return async (services, province, message) => {
    try {
      return await take(services, province, message)
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      if (refusal.retryable) return later(idIn(message))
      return { id: idIn(message), state: 'REFUSED', rejection: refusal.store() } satisfies MoneyAnswer
    }
  }
}

function form<Form extends z.ZodType>(
  type: Form,
  take: (services: Services, province: string, message: z.output<Form>) => Promise<unknown>,
): Take {
  return async (services, province, message) => take(services, province, readMessage(type, message))
}

const idIn = (message: unknown): string => {
  const named: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'id') : undefined
  return typeof named === 'string' ? named.slice(0, 36) : ''
}
