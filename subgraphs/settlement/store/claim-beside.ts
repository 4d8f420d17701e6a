import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claim } from '@yibao/drizzle/settlement-claim'
import { and, asc, inArray, isNotNull, sql } from 'drizzle-orm'
import type { Claim } from '../domain/claim.ts'
import { SETTLED_BESIDE } from '../domain/claim-refusals.ts'
import { findClaims } from './claim.ts'

/** What stands beside a claim: the code it is told under, and the number of the settlement, or of the other claim. */
export interface ToldBeside {
  readonly code: string
  readonly number: string
}

/** Whether who reviews a claim was told of what stands beside it, by its number. */
export async function isBesideTold(
  tx: Tx | ReadTx,
  { insuredId, id }: Pick<Claim, 'insuredId' | 'id'>,
  { code, number }: ToldBeside,
): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from settlement.claim c where c.insured_id = ${insuredId} and c.id = ${id} and (
      exists (select from jsonb_array_elements(c.precheck -> 'findings') f
        where f ->> 'rule' = ${code} and strpos(f -> 'text' ->> 'zh', ${number}) > 0)
      or exists (select from settlement.claim_event e where e.insured_id = c.insured_id and e.claim_id = c.id
        and e.kind in ('NOT_SETTLED', ${SETTLED_BESIDE}) and e.data ->> 'code' = ${code} and strpos(e.words ->> 'zh', ${number}) > 0))`)
  return rows.length === 1
}

/**
 * Whether what stands beside a claim by a line `e` of its history still stands: another claim that is settled, or a settlement, or what a
 * refund left of it, that nobody has taken back, be it by the institution or since it was never confirmed elsewhere.
 */
const STANDS = `case when e.data ? 'claim'
    then exists (select from settlement.claim o where o.id = (e.data ->> 'claim')::uuid and o.settlement_id is not null)
    else exists (with recursive s (id) as (select (e.data ->> 'settlement')::uuid
        union all select r.replacement_id from s join settlement.reversal r on r.settlement_id = s.id where r.replacement_id is not null)
      select from s where not exists (select from settlement.reversal r where r.settlement_id = s.id)) end`

/** Whether it is the same care: that it is other care is said only by deciding anew. */
const IS_SAME = `coalesce((e.data ->> 'isSame')::boolean, false)`

/** Found in the history of a claim `c` by its key; with `offset 0`, since all histories would be read at once otherwise. */
const heldBeside = (which: string) => `
  c.settlement_id is not null and exists (select from settlement.claim_event e
    where e.insured_id = c.insured_id and e.claim_id = c.id and e.kind = '${SETTLED_BESIDE}' and ${which}
      and not exists (select from settlement.claim_event l where l.insured_id = e.insured_id and l.claim_id = e.claim_id
        and l.seq > e.seq and (l.kind = 'SETTLED' or l.kind = 'PAYMENT_SENT' and not ${IS_SAME}))
      and ${STANDS} offset 0)`

/**
 * A claim `c` beside which other care stands that was settled directly after it was decided, or claimed under another record, and which
 * nobody has named for payment since: whoever names one has looked.
 */
export const IS_HELD_BESIDE = sql.raw(heldBeside('true'))

/** Number of the first of claims beside which the same care stands, so that naming them pays nothing; null when there is none. */
export async function findHeldSame(tx: Tx, ids: readonly string[]): Promise<string | null> {
  const { rows } = await tx.execute<{ number: string }>(sql`
    select c.number from settlement.claim c
    where c.id = any(${sql.param(`{${ids.join(',')}}`)}::uuid[]) and ${sql.raw(heldBeside(IS_SAME))} order by c.number limit 1`)
  return rows[0]?.number ?? null
}

/** The claims of records that were settled, held until the transaction ends. */
export async function holdSettledClaims(tx: Tx, records: readonly string[]): Promise<Claim[]> {
  const rows = await tx
    .select({ id: claim.id })
    .from(claim)
    .where(and(inArray(claim.insuredId, [...records]), isNotNull(claim.settlementId)))
    .orderBy(asc(claim.id))
    .for('update')
  return findClaims(
    tx,
    rows.map(({ id }) => id),
  )
}
