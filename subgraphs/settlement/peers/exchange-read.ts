import type { Fen } from '@yibao/schema/money'
import { Rejection, type StoredRejection } from '@yibao/schema/rejection'
import { day, instant, rate, uuid, yuan } from '@yibao/schema/wire'
import { z } from 'zod'
import { homeAnswerWrong, type ToldBill } from '../domain/away.ts'
import type { Quote } from '../domain/quote.ts'
import { take, TOLD } from './exchange-message.ts'

// What the home platform has told, as the place of treatment reads it. Whatever is taken here is committed there, so nothing is
// that could not be written here.

const text = (max: number) => z.string().max(max)
/** As in the national code tables. */
const insuranceType = z.string().regex(/^[0-9]{3,6}$/)
const share = rate.refine((ratio) => ratio >= 0n && ratio <= 10_000n, 'is no share')
const version = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)

/** Amounts by their names, all of them. */
const amounts = z.record(z.string(), yuan).transform((given, faults) => {
  const missing = TOLD.filter((key) => given[key] === undefined)
  if (missing.length === 0) return take(given as Record<(typeof TOLD)[number], Fen>, TOLD)
  faults.addIssue({ code: 'custom', message: `lacks ${missing.join(', ')}`, input: given })
  return z.NEVER
})

const told = z
  .object({
    id: uuid,
    settledAt: instant,
    person: z.object({
      insuredId: uuid,
      personNumber: text(30),
      personName: text(100),
      certificateType: text(10),
      identityMasked: text(30),
      sex: text(10),
      nationality: text(10),
      birthDate: day,
      mergedFrom: z.array(uuid).max(100).default([]),
    }),
    pool: z.string().regex(/^[1-8][0-9]{5}$/),
    insuranceType,
    personType: text(10),
    civilServant: z.boolean(),
    amounts,
    poolRatio: share,
    accountInFund: z.boolean(),
    engine: version,
    reverses: uuid.nullable(),
    funds: z
      .array(z.object({ payer: text(100), fundPayType: text(10), base: yuan, limit: yuan.nullable(), paid: yuan }))
      .max(100),
    lines: z.array(
      z.object({
        serial: text(100),
        rule: text(100),
        class: z.enum(['A', 'B', 'C', 'NONE']),
        selfPaid: yuan,
        overCeiling: yuan,
        firstSelfPayment: yuan,
        inScope: yuan,
      }),
    ),
  })
  .transform(({ person, amounts: all, settledAt: _settledAt, ...rest }): ToldBill => ({ ...rest, ...person, ...all }))

/** Why the other platform refused. */
export const rejection = z.object({
  type: z.string(),
  code: z.string(),
  text: z.object({ zh: z.string(), en: z.string() }),
  problems: z.array(
    z.object({ path: z.string(), code: z.string(), message: z.object({ zh: z.string(), en: z.string() }) }),
  ),
  details: z.record(z.string(), z.unknown()),
})

/** Kinds of refusals that the answers to such a request can show. */
const KINDS = {
  SETTLE: ['InvalidInput', 'NotAllowed', 'NotSettledDirectly', 'NotCovered', 'AlreadySettled', 'QuoteStale', 'Busy'],
  TRIAL: ['InvalidInput', 'NotAllowed', 'NotSettledDirectly', 'NotCovered', 'AlreadySettled', 'Busy'],
  REVERSE: ['InvalidInput', 'NotAllowed', 'Busy'],
} as const

/** A refusal of the home platform, as a request of that kind is answered with here. */
export const toldRefusal = (refusal: StoredRejection, of: keyof typeof KINDS): Rejection =>
  Rejection.reviveTold(refusal, KINDS[of])

/** What the home platform answered about an exchange, as it is read here; the settlement is read when it is needed. */
export const answerRead = z.object({
  exchange: uuid,
  state: z.enum(['UNKNOWN', 'REFUSED', 'RESERVED', 'COMMITTED', 'ABORTED']),
  settlement: z.unknown(),
  reversal: uuid.nullable(),
  rejection: rejection.nullable(),
})
export type AnswerRead = z.output<typeof answerRead>

const named = z.object({ id: uuid })

/** The id at home of a settlement that was told. */
export const readToldId = (message: unknown): string => named.parse(message).id

/** A settlement that was told; null when it has not its form. */
export const tryTold = (message: unknown): ToldBill | null => told.safeParse(message).data ?? null

/** A settlement that was told. */
export const readTold = (message: unknown): ToldBill => told.parse(message)

const trialRead = z.object({
  settlement: told.nullable(),
  quote: z.object({ id: uuid, expiresAt: instant }).nullable(),
  rejection: rejection.nullable(),
})
/** What a trial at home came to. @throws Rejection what home refused, or HOME_ANSWER_WRONG when it says neither in form */
export function readTrial(message: unknown): { readonly settlement: ToldBill; readonly quote: Quote } {
  const read = trialRead.safeParse(message).data
  if (read?.rejection) throw toldRefusal(read.rejection, 'TRIAL')
  if (!read?.settlement || !read.quote) throw homeAnswerWrong()
  return { settlement: read.settlement, quote: read.quote }
}
