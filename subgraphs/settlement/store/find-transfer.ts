import type { Statements } from '@yibao/drizzle/hot'
import { fenOf } from '@yibao/schema/money'
import type { TransferRecord } from '../domain/transfer.ts'
import type { DischargeWay } from '../domain/visit.ts'
import { recordsOf } from './own-records.ts'

/**
 * What the stay before says, as one value, for a settlement id and the ids of a person as they stand in a statement. Any of the
 * stay's settlements names it, so that a refund by the hospital before does not lose it; all that stand count together.
 * Null when the settlement is not this person's, was no stay, or none of the stay stands.
 */
export const transferValue = (settlement: string, insured: string): string => `(
  select json_build_array(v.discharge_way, v.visit is not null, coalesce(v.state = 'SETTLED', true),
    extract(epoch from coalesce(v.discharged_at, whole.end_at))::text, whole.deductible::text, whole.carried, whole.admission)
  from settlement.settlement t
  left join settlement.visit v on v.institution = t.institution and v.visit = t.visit
  cross join lateral (
    select max(e.end_at) as end_at, sum(e.deductible) as deductible,
      coalesce(max((e.input -> 'care' -> 'transfer' ->> 'charged')::bigint), 0)::text as carried,
      max((e.input -> 'care' ->> 'admission')::integer) as admission
    from settlement.bill o join settlement.settlement e on e.id = o.settlement_id and e.insured_id = o.insured_id
    where o.institution = t.institution and o.visit = t.visit and o.insured_id = any(${insured})) whole
  where t.id = ${settlement} and t.insured_id = any(${insured}) and t.care_kind = 'INPATIENT' and whole.end_at is not null)`

/** The value as it comes. */
export type TransferRow = readonly [DischargeWay | null, boolean, boolean, string, string, string, number]

export function transferRecordOf(row: TransferRow | null): TransferRecord | null {
  if (row === null) return null
  const [dischargeWay, wasOpened, isSettled, endAt, deductible, carried, admission] = row
  return {
    dischargeWay,
    wasOpened,
    isSettled,
    endAt: Temporal.Instant.fromEpochMilliseconds(Math.round(Number(endAt) * 1000)),
    charged: fenOf(BigInt(deductible) + BigInt(carried)),
    admission,
  }
}

/** The stay before, of this person. */
export async function findTransfer(
  hot: Statements,
  { settlementId, insuredId }: { readonly settlementId: string; readonly insuredId: string },
): Promise<TransferRecord | null> {
  const [row] = await hot.unsafe<{ transfer: TransferRow | null }>(
    `select ${transferValue('$1::uuid', recordsOf('$2::uuid'))} as transfer`,
    [settlementId, insuredId],
  )
  return transferRecordOf(row?.transfer ?? null)
}
