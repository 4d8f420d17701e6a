import type { Statements } from '@yibao/drizzle/hot'
import type { Settlement } from '../domain/settlement.ts'

/** The latest unreversed settlement of the same visit after this one; null when this one is the latest. */
export async function findLaterPart(
  hot: Statements,
  { id, institution, visit }: Pick<Settlement, 'id' | 'institution' | 'visit'>,
): Promise<string | null> {
  const [row] = await hot.unsafe<{ id: string }>(
    `select settlement_id::text as id from settlement.bill
     where institution = $1::text and visit = $2::text and settlement_id > $3::uuid
     order by settlement_id desc limit 1`,
    [institution, visit, id],
  )
  return row?.id ?? null
}
