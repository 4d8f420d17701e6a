import { dayOf } from '@yibao/schema/dates'
import { fenOf } from '@yibao/schema/money'
import type { Facts, KeyHolder } from '../domain/facts.ts'
import type { SponsorRecord } from '../domain/sponsor.ts'
import { prescriptionFactsOf, type PrescriptionRow } from './dispensing-parts.ts'
import { isMoneyUnderWay } from './own-records.ts'
import type { FactsPart } from './read-facts.ts'

/** Relatives bound to pay on the day, in their order, with what their accounts hold and what they gave this year. */
export const SPONSORS: FactsPart = {
  when: (key) => key.sponsors,
  column: ({ param }) => {
    const today = param('date', (key) => dayOf(key.now).toString())
    return `(select json_agg(json_build_array(m.sponsor_id, m.place, m.yearly_limit::text,
        coalesce(q.version, 0)::text, extract(epoch from q.last_at)::text,
        (select json_object_agg(a.kind, json_build_array(a.balance::text, a.pool))
          from settlement.account a where a.insured_id = m.sponsor_id),
        (select sum(k.amount)::text from settlement.counter k where k.insured_id = m.sponsor_id
          and k.name = any(select 'mutual-aid:' || b.id from unnest(mine.ids) b (id)) and k.period = extract(year from ${today})::text)
      ) order by m.place)
      from insured.mutual_aid_v1 m left join settlement.person q on q.insured_id = m.sponsor_id
      where m.beneficiary_id = c.insured_id and m.begin_on <= ${today}
        and (m.end_on is null or ${today} <= m.end_on)) as sponsors,
      (select bool_or(${isMoneyUnderWay('m.sponsor_id')}) from insured.mutual_aid_v1 m
        where m.beneficiary_id = c.insured_id) as sponsors_under_way`
  },
}

export const REGISTRATIONS: FactsPart = {
  when: (key) => key.registrations,
  column: () => `(select json_agg(json_build_array(g.disease, g.pool, g.institutions, g.begin_on, g.end_on))
    from insured.registration_v1 g where g.insured_id = c.insured_id) as registrations`,
}

export const PAID_MONTHS: FactsPart = {
  when: (key) => key.paidMonths,
  column: () => `coalesce((select json_agg(json_build_array(o.insurance_type, to_char(o.month, 'YYYY-MM')))
    from insured.contribution_month_v1 o where o.insured_id = c.insured_id), '[]'::json) as paid_months`,
}

export const QUOTE: FactsPart = {
  when: (key) => key.quote !== null,
  column: ({ param }) => `(select json_build_array(u.id, u.institution, u.visit, u.charge_batch, u.insured_id, u.print,
      extract(epoch from u.expires_at)::text)
    from settlement.quote u where u.id = ${param('uuid', (key) => key.quote)}) as quote`,
}

export const CONVERTED: FactsPart = {
  when: (key) => key.converts !== null,
  column: ({ param }) => {
    const institution = param('text', (key) => key.institution)
    const invoice = param('text', (key) => key.converts)
    // A number the insurance has paid for is not that of a bill the person has paid in full.
    return `coalesce(
      (select json_build_array(n.insured_id, n.settlement_id) from settlement.conversion n
        where n.institution = ${institution} and n.invoice = ${invoice}),
      (select json_build_array(v.insured_id, v.settlement_id) from settlement.invoice v
        where v.institution = ${institution} and v.invoice = ${invoice})) as converted`
  },
}

type AccountRow = readonly [balance: string, pool: string]
type SponsorRow = readonly [
  sponsor: string,
  place: number,
  limit: string | null,
  version: string,
  lastAt: string | null,
  accounts: { readonly CURRENT?: AccountRow; readonly HISTORY?: AccountRow } | null,
  used: string | null,
]
type RegistrationRow = readonly [
  disease: string,
  pool: string,
  institutions: readonly string[] | null,
  beginOn: string,
  endOn: string | null,
]
type QuoteRow = readonly [string, string, string, string, string, string, string]

/** The columns the parts add; one that is off is not there. */
export interface ExtraColumns {
  readonly sponsors?: readonly SponsorRow[] | null
  readonly sponsors_under_way?: boolean | null
  readonly registrations?: readonly RegistrationRow[] | null
  readonly paid_months?: readonly (readonly [insuranceType: string, month: string])[]
  readonly quote?: QuoteRow | null
  readonly converted?: readonly [string, string] | null
  readonly prescriptions?: readonly PrescriptionRow[] | null
  readonly paid_codes?: readonly string[] | null
}

/** What the columns of the parts say. */
export const extraFacts = (
  row: ExtraColumns,
): Pick<
  Facts,
  'sponsors' | 'registrations' | 'paidMonths' | 'quote' | 'converted' | 'prescriptions' | 'paidCodes'
> => ({
  sponsors: (row.sponsors ?? []).map(sponsorOf),
  registrations: (row.registrations ?? []).map(([disease, pool, institutions, beginOn, endOn]) => ({
    disease,
    pool,
    institutions,
    beginOn,
    endOn,
  })),
  paidMonths: row.paid_months?.map(([insuranceType, month]) => ({ insuranceType, month })) ?? null,
  quote: quoteOf(row.quote ?? null),
  converted: holderOf(row.converted ?? null),
  prescriptions: (row.prescriptions ?? []).map((one) => prescriptionFactsOf(one, instantOf)),
  paidCodes: row.paid_codes ?? [],
})

/** Seconds since 1970 with a fraction, as PostgreSQL writes them. */
export const instantOf = (epoch: string): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.round(Number(epoch) * 1000))

function sponsorOf([sponsorId, place, limit, version, lastAt, accounts, used]: SponsorRow): SponsorRecord {
  const { CURRENT: current, HISTORY: history } = accounts ?? {}
  return {
    sponsorId,
    place,
    yearlyLimit: limit === null ? null : fenOf(BigInt(limit)),
    used: fenOf(BigInt(used ?? 0)),
    version: BigInt(version),
    lastAt: lastAt === null ? null : instantOf(lastAt),
    pool: current?.[1] ?? history?.[1] ?? null,
    current: fenOf(BigInt(current?.[0] ?? 0)),
    history: fenOf(BigInt(history?.[0] ?? 0)),
  }
}

const holderOf = (row: readonly [string, string] | null): KeyHolder | null =>
  row === null ? null : { insuredId: row[0], settlementId: row[1] }

function quoteOf(row: QuoteRow | null): Facts['quote'] {
  if (row === null) return null
  const [id, institution, visit, chargeBatch, insuredId, print, expires] = row
  return { id, institution, visit, chargeBatch, insuredId, print, expiresAt: instantOf(expires) }
}
