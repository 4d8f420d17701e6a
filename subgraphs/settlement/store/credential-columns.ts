import { dayOf } from '@yibao/schema/dates'
import { visitTokenOf, type TokenColumns } from '../domain/credential.ts'
import type { Facts } from '../domain/facts.ts'
import { instantOf } from './facts-parts.ts'
import type { FactsPart } from './read-facts.ts'

/** What the facts hold of the credential, `c`. */
export const CREDENTIAL_COLUMNS = `c.insured_id::text as insured_id, c.revoked,
    extract(epoch from c.expires_at)::text as expires_at,
    c.institution, c.purpose, extract(epoch from c.begins_by)::text as begins_by`

/** How many numbers of nobody the institution has sent on the day; asked where the number shown could be guessed. */
export const UNKNOWN_TODAY: FactsPart = {
  when: ({ credentialKind }) => credentialKind === '02' || credentialKind === '03',
  column: ({ param }) => `(select u.count from settlement.unknown_credential u
    where u.institution = ${param('text', (key) => key.institution)}
      and u.day = ${param('date', (key) => dayOf(key.now).toString())}) as unknown_today`,
}

/** They are null, those of the credential itself, when nobody has it. */
export interface CredentialColumns extends TokenColumns<string> {
  readonly insured_id: string | null
  readonly revoked: boolean
  readonly expires_at: string | null
  readonly unknown_today?: number | null
}

export function credentialFacts(row: CredentialColumns): Pick<Facts, 'credential' | 'unknownToday'> {
  const { insured_id: insuredId, revoked, expires_at, unknown_today } = row
  const asked = unknown_today === undefined ? {} : { unknownToday: unknown_today ?? 0 }
  if (insuredId === null) return { ...asked, credential: null }
  const expiresAt = expires_at === null ? null : instantOf(expires_at)
  return { ...asked, credential: { insuredId, revoked, expiresAt, visitToken: visitTokenOf(row, instantOf) } }
}
