import { addWorkingDays, type CountedDay } from '@yibao/schema/working-days'
import { rateOf, type Rate } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { z } from 'zod'
import { source } from './policy-format.ts'
import { bilingual, divisions, listOf, rate, wrong } from './policy-parts.ts'

/** Hundredths of a point: `"95"` is 9500. */
const points = z
  .string()
  .regex(/^(100|\d{1,2})(\.\d{1,2})?$/, wrong('应为 0 至 100 分', 'must be points from 0 to 100'))
  .transform((text) => hundredths(text))

const code = z.string().regex(/^[A-Z][A-Z_]{1,29}$/, wrong('应为大写代码', 'must be a code in capitals'))
const coded = z.strictObject({ code, name: bilingual, article: z.string().min(1).optional() })
const workingDays = z.strictObject({ workingDays: z.int().min(0).max(250), source })

const deposit = z
  .strictObject({
    pools: divisions.optional(),
    ratio: rate.refine((ratio) => ratio <= 1000n, wrong('最多 10 %', 'must be at most 10 %')),
    scores: listOf(z.strictObject({ from: points, share: rate }), 100).min(1),
    source,
  })
  .refine(
    ({ scores }) =>
      scores.at(-1)?.from === 0 && scores.every(({ from }, i) => i === 0 || from < (scores[i - 1]?.from ?? 0)),
    wrong('分数应由高到低，末项为 0', 'scores must go down to 0'),
  )

/** Shares of a prefund that call for a look, and for more money at once. */
const prefund = z
  .strictObject({ yellow: rate, red: rate, source })
  .refine(({ yellow, red }) => yellow < red, wrong('黄色应低于红色', 'yellow must be below red'))

const format = z
  .strictObject({
    deposits: listOf(deposit, 500).min(1),
    appeal: workingDays,
    payment: workingDays,
    poolPayment: workingDays,
    provincePayment: workingDays,
    prefund,
    reasons: listOf(coded, 100).min(1),
    reasonsSource: source,
    methods: listOf(coded, 100).min(1),
    methodsSource: source,
    differenceLimit: z.strictObject({ ratio: rate, source }),
    basicFunds: z.record(z.string().regex(/^\d{3}$/), z.string().regex(/^\d{6}$/)),
    basicFundsSource: source,
  })
  .refine(
    ({ deposits }) => deposits.at(-1)?.pools === undefined,
    wrong('末项应适用于所有统筹区', 'the last deposit must be that of all pools'),
  )

/** What is kept back in a pool, and what of it goes back by which score. */
export interface DepositRule {
  readonly ratio: Rate
  readonly scores: readonly { readonly from: number; readonly share: Rate }[]
}

/** Why something is deducted, or by which method a month is paid. */
export interface Coded {
  readonly code: string
  readonly name: Text
  readonly article?: string | undefined
}

/** Ratios, limits and codes of clearing, as the files have them. */
export interface ClearingRules {
  depositOf(pool: string): DepositRule
  /** Last day for an appeal against what a check of that day deducted. */
  appealUntil(checked: Temporal.PlainDate): CountedDay
  /** Last day for the payment of what was declared on a day. */
  dueOn(declared: Temporal.PlainDate): CountedDay
  /** Last day for what a pool owes another by a declaration of that day. */
  poolDueOn(declared: Temporal.PlainDate): CountedDay
  /** Last day for what a province owes another by a statement confirmed on that day. */
  provinceDueOn(confirmed: Temporal.PlainDate): CountedDay
  /** Shares of a prefund at which an alarm is raised. */
  readonly prefund: { readonly yellow: Rate; readonly red: Rate }
  readonly reasons: ReadonlyMap<string, Coded>
  readonly methods: ReadonlyMap<string, Coded>
  /** How much the differences of a month may come to, of the fund part settled in it. */
  readonly differenceLimit: Rate
  /** `fund_pay_type` of the basic fund of an insurance, which bears what a payment method makes of a month. */
  basicFundOf(insuranceType: string): string
}

const named = (list: readonly Coded[]) => new Map(list.map((one) => [one.code, one]))

/** @throws ZodError naming what is wrong with the file. */
export function readClearingRules(text: string): ClearingRules {
  const rules = format.parse(JSON.parse(text))
  return {
    depositOf(pool) {
      const found = rules.deposits.find(({ pools }) => pools === undefined || pools.some((one) => pool.startsWith(one)))
      return found ?? { ratio: rateOf(0n), scores: [] }
    },
    appealUntil: (checked) => addWorkingDays(checked, rules.appeal.workingDays),
    dueOn: (declared) => addWorkingDays(declared, rules.payment.workingDays),
    poolDueOn: (declared) => addWorkingDays(declared, rules.poolPayment.workingDays),
    provinceDueOn: (confirmed) => addWorkingDays(confirmed, rules.provincePayment.workingDays),
    prefund: rules.prefund,
    reasons: named(rules.reasons),
    methods: named(rules.methods),
    differenceLimit: rules.differenceLimit.ratio,
    basicFundOf: (insuranceType) => rules.basicFunds[insuranceType] ?? '999997',
  }
}

/** Points with at most two decimals, in hundredths. */
export function hundredths(text: string): number {
  const [whole = '', fraction = ''] = text.split('.')
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'))
}

/** The share of the deposit that goes back for a score. */
export const shareOf = ({ scores }: DepositRule, score: number): Rate =>
  scores.find(({ from }) => score >= from)?.share ?? rateOf(0n)
