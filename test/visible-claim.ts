import { MINE, OF_POOL, READERS, type Seen } from './visible-readers.ts'

export const BELOW_CLAIM: Seen = {
  institution: 'false',
  staff: `exists (select from settlement.claim c where c.id = t.claim_id and c.pool = '629900'
    and (c.submitted_at is not null or c.channel = 'WINDOW'))`,
  person: MINE,
  auditor: 'exists (select from settlement.claim c where c.id = t.claim_id and c.submitted_at is not null)',
}

/** Claims: the person's own; the pool's once they are submitted, or when its window writes them. No institution's. */
export const VISIBLE_CLAIM: Readonly<Record<string, Seen>> = {
  'settlement.claim': {
    institution: 'false',
    staff: `${OF_POOL} and (t.submitted_at is not null or t.channel = 'WINDOW')`,
    person: MINE,
    auditor: 't.submitted_at is not null',
  },
  'settlement.refused_bill': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  'settlement.claim_invoice': BELOW_CLAIM,
  'settlement.claim_document': BELOW_CLAIM,
  'settlement.claim_event': BELOW_CLAIM,
  // What staff say of lines and propose is among them until it is decided.
  'settlement.claim_line_review': {
    ...BELOW_CLAIM,
    person: `${MINE} and exists (select from settlement.claim c where c.id = t.claim_id and c.decided_at is not null)`,
  },
  'settlement.claim_clock': BELOW_CLAIM,
  'settlement.claim_decision': { ...BELOW_CLAIM, person: `${MINE} and t.confirmed_at is not null` },
  'settlement.claim_appeal': BELOW_CLAIM,
  'settlement.claim_account': BELOW_CLAIM,
  'settlement.claim_certificate': { ...BELOW_CLAIM, employer: `t.employer = '${READERS.employer.employer}'` },
}
