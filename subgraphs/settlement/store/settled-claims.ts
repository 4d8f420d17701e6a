import type { SettledClaim } from '../domain/claim-beside.ts'
import type { Facts } from '../domain/facts.ts'
import type { FactsPart } from './read-facts.ts'

const OF_PERSON = `from settlement.claim m where m.insured_id = any(mine.ids) and m.settlement_id is not null`

/**
 * Whether claims of the person were settled; asked for every bill, of the primary key. `offset 0`, as of the other columns, so that it is
 * looked up for each of many bills.
 */
export const HAS_SETTLED_CLAIMS = `exists (select ${OF_PERSON} offset 0) as has_settled_claims`

/** What was settled of them, without what they are made up of. */
export const SETTLED_CLAIMS: FactsPart = {
  when: (key) => key.settledClaims,
  column: () => `(select json_agg(json_build_array(m.insured_id, m.id, m.number,
        m.content - '{lines,invoices,papers,account,diagnoses}'::text[],
        exists (select from settlement.visit w where w.institution = m.content -> 'place' ->> 'institution'
          and settlement.visit_key(w.visit) = settlement.visit_key(m.content ->> 'visit') and w.insured_id = any(mine.ids))
        or exists (select from settlement.bill w join settlement.settlement d
            on d.insured_id = w.insured_id and d.id = w.settlement_id and d.claim_id is null
          where w.institution = m.content -> 'place' ->> 'institution' and w.insured_id = any(mine.ids)
            and settlement.visit_key(w.visit) = settlement.visit_key(m.content ->> 'visit')))
        order by m.number)
      ${OF_PERSON}) as settled_claims`,
}

type ClaimRow = readonly [
  insuredId: string,
  id: string,
  number: string,
  content: SettledClaim['content'],
  isVisitKnown: boolean,
]

/** The columns of claims. */
export interface ClaimColumns {
  readonly has_settled_claims: boolean
  readonly settled_claims?: readonly ClaimRow[] | null
}

export const settledClaimsOf = (row: ClaimColumns): Pick<Facts, 'hasSettledClaims' | 'settledClaims'> => ({
  hasSettledClaims: row.has_settled_claims,
  settledClaims: (row.settled_claims ?? []).map(([insuredId, id, number, content, isVisitKnown]) => ({
    insuredId,
    id,
    number,
    content,
    isVisitKnown,
  })),
})
