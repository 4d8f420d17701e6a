import { arrayLiteral } from './array-literal.ts'
import type { FactsPart } from './read-facts.ts'
import type { ReversalPart } from './write-reversal.ts'
import type { SettlementPart } from './write-settlement.ts'

/** Which of the bill's trace codes were paid before, by whomever. */
export const PAID_CODES: FactsPart = {
  when: (key) => key.traceCodes.length > 0,
  column: ({ param }) => `(select json_agg(t.code) from settlement.trace_code t
    where t.code = any (${param('text[]', (key) => arrayLiteral(key.traceCodes))})) as paid_codes`,
}

/**
 * Takes the codes of the packages the bill pays for. Two bills with the same code, of whichever persons, meet at the key;
 * the codes are taken in order, so that bills with several of them wait for each other in turn.
 */
export const TRACE_CODES: SettlementPart = {
  when: (w) => w.traceCodes.length > 0,
  effects: ({ param }) => [
    `trace_codes as (
      insert into settlement.trace_code (code, insured_id, settlement_id, institution)
      select t.code, r.insured_id, ${param('uuid', (w) => w.settlement.id)},
        ${param('text', (w) => w.settlement.institution)}
      from request_row r, unnest(${param('text[]', (w) => arrayLiteral(w.traceCodes))}) as t (code) order by t.code)`,
  ],
}

/** Frees the codes the settlement took: the packages came back. */
export const TRACE_CODES_FREED: ReversalPart = {
  when: (w) => w.lines.some(({ traceCodes }) => traceCodes.length > 0),
  effects: ({ param }) => [
    `trace_codes as (
      delete from settlement.trace_code t using request_row
      where t.settlement_id = ${param('uuid', (w) => w.original.id)}
        and t.code = any (${param('text[]', (w) => arrayLiteral(w.lines.flatMap(({ traceCodes }) => traceCodes)))}))`,
  ],
}
