import { aidCounter } from '../domain/sponsor.ts'
import { arrayLiteral } from './array-literal.ts'
import type { Statement } from './statement.ts'
import type { SettlementWrite } from './write-settlement.ts'

/** Whose money a write changes, and on which versions of it that was decided. */
type Guarded = Pick<SettlementWrite, 'settlement' | 'version' | 'sponsors'>

/**
 * The guard of a bill that relatives pay for: passes while the money of all of them is what the bill was decided on.
 * Rows are taken in the order of the ids, so that relatives who sponsor each other wait for each other in turn and never
 * in a circle.
 */
export function guardOfAll<Input extends Guarded>({ param }: Statement<Input>): string {
  const own = param('uuid', (w) => w.settlement.insuredId)
  const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
  const ids = param('uuid[]', (w) => arrayLiteral([w.settlement.insuredId, ...w.sponsors.map((one) => one.sponsorId)]))
  const versions = param('bigint[]', (w) => arrayLiteral([w.version, ...w.sponsors.map((one) => one.version)]))
  return `
  guards as (
    insert into settlement.person as p (insured_id, version, last_at)
    select v.insured_id, v.version + 1, ${at} from unnest(${ids}, ${versions}) as v (insured_id, version)
    order by v.insured_id
    on conflict (insured_id) do update set version = excluded.version, last_at = excluded.last_at
      where p.version = excluded.version - 1
    returning insured_id),
  guard as (select ${own} as insured_id where (select count(*) from guards) = cardinality(${ids}))`
}

/** What a settlement takes from relatives' accounts, or its reversal gives back with amounts negated. */
type Sponsored = Pick<SettlementWrite, 'settlement' | 'sponsors'>

/**
 * Moves what relatives' accounts give, counts it against their promise, and says so in their names. `counters` says how
 * the rows of `from` are counted, each with its `counter`, `year` and amounts.
 */
export function sponsorEffects<Input extends Sponsored>(
  { param }: Statement<Input>,
  counters: (from: string) => string,
): string[] {
  const id = param('uuid', (w) => w.settlement.id)
  const list = (type: string, value: (one: Sponsored['sponsors'][number], w: Sponsored) => string | number | bigint) =>
    param(`${type}[]`, (w) => arrayLiteral(w.sponsors.map((one) => value(one, w))))
  const from = `request_row r, unnest(
      ${list('uuid', (one) => one.sponsorId)}, ${list('smallint', (one) => one.place)},
      ${list('text', (one) => one.pool)}, ${list('text', (one) => one.insuranceType)},
      ${list('text', (one) => one.year)}, ${list('bigint', (one) => one.current)},
      ${list('bigint', (one) => one.history)}, ${list('text', (_, w) => aidCounter(w.settlement.insuredId))}
    ) as o (sponsor_id, place, pool, insurance_type, year, current, history, counter)`
  return [
    `sponsor_accounts as (
      update settlement.account a
      set balance = a.balance - case a.kind when 'CURRENT' then o.current else o.history end
      from ${from} where a.insured_id = o.sponsor_id)`,
    `sponsor_counters as (${counters(from)})`,
    `mutual_aid as (
      insert into settlement.mutual_aid (settlement_id, insured_id, sponsor_id, place, pool, insurance_type, year,
        current, history)
      select ${id}, r.insured_id, o.sponsor_id, o.place, o.pool, o.insurance_type, o.year, o.current, o.history
      from ${from})`,
  ]
}
