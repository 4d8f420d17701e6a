import type { Statements } from '@yibao/drizzle/hot'

/** The person a person number belongs to; null when nobody has it. */
export async function findByNumber(hot: Statements, number: string): Promise<string | null> {
  const [row] = await hot.unsafe<{ id: string }>(
    'select insured_id::text as id from insured.person_number_v1 where person_number = $1::text',
    [number],
  )
  return row?.id ?? null
}

/** A credential as `insured` keeps it: its kind and its keyed hash, hexadecimal. */
export interface CredentialKey {
  readonly kind: string
  readonly hash: string
}

/** A lasting credential of a person, by which facts are read; null when there is none, which no registration leaves. */
export async function lastingCredential(hot: Statements, insuredId: string): Promise<CredentialKey | null> {
  const [row] = await hot.unsafe<CredentialKey>(
    `select kind, encode(value_hash, 'hex') as hash from insured.credential_v1
     where insured_id = $1::uuid and kind <> '01' order by kind limit 1`,
    [insuredId],
  )
  return row ?? null
}

/** Whose credential it is, and until when it counts. */
export interface FoundCredential {
  readonly insuredId: string
  readonly revoked: boolean
  readonly expiresAt: Temporal.Instant | null
}

export async function findCredential(hot: Statements, { kind, hash }: CredentialKey): Promise<FoundCredential | null> {
  const [row] = await hot.unsafe<FoundCredential>(
    `select insured_id::text as "insuredId", revoked, expires_at as "expiresAt" from insured.credential_v1
     where kind = $1::text and value_hash = decode($2::text, 'hex')`,
    [kind, hash],
  )
  return row ?? null
}
