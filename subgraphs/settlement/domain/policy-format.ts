import { z } from 'zod'
import {
  bilingual,
  anyCareTypes,
  careTypes,
  choice,
  condition,
  day,
  divisions,
  key,
  listOf,
  money,
  personTypes,
  rate,
  setOf,
  wrong,
} from './policy-parts.ts'
import { accountParts, bandList, payer } from './policy-payer-format.ts'

/** A document rules are taken from. */
export const source = z.strictObject({
  document: bilingual,
  number: z.string().min(1).nullable().default(null),
  article: z.string().min(1).nullable().default(null),
  note: z.string().optional(),
  issued: z
    .string()
    .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, wrong('应为年、年-月或日期', 'must be a year, a month or a day')),
  reliability: z.enum(
    ['A', 'B', 'C', 'ASSUMED'],
    wrong('应为 A、B、C 或 ASSUMED；D 不能用于结算', 'must be A, B, C or ASSUMED; D is not good enough to settle by'),
  ),
})

const POLICIES_MAX = 500
const PAYERS_MAX = 50
const RULES_MAX = 100

const monthDay = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/, wrong('应为月-日（01 至 28 日）', 'must be month-day, day 01 to 28'))
  .transform((text) => ({ month: Number(text.slice(0, 2)), day: Number(text.slice(3)) }))

const minutes = z.int().min(1).max(1440)
const insuranceType = z.string().regex(/^\d{3}$/, wrong('应为 3 位险种', 'must be insurance types of 3 digits'))

const openStay = z.enum(
  ['SETTLE_WHAT_WAS_ADMITTED', 'REFUSE'],
  wrong('应为 SETTLE_WHAT_WAS_ADMITTED 或 REFUSE', 'must be SETTLE_WHAT_WAS_ADMITTED or REFUSE'),
)

const dateRule = z.enum(['LINE', 'ADMISSION', 'DISCHARGE', 'SETTLEMENT'])

const ownTable = z
  .strictObject({
    payer: key,
    deductible: choice(money).nullable().default(null),
    table: choice(bandList).nullable().default(null),
  })
  .refine(
    (one) => one.deductible !== null || one.table !== null,
    wrong('至少给出起付线或分段表', 'needs a deductible or a table'),
  )

const crossHead = { when: condition.default({}), note: z.string().optional(), source: key }
const crossArea = z.discriminatedUnion('model', [
  z.strictObject({ ...crossHead, model: z.literal('AS_LOCAL') }),
  z.strictObject({ ...crossHead, model: z.literal('REFUSED') }),
  z.strictObject({ ...crossHead, model: z.literal('POINTS'), drop: choice(rate), payers: setOf(key).min(1) }),
  z.strictObject({ ...crossHead, model: z.literal('FIRST_SELF_PAYMENT'), share: choice(rate) }),
  z.strictObject({ ...crossHead, model: z.literal('OWN_TABLE'), tables: listOf(ownTable, PAYERS_MAX).min(1) }),
])

const rules = z.strictObject({
  lineDecimals: z.strictObject({ value: z.union([z.literal(2), z.literal(3), z.literal(4)]), source: key }),
  benefitYear: z.strictObject({ start: monthDay, source: key }),
  decidingDate: listOf(
    z.strictObject({
      careTypes,
      policy: dateRule,
      personType: dateRule,
      year: dateRule,
      acrossYearEnd: z.enum(['WHOLE_STAY', 'INTERIM_SETTLEMENT']),
      source: key,
    }),
    RULES_MAX,
  ).min(1),
  coverageLapse: z.strictObject({ stay: z.enum(['ADMISSION_DECIDES', 'LINE_DECIDES']), source: key }),
  account: z.strictObject({ countedInFund: z.boolean(), pays: accountParts, source: key }),
  localUseWhileFiled: z.strictObject({
    refused: setOf(z.enum(['LONG_TERM', 'REFERRAL', 'OTHER_TEMPORARY'])),
    source: key,
  }),
  emergencyCountsAsFiled: z.strictObject({ value: z.boolean(), source: key }),
  catalogueElsewhere: z.strictObject({ value: z.enum(['PLACE', 'HOME']), source: key }),
  observationJoins: z.strictObject({ days: z.int().min(0).max(365), source: key }),
  transfer: z.strictObject({ days: z.int().min(0).max(365), source: key }),
  mutualAid: z.strictObject({ pays: accountParts, insuranceTypes: setOf(insuranceType), source: key }),
  reversalOrder: z.strictObject({ value: z.enum(['ANY', 'LATEST_FIRST', 'RECOMPUTED']), source: key }),
  conversion: z.strictObject({ days: z.int().min(0).max(731), source: key }),
  traceCodes: z.strictObject({ value: z.enum(['REQUIRED', 'WARNED', 'OFF']), source: key }),
  online: z.strictObject({ minutes, source: key }),
  openStays: z.strictObject({
    suspended: openStay,
    terminated: openStay,
    expired: openStay,
    fraud: openStay,
    source: key,
  }),
  capabilities: z.strictObject({ required: setOf(z.enum(['CROSS_PROVINCE', 'CHRONIC'])), source: key }),
  suspendedStaff: z.strictObject({ value: z.enum(['REFUSED', 'PAID_IN_EMERGENCIES', 'PAID']), source: key }),
  quote: z.strictObject({ minutes, source: key }),
  credentialAtDischarge: z.strictObject({ value: z.boolean(), source: key }),
  chosenInstitution: z.strictObject({ careTypes: anyCareTypes, source: key }),
  maternityRegistration: z.strictObject({ value: z.boolean(), source: key }),
  crossArea: listOf(crossArea, RULES_MAX),
})

/** What stands around the policies of a file. Rules that are left out come from the national frame. */
export const poolFile = z.strictObject({
  pool: z.string().regex(/^\d{6}$/, wrong('应为 6 位统筹区代码', 'must be a pool code of 6 digits')),
  name: bilingual,
  area: divisions,
  note: z.string().optional(),
  sources: z.record(key, source),
  rules: rules.partial().default({}),
  policies: listOf(z.unknown(), POLICIES_MAX),
})

export const policyBlock = z
  .strictObject({
    id: z
      .string()
      .regex(/^\d{6}-[a-z0-9-]+$/, wrong('应为“统筹区代码-名称”', 'must be the pool code and a plain name')),
    name: bilingual,
    note: z.string().optional(),
    insuranceTypes: setOf(insuranceType).min(1),
    personTypes,
    careTypes,
    from: day,
    to: day.nullable().default(null),
    revision: z.int().min(2).max(99).nullable().default(null),
    payers: listOf(payer, PAYERS_MAX).min(1),
    crossArea: listOf(crossArea, RULES_MAX).default([]),
  })
  .refine(
    ({ from, to }) => to === null || Temporal.PlainDate.compare(from, to) <= 0,
    wrong('止期早于起期', 'ends before it begins'),
  )

export type PoolFile = z.infer<typeof poolFile>
export type PolicyBlock = z.infer<typeof policyBlock>
