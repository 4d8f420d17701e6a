import { before, parseDay } from '@yibao/schema/dates'
import { parseRate, parseYuan, type Fen, type Rate } from '@yibao/schema/money'
import { z } from 'zod'

export const BILL_KINDS = ['EMPLOYEE', 'FLEXIBLE', 'RESIDENT', 'RETIRED'] as const
export type BillKind = (typeof BILL_KINDS)[number]

/** Rules that hold wherever the file of a pool has none of the kind. */
const NATIONAL = '100000'

const read = <T>(parse: (text: string) => T | null, what: string) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== null) return value
    context.addIssue({ code: 'custom', message: `must be ${what}` })
    return z.NEVER
  })
const day = read(parseDay, 'a day yyyy-MM-dd')
const amount = read((text) => amountOf(parseYuan(text)), 'an amount in yuan above zero')
const rate = read((text) => rateOf(parseRate(text)), 'a ratio between 0 and 1')
const amountOf = (value: Fen | null): Fen | null => (value !== null && value > 0n ? value : null)
const rateOf = (value: Rate | null): Rate | null => (value !== null && value > 0n && value <= 10_000n ? value : null)

const key = z.string().regex(/^[a-z0-9-]{1,40}$/)
const bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })
const monthDay = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  .transform((text) => ({ month: Number(text.slice(0, 2)), day: Number(text.slice(3)) }))

const source = z.strictObject({
  document: bilingual,
  number: z.string().min(1).nullable(),
  article: z.string().min(1).nullable(),
  note: z.string().optional(),
  issued: z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/),
  reliability: z.enum(['A', 'B', 'C', 'ASSUMED']),
})

/** A part of the base, or a sum that is the same for everybody. */
const share = z.union([z.strictObject({ rate }), z.strictObject({ amount })])

const rule = z
  .strictObject({
    id: key,
    kind: z.enum(BILL_KINDS),
    insuranceType: z.string().regex(/^\d{3}$/),
    /** Codes of `psn_type`, whole or how they begin. */
    personTypes: z.array(z.string().regex(/^1[1-6](\d\d)?$/)).min(1),
    from: day,
    to: day.nullable().default(null),
    base: z
      .strictObject({ floor: amount.optional(), ceiling: amount.optional(), fixed: amount.optional(), source: key })
      .optional(),
    shares: z
      .strictObject({
        employer: share.optional(),
        person: share.optional(),
        government: share.optional(),
        source: key,
      })
      .optional(),
    /** What a flexible employee pays who wants no account. */
    withoutAccount: z.strictObject({ rate, source: key }).optional(),
    /** What goes to the personal account. */
    credit: z.union([z.strictObject({ rate, source: key }), z.strictObject({ amount, source: key })]).optional(),
    /** The day of the month from which the retired are credited. */
    creditDay: z.strictObject({ day: z.int().min(1).max(28), source: key }).optional(),
    /** When residents pay for the next year. */
    concentrated: z.strictObject({ from: monthDay, to: monthDay, source: key }).optional(),
    /** For which months before and after this one somebody may pay. */
    window: z.strictObject({ back: z.int().min(0).max(36), ahead: z.int().min(0).max(24), source: key }).optional(),
  })
  .refine((one) => (one.kind === 'RETIRED') === (one.shares === undefined), 'only the retired pay nothing')
  .refine((one) => (one.kind === 'RETIRED') === (one.creditDay !== undefined), 'only the retired are credited on a day')
  .refine((one) => (one.kind === 'RESIDENT') === (one.concentrated !== undefined), 'residents pay in a period')

const file = z.strictObject({
  pool: z.string().regex(/^\d{6}$/),
  name: bilingual,
  sources: z.record(key, source),
  rules: z.array(rule).min(1),
})

export type ContributionRule = z.infer<typeof rule> & { readonly pool: string }

/** Reads the files of all pools; throws an error that names file and place when one is wrong. */
export function loadContributionRules(files: readonly { readonly name: string; readonly text: string }[]) {
  const rules: ContributionRule[] = []
  for (const { name, text } of files) {
    const parsed = file.safeParse(JSON.parse(text))
    if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`)
    const { pool, sources } = parsed.data
    for (const one of parsed.data.rules) {
      const named = [one.base, one.shares, one.withoutAccount, one.credit, one.creditDay, one.concentrated, one.window]
      for (const part of named) {
        if (part !== undefined && sources[part.source] === undefined) {
          throw new Error(`${name}: rule ${one.id} rests on ${part.source}, which is not among the sources`)
        }
      }
      rules.push({ ...one, pool })
    }
  }
  return rules
}

interface Wanted {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly on: Temporal.PlainDate
}

/** The rule of the pool, or of the country, for such a person on a day; the latest one when there are several. */
export function findRule(rules: readonly ContributionRule[], wanted: Wanted): ContributionRule | null {
  const { pool, insuranceType, personType, on } = wanted
  const fits = rules.filter(
    (one) =>
      one.insuranceType === insuranceType &&
      one.personTypes.some((type) => personType.startsWith(type)) &&
      !before(on, one.from) &&
      (one.to === null || !before(one.to, on)),
  )
  const latest = (of: string) =>
    fits.filter((one) => one.pool === of).toSorted((a, b) => Temporal.PlainDate.compare(b.from, a.from))[0]
  return latest(pool) ?? latest(NATIONAL) ?? null
}

/** How a bill names the rule it was made by. */
export const ruleName = ({ pool, id, from }: ContributionRule): string => `${pool}/${id}@${from.toString()}`
