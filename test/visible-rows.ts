import { demoPerson, NOW } from './world.ts'

// Who sees which rows of the tables a reader may look at, as whoever may see everything would find them.

export const [HOSPITAL, OTHER] = ['H62990000001', 'H62010000001']
export const PERSON = demoPerson('629900', 'retired')
export const NEIGHBOUR = demoPerson('620100', 'retired')

/** What a session says of who asks. */
export type Settings = Partial<
  Record<'role' | 'caller' | 'institution' | 'insured' | 'pool' | 'employer' | 'channel', string>
>

export const READERS = {
  institution: { role: 'institution', institution: HOSPITAL, caller: `institution:${HOSPITAL}` },
  staff: { role: 'staff', pool: '629900', caller: 'staff:629900:clerk-629900' },
  person: { role: 'person', insured: PERSON.insuredId, caller: `person:${PERSON.insuredId}` },
  auditor: { role: 'auditor', caller: 'auditor:auditor' },
} satisfies Record<string, Settings>
export type Reader = keyof typeof READERS

const PRESENT = `exists (select from insured.presence p where p.insured_id = t.insured_id
  and p.institution = '${HOSPITAL}' and p.day = '${NOW.slice(0, 10)}')`
const MINE = `t.insured_id = '${PERSON.insuredId}'`
const OF_POOL = `t.pool = '629900'`
const IN_POOL = `exists (select from insured.enrolment e where e.insured_id = t.insured_id and e.pool = '629900')`
const settlementWhere = (id: string, condition: string) =>
  `exists (select from settlement.settlement s where s.id = t.${id} and s.${condition})`

const BELOW_SETTLEMENT = {
  institution: settlementWhere('settlement_id', `institution = '${HOSPITAL}'`),
  staff: settlementWhere('settlement_id', `pool = '629900'`),
  person: MINE,
  auditor: 'true',
}

const visitWhere = (condition: string) =>
  `exists (select from settlement.visit v where v.institution = t.institution and v.visit = t.visit and v.${condition})`

const SHOWN = `exists (select from settlement.prescription_showing v where v.prescription_id = t.prescription_id
  and v.institution = '${HOSPITAL}' and v.day = '${NOW.slice(0, 10)}')`
const prescriptionWhere = (condition: string) =>
  `exists (select from settlement.prescription p where p.prescription_id = t.prescription_id and p.${condition})`
const BELOW_PRESCRIPTION = {
  institution: `${prescriptionWhere(`institution = '${HOSPITAL}'`)} or ${SHOWN}`,
  staff: prescriptionWhere(`pool = '629900'`),
  person: MINE,
  auditor: 'true',
}

/** Whose rows each reader may see. `false`: none. */
export const VISIBLE: Record<string, Record<Reader, string>> = {
  'insured.person': {
    institution: PRESENT,
    staff: `t.registered_pool = '629900' or ${IN_POOL}`,
    person: MINE,
    auditor: 'true',
  },
  'insured.enrolment': { institution: PRESENT, staff: OF_POOL, person: MINE, auditor: 'true' },
  'insured.special_identity': {
    institution: PRESENT,
    staff: `exists (select from insured.enrolment e where e.enrolment_id = t.enrolment_id and e.pool = '629900')`,
    person: MINE,
    auditor: 'true',
  },
  'insured.presence': { institution: `t.institution = '${HOSPITAL}'`, staff: 'false', person: MINE, auditor: 'true' },
  'insured.registration': {
    institution: `t.requested_by = '${HOSPITAL}' or ${PRESENT}`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'insured.mutual_aid': {
    institution: 'false',
    staff: `exists (select from insured.enrolment e
      where e.insured_id in (t.insured_id, t.sponsor_id) and e.pool = '629900')`,
    person: `'${PERSON.insuredId}' in (t.insured_id, t.sponsor_id)`,
    auditor: 'true',
  },
  'institutions.institution': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'institutions.agreement_event': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: 'false',
    auditor: 'true',
  },
  'settlement.settlement': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'settlement.settlement_line': BELOW_SETTLEMENT,
  'settlement.ledger_day': {
    institution: `t.account = 'payable:institution:${HOSPITAL}'`,
    staff: `${OF_POOL} and t.account not like 'personal:%'`,
    person: `t.account like 'personal:${PERSON.insuredId}:%'`,
    auditor: 'true',
  },
  'settlement.ledger_entry': {
    // What a relative's account gives is not the hospital's to know, nor the bureau's of the one it is given for.
    institution: settlementWhere('group_id', `insured_id = t.insured_id and s.institution = '${HOSPITAL}'`),
    staff: `t.account = 'opening:629900'
      or ${settlementWhere('group_id', `insured_id = t.insured_id and s.pool = '629900'`)}`,
    person: MINE,
    auditor: 'true',
  },
  'settlement.ledger_fold': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'settlement.reversal': BELOW_SETTLEMENT,
  'settlement.account': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  'settlement.counter': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
  'settlement.signing_key': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'settlement.prescription': {
    institution: `t.institution = '${HOSPITAL}' or ${SHOWN}`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'settlement.prescription_item': BELOW_PRESCRIPTION,
  'settlement.prescription_review': BELOW_PRESCRIPTION,
  'settlement.prescription_revocation': BELOW_PRESCRIPTION,
  'settlement.prescription_showing': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: 'false',
    person: MINE,
    auditor: 'true',
  },
  'settlement.dispensing': {
    ...BELOW_PRESCRIPTION,
    institution: `t.institution = '${HOSPITAL}' or ${BELOW_PRESCRIPTION.institution}`,
  },
  'settlement.confirmation': BELOW_SETTLEMENT,
  'settlement.conversion': BELOW_SETTLEMENT,
  'settlement.mutual_aid': {
    institution: 'false',
    staff: OF_POOL,
    person: `'${PERSON.insuredId}' in (t.insured_id, t.sponsor_id)`,
    auditor: 'true',
  },
  'settlement.impact': { institution: 'false', staff: OF_POOL, person: 'false', auditor: 'true' },
  'settlement.online_order': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'settlement.visit': { institution: `t.institution = '${HOSPITAL}'`, staff: OF_POOL, person: MINE, auditor: 'true' },
  'settlement.visit_line': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: visitWhere(`pool = '629900'`),
    person: visitWhere(`insured_id = '${PERSON.insuredId}'`),
    auditor: 'true',
  },
  'cross_province.filing': { institution: 'false', staff: OF_POOL, person: MINE, auditor: 'true' },
}
for (const schema of ['insured', 'institutions', 'settlement', 'cross_province']) {
  const own = (reader: Reader) => `t.caller = '${READERS[reader].caller}'`
  VISIBLE[`${schema}.request`] = {
    institution: own('institution'),
    staff: own('staff'),
    person: own('person'),
    auditor: own('auditor'),
  }
  VISIBLE[`${schema}.access_log`] = {
    institution: 'false',
    staff: 'false',
    person: `t.subject = '${PERSON.insuredId}'`,
    auditor: 'true',
  }
}
