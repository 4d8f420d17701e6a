import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'

/** Rows as JSON sends them: days as text, bytes as hex. */
export interface Rows {
  readonly persons: readonly { readonly insured_id: string; readonly [column: string]: string }[]
  readonly enrolments: readonly object[]
  readonly credentials: readonly object[]
}

/**
 * Adds rows with one statement per table; a persons' rows only where the person is new. A number or card that
 * belongs to another person makes the whole fail.
 */
export async function insertPersons(tx: Tx, rows: Rows, now: Temporal.Instant): Promise<number> {
  const at = now.toString()
  const added = await tx.execute<{ insured_id: string }>(sql`
    insert into insured.person (insured_id, person_number, name, sex, nationality, birth_date, certificate_type,
      identity_masked, registered_pool, registered_at)
    select insured_id, person_number, name, sex, nationality, birth_date, certificate_type, identity_masked,
      registered_pool, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows.persons)}::jsonb) as r (insured_id uuid, person_number text, name text,
      sex text, nationality text, birth_date date, certificate_type text, identity_masked text, registered_pool text)
    on conflict (insured_id) do nothing returning insured_id`)
  const fresh = new Set(added.rows.map((row) => row.insured_id))
  const mine = (all: readonly object[]) =>
    JSON.stringify(all.filter((row) => fresh.has((row as { insured_id: string }).insured_id)))
  const persons = mine(rows.persons)
  const enrolments = mine(rows.enrolments)

  await tx.execute(sql`
    insert into insured.person_number (person_number, insured_id)
    select person_number, insured_id
    from jsonb_to_recordset(${persons}::jsonb) as r (person_number text, insured_id uuid)`)
  await tx.execute(sql`
    insert into insured.identity_hash (value_hash, insured_id)
    select decode(identity_hash, 'hex'), insured_id
    from jsonb_to_recordset(${persons}::jsonb) as r (identity_hash text, insured_id uuid)`)
  await tx.execute(sql`
    insert into insured.identity (insured_id, number_sealed)
    select insured_id, decode(number_sealed, 'hex')
    from jsonb_to_recordset(${persons}::jsonb) as r (insured_id uuid, number_sealed text)`)
  await tx.execute(sql`
    insert into insured.enrolment (insured_id, enrolment_id, pool, insurance_type, person_type, civil_servant, status,
      begin_on, end_on, entered_at, employer)
    select insured_id, enrolment_id, pool, insurance_type, person_type, civil_servant, status, begin_on, end_on,
      ${at}::timestamptz, employer
    from jsonb_to_recordset(${enrolments}::jsonb) as r (insured_id uuid, enrolment_id uuid, pool text,
      insurance_type text, person_type text, civil_servant boolean, status text, begin_on date, end_on date,
      employer text)`)
  await tx.execute(sql`
    insert into insured.special_identity (insured_id, enrolment_id, type, begin_on, end_on)
    select e.insured_id, e.enrolment_id, i.type, i.begin_on, i.end_on
    from jsonb_to_recordset(${enrolments}::jsonb) as e (insured_id uuid, enrolment_id uuid, identities jsonb),
      jsonb_to_recordset(e.identities) as i (type text, begin_on date, end_on date)`)
  const credentials = mine(rows.credentials)
  await tx.execute(sql`
    insert into insured.card (insured_id, card_id, number_masked, state, since, issued_at)
    select insured_id, card_id, number_masked, 'IN_FORCE', ${at}::timestamptz, ${at}::timestamptz
    from jsonb_to_recordset(${credentials}::jsonb) as r (insured_id uuid, card_id uuid, number_masked text)
    where card_id is not null`)
  await tx.execute(sql`
    insert into insured.credential (kind, value_hash, insured_id, issued_at, card_id)
    select kind, decode(value_hash, 'hex'), insured_id, ${at}::timestamptz, card_id
    from jsonb_to_recordset(${credentials}::jsonb) as r (kind text, value_hash text, insured_id uuid, card_id uuid)`)
  return fresh.size
}
