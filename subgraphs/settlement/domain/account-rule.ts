import { before, parseDay } from '@yibao/schema/dates'
import { parseRate, type Rate } from '@yibao/schema/money'
import { z } from 'zod'
import { source } from './policy-format.ts'

const NATIONAL = '100000'

const read = <T>(parse: (text: string) => T | null, what: string) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== null) return value
    context.addIssue({ code: 'custom', message: `must be ${what}` })
    return z.NEVER
  })

const key = z.string().regex(/^[a-z0-9-]{1,40}$/)
const day = read(parseDay, 'a day yyyy-MM-dd')
const rate = read(parseRate, 'a ratio with four decimals').refine((value: Rate) => value >= 0n && value < 10_000n)

const file = z.strictObject({
  pool: z.string().regex(/^\d{6}$/),
  name: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }),
  sources: z.record(key, source),
  /** Which premiums of which relatives an account may pay. */
  premium: z
    .strictObject({
      insuranceTypes: z.array(z.string().regex(/^\d{3}$/)).min(1),
      relations: z.array(z.enum(['SPOUSE', 'PARENT', 'CHILD', 'SIBLING', 'GRANDPARENT', 'GRANDCHILD'])),
      source: key,
    })
    .optional(),
  premiumOrder: z.strictObject({ first: z.enum(['CURRENT', 'HISTORY']), source: key }).optional(),
  /** From which day on what is left of a year is carried over. */
  turn: z.strictObject({ day: z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/), source: key }).optional(),
  /** Rates of a year, by the day it ends on. */
  interest: z
    .array(z.strictObject({ from: day, current: rate, history: rate, basis: key, source: key }))
    .min(1)
    .optional(),
})

type File = z.infer<typeof file>

/** How a pool keeps personal accounts. */
export type AccountRules = { readonly [K in 'premium' | 'premiumOrder' | 'turn' | 'interest']: NonNullable<File[K]> }

/** Reads the files; throws an error that names file and place when one is wrong. Answers the rules of each pool. */
export function loadAccountRules(files: readonly { readonly name: string; readonly text: string }[]) {
  const parsed = files.map(({ name, text }) => {
    const one = file.safeParse(JSON.parse(text))
    if (!one.success) throw new Error(`${name}: ${z.prettifyError(one.error)}`)
    const { premium, premiumOrder, turn, interest = [], sources } = one.data
    const named = [premium, premiumOrder, turn, ...interest].flatMap((part) =>
      part === undefined ? [] : [part.source],
    )
    for (const used of [...named, ...interest.map(({ basis }) => basis)]) {
      if (sources[used] === undefined) throw new Error(`${name}: ${used} is not among the sources`)
    }
    return one.data
  })
  const national = parsed.find(({ pool }) => pool === NATIONAL)
  return (pool: string): AccountRules => {
    const own = parsed.find((one) => one.pool === pool)
    const premium = own?.premium ?? national?.premium
    const premiumOrder = own?.premiumOrder ?? national?.premiumOrder
    const turn = own?.turn ?? national?.turn
    const interest = own?.interest ?? national?.interest
    if (premium === undefined || premiumOrder === undefined || turn === undefined || interest === undefined) {
      throw new Error(`the files do not say how pool ${pool} keeps accounts`)
    }
    return { premium, premiumOrder, turn, interest }
  }
}

/** The rates of a year, by its last day; none before the first that is known. */
export function ratesOf(
  { interest }: AccountRules,
  year: number,
): { readonly current: Rate; readonly history: Rate } | null {
  const last = Temporal.PlainDate.from({ year, month: 12, day: 31 })
  const known = interest.filter(({ from }) => !before(last, from))
  return known.toSorted((a, b) => Temporal.PlainDate.compare(b.from, a.from))[0] ?? null
}

/** The first day on which the accounts of a pool are carried over from one year to the next. */
export const turnOf = ({ turn }: AccountRules, year: number): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${year + 1}-${turn.day}`)
