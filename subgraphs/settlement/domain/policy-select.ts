import type { Policy, PoolRules } from './policy.ts'
import { startsWithOne } from './policy-condition.ts'
import { refusedAt } from './refusals.ts'

/** What decides which policy applies. */
export interface PolicyQuery {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly careType: string
  /** The deciding day by the pool's rule. */
  readonly on: Temporal.PlainDate
}

/** The policy in force for a case. Throws NotAllowed `NO_POLICY` when the pool pays nothing for it here. */
export function selectPolicy(policies: readonly Policy[], query: PolicyQuery): Policy {
  const found = inForce(policies).find((policy) => applies(policy, query))
  if (found !== undefined) return found
  throw refusedAt('NO_POLICY', ['careType'], {
    zh: `统筹区 ${query.pool} 在 ${query.on.toString()} 没有适用于险种 ${query.insuranceType}、人员类别 ${query.personType}、医疗类别 ${query.careType} 的待遇政策`,
    en: `pool ${query.pool} has no policy on ${query.on.toString()} for insurance type ${query.insuranceType}, person type ${query.personType}, care type ${query.careType}`,
  })
}

/** The common rules of a pool. Throws NotAllowed `NO_POLICY` for a pool without any policy. */
export function rulesOf(policies: readonly Policy[], pool: string): PoolRules {
  const found = policies.find((policy) => policy.pool.code === pool)
  if (found !== undefined) return found.pool.rules
  const text = { zh: `统筹区 ${pool} 没有待遇政策`, en: `pool ${pool} has no policies` }
  throw refusedAt('NO_POLICY', ['credential'], text)
}

const latest = new WeakMap<readonly Policy[], readonly Policy[]>()

/** What all revisions of a policy have in common. */
const revisionsOf = ({ id, from }: Policy) => `${id} ${from.toString()}`

/** The policies by which bills are settled today: of each only its latest revision. */
export function inForce(policies: readonly Policy[]): readonly Policy[] {
  const known = latest.get(policies)
  if (known !== undefined) return known
  const revisions = new Map<string, number>()
  for (const one of policies) {
    const key = revisionsOf(one)
    revisions.set(key, Math.max(one.revision, revisions.get(key) ?? 0))
  }
  const found = policies.filter((one) => one.revision === revisions.get(revisionsOf(one)))
  latest.set(policies, found)
  return found
}

const indexes = new WeakMap<readonly Policy[], Map<string, Map<string, Policy>>>()

/** The policy of an id and version among those loaded; null when it is not there. */
export function findPolicy(
  policies: readonly Policy[],
  { id, version }: { id: string; version: string },
): Policy | null {
  let index = indexes.get(policies)
  if (index === undefined) {
    index = new Map()
    for (const policy of policies) {
      const versions = index.get(policy.id) ?? new Map<string, Policy>()
      index.set(policy.id, versions.set(policy.version, policy))
    }
    indexes.set(policies, index)
  }
  return index.get(id)?.get(version) ?? null
}

const applies = (policy: Policy, { pool, insuranceType, personType, careType, on }: PolicyQuery): boolean =>
  policy.pool.code === pool &&
  policy.insuranceTypes.includes(insuranceType) &&
  startsWithOne(policy.personTypes, personType) &&
  startsWithOne(policy.careTypes, careType) &&
  Temporal.PlainDate.compare(policy.from, on) <= 0 &&
  (policy.to === null || Temporal.PlainDate.compare(on, policy.to) <= 0)
