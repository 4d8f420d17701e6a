import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'
import { arrayLiteral } from './array-literal.ts'

/** As what a person is insured on a day. */
export interface InsuredAs {
  readonly personType: string
  readonly birthDate: Temporal.PlainDate
  readonly civilServant: boolean
  /** Special identities in force on the day (`psn_idet_type`). */
  readonly identities: readonly string[]
}

/** A person in a pool on a day. */
export interface Enrolled {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly on: string
}

type Row = Omit<InsuredAs, 'identities'> & {
  readonly place: bigint
  readonly identities: readonly { readonly type: string; readonly from: string; readonly to: string | null }[]
}

/** As what each is insured in a pool on a day; null who is not. */
export async function findInsuredAs(hot: Statements, asked: readonly Enrolled[]): Promise<(InsuredAs | null)[]> {
  const rows = await hot.unsafe<Row>(
    `select k.place, c.person_type as "personType", c.birth_date as "birthDate", c.civil_servant as "civilServant",
       c.identities
     from unnest($1::uuid[], $2::text[], $3::text[], $4::date[]) with ordinality
       as k (insured_id, pool, insurance_type, day, place)
     cross join lateral (
       select * from insured.coverage_v1 c
       where c.insured_id = k.insured_id and c.pool = k.pool and c.insurance_type = k.insurance_type
         and c.begin_on <= k.day and (c.end_on is null or c.end_on >= k.day)
       order by c.begin_on desc limit 1) c`,
    [
      arrayLiteral(asked.map((one) => one.insuredId)),
      arrayLiteral(asked.map((one) => one.pool)),
      arrayLiteral(asked.map((one) => one.insuranceType)),
      arrayLiteral(asked.map((one) => one.on)),
    ],
  )
  const found = new Map(rows.map((row) => [Number(row.place), row]))
  return asked.map(({ on }, i) => {
    const row = found.get(i + 1)
    if (row === undefined) return null
    const { personType, birthDate, civilServant } = row
    const inForce = row.identities.filter(({ from, to }) => from <= on && (to === null || on <= to))
    return { personType, birthDate, civilServant, identities: inForce.map((one) => one.type) }
  })
}

/** Who promised to pay for whom. */
export interface Promised {
  readonly sponsorId: string
  readonly beneficiaryId: string
}

/** What each account may pay for a relative in a year, now; null without a binding, and without a limit. */
export async function findPromises(hot: Statements, asked: readonly Promised[]): Promise<(Fen | null)[]> {
  const rows = await hot.unsafe<{ place: bigint; limit: bigint | null }>(
    `select k.place, m.yearly_limit as "limit"
     from unnest($1::uuid[], $2::uuid[]) with ordinality as k (sponsor_id, beneficiary_id, place)
     cross join lateral (
       select m.yearly_limit from insured.mutual_aid_v1 m
       where m.sponsor_id = k.sponsor_id and m.beneficiary_id = k.beneficiary_id
       order by m.begin_on desc limit 1) m`,
    [arrayLiteral(asked.map((one) => one.sponsorId)), arrayLiteral(asked.map((one) => one.beneficiaryId))],
  )
  const found = new Map(rows.map((row) => [Number(row.place), row.limit]))
  return asked.map((_, i) => {
    const limit = found.get(i + 1) ?? null
    return limit === null ? null : fenOf(limit)
  })
}
