import { NOBODY } from '@yibao/schema/ids'
import { CLAIM_COLUMNS } from './settlement-columns.ts'
import type { Statement } from './statement.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'
import type { SettlementPart, SettlementWrite } from './write-settlement.ts'

/** Names the claim a settlement is made for. */
export const CLAIM: SettlementPart = { when: (w) => w.settlement.claimId !== null, columns: CLAIM_COLUMNS }

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
