import type { Statements } from '@yibao/drizzle/hot'

/** What home has told of a settlement here; null when nothing was asked yet. */
export async function findTold(hot: Statements, id: string): Promise<unknown> {
  const [row] = await hot.unsafe<{ told: unknown }>(
    'select told from settlement.told_explanation where settlement_id = $1::uuid',
    [id],
  )
  return row?.told ?? null
}

/** Keeps what home has told of a settlement here: it never changes, so home is asked once. */
export async function keepTold(hot: Statements, { settlementId, insuredId, told, at }: ToldOf): Promise<void> {
  await hot.unsafe(
    `insert into settlement.told_explanation (settlement_id, insured_id, told, at)
     values ($1::uuid, $2::uuid, $3::text::jsonb, $4::text::timestamptz) on conflict do nothing`,
    [settlementId, insuredId, JSON.stringify(told), at.toString()],
  )
}

interface ToldOf {
  readonly settlementId: string
  readonly insuredId: string
  readonly told: unknown
  readonly at: Temporal.Instant
}
