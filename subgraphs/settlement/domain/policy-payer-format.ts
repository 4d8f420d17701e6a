import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { z } from 'zod'
import type { Band } from './policy.ts'
import { bilingual, choice, condition, key, listOf, money, rate, setOf, wrong } from './policy-parts.ts'

const CATEGORIES = ['inScope', 'firstSelfPayment', 'overCeiling', 'selfPaid'] as const
const FUNDS = ['hifp', 'hifob', 'hifmi', 'cvlserv', 'hifes', 'maf', 'hifdm', 'oth', 'hospital'] as const
const fundPayType = z.string().regex(/^\d{6}$/, wrong('应为 6 位基金支付类型', 'must be a fund_pay_type of 6 digits'))
const counter = z
  .string()
  .regex(/^[a-z][a-z-]*$/, wrong('应为小写标识', 'must be a plain lower-case name'))
  .nullable()
  .default(null)
const perDisease = z.boolean().default(false)
const scope = z.enum(['BILL', 'STAY', 'MONTH', 'QUARTER', 'YEAR'])

const BANDS_MAX = 100
const CAPS_MAX = 20

/** Each band begins where the one before ends; `from` may be written to compare with the notice and must then agree. */
export const bandList = listOf(
  z.strictObject({ from: money.optional(), to: money.nullable().default(null), ratio: choice(rate) }),
  BANDS_MAX,
)
  .min(1)
  .transform((list, ctx): readonly Band[] => {
    let from: Fen = ZERO
    return list.map((band, i) => {
      const begin = from
      if (band.from !== undefined && band.from !== begin)
        ctx.addIssue({
          code: 'custom',
          path: [i, 'from'],
          message: wrong('与前一档不衔接', 'does not begin where the band before ends'),
        })
      if (band.to === null && i < list.length - 1)
        ctx.addIssue({
          code: 'custom',
          path: [i, 'to'],
          message: wrong('只有最后一档可以没有上限', 'may be open only in the last band'),
        })
      if (band.to !== null && band.to <= begin)
        ctx.addIssue({
          code: 'custom',
          path: [i, 'to'],
          message: wrong('档次应当递增', 'must lie above the end of the band before'),
        })
      from = band.to ?? fenOf(begin + 1n)
      return { from: begin, to: band.to, ratio: band.ratio }
    })
  })

/** A scope beyond the bill needs a counter, and only such a scope has one; only a counter can be kept per disease. */
const counted = (block: { scope: string; counter: string | null; perDisease: boolean }): boolean =>
  (block.scope === 'BILL') === (block.counter === null) && (block.counter !== null || !block.perDisease)
const COUNTED = wrong(
  '超出本次结算的范围须有 counter，本次结算则不得有；perDisease 须有 counter',
  'needs a counter exactly when its scope is not BILL, and perDisease needs one',
)

const deductible = z
  .strictObject({
    standard: choice(money),
    factor: choice(rate).nullable().default(null),
    scope: z.enum(['BILL', 'STAY', 'DAYS', 'MONTH', 'QUARTER', 'YEAR']),
    days: z.int().min(1).nullable().default(null),
    counter,
    perDisease,
    transfer: z.enum(['NEW', 'DIFFERENCE', 'NONE']).default('NEW'),
    source: key,
  })
  .refine(counted, COUNTED)
  .refine(
    (block) => (block.scope === 'DAYS') === (block.days !== null),
    wrong('days 只用于 DAYS', 'needs days exactly when its scope is DAYS'),
  )

const bands = z
  .strictObject({
    position: z.enum(['GROSS', 'NET']),
    scope,
    counter,
    perDisease,
    table: choice(bandList),
    bonus: choice(rate).nullable().default(null),
    rounding: z.enum(['PER_BAND', 'CUMULATIVE']).default('PER_BAND'),
    source: key,
  })
  .refine(counted, COUNTED)

const cap = z
  .strictObject({
    unit: z.enum(['FUND_PAID', 'FUND_AND_SELF', 'EXPENSE_ABOVE_DEDUCTIBLE']),
    amount: choice(money.nullable()),
    scope,
    counter,
    perDisease,
    source: key,
  })
  .refine(counted, COUNTED)

/** The end of the last band caps; position and counter are those of the bands. */
const bandEnd = z.strictObject({ unit: z.literal('BAND_END'), source: key }).transform(({ unit, source }) => ({
  unit,
  source,
  amount: null,
  scope: 'BILL' as const,
  counter: null,
  perDisease: false,
}))

const base = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('REMAINING'), of: setOf(z.enum(CATEGORIES)).min(1) }),
  z.strictObject({ kind: z.literal('EXCESS'), payer: key }),
  z.strictObject({ kind: z.literal('COPAY'), payers: setOf(key).min(1) }),
])

const head = {
  id: key,
  name: bilingual,
  note: z.string().optional(),
  when: condition.default({}),
  fundPayType,
  source: key,
}

export const accountParts = setOf(z.enum([...CATEGORIES, 'deductible'])).min(1)

export const payer = z.discriminatedUnion('kind', [
  z.strictObject({
    ...head,
    kind: z.literal('FUND'),
    fund: z.enum(FUNDS),
    base,
    deductible: deductible.nullable().default(null),
    bands,
    caps: listOf(z.discriminatedUnion('unit', [cap, bandEnd]), CAPS_MAX).default([]),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('ACCOUNT'),
    balance: z.enum(['CURRENT', 'HISTORY', 'ALL']),
    use: z.enum(['COMPULSORY', 'OPTIONAL']),
    pays: accountParts.nullable().default(null),
  }),
])
