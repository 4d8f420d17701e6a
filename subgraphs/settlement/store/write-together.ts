import type { Statements } from '@yibao/drizzle/hot'
import { composedForMany } from './compose.ts'
import { appendParts } from './settlement-insert.ts'
import { SETTLEMENT_COLUMNS } from './settlement-columns.ts'
import type { Statement } from './statement.ts'
import { naturalKeys, ownRequest, PARTS, purse, type SettlementPart, type SettlementWrite } from './write-settlement.ts'

// The statement of one bill for many, of the same texts: what is one row there is a row for each here, and the chain is the
// same for each. Whoever fails the guard or has a request on record is not in `request_row`, and nothing of theirs is written.
const write = composedForMany<SettlementWrite, SettlementPart>(PARTS, (statement, chosen) => {
  const insuredId = statement.param('uuid', (w) => w.settlement.insuredId)
  const effects = chosen.flatMap(({ effects: more }) => more?.(statement) ?? [])
  const columns = [...SETTLEMENT_COLUMNS, ...chosen.flatMap((part) => part.columns ?? [])]
  return `,
  ${guardOfEach(statement, insuredId)},
  new_request as (${ownRequest(statement, `guard join given on ${insuredId} = guard.insured_id`)}),
  request_row as materialized (
    select new_request.insured_id, given.* from new_request join given on ${insuredId} = new_request.insured_id),
  ${purse(statement)},
  ${naturalKeys(statement)},
  ${[...effects, appendParts(statement, 'request_row', columns)].join(',\n')}
  select place from request_row`
})

/**
 * Passes those whose money is what their bill was decided on, and holds their rows, taken in the order of the ids: groups of
 * other processes wait in turn and never in a circle.
 */
const guardOfEach = ({ param }: Statement<SettlementWrite>, insuredId: string): string => `
  guard as (
    insert into settlement.person as p (insured_id, version, last_at)
    select ${insuredId}, ${param('bigint', (w) => w.version)} + 1,
      ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
    from given order by ${insuredId}
    on conflict (insured_id) do update set version = excluded.version, last_at = excluded.last_at
      where p.version = excluded.version - 1
    returning insured_id)`

const PLAIN = 0

/** Whether a bill needs nothing but what every bill needs. Those can be written together. */
export const isPlain = (one: SettlementWrite): boolean => write.kindOf(one) === PLAIN

/**
 * Writes settled bills of different persons under different request ids, durable when it returns: true for each that was
 * written, whole; false where `writeSettlement` alone would say so. An error of any of them is thrown, and none is written.
 */
export async function writeTogether(
  hot: Statements,
  inputs: readonly [SettlementWrite, ...SettlementWrite[]],
): Promise<boolean[]> {
  const { text, args } = write.of(inputs)
  const rows = await hot.unsafe<{ place: bigint }>(text, args, { prepare: true })
  const written = new Set(rows.map(({ place }) => Number(place)))
  return inputs.map((_, i) => written.has(i + 1))
}
