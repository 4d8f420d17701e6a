import type { Database, Tx } from '@yibao/drizzle/connect'
import { incomingStay } from '@yibao/drizzle/cross-province-stay'
import { eq } from 'drizzle-orm'
import type { OpenedVisit } from '../domain/announced-visit.ts'
import type { IncomingStay } from '../domain/stay.ts'

/**
 * Stays that settlement has opened or changed since they were announced, from the view it publishes: of each institution and
 * province in turn the oldest, so that what cannot be announced holds up nothing of another.
 */
export async function findUnannounced(
  { hot }: Pick<Database, 'hot'>,
  since: Temporal.Instant,
  limit: number,
): Promise<readonly OpenedVisit[]> {
  return hot.unsafe<OpenedVisit>(
    `select v.id::text, v.institution, v.visit, v.version::text, v.insured_id::text as "insuredId",
       v.insured_pool as "insuredPool", v.care_type as "careType", v.department, v.diagnoses,
       v.admitted_at as "admittedAt", v.discharged_at as "dischargedAt", v.discharge_way as "dischargeWay", v.state
     from settlement.visit_elsewhere_v1 v
     left join lateral (
       select s.visit_version from cross_province.incoming_stay s
       where s.institution = v.institution and s.visit = v.visit order by s.stay_id desc limit 1) told on true
     where v.changed_at > $1::text::timestamptz and told.visit_version is distinct from v.version
       and jsonb_array_length(v.diagnoses) > 0
       and (v.state <> 'CANCELLED' or exists (select from cross_province.incoming_stay s
         where s.institution = v.institution and s.visit = v.visit))
     order by row_number() over (partition by v.institution, left(v.insured_pool, 2) order by v.changed_at), v.changed_at
     limit $2::int`,
    [since.toString(), limit],
  )
}

/** Notes by which version of its visit a stay was announced. */
export async function markAnnounced(tx: Tx, { id }: Pick<IncomingStay, 'id'>, version: string): Promise<void> {
  await tx
    .update(incomingStay)
    .set({ visitVersion: BigInt(version) })
    .where(eq(incomingStay.stayId, id))
}
