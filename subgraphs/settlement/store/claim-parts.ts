import { NOTICE_TOPIC } from '@yibao/drizzle/notify'
import { NOBODY } from '@yibao/schema/ids'
import { SETTLED_BESIDE, settledAfter } from '../domain/claim-refusals.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { arrayLiteral } from './array-literal.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { CLAIM_COLUMNS } from './settlement-columns.ts'
import type { Statement } from './statement.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'
import type { SettlementPart, SettlementWrite } from './write-settlement.ts'

/** Names the claim a settlement is made for. */
export const CLAIM: SettlementPart = { when: (w) => w.settlement.claimId !== null, columns: CLAIM_COLUMNS }

/**
 * Says of settled claims, in their histories and to the staff of their pools, that a bill was settled which may be of the same care: in
 * the statement that settles it, so that no process that ends in between leaves it unsaid.
 */
export const CLAIMS_BESIDE: SettlementPart = {
  when: ({ beside = [] }) => beside.length > 0,
  effects: ({ param }) => {
    const of = (key: 'insuredId' | 'id' | 'noticeId') =>
      param('uuid[]', ({ beside = [] }) => arrayLiteral(beside.map((one) => one[key])))
    const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
    const number = param('text', (w) => settlementNumber(w.settlement.id))
    const template = `'claim.settled-beside'`
    return [
      `beside as (
      update settlement.claim c set version = c.version + 1, changed_at = ${at}
      from request_row r, unnest(${of('insuredId')}, ${of('id')}, ${of('noticeId')}) as w (insured_id, id, notice_id)
      where c.insured_id = w.insured_id and c.id = w.id and c.settlement_id is not null
      returning c.insured_id, c.id, c.number, c.pool, c.state, c.version, w.notice_id)`,
      `beside_event as (
      insert into settlement.claim_event (insured_id, claim_id, seq, kind, state, at, by, words, data)
      select b.insured_id, b.id, (select coalesce(max(e.seq), 0) + 1 from settlement.claim_event e
          where e.insured_id = b.insured_id and e.claim_id = b.id),
        '${SETTLED_BESIDE}', b.state, ${at}, '${BY_RULE}', ${param('jsonb', (w) => JSON.stringify(settledAfter(w.settlement.id)))},
        jsonb_build_object('code', '${SETTLED_BESIDE}', 'settlement', ${param('uuid', (w) => w.settlement.id)})
      from beside b)`,
      `beside_notice as (
      insert into settlement.outbox (id, insured_id, topic, payload, at)
      select b.notice_id, null, '${NOTICE_TOPIC}', jsonb_build_object('to', jsonb_build_object('kind', 'staff', 'pool', b.pool),
          'template', ${template}, 'data', jsonb_build_object('number', b.number, 'pool', b.pool, 'settlement', ${number}),
          'key', ${template} || ':' || b.id || ':' || b.version || ':'), ${at}
      from beside b)`,
    ]
  },
}

/** Takes back what a claim was paid: the visit stays with the claim. */
export const CLAIM_BACK: ReversalPart = { when: (w) => w.settlement.claimId !== null }

/**
 * The bill of a claim's visit: what the claim holds goes over to its settlement, and where nobody knew a visit it gets its
 * own. Its invoices stay with the claim.
 */
export function keysOfClaim({ param }: Statement<SettlementWrite>): string {
  const id = param('uuid', (w) => w.settlement.id)
  const institution = param('text', (w) => w.settlement.institution)
  const visit = param('text', (w) => w.settlement.visit)
  const chargeBatch = param('text', (w) => w.settlement.chargeBatch)
  const begin = param('timestamptz', (w) => w.settlement.beginAt.toString())
  const end = param('timestamptz', (w) => w.settlement.endAt.toString())
  const careKind = param('text', (w) => w.settlement.careKind)
  const careType = param('text', (w) => w.settlement.careType)
  const diagnosis = param('text', (w) => w.settlement.diagnoses[0]?.code ?? null)
  return `
  held as (
    update settlement.bill b set insured_id = r.insured_id, settlement_id = ${id}, begin_at = ${begin}, end_at = ${end},
      care_kind = ${careKind}, care_type = ${careType}, diagnosis = ${diagnosis}
    from request_row r
    where b.institution = ${institution} and b.visit = ${visit} and b.charge_batch = ${chargeBatch}
      and b.settlement_id = ${param('uuid', (w) => w.settlement.claimId)}
    returning true),
  bill as (
    insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at, care_kind,
      care_type, diagnosis)
    select ${institution}, ${visit}, ${chargeBatch}, r.insured_id, ${id}, ${begin}, ${end}, ${careKind}, ${careType},
      ${diagnosis}
    from request_row r where not exists (select from held))`
}

/** Goes back to the claim with a reversal, for nobody yet: it is decided anew. */
export const billBackToClaim = ({ param }: Statement<ReversalWrite>): string => `
  bill as (
    update settlement.bill b set insured_id = '${NOBODY}', settlement_id = ${param('uuid', (w) => w.settlement.claimId)}
    from request_row
    where b.institution = ${param('text', (w) => w.settlement.institution)}
      and b.visit = ${param('text', (w) => w.settlement.visit)}
      and b.charge_batch = ${param('text', (w) => w.settlement.chargeBatch)}
      and b.settlement_id = ${param('uuid', (w) => w.original.id)})`
