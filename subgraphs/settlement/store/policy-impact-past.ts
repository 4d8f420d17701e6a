import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'
import { mapPayers, PAYERS } from '../domain/policy-impact.ts'
import type { PastBill, PastReversal, PersonPast } from '../domain/policy-impact-replay.ts'
import { arrayLiteral } from './array-literal.ts'
import { decodeSplitInput, type StoredSplitInput } from './split-input.ts'

/** The national frame that stands behind every pool's file. */
export const readFrame = (): Promise<string> =>
  readFile(join(import.meta.dirname, '..', 'policies', '100000-national.json'), 'utf8')

const column = (payer: string): string => payer.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const day = (of: string): string => `to_char(${of} at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`

// Person by person, so that a chunk has all that bills of one person met; by the index of a person's settlements, and in
// the months of the period alone. What stood before the period is what the counter holds less what was consumed since:
// that needs no settlement of earlier years. What a refund left was judged on the days of the whole; a part of a stay by
// the admission of the visit.
const TEXT = `
  select p.insured_id::text as "insuredId",
    (select json_agg(json_build_object('id', s.id, 'reverses', s.reverses, 'insuranceType', s.insurance_type,
        'isReversed', exists (select from settlement.reversal r
          where r.settlement_id = s.id and r.insured_id = s.insured_id),
        'replaces', s.replaces, 'keepsCounters', s.keeps_counters,
        'days', json_build_array(${day('coalesce(v.admitted_at, s.begin_at)')}, ${day('s.end_at')},
          ${day('case when s.claim_id is null then coalesce(w.settled_at, s.settled_at) else s.end_at end')}),
        'lines', case when s.reverses is null then (
          select json_build_array(${day('min(l.time)')}, ${day('max(l.time)')}) from settlement.settlement_line l
          where l.settlement_id = coalesce(w.id, s.id) and l.insured_id = s.insured_id and l.refund_of is null) end,
        'paid', json_build_array(${PAYERS.map((payer) => `s.${column(payer)}::text`).join(', ')}),
        'consumed', s.consumed, 'input', s.input) order by s.id)
      from settlement.settlement s
      left join settlement.visit v on v.institution = s.institution and v.visit = s.visit
      left join lateral (
        with recursive whole as (
          select o.id, o.replaces, o.settled_at from settlement.settlement o
          where o.id = s.replaces and o.insured_id = s.insured_id
          union all
          select o.id, o.replaces, o.settled_at from whole
          join settlement.settlement o on o.id = whole.replaces and o.insured_id = s.insured_id)
        select id, settled_at from whole where replaces is null) w on s.replaces is not null
      where s.insured_id = p.insured_id and s.pool = $2::text and s.id >= $3::uuid and s.id < $4::uuid) as events,
    (select json_agg(json_build_array(k.insurance_type, k.name || '@' || k.period, (k.amount - coalesce(c.amount, 0))::text))
      from settlement.counter k
      left join (
        select s.insurance_type, e.key, sum(e.value::bigint) as amount
        from settlement.settlement s cross join lateral jsonb_each_text(s.consumed) as e
        where s.insured_id = p.insured_id and s.pool = $2::text and s.id >= $3::uuid
        group by 1, 2) c on c.insurance_type = k.insurance_type and c.key = k.name || '@' || k.period
      where k.insured_id = p.insured_id and k.pool = $2::text) as counters
  from unnest($1::text::uuid[]) as p (insured_id)`

interface EventRow {
  readonly id: string
  readonly reverses: string | null
  readonly insuranceType: string
  readonly isReversed: boolean
  readonly days: readonly [string, string, string]
  readonly lines: readonly [string | null, string | null] | null
  readonly replaces: string | null
  readonly keepsCounters: boolean
  readonly paid: readonly string[]
  readonly consumed: Readonly<Record<string, string>>
  readonly input: StoredSplitInput | null
}

interface PersonRow {
  readonly insuredId: string
  readonly events: readonly EventRow[] | null
  readonly counters: readonly (readonly [insuranceType: string, key: string, amount: string])[] | null
}

/** Whose settlements of which pool, from the id `first` on and before the id `before`. */
interface Wanted {
  readonly pool: string
  readonly first: string
  readonly before: string
}

/** What some persons were settled in a period, and what they had consumed before it, as one snapshot. */
export async function readPast(
  hot: Statements,
  persons: readonly string[],
  { pool, first, before }: Wanted,
): Promise<PersonPast[]> {
  const rows = await hot.unsafe<PersonRow>(TEXT, [arrayLiteral(persons), pool, first, before])
  return rows.map(({ insuredId, events, counters }) => ({
    insuredId,
    events: (events ?? []).map((row) => (row.reverses === null ? billOf(row) : reversalOf(row, row.reverses))),
    counters: (counters ?? []).map(([insuranceType, key, amount]) => ({ insuranceType, key, amount: fen(amount) })),
  }))
}

const fen = (text: string): Fen => fenOf(BigInt(text))

const consumedOf = ({ consumed }: EventRow): Record<string, Fen> =>
  Object.fromEntries(Object.entries(consumed).map(([key, amount]) => [key, fen(amount)]))

function reversalOf(row: EventRow, reverses: string): PastReversal {
  const { id, insuranceType, keepsCounters, input } = row
  const anew = input === null ? null : decodeSplitInput(input)
  return { kind: 'REVERSAL', id, reverses, insuranceType, keepsCounters, consumed: consumedOf(row), input: anew }
}

function billOf(row: EventRow): PastBill {
  const { id, isReversed, replaces, keepsCounters, days, lines, paid, input } = row
  assert(input !== null, 'what is no reversal has an input')
  const [admission, discharge, settlement] = [days[0], days[1], days[2]].map((one) => Temporal.PlainDate.from(one)) as [
    Temporal.PlainDate,
    Temporal.PlainDate,
    Temporal.PlainDate,
  ]
  const found = (lines ?? []).flatMap((one) => (one === null ? [] : [Temporal.PlainDate.from(one)]))
  return {
    kind: 'BILL',
    id,
    isReversed,
    replaces,
    keepsCounters,
    days: { admission, discharge, settlement, lines: found.length === 0 ? [discharge] : found },
    paid: mapPayers((payer) => fen(paid[PAYERS.indexOf(payer)] ?? '0')),
    consumed: consumedOf(row),
    input: decodeSplitInput(input),
  }
}
