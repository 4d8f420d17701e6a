import type { Client } from 'pg'

/** A settlement or reversal as it is put into the tables directly, where settling 100,000 bills would take too long. Amounts in fen. */
export interface SettlementRow {
  readonly id: string
  readonly insuredId: string
  readonly personNumber: string
  /** The pool that insures and clears. */
  readonly pool: string
  readonly institution: string
  readonly visit: string
  readonly fund: number
  readonly account: number
  readonly cash: number
  readonly careType: string
  readonly careKind: 'OUTPATIENT' | 'INPATIENT'
  readonly requestId: string
  readonly reverses: string | null
  readonly confirmed: boolean
}

const ROWS = `with given as materialized (
    select * from jsonb_to_recordset($1::jsonb) as g (id uuid, "insuredId" uuid, "personNumber" text, pool text,
      institution text,
      visit text, fund bigint, account bigint, cash bigint, "careType" text, "careKind" text, "requestId" text,
      reverses uuid, confirmed boolean)),
  settled as (
    insert into settlement.settlement (id, insured_id, person_number, person_name, certificate_type, identity_masked, sex,
      nationality, birth_date, pool, insurance_type, person_type, civil_servant, institution, clearing_agency, visit,
      charge_batch, care_type, care_kind, emergency, trauma, begin_at, end_at, diagnoses, credential_kind, operator,
      terminal, total, self_paid, over_ceiling, first_self_payment, cross_area, in_scope, deductible, hifp, cvlserv, hifes,
      hifmi, hifob, hifdm, maf, oth, fund_total, hospital, personal, account, mutual_aid, cash, detail_total, caller,
      request_id, settled_at, pool_ratio, account_in_fund, balance, funds, consumed, engine, input, reverses)
    select id, "insuredId", "personNumber", '样本', '01', '6*****************', '1', '01', '1980-01-01', pool, '310',
      '1101', false, institution, pool, visit, 'B1', "careType", "careKind", false, false, now(), now(), '[]', '03', 'op1',
      '1', fund + account + cash, 0, 0, 0, 0, fund + account + cash, 0, fund, 0, 0, 0, 0, 0, 0, 0, fund, 0, account + cash,
      account, 0, cash, fund + account, 'institution:' || institution, "requestId", now(), 8500, false, 0, '[]', '{}', 1,
      case when reverses is null then jsonb_build_object('filler', repeat('x', 1500)) end, reverses
    from given),
  reversed as (
    insert into settlement.reversal (settlement_id, insured_id, reversal_id, at)
    select reverses, "insuredId", id, now() from given where reverses is not null)
  insert into settlement.confirmation (settlement_id, insured_id, institution, confirmed_at)
  select id, "insuredId", institution, now() from given where confirmed`

const BATCH = 5000

/** Puts settlements into the tables, as the superuser; no account, counter or ledger knows of them. */
export async function addRows(admin: Pick<Client, 'query'>, rows: readonly SettlementRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) await admin.query(ROWS, [JSON.stringify(rows.slice(at, at + BATCH))])
}
