import { visitTokenOf, type TokenColumns } from '../domain/credential.ts'
import type { Facts } from '../domain/facts.ts'
import { instantOf } from './facts-parts.ts'

/** What the facts hold of the credential, `c`. */
export const CREDENTIAL_COLUMNS = `c.insured_id::text as insured_id, c.revoked,
    extract(epoch from c.expires_at)::text as expires_at,
    c.institution, c.purpose, extract(epoch from c.begins_by)::text as begins_by`

/** They are null, all of them, when nobody has the credential. */
export interface CredentialColumns extends TokenColumns<string> {
  readonly insured_id: string | null
  readonly revoked: boolean
  readonly expires_at: string | null
}

export function credentialOf(row: CredentialColumns): Facts['credential'] {
  const { insured_id: insuredId, revoked, expires_at } = row
  if (insuredId === null) return null
  const expiresAt = expires_at === null ? null : instantOf(expires_at)
  return { insuredId, revoked, expiresAt, visitToken: visitTokenOf(row, instantOf) }
}
