import type { Statements } from '@yibao/drizzle/hot'
import { careKindOfClearing } from '../domain/clearing-type.ts'
import type { ReconciliationState } from '../domain/reconciliation.ts'

/** A run with work to be done: to read, to compare, to tidy up after. */
export interface RunToDo {
  readonly id: string
  readonly institution: string
  readonly agency: string
  readonly insuranceType: string
  readonly clearingType: string
  readonly first: string
  readonly before: string
  readonly kind: 'TOTALS' | 'LINES' | 'FILE'
  readonly documentId: string | null
  readonly expected: number | null
  readonly state: ReconciliationState
  readonly phase: 'LINES' | 'SETTLEMENTS' | 'KEEPING' | 'DONE'
  readonly lines: number
  readonly differences: number
  readonly workedAt: Temporal.Instant
  readonly version: number
  readonly failures: number
}

/**
 * Runs with work to be done, the oldest first: files to read, comparisons, lines nobody needs any more, and runs that have
 * waited for lines since before `idleSince`.
 */
export function listRunsToDo(hot: Statements, idleSince: Temporal.Instant): Promise<RunToDo[]> {
  return hot.unsafe<RunToDo>(
    `select id::text as id, institution, agency, insurance_type as "insuranceType", clearing_type as "clearingType",
      first_id::text as first, before_id::text as before, kind, document_id::text as "documentId", expected, state, phase,
      lines, differences, worked_at as "workedAt", version, failures
    from settlement.reconciliation
    where (state in ('OPEN', 'READING', 'COMPARING') or not tidied)
      and not (kind = 'LINES' and state in ('OPEN', 'READING') and worked_at > $1::text::timestamptz)
    order by id limit 50`,
    [idleSince.toString()],
  )
}

/** What a step of a comparison is guarded by, and how much of it is done at once. */
interface Step {
  readonly run: RunToDo
  readonly size: number
  readonly at: Temporal.Instant
}

/** The settlement beside a line, wanted one by one: so it is found by its key, however the tables are. */
const SETTLEMENT = `s.id, s.insured_id, s.person_number, s.visit, s.request_id, s.reverses, s.total, s.fund_total, s.account,
  s.cash, s.clearing_agency, s.insurance_type, s.care_kind`

const STANDS_IN_SCOPE = `t.id >= $6::uuid and t.id < $7::uuid and t.clearing_agency = $8::text
  and t.insurance_type = $9::text and t.care_kind = $10::text`

/**
 * Looks at the next lines of a run. A line stands for the settlement it names; one with the mark of a refund for the
 * reversal of it, or for the reversal it names. Of several lines for one settlement the first counts.
 */
const LINES = `with chunk as materialized (
    select * from settlement.reconciliation_line
    where run_id = $1::uuid
      and line > (select compared_line from settlement.reconciliation where id = $1::uuid)
    order by line limit $3::text::integer),
  named as materialized (
    select c.line, c.settlement_id as named_id, n.id as found_id, n.reverses,
      case when c.refund and n.id is not null and n.reverses is null then v.reversal_id else n.id end as target_id,
      n.insured_id as target_person
    from chunk c
    left join lateral (select s.id, s.insured_id, s.reverses from settlement.settlement s
      where s.id = c.settlement_id and s.institution = $5::text and s.claim_id is null limit 1) n on true
    left join lateral (select r.reversal_id from settlement.reversal r
      where c.refund and n.reverses is null and r.settlement_id = n.id and r.insured_id = n.insured_id limit 1) v on true),
  aimed as materialized (
    select c.*, n.found_id, t.id as target_id, t.insured_id as target_person, t.person_number as target_number,
      t.visit as target_visit, t.request_id as target_request, t.total as here_total, t.fund_total as here_fund,
      t.account as here_account, t.cash as here_cash, t.insurance_type, t.care_kind, t.clearing_agency,
      coalesce(${STANDS_IN_SCOPE}, false) as in_scope,
      case when coalesce(${STANDS_IN_SCOPE}, false) then t.id::text
        else case when c.refund then 'R:' else 'S:' end || c.number end as key
    from named n join chunk c using (line)
    left join lateral (select ${SETTLEMENT} from settlement.settlement s
      where s.id = n.target_id and s.insured_id = n.target_person limit 1) t on true),
  judged as materialized (
    select a.*,
      case
        when row_number() over (partition by a.key order by a.line) > 1
          or exists (select from settlement.reconciliation_claim c where c.run_id = $1::uuid and c.key = a.key)
          then 'DUPLICATE_LINE'
        when a.target_id is null and a.refund and a.found_id is not null then 'REVERSED_THERE'
        when not a.in_scope then 'ONLY_THERE'
        when a.person_number <> a.target_number then 'WRONG_PERSON'
        when a.visit <> a.target_visit then 'WRONG_VISIT'
        when a.total <> a.here_total or a.fund <> a.here_fund or a.account <> a.here_account or a.cash <> a.here_cash
          then 'AMOUNTS_DIFFER'
      end as cause
    from aimed a),
  run as (
    update settlement.reconciliation r set version = r.version + 1, failures = 0, worked_at = $4::text::timestamptz,
      matched = r.matched + (select count(*) from judged where cause is null)::integer,
      differences = r.differences + (select count(*) from judged where cause is not null)::integer,
      compared_line = coalesce((select max(line) from chunk), r.compared_line),
      phase = case when (select count(*) from chunk) < $3::text::integer then 'SETTLEMENTS' else r.phase end
    where r.id = $1::uuid and r.state = 'COMPARING' and r.phase = 'LINES' and r.version = $2::text::integer
    returning r.id, r.differences - (select count(*) from judged where cause is not null) as before),
  claimed as (
    insert into settlement.reconciliation_claim (run_id, key, line, settlement_id, insured_id, equal)
    select run.id, j.key, j.line, case when j.in_scope then j.target_id end,
      case when j.in_scope then j.target_person end, j.cause is null
    from run, judged j where j.cause is distinct from 'DUPLICATE_LINE')
  insert into settlement.reconciliation_difference (run_id, place, cause, subject, line, number, settlement_id, insured_id,
    person_number, visit, request_id, refund, unconfirmed, reversed, elsewhere, here_total, here_fund, here_account,
    here_cash, there_total, there_fund, there_account, there_cash)
  select run.id, run.before + row_number() over (order by j.line), j.cause, j.key, j.line, j.number,
    coalesce(j.target_id, j.found_id), case when j.found_id is null then null else coalesce(j.target_person, p.insured_id) end,
    j.person_number, j.visit, coalesce(j.request_id, j.target_request), j.refund, false, false,
    case when j.cause = 'ONLY_THERE' and j.target_id is not null
      then jsonb_build_array(j.clearing_agency, j.insurance_type, j.care_kind) end,
    j.here_total, j.here_fund, j.here_account, j.here_cash, j.total, j.fund, j.account, j.cash
  from run, judged j
  left join lateral (select s.insured_id from settlement.settlement s
    where j.cause is not null and j.target_id is null and s.id = j.found_id limit 1) p on true
  where j.cause is not null`

/** Looks at the next settlements of a scope for those no line stands for. */
const SETTLEMENTS = `with page as materialized (
    select s.id, s.insured_id, s.person_number, s.visit, s.request_id, s.reverses, s.total, s.fund_total, s.account, s.cash,
      s.clearing_agency = $8::text and s.insurance_type = $9::text and s.care_kind = $10::text as in_scope
    from settlement.settlement s
    where s.institution = $5::text and s.claim_id is null and s.id >= $6::uuid and s.id < $7::uuid
      and s.id > coalesce((select compared_id from settlement.reconciliation where id = $1::uuid),
        '00000000-0000-0000-0000-000000000000'::uuid)
    order by s.id limit $3::text::integer),
  missing as materialized (
    select p.* from page p where p.in_scope and not exists (
      select from settlement.reconciliation_claim c where c.run_id = $1::uuid and c.key = p.id::text)),
  run as (
    update settlement.reconciliation r set version = r.version + 1, failures = 0, worked_at = $4::text::timestamptz,
      here_count = r.here_count + (select count(*) from page where in_scope),
      here_total = r.here_total + (select coalesce(sum(total), 0) from page where in_scope)::bigint,
      here_fund = r.here_fund + (select coalesce(sum(fund_total), 0) from page where in_scope)::bigint,
      here_account = r.here_account + (select coalesce(sum(account), 0) from page where in_scope)::bigint,
      here_cash = r.here_cash + (select coalesce(sum(cash), 0) from page where in_scope)::bigint,
      differences = r.differences + (select count(*) from missing)::integer,
      compared_id = coalesce((select id from page order by id desc limit 1), r.compared_id),
      phase = case when (select count(*) from page) < $3::text::integer then 'KEEPING' else r.phase end
    where r.id = $1::uuid and r.state = 'COMPARING' and r.phase = 'SETTLEMENTS' and r.version = $2::text::integer
    returning r.id, r.differences - (select count(*) from missing) as before)
  insert into settlement.reconciliation_difference (run_id, place, cause, subject, settlement_id, insured_id, person_number,
    visit, request_id, refund, unconfirmed, reversed, here_total, here_fund, here_account, here_cash)
  select run.id, run.before + row_number() over (order by m.id),
    case when m.reverses is null then 'ONLY_HERE' else 'REVERSED_HERE' end, m.id::text, m.id, m.insured_id, m.person_number,
    m.visit, m.request_id, m.reverses is not null,
    m.reverses is null and not exists (select from settlement.confirmation c
      where c.settlement_id = m.id and c.insured_id = m.insured_id and c.confirmed_at is not null)
      -- What was reconciled before is known there: a file without it was cut off, and nothing is annulled for that.
      and not exists (select from settlement.reconciled k where k.settlement_id = m.id and k.insured_id = m.insured_id),
    exists (select from settlement.reversal v where v.settlement_id = m.id and v.insured_id = m.insured_id),
    m.total, m.fund_total, m.account, m.cash
  from run, missing m`

/** Keeps the next settlements that are equal on both sides. */
const KEEPING = `with page as materialized (
    select c.key, c.settlement_id, c.insured_id, c.equal from settlement.reconciliation_claim c
    where c.run_id = $1::uuid and c.key > (select kept_key from settlement.reconciliation where id = $1::uuid)
    order by c.key limit $3::text::integer),
  run as (
    update settlement.reconciliation r set version = r.version + 1, failures = 0, worked_at = $4::text::timestamptz,
      kept_key = coalesce((select max(key) from page), r.kept_key),
      phase = case when (select count(*) from page) < $3::text::integer then 'DONE' else r.phase end
    where r.id = $1::uuid and r.state = 'COMPARING' and r.phase = 'KEEPING' and r.version = $2::text::integer
    returning r.id)
  insert into settlement.reconciled (insured_id, settlement_id, institution, run_id, at)
  select p.insured_id, p.settlement_id, $5::text, run.id, $4::text::timestamptz
  from run, page p where p.equal
  on conflict do nothing`

/** One step of a comparison. It counts once: it passes only on the version the run was read with. */
export async function compareStep(hot: Statements, { run, size, at }: Step): Promise<void> {
  const keys = [run.id, String(run.version), String(size), at.toString(), run.institution]
  const scope = [run.first, run.before, run.agency, run.insuranceType, careKindOfClearing(run.clearingType)]
  if (run.phase === 'LINES') await hot.unsafe(LINES, [...keys, ...scope])
  if (run.phase === 'SETTLEMENTS') await hot.unsafe(SETTLEMENTS, [...keys, ...scope])
  if (run.phase === 'KEEPING') await hot.unsafe(KEEPING, keys)
}

/** Notes that working on a run failed. */
export async function noteRunFailure(hot: Statements, { id, version }: RunToDo): Promise<void> {
  await hot.unsafe(
    `update settlement.reconciliation set failures = failures + 1
     where id = $1::uuid and version = $2::text::integer and state in ('READING', 'COMPARING')`,
    [id, String(version)],
  )
}

/** Takes away lines of a run that is over; the last time it notes that none are left. */
export async function tidyRun(hot: Statements, id: string, size: number): Promise<void> {
  await hot.unsafe(
    `with lines as (
       delete from settlement.reconciliation_line where ctid = any(array(
         select ctid from settlement.reconciliation_line where run_id = $1::uuid limit $2::text::integer)) returning 1),
     claims as (
       delete from settlement.reconciliation_claim where ctid = any(array(
         select ctid from settlement.reconciliation_claim where run_id = $1::uuid limit $2::text::integer)) returning 1)
     update settlement.reconciliation set tidied = true
     where id = $1::uuid and state in ('BALANCED', 'DIFFERENT', 'FAILED')
       and (select count(*) from lines) = 0 and (select count(*) from claims) = 0`,
    [id, String(size)],
  )
}
