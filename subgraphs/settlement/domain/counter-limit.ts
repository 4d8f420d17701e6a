import { portion, RATE_ONE, type Fen, type Rate } from '@yibao/schema/money'
import { before } from '@yibao/schema/dates'
import { benefitYear } from './benefit-year.ts'
import type { Choice, Condition, FundPayer, Policy } from './policy.ts'
import { holds, startsWithOne, type Situation } from './policy-condition.ts'
import { resolvePolicy } from './policy-resolve.ts'
import { findPolicy, inForce } from './policy-select.ts'
import type { SplitInput } from './split-input.ts'

/** A counter of somebody, as it is stored. */
export interface CounterName {
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
}

/** What is known of the next bill: who it is for and, of a disease that has its own counter, which. */
export interface KnownSituation {
  readonly person: Situation['person']
  readonly disease: string | null
}

/**
 * The standard or cap behind a counter for this person on a day. Null where it cannot be said: where the policy has
 * none, or several that depend on what is not known before a bill comes, such as the level of the institution.
 */
export function counterLimit(
  policies: readonly Policy[],
  counter: CounterName,
  { known, on }: { readonly known: KnownSituation; readonly on: Temporal.PlainDate },
): Fen | null {
  const found = new Set<Fen | null>()
  for (const policy of inForce(policies)) {
    if (!mayApply(policy, counter, { known, on })) continue
    for (const payer of policy.payers) {
      if (payer.kind === 'FUND' && answer(payer.when, known) !== 'NO') {
        for (const limit of limitsOf(payer, counter.name, known)) found.add(limit)
      }
    }
  }
  const [only = null] = found
  return found.size === 1 ? only : null
}

const mayApply = (
  policy: Policy,
  { pool, insuranceType }: CounterName,
  { known, on }: { readonly known: KnownSituation; readonly on: Temporal.PlainDate },
): boolean =>
  policy.pool.code === pool &&
  policy.insuranceTypes.includes(insuranceType) &&
  startsWithOne(policy.personTypes, known.person.personType) &&
  !before(on, policy.from) &&
  (policy.to === null || !before(policy.to, on))

/** What the stages of a payer that count by this name allow in any case that may come; null stands for no limit. */
function limitsOf({ deductible, bands, caps }: FundPayer, name: string, known: KnownSituation): (Fen | null)[] {
  const found: (Fen | null)[] = []
  if (deductible?.counter === name) {
    const factors: readonly Rate[] = deductible.factor === null ? [RATE_ONE] : values(deductible.factor, known)
    for (const standard of values(deductible.standard, known))
      for (const factor of factors) found.push(portion(standard, factor))
  }
  for (const cap of caps) {
    if (cap.unit === 'BAND_END' && bands.counter === name)
      found.push(...values(bands.table, known).map((table) => table.at(-1)?.to ?? null))
    if (cap.counter === name && cap.amount !== null) found.push(...values(cap.amount, known))
  }
  return found
}

/** The values a choice can come to: of each case that may hold, up to the first that is sure to. */
function values<T>(choice: Choice<T>, known: KnownSituation): T[] {
  const found: T[] = []
  for (const { when, value } of choice) {
    const holding = answer(when, known)
    if (holding !== 'NO') found.push(value)
    if (holding === 'YES') break
  }
  return found
}

/** Whether a condition holds, as far as it can be known of a bill that has not come. */
function answer(when: Condition, { person, disease }: KnownSituation): 'YES' | 'NO' | 'MAYBE' {
  const { personType, ageFrom, ageBelow, identity, civilServant, disease: diseases, ...open } = when
  const ofPerson = {
    personType,
    ageFrom,
    ageBelow,
    identity,
    civilServant,
    ...(disease !== null && { disease: diseases }),
  }
  if (!holds(ofPerson, { person, care: { ...ANY_CARE, ...(disease !== null && { disease }) } })) return 'NO'
  const asked = [...Object.values(open), ...(disease === null ? [diseases] : [])]
  return asked.every((one) => one === undefined) ? 'YES' : 'MAYBE'
}

/** Never looked at: of the care only the disease is asked for. */
const ANY_CARE = {
  careType: '',
  emergency: false,
  level: 'LEVEL_1',
  place: 'IN_POOL',
  filing: 'LOCAL',
  admission: 1,
} as const

/** The disease in the period of a counter that each disease has for itself, `2026/M03900`. */
export const diseaseOf = ({ period }: CounterName): string | null => /^\d{4}[^/]*\/(.+)$/.exec(period)?.[1] ?? null

/**
 * The day whose rules say the limit of a counter: today, or for a benefit year that is over its last day. Null for a
 * counter of a stay, whose rules are those of the stay.
 */
export function decidingDay(
  { pool, period }: CounterName,
  { policies, today }: { readonly policies: readonly Policy[]; readonly today: Temporal.PlainDate },
): Temporal.PlainDate | null {
  const year = /^(\d{4})(?:Q[1-4]|-\d{2})?(?:\/.*)?$/.exec(period)?.[1]
  const rules = policies.find((one) => one.pool.code === pool)?.pool.rules
  if (year === undefined || rules === undefined) return null
  const begin = Temporal.PlainDate.from({
    year: Number(year),
    month: rules.benefitYear.month,
    day: rules.benefitYear.day,
  })
  const { end } = benefitYear(rules.benefitYear, begin)
  return before(end, today) ? end : today
}

/** The standard or cap behind a counter of a stay, by the rules its last bill was settled by; null when there is none. */
export function stayLimit(policies: readonly Policy[], name: string, input: SplitInput): Fen | null {
  const policy = findPolicy(policies, input.policy)
  if (policy === null) return null
  for (const one of resolvePolicy(policy, input).payers) {
    if (one.kind === 'ACCOUNT') continue
    const { counters, tariff, daysPerStandard } = one
    if (counters.deductible?.name === name && daysPerStandard === null) return tariff.standard
    const at = counters.caps.findIndex((counter) => counter !== null && counter !== 'POSITION' && counter.name === name)
    const cap = tariff.caps[at]
    if (cap !== undefined) return cap.amount
  }
  return null
}
