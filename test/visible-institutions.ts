import { HOSPITAL, OF_POOL, type Seen } from './visible-readers.ts'

const CONCERNED: Seen = {
  institution: `t.institution = '${HOSPITAL}'`,
  staff: OF_POOL,
  person: 'false',
  auditor: 'true',
}

/** Of institutions the reader's pool has an agreement with. */
const AGREED: Seen = {
  ...CONCERNED,
  staff: `exists (select from institutions.agreement a where a.institution = t.institution and a.pool = '629900')`,
}

const PARTNERS: Seen = {
  ...CONCERNED,
  staff: 'false',
  employer: `t.employer = '91629900DEM000001P'`,
  channel: `t.channel = 'BANK01'`,
}

export const VISIBLE_INSTITUTIONS: Readonly<Record<string, Seen>> = {
  'institutions.institution': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement_event': CONCERNED,
  'institutions.capability_event': CONCERNED,
  'institutions.level_change': CONCERNED,
  'institutions.application': CONCERNED,
  'institutions.application_event': CONCERNED,
  'institutions.department': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.practitioner': CONCERNED,
  'institutions.practitioner_event': CONCERNED,
  'institutions.practitioner_standing': {
    institution: `exists (select from institutions.practitioner p where p.code = t.code and p.institution = '${HOSPITAL}')`,
    staff: `exists (select from institutions.practitioner p where p.code = t.code and p.pool = '629900')`,
    person: 'false',
    auditor: 'true',
  },
  'institutions.import_job': { ...CONCERNED, staff: `t.bureau = '629900'` },
  'institutions.mapping': AGREED,
  'institutions.own_code_use': AGREED,
  'institutions.partner_key': {
    ...CONCERNED,
    staff: `exists (select from institutions.institution i where i.code = t.institution and i.pool = '629900')`,
    channel: `t.channel = 'BANK01'`,
  },
  'institutions.webhook': PARTNERS,
  'institutions.webhook_delivery': PARTNERS,
}
