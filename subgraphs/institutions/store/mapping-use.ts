import type { Statements } from '@yibao/drizzle/hot'
import { firstIdOf } from '@yibao/drizzle/uuid'

/** How far the gathering of used codes has come; null before the first. */
export async function useMark(db: Statements): Promise<Temporal.Instant | null> {
  const [row] = await db.unsafe<{ until: Temporal.Instant }>('select until from institutions.own_code_mark')
  return row?.until ?? null
}

// One statement over the bills and uploads of a stretch of time; the same stretch again changes nothing. A code that was
// noted for the day is not written again.
const GATHER = `
  with used as (
    select institution, own_code, code, settled_at as at from settlement.own_code_use_v1
    where settlement_id >= $1 and settlement_id < $2 and same_settlement_id >= $1 and same_settlement_id < $2
    union all
    select institution, own_code, code, uploaded_at from settlement.own_code_upload_v1
    where uploaded_at >= $3 and uploaded_at < $4),
  noted as (
    insert into institutions.own_code_use as u (institution, own_code, code, last_used_on)
    select institution, own_code, code, max((at at time zone 'Asia/Shanghai')::date) from used
    where own_code <> '' group by 1, 2, 3 order by 1, 2, 3
    on conflict (institution, own_code, code) do update set last_used_on = excluded.last_used_on
    where u.last_used_on < excluded.last_used_on)
  insert into institutions.own_code_mark as m (until) values ($4)
  on conflict (id) do update set until = excluded.until where m.until < excluded.until`

/** Notes which own codes were used from one moment to another. */
export async function gatherUse(db: Statements, from: Temporal.Instant, to: Temporal.Instant): Promise<void> {
  await db.unsafe(GATHER, [firstIdOf(from), firstIdOf(to), from, to])
}
