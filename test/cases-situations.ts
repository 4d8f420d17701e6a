import { NotAllowed } from '@yibao/schema/rejection'
import type { Condition, Policy } from '@yibao/settlement/domain/policy'
import type { Situation } from '@yibao/settlement/domain/policy-condition'
import { resolvePolicy } from '@yibao/settlement/domain/policy-resolve'
import type { Filing, Level, Place } from '@yibao/settlement/domain/split-input'

/**
 * The kinds of cases a policy tells apart: every combination of what its conditions mention, without those it refuses
 * or is silent about.
 */
export function situationsOf(policy: Policy): Situation[] {
  const mentioned = conditionsIn([policy.payers, policy.crossArea])
  const gather = <T>(read: (when: Condition) => readonly T[] | undefined) => [
    ...new Set(mentioned.flatMap((one) => read(one) ?? [])),
  ]
  const levels: Level[] = gather((one) => one.level)
  const identities = [[], ...gather((one) => one.identity).map((one) => [one])]
  const ages = [30, ...gather((one) => [one.ageFrom, one.ageBelow].filter((age) => age !== undefined))]
  const admissions = [1, ...gather((one) => [one.admissionFrom].filter((nth) => nth !== undefined))]
  const grounds: [Place, Filing][] = [
    ['IN_POOL', 'LOCAL'],
    ...(['LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY', 'UNFILED'] as const).flatMap(
      (filing): [Place, Filing][] => [
        ['IN_PROVINCE', filing],
        ['OUT_OF_PROVINCE', filing],
      ],
    ),
  ]
  // One care type for all: two cases that differ in one fact only must not be told apart by another.
  const careType = policy.careTypes.at(-1) ?? '21'
  const found: Situation[] = []
  for (const prefix of policy.personTypes)
    for (const level of levels.length === 0 ? (['LEVEL_3'] as const) : levels)
      for (const identity of identities)
        for (const age of ages)
          for (const admission of admissions)
            for (const [place, filing] of grounds) {
              const person = { personType: `${prefix}01`.slice(0, 4), age, identities: identity, civilServant: false }
              const situation = { person, care: { careType, emergency: false, level, place, filing, admission } }
              if (isStated(policy, situation)) found.push(situation)
            }
  return found
}

function isStated(policy: Policy, situation: Situation): boolean {
  try {
    resolvePolicy(policy, situation)
    return true
  } catch (error) {
    if (error instanceof NotAllowed) return false
    throw error
  }
}

/** Every `when` anywhere inside. */
function conditionsIn(value: unknown): Condition[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'when' ? [inner as Condition] : conditionsIn(inner),
  )
}
