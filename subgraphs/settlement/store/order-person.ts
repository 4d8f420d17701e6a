import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { sql } from 'drizzle-orm'
import { visitTokenOf, type Credential, type TokenColumns } from '../domain/credential.ts'

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

/**
 * A lasting credential of whoever a record is of today, by which facts are read: a merge takes those of the old record
 * along. Null when there is none, which no registration leaves.
 */
export async function lastingCredential(hot: Statements, insuredId: string): Promise<CredentialKey | null> {
  const [row] = await hot.unsafe<CredentialKey>(
    `select kind, encode(value_hash, 'hex') as hash from insured.credential_v1
     where insured_id = coalesce((select survivor_id from insured.person_alias_v1 where insured_id = $1::uuid), $1::uuid)
       and kind <> '01' order by kind limit 1`,
    [insuredId],
  )
  return row ?? null
}

interface CredentialRow extends TokenColumns<Temporal.Instant> {
  readonly insuredId: string
  readonly revoked: boolean
  readonly expiresAt: Temporal.Instant | null
}

export async function findCredential(hot: Statements, { kind, hash }: CredentialKey): Promise<Credential | null> {
  const [row] = await hot.unsafe<CredentialRow>(
    `select insured_id::text as "insuredId", revoked, expires_at as "expiresAt", institution, purpose, begins_by
     from insured.credential_v1 where kind = $1::text and value_hash = decode($2::text, 'hex')`,
    [kind, hash],
  )
  if (row === undefined) return null
  const { insuredId, revoked, expiresAt } = row
  return { insuredId, revoked, expiresAt, visitToken: visitTokenOf(row, (time) => time) }
}

/** The code of an e-voucher, which the person shows on their own phone. */
export interface OwnVoucher {
  readonly insuredId: string
  readonly expiresAt: Temporal.Instant
  /** Whether an institution has decoded it. */
  readonly isUsed: boolean
}

/**
 * Reads a code in the transaction that takes it as used: an institution that decodes it at the same moment reads what this
 * one writes, and of two serializable transactions that cross so one begins again.
 */
export async function findVoucher(tx: Tx, codeHash: Buffer): Promise<OwnVoucher | null> {
  const { rows } = await tx.execute<{ insured_id: string; expires_at: string; used_at: string | null }>(sql`
    select insured_id::text, expires_at, used_at from insured.voucher_v1
    where code_hash = ${codeHash} and origin = 'E_VOUCHER'`)
  const [row] = rows
  if (row === undefined) return null
  const expiresAt = Temporal.Instant.from(row.expires_at)
  return { insuredId: row.insured_id, expiresAt, isUsed: row.used_at !== null }
}
