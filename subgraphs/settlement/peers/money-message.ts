import { day, instant, uuid, yuan } from '@yibao/schema/wire'
import { z } from 'zod'
import { MONTH } from '../domain/clearing.ts'
import { NET_KINDS } from '../domain/netting.ts'
import { PREFUND_KINDS, PREFUND_STATES } from '../domain/prefund.ts'
import type { MoneyAnswer } from '../domain/province-message.ts'
import { rejection } from './exchange-read.ts'

// What two provinces' platforms say to each other about money beside the bills themselves (decisions/028). Amounts are texts
// in yuan, moments RFC 3339; what a message holds beyond this is refused.

const words = (max: number) => z.string().min(1).max(max)

/** What was answered, as it is read here: whoever refuses has to say why. */
export const moneyAnswerRead = z.discriminatedUnion('state', [
  z.object({ state: z.literal('TAKEN') }),
  z.object({ state: z.literal('LATER') }),
  z.object({ state: z.literal('REFUSED'), rejection }),
]) satisfies z.ZodType<{ readonly state: MoneyAnswer['state'] }>

/** The place of treatment has deducted something of a bill, or withdraws that; home is owed it back. */
export const deductionMessage = z.strictObject({
  id: uuid,
  exchange: uuid,
  /** Negative when it withdraws another. */
  amount: yuan,
  reason: words(30),
  words: words(1000),
  withdraws: uuid.nullable(),
  decidedAt: instant,
})
export type DeductionMessage = z.output<typeof deductionMessage>

/** What the other side has done about a prefund, one that is paid with the paper and transfer. */
export const prefundMessage = z
  .strictObject({
    id: uuid,
    /** Said of returns alone. */
    kind: z.enum(PREFUND_KINDS).default('PAYMENT'),
    state: z.enum(PREFUND_STATES),
    amount: yuan.refine((amount) => amount > 0n, 'is not more than nothing'),
    paperNumber: words(100).nullable(),
    bankReference: words(64).nullable(),
    paidOn: day.nullable(),
    words: words(1000).nullable(),
  })
  .refine(
    ({ state, ...paid }) =>
      state !== 'PAID' || (paid.paperNumber !== null && paid.bankReference !== null && paid.paidOn !== null),
    'is paid without a paper or a transfer',
  )
export type PrefundMessage = z.output<typeof prefundMessage>

/** `bill`: the exchange of the bill a reversal or a deduction is of; of a bill the item itself. */
const netItem = z.strictObject({ item: uuid, kind: z.enum(NET_KINDS), bill: uuid, amount: yuan })
const disputedLine = z.strictObject({ item: uuid, words: words(1000) })

/** A step of the monthly net clearing: lines of a statement, that they are all, what home agrees to, paid, received. */
export const nettingMessage = z.discriminatedUnion('step', [
  z.strictObject({
    step: z.literal('LINES'),
    id: uuid,
    month: z.string().regex(MONTH.pattern),
    lines: z.array(netItem).min(1).max(500),
  }),
  z.strictObject({ step: z.literal('DECLARED'), id: uuid, count: z.int().min(1), amount: yuan }),
  // The place asks for a statement back, and home agrees; or its confirmation was first, and the statement stands.
  z.strictObject({
    step: z.literal('WITHDRAWING'),
    id: uuid,
    month: z.string().regex(MONTH.pattern),
    count: z.int().min(1),
    amount: yuan,
  }),
  z.strictObject({ step: z.literal('WITHDRAWN'), id: uuid }),
  z.strictObject({
    step: z.literal('CONFIRMED'),
    id: uuid,
    disputed: z.array(disputedLine).max(100_000),
    count: z.int().min(0),
    amount: yuan,
  }),
  z.strictObject({
    step: z.literal('PAID'),
    id: uuid,
    statements: z
      .array(uuid)
      .min(1)
      .max(100)
      .refine((all) => new Set(all).size === all.length, 'names a statement twice'),
    amount: yuan.refine((amount) => amount >= 0n, 'is less than nothing'),
    bankReference: words(64),
    paidOn: day,
  }),
  z.strictObject({ step: z.literal('RECEIVED'), id: uuid }),
])
export type NettingMessage = z.output<typeof nettingMessage>
export type NettingStep<Step extends NettingMessage['step']> = Extract<NettingMessage, { readonly step: Step }>
