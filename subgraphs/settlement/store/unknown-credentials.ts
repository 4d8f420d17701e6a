import type { Statements } from '@yibao/drizzle/hot'

interface Place {
  /** Its code; `province:51` for all of another province together. */
  readonly institution: string
  readonly day: Temporal.PlainDate
}

/** How many bills of the institution named the identity number of nobody on the day. */
export async function countOfUnknown(hot: Statements, { institution, day }: Place): Promise<number> {
  const [row] = await hot.unsafe<{ count: number }>(
    'select count from settlement.unknown_credential where institution = $1::text and day = $2::text::date',
    [institution, day.toString()],
  )
  return row?.count ?? 0
}

/** Counts one more. */
export async function countUnknown(hot: Statements, { institution, day }: Place): Promise<void> {
  await hot.unsafe(
    `insert into settlement.unknown_credential as u (institution, day, count) values ($1::text, $2::text::date, 1)
     on conflict (institution, day) do update set count = u.count + 1`,
    [institution, day.toString()],
  )
}
