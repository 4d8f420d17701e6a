import { parseYuan, type Fen } from '@yibao/schema/money'
import { z } from 'zod'

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })
const months = z.int().min(0).max(24)
const monthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/)
const number = <T extends z.ZodType>(value: T) => z.strictObject({ value, source: z.string() })

const source = z.strictObject({
  document: text,
  number: z.string().nullable(),
  reliability: z.enum(['A', 'B', 'C', 'D']),
  note: z.string().optional(),
})

const rules = z.strictObject({
  /** When residents enrol for the next calendar year; both days count. */
  residentPeriod: z.strictObject({ from: monthDay, to: monthDay, source: z.string() }),
  /** How long residents wait who enrol outside of it. */
  residentWaitMonths: number(months),
  /** Person types of residents who never wait. */
  residentNoWait: number(z.array(z.string().regex(/^1[4-6]([0-9]{2})?$/))),
  employeeWaitMonths: number(months),
  /** A gap of as many months at most has no consequence. */
  gapToleratedMonths: number(months),
  gapWaitMonths: number(months),
  /** How many months before the current one an employer may still enter a first or last day in. */
  employerBackMonths: number(z.int().min(0).max(12)),
  /** Limits of the base, in average wages of the pool. */
  baseFloor: number(z.string().regex(/^[0-9](\.[0-9]{1,4})?$/)),
  baseCeiling: number(z.string().regex(/^[0-9](\.[0-9]{1,4})?$/)),
  /** What becomes of a base outside of the limits: moved to the nearer one, or refused. */
  baseOutside: number(z.enum(['CLAMP', 'REFUSE'])),
  voucherYears: number(z.int().min(10).max(100)),
  /** Days within which a dispute is to be decided. */
  disputeDays: number(z.int().min(1).max(365)),
  /** How many days before its last day somebody is reminded of a bill they pay alone. */
  dueReminderDays: number(z.int().min(0).max(60)),
  /** How many days after its last day a monthly bill may stay unpaid until the person is suspended. */
  arrearsGraceDays: number(z.int().min(0).max(365)),
  /**
   * By when an employer declares a month: a day of it, or the next that is worked where offices are closed on it; or so
   * many working days from its first day on.
   */
  declarationDue: number(
    z.union([z.strictObject({ day: z.int().min(1).max(28) }), z.strictObject({ workingDay: z.int().min(1).max(20) })]),
  ),
  /** How many working days before that an employer is told. */
  declarationReminderWorkingDays: number(z.int().min(0).max(20)),
})

const file = z.strictObject({
  pool: z.string().regex(/^[0-9]{6}$/),
  name: text,
  sources: z.record(z.string(), source),
  rules: rules.partial(),
  wages: z.array(
    z.strictObject({
      from: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/),
      monthly: z.string().transform((yuan, context): Fen => {
        const amount = parseYuan(yuan)
        if (amount !== null && amount > 0n) return amount
        context.addIssue('is no amount in yuan')
        return z.NEVER
      }),
      source: z.string(),
    }),
  ),
})

type File = z.infer<typeof file>
type Rules = z.infer<typeof rules>

/** What a pool lets enrolments and declarations do: numbers, each with its source. */
export interface EnrolmentRules {
  readonly rules: Rules
  /** Average wages of the pool, the latest first; a pool without any has no limits of the base. */
  readonly wages: File['wages']
}

/** The rules of every pool: those of the nation, and what single pools have of their own. */
export interface EnrolmentRuleBook {
  readonly national: EnrolmentRules
  readonly pools: ReadonlyMap<string, EnrolmentRules>
}

const NATIONAL = '100000'

/** Reads the files. @throws Error naming the file and everything that is wrong in it. */
export function readRuleBook(
  files: readonly { readonly name: string; readonly content: unknown }[],
): EnrolmentRuleBook {
  const read = files.map(({ name, content }) => {
    const result = file.safeParse(content)
    if (!result.success) throw new Error(`${name}: ${z.prettifyError(result.error)}`)
    const used = [...Object.values(result.data.rules), ...result.data.wages].map((one) => one?.source ?? '')
    const unknown = used.filter((one) => !(one in result.data.sources))
    if (unknown.length > 0) throw new Error(`${name}: names sources it does not list: ${unknown.join(', ')}`)
    return result.data
  })
  const national = read.find(({ pool }) => pool === NATIONAL)
  if (national === undefined) throw new Error('there are no national rules of enrolment')
  const whole = rules.parse(national.rules)
  return {
    national: { rules: whole, wages: [] },
    pools: new Map(
      read.map((one) => [one.pool, { rules: rules.parse({ ...whole, ...one.rules }), wages: latestFirst(one) }]),
    ),
  }
}

const latestFirst = ({ wages }: File) => wages.toSorted((a, b) => (a.from < b.from ? 1 : -1))

export const rulesOf = ({ national, pools }: EnrolmentRuleBook, pool: string): EnrolmentRules =>
  pools.get(pool) ?? national

/** The last day on which a voucher of this day must still be there: so many years from the end of its year. */
export const retainUntil = ({ rules: { voucherYears } }: EnrolmentRules, day: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.from({ year: day.year + voucherYears.value, month: 12, day: 31 })

/** The first day an employer may still enter by itself: that of the current month, or of some months before it. */
export const earliestOf = (
  { rules: { employerBackMonths } }: EnrolmentRules,
  today: Temporal.PlainDate,
): Temporal.PlainDate => today.with({ day: 1 }).subtract({ months: employerBackMonths.value })
