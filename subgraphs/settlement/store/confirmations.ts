import type { Statements } from '@yibao/drizzle/hot'

interface Confirmed {
  readonly settlementId: string
  readonly insuredId: string
  readonly institution: string
  readonly at: Temporal.Instant
}

/** When the settlement was first confirmed; null when the time for it was over. */
export async function addConfirmation(hot: Statements, confirmed: Confirmed): Promise<Temporal.Instant | null> {
  const [row] = await hot.unsafe<{ at: Temporal.Instant }>(
    `insert into settlement.confirmation as c (settlement_id, insured_id, institution, confirmed_at)
     values ($1::uuid, $2::uuid, $3::text, $4::text::timestamptz)
     on conflict (settlement_id, insured_id) do update set confirmed_at = coalesce(c.confirmed_at, excluded.confirmed_at)
       where c.closed_at is null and (c.due_at is null or c.confirmed_at is not null or c.due_at > excluded.confirmed_at)
     returning confirmed_at as at`,
    [confirmed.settlementId, confirmed.insuredId, confirmed.institution, confirmed.at.toString()],
  )
  return row?.at ?? null
}

/** A settlement whose time to be confirmed is over. */
export interface Unconfirmed {
  readonly settlementId: string
  readonly insuredId: string
}

/** The same with the province whose platform has to be asked to take it back; null for what was decided here. */
export interface UnconfirmedOf extends Unconfirmed {
  readonly province: string | null
}

/**
 * Ends the time of settlements that were not confirmed by `now`, after which no confirmation is taken, and returns those
 * that still stand, also of earlier runs that were cut short: so many of each province whose platform decided them, and of here.
 */
export async function closeUnconfirmed(
  hot: Statements,
  now: Temporal.Instant,
  ofEach: number,
): Promise<UnconfirmedOf[]> {
  await hot.unsafe(
    `update settlement.confirmation set closed_at = $1::text::timestamptz
     where confirmed_at is null and closed_at is null and due_at <= $1::text::timestamptz`,
    [now.toString()],
  )
  return hot.unsafe<UnconfirmedOf>(
    `select "settlementId", "insuredId", province
     from (
       select c.settlement_id::text as "settlementId", c.insured_id::text as "insuredId", a.province::text as province,
         row_number() over (partition by a.province order by coalesce(c.next_at, c.due_at)) as number
       from settlement.confirmation c
       left join settlement.away_bill a on a.settlement_id = c.settlement_id
       where c.closed_at is not null and c.confirmed_at is null and c.due_at is not null
         and coalesce(c.next_at, c.due_at) <= $1::text::timestamptz
         and not exists (select from settlement.reversal v
           where v.settlement_id = c.settlement_id and v.insured_id = c.insured_id)) one
     where number <= $2::int order by province nulls first, number`,
    [now.toString(), ofEach],
  )
}

/** Lets one that cannot be taken back now be tried again then, so that it does not stand in the way of others. */
export async function tryLater(
  hot: Statements,
  { settlementId, insuredId }: Unconfirmed,
  at: Temporal.Instant,
): Promise<void> {
  await hot.unsafe(
    `update settlement.confirmation set next_at = $3::text::timestamptz
     where settlement_id = $1::uuid and insured_id = $2::uuid`,
    [settlementId, insuredId, at.toString()],
  )
}

/** Takes something else for the word that did not come. */
export async function confirmAfterAll(
  hot: Statements,
  { settlementId, insuredId }: Unconfirmed,
  at: Temporal.Instant,
): Promise<void> {
  await hot.unsafe(
    `update settlement.confirmation set closed_at = null, confirmed_at = $3::text::timestamptz
     where settlement_id = $1::uuid and insured_id = $2::uuid and confirmed_at is null`,
    [settlementId, insuredId, at.toString()],
  )
}
