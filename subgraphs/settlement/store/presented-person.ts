import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import { visitTokenOf, type TokenColumns } from '../domain/credential.ts'
import type { Presented, PresentedEnrolment } from '../domain/presented.ts'
import { OWN_RECORDS } from './own-records.ts'

interface CredentialRow extends Record<string, unknown>, TokenColumns<string> {
  readonly insured_id: string
  readonly revoked: boolean
  readonly expires_at: string | null
  readonly records: readonly string[]
}

/** The person a credential belongs to; null when it is nobody's. `hash` is the keyed hash, hexadecimal. */
export async function findPresented(tx: Tx, kind: string, hash: string): Promise<Presented | null> {
  const { rows } = await tx.execute<CredentialRow>(sql`
    select c.insured_id::text, revoked, expires_at, institution, purpose, begins_by, to_json(mine.ids) as records
    from insured.credential_v1 c ${sql.raw(OWN_RECORDS)} where kind = ${kind} and value_hash = decode(${hash}, 'hex')`)
  const [found] = rows
  if (found === undefined) return null
  const { insured_id: insuredId, revoked, expires_at, records } = found
  return {
    insuredId,
    records,
    revoked,
    expiresAt: expires_at === null ? null : Temporal.Instant.from(expires_at),
    visitToken: visitTokenOf(found, (time) => Temporal.Instant.from(time)),
    enrolments: await findEnrolments(tx, insuredId),
  }
}

async function findEnrolments(tx: Tx, insuredId: string): Promise<PresentedEnrolment[]> {
  const { rows } = await tx.execute<PresentedEnrolment & Record<string, unknown>>(sql`
    select insured_id::text as "insuredId", person_number as "personNumber", name, sex, birth_date::text as "birthDate",
      pool, insurance_type as "insuranceType", status, begin_on::text as "beginOn", end_on::text as "endOn"
    from insured.coverage_v1 where insured_id = ${insuredId}::uuid order by insurance_type, begin_on`)
  return rows
}
