import type { Context } from '../context.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { PoolRules } from '../domain/policy.ts'
import { readVersions } from '../store/versions.ts'

/** The catalogue and the rules of a pool as they are in force; no rules for a pool that has none here. */
export async function rulesFor(
  { db, catalogue, policies }: Context,
  pool: string | null,
): Promise<{ readonly catalogue: Catalogue; readonly rules: PoolRules | null }> {
  const versions = await readVersions(db.hot)
  const { list } = await policies.get(versions.policies)
  const own = list.find((one) => one.pool.code === pool)
  return { catalogue: await catalogue.get(versions.catalogue), rules: own?.pool.rules ?? null }
}
