import type { Fen, Rate } from '@yibao/schema/money'
import { placeOf } from './filing.ts'
import type { CrossArea, Policy, Source } from './policy.ts'
import { choose, holds, type Situation } from './policy-condition.ts'
import { inForce } from './policy-select.ts'
import type { Filing } from './split-input.ts'

const INPATIENT = '21'
const LEVELS = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3'] as const

/** What a hospital of one level elsewhere means for the split, as far as the rule for treatment elsewhere says it. */
export interface ElsewhereLevel {
  readonly level: (typeof LEVELS)[number]
  readonly points: Rate | null
  readonly firstSelfPayment: Rate | null
  /** Of an own table: the deductible, and the ratio of its first band. */
  readonly deductible: Fen | null
  readonly ratio: Rate | null
}

/** What one policy of a pool says of a stay elsewhere. */
export interface Elsewhere {
  readonly policy: Policy
  readonly model: CrossArea['model'] | 'NOT_STATED'
  readonly levels: readonly ElsewhereLevel[]
  readonly source: Source | null
}

interface Asked {
  readonly pool: string
  readonly filing: Filing
  /** Division a person goes to, six digits. */
  readonly destination: string
  readonly on: Temporal.PlainDate
}

/**
 * What the policies of a pool say of a stay elsewhere under a filing, for a person of 40 on the first admission of the
 * year: what a person reads before going. What a bill comes to is said by the bill.
 */
export function elsewhere(policies: readonly Policy[], asked: Asked): Elsewhere[] {
  const stays = inForce(policies).filter(
    ({ pool, careTypes, from, to }) =>
      pool.code === asked.pool &&
      careTypes.some((prefix) => INPATIENT.startsWith(prefix)) &&
      Temporal.PlainDate.compare(from, asked.on) <= 0 &&
      (to === null || Temporal.PlainDate.compare(asked.on, to) <= 0),
  )
  return stays.map((policy) => said(policy, asked))
}

function said(policy: Policy, { filing, destination }: Asked): Elsewhere {
  const place = placeOf(policy.pool, destination)
  const situation = (level: (typeof LEVELS)[number]): Situation => ({
    person: { personType: policy.personTypes[0] ?? '', age: 40, identities: [], civilServant: false },
    care: { careType: INPATIENT, emergency: filing === 'EMERGENCY', level, place, filing, admission: 1 },
  })
  const rule = policy.crossArea.find((one) => holds(one.when, situation('LEVEL_3')))
  if (rule === undefined) return { policy, model: 'NOT_STATED', levels: [], source: null }
  return {
    policy,
    model: rule.model,
    levels: isReduced(rule) ? LEVELS.map((level) => levelOf(rule, level, situation(level))) : [],
    source: policy.pool.sources.get(rule.source) ?? null,
  }
}

const isReduced = ({ model }: CrossArea) => model !== 'AS_LOCAL' && model !== 'REFUSED'

function levelOf(rule: CrossArea, level: (typeof LEVELS)[number], situation: Situation): ElsewhereLevel {
  const own = rule.model === 'OWN_TABLE' ? rule.tables[0] : undefined
  const bands = own?.table ? choose(own.table, situation) : undefined
  const ratio = bands?.[0] === undefined ? undefined : choose(bands[0].ratio, situation)
  return {
    level,
    points: (rule.model === 'POINTS' ? choose(rule.drop, situation) : undefined) ?? null,
    firstSelfPayment: (rule.model === 'FIRST_SELF_PAYMENT' ? choose(rule.share, situation) : undefined) ?? null,
    deductible: (own?.deductible ? choose(own.deductible, situation) : undefined) ?? null,
    ratio: ratio ?? null,
  }
}
