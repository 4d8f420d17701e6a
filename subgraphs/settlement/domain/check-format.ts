import { parseQuantity } from '@yibao/schema/money'
import { z } from 'zod'
import { looksBack } from './check-history.ts'
import { source } from './policy-format.ts'
import { bilingual, careTypes, codes, condition, day, key, LEVELS, wrong } from './policy-parts.ts'

const nationalCodes = codes(/^[0-9A-Z]{2,50}$/, '应为医保目录编码', 'must be national codes')
const listTypes = codes(/^\d{3}$/, '应为 3 位目录类别', 'must be list types of 3 digits')
const icd = codes(/^[A-Z][0-9A-Z.+*]{0,9}$/, '应为 ICD-10 编码前缀', 'must be prefixes of ICD-10 codes')
const count = z.int().min(1)

const quantity = z.string().transform((text, ctx) => {
  const value = parseQuantity(text)
  if (value !== null && value > 0n) return value
  ctx.addIssue({ code: 'custom', message: wrong('应为大于 0 的数量字符串', 'must be a quantity as text above 0') })
  return z.NEVER
})

const itemList = z
  .strictObject({
    codes: nationalCodes.optional().transform((list) => list ?? []),
    prefixes: nationalCodes.optional().transform((list) => list ?? []),
    lists: listTypes.optional().transform((list) => list ?? []),
  })
  .refine(
    (one) => one.codes.length + one.prefixes.length + one.lists.length > 0,
    wrong('没有列出任何项目', 'lists no item'),
  )
const items = z.union([z.literal('ALL'), itemList], {
  error: wrong('应为 ALL，或 codes、prefixes、lists 的清单', 'must be ALL or lists of codes, prefixes or lists'),
})

const limits = z
  .strictObject({
    sex: z.enum(['1', '2']).optional(),
    ageFrom: z.int().min(1).optional(),
    ageBelow: z.int().min(1).optional(),
    levels: z.array(z.enum(LEVELS)).min(1).optional(),
    insuranceTypes: codes(/^\d{3}$/, '应为 3 位险种', 'must be insurance types of 3 digits').optional(),
    careTypes: careTypes.optional(),
    diagnoses: icd.optional(),
  })
  .refine((one) => Object.keys(one).length > 0, wrong('没有任何限制', 'limits nothing'))

const per = z.union([
  z.literal('BILL'),
  z.literal('STAY_DAY'),
  z.strictObject({ days: count.max(90), acrossVisits: z.boolean().default(false) }),
])

const otherVisit = z.strictObject({
  careTypes,
  dischargeWays: z
    .array(z.enum(['1', '2', '3', '4', '5', '9']))
    .min(1)
    .nullable()
    .default(null),
  institution: z.enum(['ANY', 'SAME', 'OTHER']).default('ANY'),
  divisionsDifferIn: z
    .union([z.literal(2), z.literal(4), z.literal(6)])
    .nullable()
    .default(null),
  sameDiagnosis: z.int().min(1).max(10).nullable().default(null),
})

const relation = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('OVERLAPS'), innerDaysOf: z.enum(['THIS', 'OTHER']).nullable().default(null) }),
  z.strictObject({ is: z.literal('FOLLOWS'), days: count.max(90).nullable() }),
  z.strictObject({ is: z.literal('NEAR'), hours: count.max(72) }),
])

/** A predicate with its parameters. */
export const predicate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('LIMIT'), items, to: limits }),
  z.strictObject({ kind: z.literal('APPROVAL'), items }),
  z.strictObject({ kind: z.literal('PRICE'), items }),
  z.strictObject({ kind: z.literal('SAME_MOMENT'), items }),
  z.strictObject({ kind: z.literal('SUPPLY_DAYS'), items, days: count, tolerance: z.int().min(0).default(0) }),
  z.strictObject({
    kind: z.literal('REPEATED_SUPPLY'),
    items,
    sameKind: z.int().min(2).max(50),
    tolerance: z.int().min(0).default(0),
  }),
  z.strictObject({ kind: z.literal('QUANTITY'), items, most: quantity, per, together: z.boolean().default(false) }),
  z.strictObject({
    kind: z.literal('EXCLUSIVE'),
    items,
    beside: items,
    within: z.enum(['DAY', 'BILL', 'PRESCRIPTION']),
  }),
  z.strictObject({
    kind: z.literal('COUNT'),
    items,
    most: count,
    within: z.enum(['PRESCRIPTION', 'BILL']),
    sameKind: z.int().min(2).max(50).nullable().default(null),
    takeHome: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('PRESCRIPTION_AGE'),
    items,
    days: count,
    hoursAhead: z.int().min(0),
    electronic: z.literal(true).optional(),
  }),
  z.strictObject({ kind: z.literal('DIAGNOSES'), most: count }),
  z.strictObject({ kind: z.literal('OTHER_VISIT'), other: otherVisit, relation }),
  z.strictObject({ kind: z.literal('PERSON') }),
])

const ABOUT_THE_BILL = new Set(['DIAGNOSES', 'OTHER_VISIT', 'PERSON'])

export const checkRule = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/, wrong('应为小写标识', 'must be a plain name in small letters')),
    name: bilingual,
    note: z.string().optional(),
    source: key,
    pools: codes(/^\d{6}$/, '应为 6 位统筹区代码', 'must be pool codes of 6 digits')
      .nullable()
      .default(null),
    from: day,
    to: day.nullable().default(null),
    action: z.enum(['WARN', 'DEGRADE_LINE', 'DEGRADE_BILL', 'REFUSE']),
    when: condition.default({}),
    test: predicate,
  })
  .refine(({ from, to }) => to === null || Temporal.PlainDate.compare(from, to) <= 0, {
    path: ['to'],
    message: wrong('止期早于起期', 'ends before it begins'),
  })
  .refine(({ action, test }) => action !== 'DEGRADE_LINE' || !ABOUT_THE_BILL.has(test.kind), {
    path: ['action'],
    message: wrong('此类规则针对整单，不能只降级明细', 'a rule about the bill cannot degrade lines'),
  })
  .refine(({ when, test }) => test.kind !== 'PERSON' || Object.keys(when).length > 0, {
    path: ['when'],
    message: wrong('人员规则须有适用条件', 'a rule about persons must say which'),
  })
  // Lines of other bills are found by their codes.
  .refine(
    ({ test }) => !looksBack(test) || !('items' in test) || test.items === 'ALL' || test.items.lists.length === 0,
    {
      path: ['test', 'items', 'lists'],
      message: wrong('跨就诊规则须列编码或前缀', 'a rule across visits names codes or prefixes'),
    },
  )

/** What stands around the rules of a file. */

export const checkFile = z.strictObject({
  name: bilingual,
  note: z.string().optional(),
  sources: z.record(key, source),
  rules: z.array(z.unknown()),
})
