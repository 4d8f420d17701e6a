import { sql, type SQL } from 'drizzle-orm'

/**
 * What may be declared: reconciled settlements `s` that stand in no statement. Rows not linked yet, and never what came
 * after some id or time: a settlement may become visible after its month was declared. The bill of an institution in
 * another province is cleared there: the bureau that clears lies in it.
 */
export const CANDIDATES = sql.raw(`settlement.reconciled r
    join settlement.settlement s on s.id = r.settlement_id and s.insured_id = r.insured_id and s.claim_id is null
      and not exists (select from settlement.clearing_item i
        where i.insured_id = r.insured_id and i.settlement_id = r.settlement_id)
      and (s.other_province is null or not starts_with(s.clearing_agency, s.other_province))`)

/** What one bureau clears only, or all. */
export const ofPool = (pool: string | null): SQL => (pool === null ? sql`true` : sql`s.clearing_agency = ${pool}`)
