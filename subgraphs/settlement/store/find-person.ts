import type { Statements } from '@yibao/drizzle/hot'
import { visitTokenOf, type TokenColumns } from '../domain/credential.ts'
import type { Agreement, Enrolment, Facts } from '../domain/facts.ts'
import { OWN_RECORDS } from './own-records.ts'

type EnrolmentPeriod = Pick<Enrolment, 'pool' | 'insuranceType' | 'beginOn' | 'endOn'>

/** Who a credential belongs to, and where they are insured. */
export interface CredentialPerson {
  readonly credential: Facts['credential']
  /** The ids of their records, those that were merged among them. */
  readonly records: readonly string[]
  readonly enrolments: readonly EnrolmentPeriod[]
}

interface Row extends TokenColumns<Temporal.Instant> {
  readonly insured_id: string
  readonly revoked: boolean
  readonly expires_at: Temporal.Instant | null
  readonly records: readonly string[]
  readonly enrolments: readonly (readonly [string, string, string, string | null])[] | null
}

/** Finds the person a credential belongs to; a credential of nobody has no person and no enrolments. */
export async function findPerson(
  hot: Statements,
  { kind, hash }: { readonly kind: string; readonly hash: string },
): Promise<CredentialPerson> {
  const [row] = await hot.unsafe<Row>(
    `select c.insured_id::text, c.revoked, c.expires_at, c.institution, c.purpose, c.begins_by, to_json(mine.ids) as records,
       (select json_agg(json_build_array(v.pool, v.insurance_type, v.begin_on, v.end_on))
         from insured.coverage_v1 v where v.insured_id = c.insured_id) as enrolments
     from insured.credential_v1 c ${OWN_RECORDS} where c.kind = $1::text and c.value_hash = decode($2::text, 'hex')`,
    [kind, hash],
  )
  if (row === undefined) return { credential: null, records: [], enrolments: [] }
  const { insured_id: insuredId, revoked, expires_at: expiresAt, records, enrolments } = row
  return {
    credential: { insuredId, revoked, expiresAt, visitToken: visitTokenOf(row, (time) => time) },
    records,
    enrolments: (enrolments ?? []).map(([pool, insuranceType, beginOn, endOn]) => ({
      pool,
      insuranceType,
      beginOn,
      endOn,
    })),
  }
}

type AgreementRow = Omit<Agreement, 'beginOn' | 'endOn'> & {
  readonly begin_on: string
  readonly end_on: string | null
}

/** The agreements of an institution with the pools. */
export async function findAgreements(hot: Statements, institution: string): Promise<Agreement[]> {
  const [row] = await hot.unsafe<{ agreements: readonly AgreementRow[] | null }>(
    `select json_agg(d) as agreements from institutions.designation_v1 d where d.institution = $1::bpchar`,
    [institution],
  )
  return (row?.agreements ?? []).map(({ begin_on, end_on, ...rest }) => ({
    ...rest,
    beginOn: begin_on,
    endOn: end_on,
  }))
}
