import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'

/** As what a person is insured on a day. */
export interface InsuredAs {
  readonly personType: string
  readonly birthDate: Temporal.PlainDate
  readonly civilServant: boolean
  /** Special identities in force on the day (`psn_idet_type`). */
  readonly identities: readonly string[]
}

interface Enrolled {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
}

type Row = Omit<InsuredAs, 'identities'> & {
  readonly identities: readonly { readonly type: string; readonly from: string; readonly to: string | null }[]
}

/** As what somebody is insured in a pool on a day; null when they are not. */
export async function findInsuredAs(
  hot: Statements,
  { insuredId, pool, insuranceType }: Enrolled,
  on: Temporal.PlainDate,
): Promise<InsuredAs | null> {
  const day = on.toString()
  const [row] = await hot.unsafe<Row>(
    `select person_type as "personType", birth_date as "birthDate", civil_servant as "civilServant", identities
     from insured.coverage_v1
     where insured_id = $1::uuid and pool = $2 and insurance_type = $3
       and begin_on <= $4::text::date and (end_on is null or end_on >= $4::text::date)
     order by begin_on desc limit 1`,
    [insuredId, pool, insuranceType, day],
  )
  if (row === undefined) return null
  const inForce = row.identities.filter(({ from, to }) => from <= day && (to === null || day <= to))
  return { ...row, identities: inForce.map((one) => one.type) }
}

/** What an account may pay for a relative in a year, now; null without a binding, and without a limit. */
export async function findPromise(hot: Statements, sponsorId: string, beneficiaryId: string): Promise<Fen | null> {
  const [row] = await hot.unsafe<{ limit: bigint | null }>(
    `select yearly_limit as "limit" from insured.mutual_aid_v1
     where sponsor_id = $1::uuid and beneficiary_id = $2::uuid order by begin_on desc limit 1`,
    [sponsorId, beneficiaryId],
  )
  return row === undefined || row.limit === null ? null : fenOf(row.limit)
}
