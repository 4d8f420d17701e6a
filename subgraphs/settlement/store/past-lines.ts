import type { Statements } from '@yibao/drizzle/hot'
import { quantityOf } from '@yibao/schema/money'
import type { PastLine, PastVisit, WantedLines } from '../domain/check-history.ts'
import { arrayLiteral } from './array-literal.ts'

/**
 * The lines of other bills the rules want to see. A statement of its own, and only for bills with an item such a rule
 * names; lines never change, and another bill of the person would change the version.
 */
export async function readPastLines(
  hot: Statements,
  records: readonly string[],
  visits: readonly PastVisit[],
  { codes, prefixes }: WantedLines,
): Promise<PastLine[]> {
  const ids = visits.flatMap(({ settlementId }) => (settlementId === null ? [] : [settlementId]))
  if (ids.length === 0) return []
  const rows = await hot.unsafe<{ id: string; code: string; quantity: string; time: string; days: number | null }>(
    `select settlement_id::text as id, code, quantity::text, (extract(epoch from time) * 1000)::bigint::text as time, days
     from settlement.settlement_line
     where settlement_id = any($1::uuid[]) and insured_id = any($2::uuid[])
       and (code = any($3::text[]) or exists (select from unnest($4::text[]) as p (prefix) where starts_with(code, p.prefix)))
     order by settlement_id, number`,
    [arrayLiteral(ids), arrayLiteral(records), arrayLiteral(codes), arrayLiteral(prefixes)],
  )
  return rows.map(({ id, code, quantity, time, days }) => ({
    settlementId: id,
    code,
    quantity: quantityOf(BigInt(quantity)),
    time: Number(time),
    days,
  }))
}
