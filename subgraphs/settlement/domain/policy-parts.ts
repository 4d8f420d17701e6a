import { parseRate, parseYuan, RATE_ONE } from '@yibao/schema/money'
import { z } from 'zod'
import type { Case } from './policy.ts'

/** A fault says what is wrong in Chinese and English; the path says where. */
export const wrong = (zh: string, en: string) => `${zh} / ${en}`

export const key = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, wrong('应为字母开头的标识', 'must be a plain name'))

/** No list of a file is as long as this by nature; what compares them may rely on it. */
export const CODES_MAX = 100
const CASES_MAX = 200

/** A list of at most so many. */
export const listOf = <T extends z.ZodType>(one: T, max: number) =>
  z.array(one).max(max, wrong(`最多 ${max} 项`, `takes at most ${max} entries`))

/** A list of at most so many texts, each of them once. */
export const setOf = <T extends z.ZodType<string>>(one: T, max = CODES_MAX) =>
  listOf(one, max).refine((list) => new Set(list).size === list.length, wrong('有重复项', 'has an entry twice'))

export const codes = (pattern: RegExp, zh: string, en: string) => setOf(z.string().regex(pattern, wrong(zh, en))).min(1)
export const divisions = codes(/^\d{2}(\d{2}){0,2}$/, '应为 2、4 或 6 位区划代码前缀', 'must be division prefixes')
export const personTypes = codes(/^\d{2}(\d{2})?$/, '应为 2 或 4 位人员类别前缀', 'must be person type prefixes')
const careType = z.string().regex(/^\d{1,6}$/, wrong('应为医疗类别前缀', 'must be care type prefixes'))
/** Care types of a rule that may concern none. */
export const anyCareTypes = setOf(careType)
export const careTypes = anyCareTypes.min(1)
export const bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })

/** Yuan as text, `"1300"` or `"1300.00"`: a JSON number would pass through binary fractions. */
export const money = z.string().transform((text, ctx) => {
  const value = parseYuan(text)
  if (value !== null && value >= 0n) return value
  ctx.addIssue({ code: 'custom', message: wrong('应为不小于 0 的金额字符串', 'must be yuan as text, not negative') })
  return z.NEVER
})

/** A ratio as text, `"0.85"`, between 0 and 1. */
export const rate = z.string().transform((text, ctx) => {
  const value = parseRate(text)
  if (value !== null && value >= 0n && value <= RATE_ONE) return value
  ctx.addIssue({
    code: 'custom',
    message: wrong('应为 0 到 1 的比例字符串', 'must be a ratio as text between 0 and 1'),
  })
  return z.NEVER
})

export const day = z.iso
  .date(wrong('应为日期 YYYY-MM-DD', 'must be a day YYYY-MM-DD'))
  .transform((text) => Temporal.PlainDate.from(text))

export const LEVELS = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'] as const
const FILINGS = ['LOCAL', 'LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY', 'UNFILED'] as const

export const condition = z
  .strictObject({
    personType: personTypes.optional(),
    level: setOf(z.enum(LEVELS)).min(1).optional(),
    ageFrom: z.int().min(0).optional(),
    ageBelow: z.int().min(1).optional(),
    admissionFrom: z.int().min(1).optional(),
    admissionBelow: z.int().min(2).optional(),
    insuredMonthsFrom: z.int().min(0).optional(),
    insuredMonthsBelow: z.int().min(1).optional(),
    filing: setOf(z.enum(FILINGS)).min(1).optional(),
    place: setOf(z.enum(['IN_POOL', 'IN_PROVINCE', 'OUT_OF_PROVINCE']))
      .min(1)
      .optional(),
    identity: codes(/^\d{1,6}$/, '应为特殊身份代码前缀', 'must be identity code prefixes').optional(),
    civilServant: z.boolean().optional(),
    emergency: z.boolean().optional(),
    careType: careTypes.optional(),
    disease: codes(/^[A-Z]\w{0,19}$/, '应为病种代码前缀', 'must be disease code prefixes').optional(),
    birthType: codes(/^[1-79]$/, '应为生育类别 1–7、9', 'must be kinds of birth 1–7, 9').optional(),
  })
  .refine(
    ({ ageFrom, ageBelow }) => ageFrom === undefined || ageBelow === undefined || ageFrom < ageBelow,
    wrong('年龄区间为空', 'the ages leave nobody'),
  )
  .refine(
    ({ insuredMonthsFrom: from, insuredMonthsBelow: below }) =>
      from === undefined || below === undefined || from < below,
    wrong('参保月数区间为空', 'the insured months leave nobody'),
  )

const isListOfCases = (raw: unknown): raw is unknown[] =>
  Array.isArray(raw) && raw.some((one) => typeof one === 'object' && one !== null && 'value' in one)

/**
 * A plain value, or a list of `{ when, value }` of which the first whose `when` holds counts. A case without `when`
 * always holds, so nothing may stand after it.
 */
export const choice = <T>(value: z.ZodType<T>) => {
  const cases = listOf(z.strictObject({ when: condition.default({}), value }), CASES_MAX).superRefine((list, ctx) => {
    const open = list.findIndex((one) => Object.keys(one.when).length === 0)
    if (open < 0 || open === list.length - 1) return
    const message = wrong('前一项无条件，此项永远不会用到', 'can never apply: the case before it has no condition')
    ctx.addIssue({ code: 'custom', path: [open + 1], message })
  })
  return z.unknown().transform((raw, ctx): readonly Case<T>[] => {
    const [listed, plain] = isListOfCases(raw) ? [cases.safeParse(raw)] : [undefined, value.safeParse(raw)]
    if (listed?.success === true) return listed.data
    if (plain?.success === true) return [{ when: {}, value: plain.data }]
    for (const { path, message } of (listed ?? plain)?.error?.issues ?? [])
      ctx.addIssue({ code: 'custom', path, message })
    return z.NEVER
  })
}
