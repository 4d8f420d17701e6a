import { aidCounter } from '../domain/sponsor.ts'
import { arrayLiteral } from './array-literal.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'

/** The first half of a refund: the request is recorded with the second. */
export const FROM_REFUND: ReversalPart = { when: (w) => w.replacement !== null }

/** Gives back to relatives' accounts what they paid, takes it off their promise, and says so in their names. */
export const SPONSORS_BACK: ReversalPart = {
  when: (w) => w.sponsors.length > 0,
  effects: ({ param }) => {
    const id = param('uuid', (w) => w.settlement.id)
    const list = (
      type: string,
      value: (one: ReversalWrite['sponsors'][number], w: ReversalWrite) => string | number | bigint,
    ) => param(`${type}[]`, (w) => arrayLiteral(w.sponsors.map((one) => value(one, w))))
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
      `sponsor_counters as (
        update settlement.counter k set amount = k.amount + o.current + o.history from ${from}
        where k.insured_id = o.sponsor_id and k.pool = o.pool and k.insurance_type = o.insurance_type
          and k.name = o.counter and k.period = o.year)`,
      `mutual_aid as (
        insert into settlement.mutual_aid (settlement_id, insured_id, sponsor_id, place, pool, insurance_type, year,
          current, history)
        select ${id}, r.insured_id, o.sponsor_id, o.place, o.pool, o.insurance_type, o.year, o.current, o.history
        from ${from})`,
    ]
  },
}
