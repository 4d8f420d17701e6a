import { HOSPITAL, MINE, OF_POOL, PERSON, type Seen } from './visible-readers.ts'
import { NOW } from './world.ts'

const settlementWhere = (id: string, condition: string) =>
  `exists (select from settlement.settlement s where s.id = t.${id} and s.${condition})`

const BELOW_SETTLEMENT = {
  institution: settlementWhere('settlement_id', `institution = '${HOSPITAL}' and s.claim_id is null`),
  staff: `${settlementWhere('settlement_id', `pool = '629900'`)}
    or ${settlementWhere('settlement_id', `clearing_agency = '629900'`)}`,
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

const runWhere = (condition: string) =>
  `exists (select from settlement.reconciliation r where r.id = t.run_id and r.${condition})`
const BELOW_RECONCILIATION = {
  institution: runWhere(`institution = '${HOSPITAL}'`),
  staff: runWhere(`agency = '629900'`),
  person: 'false',
  auditor: 'true',
}

/** Rows of an institution and of the pool that pays it. Persons are told nothing of clearing. */
const CLEARING = { institution: `t.institution = '${HOSPITAL}'`, staff: OF_POOL, person: 'false', auditor: 'true' }
/** Cleared by one bureau and borne by the funds of a pool: both read it. */
const BORNE = { ...CLEARING, staff: `'629900' in (t.pool, t.insured_pool)` }
const BETWEEN_POOLS = {
  institution: 'false',
  staff: `'629900' in (t.creditor, t.debtor)`,
  person: 'false',
  auditor: 'true',
}
const BUREAU = { institution: 'false', staff: OF_POOL, person: 'false', auditor: 'true' }

/** 629900 is the bureau of the province itself, which speaks for it with other provinces. */
const OF_THE_PROVINCE = { institution: 'false', staff: 'true', person: 'false', auditor: 'true' }

/** What happened in an account is its owner's to know. */
const OF_THE_ACCOUNT = { institution: 'false', staff: 'false', person: MINE, auditor: 'true' }

export const VISIBLE_SETTLEMENT: Readonly<Record<string, Seen>> = {
  'settlement.score_day': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: `'629900' = any(t.pools)`,
    person: 'false',
    auditor: 'true',
  },
  'settlement.settlement': {
    institution: `t.institution = '${HOSPITAL}' and t.claim_id is null`,
    staff: `${OF_POOL} or t.clearing_agency = '629900'`,
    person: MINE,
    auditor: 'true',
  },
  'settlement.settlement_line': BELOW_SETTLEMENT,
  'settlement.ledger_day': {
    institution: `t.account = 'payable:institution:${HOSPITAL}' or t.account like 'deposit:institution:${HOSPITAL}:%'`,
    staff: `${OF_POOL} and t.account not like 'personal:%'`,
    person: `t.account like 'personal:${PERSON.insuredId}:%'`,
    auditor: 'true',
  },
  'settlement.ledger_entry': {
    // What a relative's account gives is not the hospital's to know, nor the bureau's of the one it is given for.
    institution: `t.account = 'payable:institution:${HOSPITAL}' or t.account like 'deposit:institution:${HOSPITAL}:%'
      or ${settlementWhere('group_id', `insured_id = t.insured_id and s.institution = '${HOSPITAL}' and s.claim_id is null`)}`,
    staff: `t.account = 'opening:629900' or t.account = 'payable:contribution:629900'
      or t.account = 'receivable:contribution:629900'
      or ${settlementWhere('group_id', `insured_id = t.insured_id and s.pool = '629900'`)}
      or exists (select from settlement.clearing_posting p where p.group_id = t.group_id and p.pool = '629900')`,
    person: MINE,
    auditor: 'true',
  },
  'settlement.ledger_fold': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
  'settlement.ledger_archive': { institution: 'true', staff: 'true', person: 'true', auditor: 'true' },
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
  'settlement.institution_elsewhere': BELOW_SETTLEMENT,
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
  'settlement.reconciled': BELOW_SETTLEMENT,
  'settlement.reconciliation': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: `t.agency = '629900'`,
    person: 'false',
    auditor: 'true',
  },
  'settlement.reconciliation_difference': BELOW_RECONCILIATION,
  'settlement.reconciliation_note': BELOW_RECONCILIATION,
  'settlement.clearing_run': CLEARING,
  'settlement.monthly_statement': BORNE,
  'settlement.clearing_item': BORNE,
  'settlement.clearing_posting': CLEARING,
  'settlement.deduction': BORNE,
  'settlement.deduction_appeal': BORNE,
  'settlement.method_difference': BORNE,
  'settlement.pool_statement': BETWEEN_POOLS,
  'settlement.exchange_reconciliation': OF_THE_PROVINCE,
  'settlement.exchange_difference': OF_THE_PROVINCE,
  'settlement.national_notice': OF_THE_PROVINCE,
  'settlement.national_notice_line': OF_THE_PROVINCE,
  'settlement.net_statement': OF_THE_PROVINCE,
  'settlement.net_item': OF_THE_PROVINCE,
  'settlement.net_dispute': OF_THE_PROVINCE,
  'settlement.net_step': OF_THE_PROVINCE,
  'settlement.net_payment': OF_THE_PROVINCE,
  'settlement.net_payment_part': OF_THE_PROVINCE,
  'settlement.prefund': OF_THE_PROVINCE,
  'settlement.prefund_step': OF_THE_PROVINCE,
  'settlement.prefund_level': OF_THE_PROVINCE,
  'settlement.province_budget': OF_THE_PROVINCE,
  'settlement.budget_taken': OF_THE_PROVINCE,
  'settlement.province_message': BUREAU,
  'settlement.exchange_deduction': BUREAU,
  'settlement.away_bill': { ...CLEARING, staff: `t.clearing_agency = '629900'` },
  'settlement.pool_statement_item': BETWEEN_POOLS,
  'settlement.pool_statement_step': BETWEEN_POOLS,
  'settlement.deposit_release': CLEARING,
  'settlement.deposit_back': CLEARING,
  'settlement.deposit_decision': CLEARING,
  'settlement.payment_row': CLEARING,
  'settlement.payment_part': CLEARING,
  'settlement.payment_return': CLEARING,
  'settlement.bank_account_confirmation': CLEARING,
  'settlement.bank_account': {
    ...CLEARING,
    staff: `exists (select from settlement.monthly_statement s where s.institution = t.institution and s.pool = '629900')`,
  },
  'settlement.payment_batch': BUREAU,
  'settlement.payment_result': BUREAU,
  'settlement.visit': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: `t.pool is not null and '629900' in (t.pool, t.agency)`,
    person: MINE,
    auditor: 'true',
  },
  'settlement.visit_line': {
    institution: `t.institution = '${HOSPITAL}'`,
    staff: visitWhere(`pool is not null and '629900' in (v.pool, v.agency)`),
    person: visitWhere(`insured_id = '${PERSON.insuredId}'`),
    auditor: 'true',
  },
  'settlement.merged_account': {
    institution: 'false',
    staff: 'false',
    person: `'${PERSON.insuredId}' in (t.insured_id, t.into_id)`,
    auditor: 'true',
  },
  'settlement.person_alias': {
    institution: 'false',
    staff: OF_POOL,
    person: `t.survivor_id = '${PERSON.insuredId}'`,
    auditor: 'true',
  },
  'settlement.premium': OF_THE_ACCOUNT,
  'settlement.premium_return': OF_THE_ACCOUNT,
  'settlement.account_year': OF_THE_ACCOUNT,
  'settlement.credit': OF_THE_ACCOUNT,
  'settlement.credit_correction': OF_THE_ACCOUNT,
  'settlement.opening': OF_THE_ACCOUNT,
}
