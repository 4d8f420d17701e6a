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
 * A claim `c` beside which care was settled directly after it was decided, and which nobody has named for payment since: whoever names
 * one has looked. Found in the history of the claim by its key; with `offset 0`, since all histories would be read at once otherwise.
 */
export const IS_HELD_BESIDE = sql.raw(`
  c.settlement_id is not null and exists (select from settlement.claim_event e
    where e.insured_id = c.insured_id and e.claim_id = c.id and e.kind = '${SETTLED_BESIDE}'
      and not exists (select from settlement.claim_event l where l.insured_id = e.insured_id and l.claim_id = e.claim_id
        and l.seq > e.seq and l.kind in ('SETTLED', 'PAYMENT_SENT')) offset 0)`)

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
