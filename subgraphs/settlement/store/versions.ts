import type { Statements } from '@yibao/drizzle/hot'

/** The versions of catalogue, policies and suspended practitioners that are in force. */
export interface Versions {
  readonly catalogue: bigint
  readonly policies: bigint
  readonly suspensions: bigint
}

const CATALOGUE = '(select version from institutions.catalogue_version_v1)'
const POLICIES = '(select version from settlement.policy_version)'
const SUSPENSIONS = '(select version from institutions.suspension_version_v1)'

export async function readVersions(hot: Statements): Promise<Versions> {
  const [row] = await hot.unsafe<Versions>(
    `select ${CATALOGUE} as catalogue, ${POLICIES} as policies, ${SUSPENSIONS} as suspensions`,
  )
  if (row === undefined) throw new Error('the read of the versions gave no row')
  return row
}

/** The same numbers as columns of the facts. */
export const VERSION_COLUMNS = `${CATALOGUE}::text as catalogue_version, ${POLICIES}::text as policy_version,
    ${SUSPENSIONS}::text as suspension_version`

export interface VersionColumns {
  readonly catalogue_version: string
  readonly policy_version: string
  readonly suspension_version: string
}

export const versionFacts = (row: VersionColumns) => ({
  catalogueVersion: BigInt(row.catalogue_version),
  policyVersion: BigInt(row.policy_version),
  suspensionVersion: BigInt(row.suspension_version),
})
