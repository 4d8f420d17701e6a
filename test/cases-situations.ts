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
  const kinds = kindsOf(policy, gather)
  const civilServants = [false, ...gather((one) => (one.civilServant === undefined ? [] : [true]))]
  const found: Situation[] = []
  for (const prefix of policy.personTypes)
    for (const level of levels.length === 0 ? (['LEVEL_3'] as const) : levels)
      for (const identity of identities)
        for (const civilServant of civilServants)
          for (const age of ages)
            for (const admission of admissions)
              for (const [place, filing] of grounds)
                for (const kind of kinds) {
                  const person = { personType: `${prefix}01`.slice(0, 4), age, identities: identity, civilServant }
                  const situation = { person, care: { ...kind, emergency: false, level, place, filing, admission } }
                  if (isStated(policy, situation)) found.push(situation)
                }
  return found
}

type Gather = (read: (when: Condition) => readonly string[] | undefined) => string[]

/**
 * Care types with diseases and kinds of birth. One care type unless conditions name others: two cases that differ in one
 * fact only must not be told apart by another.
 */
function kindsOf(policy: Policy, gather: Gather): Pick<Situation['care'], 'careType' | 'disease' | 'birthType'>[] {
  const careTypes = new Set([policy.careTypes.at(-1) ?? '21', ...gather((one) => one.careType)])
  const diseases = [null, ...gather((one) => one.disease)]
  const births = [null, ...gather((one) => one.birthType)]
  return [...careTypes].flatMap((careType) =>
    diseases.flatMap((disease) =>
      births.map((birthType) => ({
        careType,
        ...(disease !== null && { disease: `${disease}00` }),
        ...(birthType !== null && { birthType }),
      })),
    ),
  )
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
