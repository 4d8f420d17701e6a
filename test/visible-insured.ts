import { HOSPITAL, MINE, OF_POOL, PERSON, type Seen } from './visible-readers.ts'
import { NOW } from './world.ts'

const PRESENT = `exists (select from insured.presence p where p.insured_id = t.insured_id
  and p.institution = '${HOSPITAL}' and p.day = '${NOW.slice(0, 10)}')`
const IN_POOL = `exists (select from insured.enrolment e where e.insured_id = t.insured_id and e.pool = '629900')`

const collectionWhere = (condition: string) =>
  `exists (select from insured.collection c where c.collection_id = t.collection_id and c.${condition})`

const EMPLOYER = '91629900DEM000001P'
const OF_EMPLOYER: Seen = {
  institution: 'false',
  staff: OF_POOL,
  person: MINE,
  auditor: 'true',
  employer: `t.employer = '${EMPLOYER}'`,
}
const creditWhere = (condition: string) =>
  `exists (select from insured.employer_credit c where c.credit_id = t.credit_id and c.${condition})`
const disputeWhere = (condition: string) =>
  `exists (select from insured.dispute d where d.dispute_id = t.dispute_id and d.${condition})`
const survivorWhere = (condition: string) =>
  `exists (select from insured.person q where q.insured_id = t.survivor_id and ${condition})`

const receivedBy = (kind: string, code: string) => `t.recipient_kind = '${kind}' and t.recipient = '${code}'`
const RECEIVED: Seen = {
  institution: receivedBy('institution', HOSPITAL),
  staff: receivedBy('staff', '629900'),
  person: receivedBy('person', PERSON.insuredId),
  auditor: 'true',
  employer: receivedBy('employer', EMPLOYER),
}
const messageWhere = (condition: string) =>
  `exists (select from insured.message m where m.message_id = t.message_id and ${condition.replaceAll('t.', 'm.')})`
const throughMessage = ({ institution, staff, person, auditor, employer = 'false' }: Seen): Seen => {
  return {
    institution: messageWhere(institution),
    staff: messageWhere(staff),
    person: messageWhere(person),
    auditor,
    employer: messageWhere(employer),
  }
}

export const VISIBLE_INSURED: Readonly<Record<string, Seen>> = {
  'insured.person': {
    institution: PRESENT,
    staff: `t.registered_pool = '629900' or ${IN_POOL}`,
    person: MINE,
    auditor: 'true',
    employer: `exists (select from insured.enrolment e where e.insured_id = t.insured_id and e.employer = '${EMPLOYER}')`,
  },
  'insured.enrolment': {
    institution: PRESENT,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
    employer: `t.employer = '${EMPLOYER}'`,
  },
  'insured.special_identity': {
    institution: PRESENT,
    staff: `exists (select from insured.enrolment e where e.enrolment_id = t.enrolment_id and e.pool = '629900')`,
    person: MINE,
    auditor: 'true',
    employer: `exists (select from insured.enrolment e
      where e.enrolment_id = t.enrolment_id and e.employer = '${EMPLOYER}')`,
  },
  'insured.person_alias': {
    institution: survivorWhere(`exists (select from insured.presence p where p.insured_id = t.survivor_id
      and p.institution = '${HOSPITAL}' and p.day = '${NOW.slice(0, 10)}')`),
    staff: survivorWhere(`(q.registered_pool = '629900' or exists (select from insured.enrolment e
      where e.insured_id = q.insured_id and e.pool = '629900'))`),
    person: `t.survivor_id = '${PERSON.insuredId}'`,
    auditor: 'true',
    employer: survivorWhere(`exists (select from insured.enrolment e
      where e.insured_id = q.insured_id and e.employer = '${EMPLOYER}')`),
  },
  'insured.enrolment_event': OF_EMPLOYER,
  'insured.employer': {
    institution: 'false',
    staff: OF_POOL,
    person: `exists (select from insured.enrolment e
      where e.employer = t.credit_code and e.pool = t.pool and e.insured_id = '${PERSON.insuredId}')`,
    auditor: 'true',
    employer: `t.credit_code = '${EMPLOYER}'`,
  },
  'insured.declaration': { ...OF_EMPLOYER, person: 'false' },
  'insured.declaration_draft_line': { ...OF_EMPLOYER, person: 'false' },
  'insured.declaration_line': OF_EMPLOYER,
  'insured.accounting_voucher': OF_EMPLOYER,
  'insured.dispute': OF_EMPLOYER,
  'insured.dispute_event': {
    institution: 'false',
    staff: disputeWhere(`pool = '629900'`),
    person: disputeWhere(`insured_id = '${PERSON.insuredId}'`),
    auditor: 'true',
    employer: disputeWhere(`employer = '${EMPLOYER}'`),
  },
  'insured.presence': { institution: `t.institution = '${HOSPITAL}'`, staff: 'false', person: MINE, auditor: 'true' },
  'insured.registration': {
    institution: `t.requested_by = '${HOSPITAL}' or ${PRESENT}`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'insured.rights_record': { institution: 'false', staff: 'false', person: MINE, auditor: 'true' },
  'insured.card': { institution: 'false', staff: IN_POOL, person: MINE, auditor: 'true' },
  'insured.card_change': { institution: 'false', staff: IN_POOL, person: MINE, auditor: 'true' },
  'insured.electronic_card': {
    institution: 'false',
    staff: IN_POOL,
    person: MINE,
    auditor: 'true',
    channel: `t.channel = 'BANK01'`,
  },
  'insured.chosen_institution': {
    institution: `t.requested_by = '${HOSPITAL}' or ${PRESENT}`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'insured.no_card_certificate': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
  },
  'insured.maternity_registration': {
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
  'insured.contribution_bill': {
    institution: 'false',
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
    employer: `t.employer = '91629900DEM000001P'`,
  },
  'insured.contribution_receipt': {
    institution: 'false',
    staff: OF_POOL,
    person: `${MINE} or t.ordered_by = 'person:${PERSON.insuredId}'`,
    auditor: 'true',
    employer: `t.employer = '91629900DEM000001P'`,
    channel: `t.channel = 'BANK01'`,
  },
  'insured.employer_credit': {
    institution: 'false',
    staff: OF_POOL,
    person: 'false',
    auditor: 'true',
    employer: `t.employer = '${EMPLOYER}'`,
  },
  'insured.employer_credit_entry': {
    institution: 'false',
    staff: creditWhere(`pool = '629900'`),
    person: 'false',
    auditor: 'true',
    employer: creditWhere(`employer = '${EMPLOYER}'`),
  },
  'insured.document': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: OF_POOL,
    person: MINE,
    auditor: 'true',
    employer: `t.employer = '${EMPLOYER}'`,
    channel: `t.channel = 'BANK01'`,
  },
  'insured.message': RECEIVED,
  'insured.message_delivery': throughMessage(RECEIVED),
  'insured.message_preference': {
    institution: receivedBy('institution', HOSPITAL),
    staff: 'false',
    person: receivedBy('person', PERSON.insuredId),
    auditor: 'false',
    employer: receivedBy('employer', EMPLOYER),
  },
  'insured.contribution_certificate': { institution: 'false', staff: 'false', person: MINE, auditor: 'true' },
  'insured.collection': {
    institution: 'false',
    staff: OF_POOL,
    person: 'false',
    auditor: 'true',
    channel: `t.channel = 'BANK01'`,
  },
  'insured.collection_fault': {
    institution: 'false',
    staff: collectionWhere(`pool = '629900'`),
    person: 'false',
    auditor: 'true',
    channel: collectionWhere(`channel = 'BANK01'`),
  },
}
