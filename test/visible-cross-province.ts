import { HOSPITAL, MINE, OF_POOL, type Seen } from './visible-readers.ts'

/** The bureau of home, and the agency of the other place that is to certify. */
const FILING: Seen = {
  institution: 'false',
  staff: `${OF_POOL} or t.certifier = '629900'`,
  person: MINE,
  auditor: 'true',
}

/** What hangs below a filing is seen with it. */
const BELOW: Seen = {
  ...FILING,
  staff: `exists (select from cross_province.filing f where f.filing_id = t.filing_id
    and '629900' in (f.pool, f.certifier))`,
}

/** Stays here of persons insured elsewhere, who are nobody’s here. */
const INCOMING: Seen = {
  institution: `t.institution = '${HOSPITAL}'`,
  staff: OF_POOL,
  person: 'false',
  auditor: 'true',
}
const incomingWhere = (condition: string) =>
  `exists (select from cross_province.incoming_stay s where s.stay_id = t.stay_id and ${condition.replaceAll('t.', 's.')})`

export const VISIBLE_CROSS_PROVINCE: Readonly<Record<string, Seen>> = {
  'cross_province.filing': FILING,
  'cross_province.filing_document': BELOW,
  'cross_province.filing_event': BELOW,
  'cross_province.referral': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'cross_province.stay_elsewhere': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  // 629900 is the bureau of the province itself, which speaks for it with other provinces.
  'cross_province.exchange_message': { institution: 'false', staff: 'true', person: 'false', auditor: 'true' },
  'cross_province.incoming_stay': INCOMING,
  'cross_province.stay_notice': {
    institution: incomingWhere(INCOMING.institution),
    staff: incomingWhere(INCOMING.staff),
    person: 'false',
    auditor: 'true',
  },
  // What other provinces ask agencies here: of persons who are nobody’s here.
  'cross_province.certification': {
    institution: 'false',
    staff: `t.certifier = '629900'`,
    person: 'false',
    auditor: 'true',
  },
}
