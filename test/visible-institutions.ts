import { HOSPITAL, OF_POOL, type Seen } from './visible-readers.ts'

export const VISIBLE_INSTITUTIONS: Readonly<Record<string, Seen>> = {
  'institutions.institution': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement_event': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: 'false',
    auditor: 'true',
  },
}
