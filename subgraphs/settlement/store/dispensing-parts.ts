import { quantityOf } from '@yibao/schema/money'
import type { Dispensed, PrescriptionFacts } from '../domain/dispense.ts'
import type { Level } from '../domain/split-input.ts'
import { arrayLiteral } from './array-literal.ts'
import type { FactsPart } from './read-facts.ts'
import type { ReversalPart } from './write-reversal.ts'
import type { SettlementPart } from './write-settlement.ts'

/** The person's own prescriptions among those the bill names, with what is left of them. */
export const PRESCRIPTIONS: FactsPart = {
  when: (key) => key.prescriptions.length > 0,
  column: ({ param }) => `(select json_agg(json_build_array(x.prescription_id, extract(epoch from x.valid_until)::text,
        exists (select from settlement.prescription_revocation n
          where n.insured_id = x.insured_id and n.prescription_id = x.prescription_id),
        (select v.result from settlement.prescription_review v
          where v.insured_id = x.insured_id and v.prescription_id = x.prescription_id
            and v.institution = ${param('text', (key) => key.institution)}
          order by v.number desc limit 1),
        (select d.level from institutions.designation_v1 d where d.institution = x.institution::bpchar
          order by x.issued_at::date between d.begin_on and coalesce(d.end_on, 'infinity') desc limit 1),
        (select json_agg(json_build_array(i.number, i.code, i.quantity::text,
            (select coalesce(sum(g.quantity), 0)::text from settlement.dispensing g
              where g.insured_id = i.insured_id and g.prescription_id = i.prescription_id and g.item = i.number)))
          from settlement.prescription_item i
          where i.insured_id = x.insured_id and i.prescription_id = x.prescription_id)))
      from settlement.prescription x
      where x.insured_id = any(mine.ids)
        and x.prescription_id = any (${param('uuid[]', (key) => arrayLiteral(key.prescriptions))})) as prescriptions`,
}

type ItemRow = readonly [number: number, code: string, quantity: string, dispensed: string]
export type PrescriptionRow = readonly [
  id: string,
  validUntil: string,
  revoked: boolean,
  review: PrescriptionFacts['review'],
  level: Level | null,
  items: readonly ItemRow[],
]

export const prescriptionFactsOf = (
  [id, validUntil, revoked, review, level, items]: PrescriptionRow,
  instantOf: (epoch: string) => Temporal.Instant,
): PrescriptionFacts => ({
  id,
  validUntil: instantOf(validUntil),
  revoked,
  review,
  level,
  items: items.map(([number, code, quantity, dispensed]) => ({
    number,
    code,
    quantity: quantityOf(BigInt(quantity)),
    dispensed: quantityOf(BigInt(dispensed)),
  })),
})

/** Writes what each line dispensed, under the record the prescription was issued to. The guard of the person's version is what keeps it within what is left. */
export const DISPENSING: SettlementPart = {
  when: (w) => w.dispensed.length > 0,
  effects: ({ param }) => {
    const list = (type: string, value: (one: Dispensed) => string | number | bigint) =>
      param(`${type}[]`, ({ dispensed }) => arrayLiteral(dispensed.map(value)))
    return [
      `dispensing as (
        insert into settlement.dispensing (insured_id, settlement_id, line, prescription_id, item, institution, quantity, at)
        select x.insured_id, ${param('uuid', (w) => w.settlement.id)}, d.line, d.prescription_id, d.item,
          ${param('text', (w) => w.settlement.institution)}, d.quantity,
          ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
        from request_row r, unnest(${list('smallint', (one) => one.line)}, ${list('uuid', (one) => one.prescriptionId)},
          ${list('smallint', (one) => one.item)}, ${list('bigint', (one) => one.quantity)})
          as d (line, prescription_id, item, quantity)
          join settlement.prescription x on x.prescription_id = d.prescription_id)`,
    ]
  },
}

/** Gives back what the settlement dispensed, line by line, as a settlement's lines are mirrored. */
export const DISPENSING_BACK: ReversalPart = {
  when: () => true,
  effects: ({ param }) => [
    `dispensing as (
      insert into settlement.dispensing (insured_id, settlement_id, line, prescription_id, item, institution, quantity, at)
      select d.insured_id, ${param('uuid', (w) => w.settlement.id)}, d.line, d.prescription_id, d.item, d.institution,
        -d.quantity, ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
      from request_row r join settlement.dispensing d
        on d.settlement_id = ${param('uuid', (w) => w.original.id)})`,
  ],
}
