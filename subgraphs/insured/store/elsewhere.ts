import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { FilingTold } from '../domain/elsewhere.ts'

interface FilingRow extends Record<string, unknown> {
  readonly id: string
  readonly type: FilingTold['type']
  readonly destination: string
  readonly begin_on: string
  readonly end_on: string | null
}

interface PlaceAndDay {
  /** Division of the institution, six digits. */
  readonly division: string
  readonly day: Temporal.PlainDate
}

/** What a person has filed for a place and day, from the view cross-province publishes. */
export async function findFilingsFor(tx: Tx, insuredId: string, { division, day }: PlaceAndDay): Promise<FilingTold[]> {
  const on = day.toString()
  const { rows } = await tx.execute<FilingRow>(sql`
    select filing_id::text as id, type, destination, begin_on::text, end_on::text from cross_province.filing_v2
    where insured_id = ${insuredId} and ${division} like destination || '%' and begin_on <= ${on}
      and (end_on is null or end_on >= ${on}) and (cancelled_from is null or cancelled_from > ${on})
    order by begin_on, filing_id`)
  return rows.map(({ begin_on: beginOn, end_on: endOn, ...row }) => ({
    ...row,
    beginOn: Temporal.PlainDate.from(beginOn),
    endOn: endOn === null ? null : Temporal.PlainDate.from(endOn),
  }))
}

interface CounterRow extends Record<string, unknown> {
  readonly pool: string
  readonly insurance_type: string
  readonly name: string
  readonly period: string
  readonly amount: string
}

/** A counter as it stands in the books, in fen. */
export interface Counter {
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
  readonly amount: bigint
}

/** What a person has used of deductibles and caps, from the view settlement publishes. */
export async function findCounters(tx: Tx, insuredId: string): Promise<Counter[]> {
  const { rows } = await tx.execute<CounterRow>(sql`
    select pool, insurance_type, name, period, amount::text from settlement.counter_v1
    where insured_id = ${insuredId} order by pool, insurance_type, name, period`)
  return rows.map(({ insurance_type: insuranceType, amount, ...row }) => ({
    ...row,
    insuranceType,
    amount: BigInt(amount),
  }))
}
