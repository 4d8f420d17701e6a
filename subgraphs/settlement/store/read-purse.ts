import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'
import type { Settlement } from '../domain/settlement.ts'
import { instantOf } from './facts-parts.ts'
import type { Purse } from '../domain/take-back.ts'

interface Row {
  readonly version: bigint
  readonly last_at: Temporal.Instant
  readonly accounts: { readonly CURRENT?: string; readonly HISTORY?: string } | null
  readonly counters: Readonly<Record<string, string>> | null
  readonly reversal: string | null
  readonly sponsors: readonly SponsorRow[] | null
  readonly sponsors_at: Temporal.Instant | null
  readonly conversion: readonly [invoice: string, paidAt: string, paid: string, returned: string] | null
  readonly closings: bigint
  readonly month_closed: boolean
  readonly year_closed: boolean
}

type SponsorRow = readonly [
  sponsorId: string,
  version: string,
  place: number,
  pool: string,
  insuranceType: string,
  year: string,
  current: string,
  history: string,
]

/**
 * The version of a person's money, what accounts and counters hold and whether a settlement still stands, as one
 * snapshot: read apart, another reversal could come between and the version would not tell.
 */
const TEXT = `
  select p.version, p.last_at,
    (select json_object_agg(a.kind, a.balance::text) from settlement.account a where a.insured_id = p.insured_id)
      as accounts,
    (select json_object_agg(k.name || '@' || k.period, k.amount::text) from settlement.counter k
      where k.insured_id = p.insured_id and k.pool = $3::text and k.insurance_type = $4::text) as counters,
    (select r.reversal_id::text from settlement.reversal r
      where r.insured_id = p.insured_id and r.settlement_id = $2::uuid) as reversal,
    (select json_agg(json_build_array(m.sponsor_id, q.version::text, m.place, m.pool, m.insurance_type, m.year,
        m.current::text, m.history::text) order by m.place)
      from settlement.mutual_aid m join settlement.person q on q.insured_id = m.sponsor_id
      where m.settlement_id = $2::uuid and m.insured_id = p.insured_id) as sponsors,
    (select max(q.last_at) from settlement.mutual_aid m join settlement.person q on q.insured_id = m.sponsor_id
      where m.settlement_id = $2::uuid and m.insured_id = p.insured_id) as sponsors_at,
    (select json_build_array(n.invoice, extract(epoch from n.paid_at)::text, n.paid::text, n.returned::text)
      from settlement.conversion n
      where n.settlement_id = $2::uuid and n.insured_id = p.insured_id) as conversion,
    (select version from settlement.closing_version) as closings,
    exists (select from settlement.closed_period c where c.kind = 'MONTH' and c.pool = $5::text and c.scope = $6::text
      and c.period = $7::text) as month_closed,
    exists (select from settlement.closed_period c where c.kind = 'YEAR' and c.pool = $3::text
      and c.scope = $4::text and c.period = $8::text) as year_closed
  from settlement.person p where p.insured_id = $1::uuid`

/** Reads what the reversal of a settlement is decided on. */
export async function readPurse(hot: Statements, of: Settlement): Promise<Purse> {
  const month = of.settledAt.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString().slice(0, 7)
  const [row] = await hot.unsafe<Row>(TEXT, [
    of.insuredId,
    of.id,
    of.pool,
    of.insuranceType,
    of.clearingAgency,
    // No institution declares what was paid by hand.
    of.claimId === null ? of.institution : '',
    month,
    of.input?.care.year ?? '',
  ])
  if (row === undefined) throw new Error('a person with a settlement has a guard row')
  const { CURRENT: current = '0', HISTORY: history = '0' } = row.accounts ?? {}
  const counters = Object.entries(row.counters ?? {}).map(([key, amount]) => [key, fen(amount)])
  return {
    version: row.version,
    times: [row.last_at, ...(row.sponsors_at === null ? [] : [row.sponsors_at])],
    accounts: { current: fen(current), history: fen(history) },
    counters: Object.fromEntries(counters),
    reversal: row.reversal,
    sponsors: (row.sponsors ?? []).map(sponsorOf),
    conversion: conversionOf(row.conversion),
    closings: row.closings,
    monthClosed: row.month_closed,
    yearClosed: row.year_closed,
  }
}

const fen = (text: string): Fen => fenOf(BigInt(text))

function conversionOf(row: Row['conversion']): Purse['conversion'] {
  if (row === null) return null
  const [invoice, paidAt, paid, returned] = row
  return { invoice, paidAt: instantOf(paidAt), paid: fen(paid), returned: fen(returned) }
}

const sponsorOf = ([sponsorId, version, place, pool, insuranceType, year, current, history]: SponsorRow) => ({
  sponsorId,
  version: BigInt(version),
  place,
  pool,
  insuranceType,
  year,
  current: fen(current),
  history: fen(history),
})
