import type { Facts } from '../domain/facts.ts'
import type { VisitState } from '../domain/visit.ts'
import { arrayLiteral } from './array-literal.ts'
import { transferRecordOf, transferValue, type TransferRow } from './find-transfer.ts'
import type { FactsPart } from './read-facts.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'
import type { SettlementPart, SettlementWrite } from './write-settlement.ts'
import type { Statement } from './statement.ts'

/** Whether the visit was opened here, and which version of it the facts are beside. */
export const OPENED_VISIT: FactsPart = {
  when: () => true,
  column: ({ param }) => `(select json_build_array(v.state, v.version::text) from settlement.visit v
    where v.institution = ${param('text', (key) => key.institution)}
      and v.visit = ${param('text', (key) => key.visit)}) as opened_visit`,
}

/** The stays of the person in the same institution that a stay opened without a credential would have time in common with. */
export const ADMISSIONS: FactsPart = {
  when: (key) => key.admission !== null,
  column: ({ param }) => {
    const end = param('timestamptz', (key) => key.admission?.end ?? null)
    return `(select json_agg(v.visit) from settlement.visit v
      where v.institution = ${param('text', (key) => key.institution)} and v.insured_id = any(mine.ids)
        and v.visit <> ${param('text', (key) => key.visit)} and v.care_kind = 'INPATIENT' and v.state <> 'CANCELLED'
        and (v.discharged_at is null or v.discharged_at > ${param('timestamptz', (key) => key.admission?.begin ?? null)})
        and (${end} is null or v.admitted_at < ${end})) as admissions`
  },
}

/** The stay at another hospital the bill goes on from. */
export const TRANSFER: FactsPart = {
  when: (key) => key.transferredFrom !== null,
  column: ({ param }) =>
    `${transferValue(
      param('uuid', (key) => key.transferredFrom),
      'mine.ids',
    )} as transfer`,
}

/** The columns the parts add; one that is off is not there. */
export interface OpenedColumns {
  readonly opened_visit: readonly [VisitState, string] | null
  readonly admissions?: readonly string[] | null
  readonly transfer?: TransferRow | null
}

export const openedFacts = (row: OpenedColumns): Pick<Facts, 'openedVisit' | 'admissions' | 'transfer'> => ({
  openedVisit: row.opened_visit && { state: row.opened_visit[0], version: BigInt(row.opened_visit[1]) },
  admissions: row.admissions ?? [],
  transfer: transferRecordOf(row.transfer ?? null),
})

const institution = ({ param }: Statement<SettlementWrite>) => param('text', (w) => w.settlement.institution)
const visit = ({ param }: Statement<SettlementWrite>) => param('text', (w) => w.settlement.visit)

/**
 * Settles the lines of an opened visit: passes only while neither the visit nor any line of it has changed since it was
 * read, and then holds it. The lines say which settlement settled them.
 */
export const OPENED: SettlementPart = {
  when: (w) => w.opened !== undefined,
  gate: {
    name: 'visit_gate',
    sql: (statement) => `
      select true from guard, settlement.visit v
      where v.institution = ${institution(statement)} and v.visit = ${visit(statement)}
        and v.version = ${statement.param('bigint', (w) => w.opened?.version ?? null)}
      for update of v`,
  },
  effects: (statement) => {
    const { param } = statement
    const id = param('uuid', (w) => w.settlement.id)
    return [
      `visit_settled as (
        update settlement.visit v set version = v.version + 1, insured_id = case
            -- What was merged in another province is known here by its bills alone.
            when ${param('boolean', (w) => w.away !== undefined)} then r.insured_id else coalesce(v.insured_id, r.insured_id) end,
          pool = ${param('text', (w) => w.settlement.pool)},
          agency = ${param('text', (w) => w.settlement.clearingAgency)}, state = ${param('text', (w) => w.opened?.state ?? null)},
          settled_to = ${param('timestamptz', (w) => w.opened?.settledTo?.toString() ?? null)},
          settlements = v.settlements || ${id},
          changed_at = ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
        from request_row r
        where v.institution = ${institution(statement)} and v.visit = ${visit(statement)})`,
      `visit_lines as (
        update settlement.visit_line l set settled_by = ${id} from request_row r
        where l.institution = ${institution(statement)} and l.visit = ${visit(statement)}
          and l.serial = any(${param('text[]', (w) => arrayLiteral(w.lines.map((one) => one.serial)))}))`,
    ]
  },
}

/**
 * Puts the visit a settlement settled back to where it was before: its lines are unsettled, a settled visit is
 * discharged, and an interim settlement's days are open again. When a part was refunded, what remains takes its place.
 * Whether there is such a visit is seen here; bills that were sent whole have none.
 */
export const REOPENED: ReversalPart = {
  when: () => true,
  effects: ({ param }) => {
    const original = param('uuid', (w) => w.original.id)
    const replacement = param('uuid', (w) => w.replacement)
    const key = (alias: string) =>
      `${alias}.institution = ${param('text', (w) => w.settlement.institution)}
          and ${alias}.visit = ${param('text', (w) => w.settlement.visit)}`
    return [
      `visit_reopened as (
        update settlement.visit v set version = v.version + 1,
          next_line = v.next_line + ${param('integer', (w) => w.visitRefunds.length)},
          changed_at = ${param('timestamptz', (w) => w.settlement.settledAt.toString())},
          settlements = case when ${replacement} is null then v.settlements else v.settlements || ${replacement} end,
          state = case when ${replacement} is null and v.state = 'SETTLED' then 'DISCHARGED' else v.state end,
          settled_to = case when ${replacement} is null and v.care_kind = 'INPATIENT' then (
              select max(s.end_at) from settlement.bill b
              join settlement.settlement s on s.id = b.settlement_id and s.insured_id = b.insured_id
              where ${key('b')} and b.settlement_id <> ${original})
            else v.settled_to end
        from request_row r where ${key('v')} and ${original} = any(v.settlements)
        returning v.institution, v.visit, v.next_line)`,
      `visit_lines as (
        update settlement.visit_line l set settled_by = ${replacement} from request_row r
        where ${key('l')} and l.settled_by = ${original})`,
    ]
  },
}

/**
 * Leaves the trace of a refund among the lines of the visit: each charge a part of which is taken back gets a refund line
 * of its own, settled with what remains. When that is taken back too, what was refunded is not charged again. What stands
 * there was read as a line, and so is what is made of it. It is a line of this visit itself also where the charge came
 * along from an observation, which gets its lines back once this one is withdrawn. The numbers are those the visit has
 * just kept free for them, whoever added lines meanwhile.
 */
export const REFUNDED_LINES: ReversalPart = {
  when: (w) => w.visitRefunds.length > 0,
  effects: ({ param }) => [
    `visit_refunds as (
      insert into settlement.visit_line (institution, visit, serial, number, charge_batch, time, amount, refund_of, sent,
        uploaded_at, settled_by)
      select v.institution, v.visit, b.serial, v.next_line - ${param('integer', (w) => w.visitRefunds.length)} + b.place,
        c.charge_batch, c.time, b.amount, c.serial,
        c.sent - 'days' || jsonb_build_object('serial', b.serial, 'refundOf', c.serial, 'quantity', b.quantity,
          'amount', b.sent_amount, 'traceCodes', b.trace_codes),
        ${param('timestamptz', (w) => w.settlement.settledAt.toString())}, ${param('uuid', (w) => w.replacement)}
      from visit_reopened v
      cross join jsonb_to_recordset(${param('jsonb', linesBack)})
        as b (place integer, serial text, refund_of text, quantity text, amount bigint, sent_amount text, trace_codes jsonb)
      join settlement.visit_line c on c.institution = v.institution and c.visit = v.visit and c.serial = b.refund_of)`,
  ],
}

const linesBack = ({ visitRefunds }: ReversalWrite): string =>
  JSON.stringify(
    visitRefunds.map(({ serial, refundOf, quantity, amount, sentAmount, traceCodes }, place) => ({
      place,
      serial,
      refund_of: refundOf,
      quantity,
      amount: String(amount),
      sent_amount: sentAmount,
      trace_codes: traceCodes,
    })),
  )
