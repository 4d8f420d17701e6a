import type { Statements } from '@yibao/drizzle/hot'

/** The versions of catalogue and policies that are in force. */
export interface Versions {
  readonly catalogue: bigint
  readonly policies: bigint
}

export async function readVersions(hot: Statements): Promise<Versions> {
  const [row] = await hot.unsafe<Versions>(
    `select (select version from institutions.catalogue_version_v1) as catalogue,
       (select version from settlement.policy_version) as policies`,
  )
  if (row === undefined) throw new Error('the read of the versions gave no row')
  return row
}
