import { otherOf, PARTIES, type SideName } from './exchange-parties.ts'
import { act, yuanOf } from './exchange-clearing.ts'
import type { Playground } from './exchange-runs.ts'

// A hard limit of what the other province may owe, and a watch in the database of whether it is ever exceeded.

/**
 * Has the database itself look at every entry by which another province comes to owe more, before anybody sees it: writers
 * come one after the other, so each sees all that was owed before it, and what is beyond the limit in force is kept.
 */
export const WATCH = `
  create table public.beyond_limit (province text, owed bigint, most bigint, group_id uuid, at timestamptz default now());
  create function public.watch_limit() returns trigger language plpgsql security definer as $watch$
  declare
    other text := split_part(new.account, ':', 4);
    most bigint;
    owed bigint;
  begin
    perform pg_advisory_xact_lock(4200, other::int);
    select b.amount into most from settlement.province_budget b where b.province = other;
    select -sum(amount) into owed from settlement.ledger_entry
    where starts_with(account, 'receivable:province:') and split_part(account, ':', 4) = other;
    if owed > most then
      insert into public.beyond_limit (province, owed, most, group_id) values (other, owed, most, new.group_id);
    end if;
    return null;
  end $watch$;
  create trigger zz_watch_limit after insert on settlement.ledger_entry for each row
    when (new.amount < 0 and starts_with(new.account, 'receivable:province:')) execute function public.watch_limit()`

const OWED = `select coalesce(-sum(amount), 0)::text as fen from settlement.ledger_entry
  where starts_with(account, 'receivable:province:')`

/** How much more that is in a run: a few bills, or many. */
export const roomOf = (seed: number): bigint => 300_000n + (BigInt(seed) % 7n) * 300_000n

/** Lets the other province owe so much more than it does, and no more. */
export async function limit(ground: Playground, name: SideName, room: bigint, requestId: string): Promise<void> {
  const [owed] = await ground[name].rows(OWED)
  const most = BigInt(owed.fen)
  const { speaker: who } = PARTIES[name]
  const variables = { province: PARTIES[otherOf(name)].province, limit: yuanOf((most > 0n ? most : 0n) + room) }
  await act(ground, { side: name, who, kind: 'setProvinceLimit', variables }, requestId)
}
