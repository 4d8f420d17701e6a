import type { Context } from '../context.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { PoolRules } from '../domain/policy.ts'
import type { Suspensions } from '../domain/suspended-staff.ts'
import { readVersions } from '../store/versions.ts'

/** The catalogue and the rules of a pool as they are in force; no rules for a pool that has none here. */
export async function rulesFor(
  context: Context,
  pool: string | null,
): Promise<{ readonly catalogue: Catalogue; readonly rules: PoolRules | null }> {
  const { catalogue, rulesOf } = await rulesInForce(context)
  return { catalogue, rules: pool === null ? null : rulesOf(pool) }
}

/** What is in force now; asked before a transaction, since loading it takes a connection of its own. */
export async function rulesInForce({ db, catalogue, policies, suspensions }: Context): Promise<{
  readonly catalogue: Catalogue
  readonly rulesOf: (pool: string) => PoolRules | null
  readonly suspensions: Suspensions
}> {
  const versions = await readVersions(db.hot)
  const { list } = await policies.get(versions.policies)
  return {
    catalogue: await catalogue.get(versions.catalogue),
    rulesOf: (pool) => list.find((one) => one.pool.code === pool)?.pool.rules ?? null,
    suspensions: await suspensions.get(versions.suspensions),
  }
}
