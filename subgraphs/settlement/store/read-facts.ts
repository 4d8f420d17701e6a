import type { Statements } from '@yibao/drizzle/hot'
import { fenOf } from '@yibao/schema/money'
import type { Agreement, CounterRecord, Facts, KeyHolder, RequestRecord } from '../domain/facts.ts'
import type { FilingRecord } from '../domain/filing.ts'
import { CREDENTIAL_COLUMNS, credentialFacts, UNKNOWN_TODAY, type CredentialColumns } from './credential-columns.ts'
import {
  CONVERTED,
  extraFacts,
  instantOf,
  PAID_MONTHS,
  QUOTE,
  REGISTRATIONS,
  SPONSORS,
  type ExtraColumns,
} from './facts-parts.ts'
import { CLAIMED_INVOICE, readBehindKeys } from './claim-holders.ts'
import { HAS_SETTLED_CLAIMS, SETTLED_CLAIMS, settledClaimsOf, type ClaimColumns } from './settled-claims.ts'
import { enrolmentOf, type CoverageRow } from './coverage-row.ts'
import { composed, composedForMany, type Part } from './compose.ts'
import { PRESCRIPTIONS } from './dispensing-parts.ts'
import { OTHER_VISITS, otherVisitsOf, type VisitColumns } from './history-parts.ts'
import { HELD, heldFacts, type HeldColumns, type HeldKey } from './held-parts.ts'
import { OWN_RECORDS, RECORD_COLUMNS, recordFacts, type RecordColumns } from './own-records.ts'
import type { Statement } from './statement.ts'
import { PAID_CODES } from './trace-code-parts.ts'
import { VERSION_COLUMNS, versionFacts, type VersionColumns } from './versions.ts'
import { ADMISSIONS, OPENED_VISIT, openedFacts, TRANSFER, type OpenedColumns } from './visit-parts.ts'

/** What the facts of one bill are looked up by. */
export interface FactsKey extends HeldKey {
  readonly caller: string
  /** Null for a trial, which has no request. */
  readonly requestId: string | null
  readonly credentialKind: string
  /** Keyed hash of the credential's value, hexadecimal. */
  readonly credentialHash: string
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice: string | null
  /** When it is settled. What is derived of a moment is derived only for the parts that need it. */
  readonly now: Temporal.Instant
  /** Whether relatives' accounts are read as well. */
  readonly sponsors: boolean
  /** Whether what was settled of the person's claims is read as well. */
  readonly settledClaims: boolean
  /** Whether the person's registrations for diseases are read as well. */
  readonly registrations: boolean
  /** Whether the months for which the person's contributions were paid are read as well. */
  readonly paidMonths: boolean
  readonly quote: string | null
  /** The paid invoice the bill takes the place of. */
  readonly converts: string | null
  /** Ids of the e-prescriptions the bill names. */
  readonly prescriptions: readonly string[]
  /** Trace codes of the packages the bill pays for. */
  readonly traceCodes: readonly string[]
  /** When the bill's care began. */
  readonly begin: Temporal.Instant
  /** Begin and end of a stay that was opened without a credential, ISO. */
  readonly admission: { readonly begin: string; readonly end: string | null } | null
  /** The settlement of the stay before a transfer. */
  readonly transferredFrom: string | null
}

/** A part of the facts that only some bills need: one more column of the one row. */
export interface FactsPart extends Part<FactsKey> {
  /** The column, `(select …) as name`; `c` is the credential's row, `p` that of the person's money, `mine.ids` their records. */
  readonly column: (statement: Statement<FactsKey>) => string
}

const PARTS: readonly FactsPart[] = [
  UNKNOWN_TODAY,
  SPONSORS,
  REGISTRATIONS,
  PAID_MONTHS,
  ...HELD,
  QUOTE,
  CONVERTED,
  CLAIMED_INVOICE,
  SETTLED_CLAIMS,
  PRESCRIPTIONS,
  PAID_CODES,
  OTHER_VISITS,
  OPENED_VISIT,
  ADMISSIONS,
  TRANSFER,
]

// Everything in one statement, so in one snapshot and one round trip: the version of the person is that of the counters
// and balances beside it. Catalogue, policies and suspended practitioners stay in memory (asking the database for the
// first two as well took a tenth of the throughput, 0.90 at 32 in flight); only their version numbers come along.
function textOf(statement: Statement<FactsKey>, chosen: readonly FactsPart[], from: string): string {
  const { param } = statement
  const institutionCode = param('text', (key) => key.institution)
  const visitNumber = param('text', (key) => key.visit)
  // The agreements' column is character(12); compared with a text it could not use its index.
  const institutionChars = param('bpchar', (key) => key.institution)
  const invoice = param('text', (key) => key.invoice)
  return `
  select
    r.operation, r.digest, r.outcome, r.result, r.insured_id::text as request_insured,
    b.insured_id::text as bill_insured, b.settlement_id::text as bill_settlement,
    i.insured_id::text as invoice_insured, i.settlement_id::text as invoice_settlement,
    ${CREDENTIAL_COLUMNS},
    coalesce(p.version, 0)::text as version, extract(epoch from p.last_at)::text as last_at,
    (select json_agg(json_build_array(o.insured_id, o.settlement_id)) from settlement.bill o
      where o.institution = ${institutionCode} and o.visit = ${visitNumber}) as visit,
    (select json_agg(v) from insured.coverage_v1 v where v.insured_id = c.insured_id) as enrolments,
    (select json_agg(d) from institutions.designation_v1 d where d.institution = ${institutionChars}) as agreements,
    (select json_agg(json_build_array(f.filing_id, f.type, f.destination, f.begin_on, f.end_on,
        extract(epoch from f.effective_from)::text, f.cancelled_from, f.home_use = 'NOT_WHILE_FILED'))
      from cross_province.filing_v2 f where f.insured_id = any(mine.ids)) as filings,
    (select json_object_agg(a.kind, a.balance::text)
      from settlement.account a where a.insured_id = c.insured_id) as accounts,
    (select json_agg(json_build_array(k.pool, k.insurance_type, k.name, k.period, k.amount::text))
      from settlement.counter k where k.insured_id = c.insured_id) as counters,
    ${RECORD_COLUMNS},
    exists (select from insured.mutual_aid_v1 m where m.beneficiary_id = c.insured_id offset 0) as has_sponsors,
    ${HAS_SETTLED_CLAIMS},
    exists (select from settlement.conversion n where n.institution = ${institutionCode}
      and n.invoice = ${invoice} offset 0) as invoice_void,
    ${chosen.map(({ column }) => `${column(statement)},`).join('\n')}
    ${VERSION_COLUMNS}
  from ${from}
  left join settlement.request r on r.caller = ${param('text', (key) => key.caller)}
    and r.request_id = ${param('text', (key) => key.requestId)}
  left join settlement.bill b on b.institution = ${institutionCode}
    and b.visit = ${visitNumber} and b.charge_batch = ${param('text', (key) => key.chargeBatch)}
  left join settlement.invoice i on i.institution = ${institutionCode}
    and i.invoice = ${invoice}
  left join insured.credential_v1 c on c.kind = ${param('text', (key) => key.credentialKind)}
    and c.value_hash = decode(${param('text', (key) => key.credentialHash)}, 'hex')
  ${OWN_RECORDS}
  left join settlement.person p on p.insured_id = c.insured_id`
}

const read = composed<FactsKey, FactsPart>(PARTS, (statement, chosen) =>
  textOf(statement, chosen, '(values (1)) as one (row)'),
)
const readMany = composedForMany<FactsKey, FactsPart>(PARTS, (statement, chosen) =>
  textOf(statement, chosen, 'given').replace('select', 'select given.place,'),
)

/** Facts of bills of one kind can be read together. */
export const kindOfFacts = readMany.kindOf

type DesignationRow = Omit<Agreement, 'beginOn' | 'endOn'> & {
  readonly begin_on: string
  readonly end_on: string | null
}
type FilingRow = readonly [string, FilingRecord['type'], string, string, string | null, string, string | null, boolean]
type CounterRow = readonly [string, string, string, string, string]
type VisitRow = readonly [insuredId: string, settlementId: string]

interface FactsRow
  extends
    CredentialColumns,
    ClaimColumns,
    ExtraColumns,
    HeldColumns,
    VisitColumns,
    OpenedColumns,
    RecordColumns,
    VersionColumns {
  readonly operation: string | null
  readonly digest: string
  readonly outcome: RequestRecord['outcome']
  readonly result: NonNullable<Facts['request']>['result']
  readonly request_insured: string | null
  readonly bill_insured: string | null
  readonly bill_settlement: string | null
  readonly invoice_insured: string | null
  readonly invoice_settlement: string | null
  readonly visit: readonly VisitRow[] | null
  readonly version: string
  readonly last_at: string | null
  readonly enrolments: readonly CoverageRow[] | null
  readonly agreements: readonly DesignationRow[] | null
  readonly filings: readonly FilingRow[] | null
  readonly accounts: { readonly CURRENT?: string; readonly HISTORY?: string } | null
  readonly counters: readonly CounterRow[] | null
  readonly has_sponsors: boolean
  readonly invoice_void: boolean
  readonly claimed?: NonNullable<Facts['claimed']>
}

/** Reads what the decision about one bill depends on. */
export async function readFacts(hot: Statements, key: FactsKey): Promise<Facts> {
  const { text, args } = read(key)
  const [row] = await hot.unsafe<FactsRow>(text, args, { prepare: true })
  if (row === undefined) throw new Error('the read of the facts gave no row')
  return factsOf(hot, row)
}

/** The same for bills of one kind, all as they stand at one moment. */
export async function readFactsOfMany(
  hot: Statements,
  keys: readonly [FactsKey, ...FactsKey[]],
): Promise<Promise<Facts>[]> {
  const { text, args } = readMany.of(keys)
  const rows = await hot.unsafe<FactsRow & { place: bigint }>(text, args, { prepare: true })
  if (rows.length !== keys.length) throw new Error(`the read of ${keys.length} facts gave ${rows.length} rows`)
  return rows.toSorted((a, b) => Number(a.place - b.place)).map((row) => factsOf(hot, row))
}

async function factsOf(hot: Statements, row: FactsRow): Promise<Facts> {
  const settled = (row.visit ?? []).map(([insuredId, settlementId]) => ({ insuredId, settlementId }))
  const bill = holderOf(row.bill_insured, row.bill_settlement)
  const invoice = holderOf(row.invoice_insured, row.invoice_settlement)
  const extra = extraFacts(row)
  return {
    request: requestOf(row),
    bill,
    invoice,
    visit: settled,
    ...(await readBehindKeys(hot, { settled, others: [invoice, extra.converted], records: row.records })),
    ...credentialFacts(row),
    version: BigInt(row.version),
    lastAt: row.last_at === null ? null : instantOf(row.last_at),
    enrolments: (row.enrolments ?? []).map(enrolmentOf),
    agreements: (row.agreements ?? []).map(({ begin_on, end_on, ...rest }) => ({
      ...rest,
      beginOn: begin_on,
      endOn: end_on,
    })),
    filings: (row.filings ?? []).map(filingOf),
    accounts: {
      current: fenOf(BigInt(row.accounts?.CURRENT ?? 0)),
      history: fenOf(BigInt(row.accounts?.HISTORY ?? 0)),
    },
    counters: (row.counters ?? []).map(counterOf),
    ...recordFacts(row),
    otherVisits: otherVisitsOf(row),
    ...openedFacts(row),
    isMoneyUnderWay: row.money_under_way || (row.sponsors_under_way ?? false),
    hasSponsors: row.has_sponsors,
    ...settledClaimsOf(row),
    invoiceVoid: row.invoice_void,
    ...(row.claimed !== undefined && { claimed: row.claimed }),
    ...extra,
    ...heldFacts(row),
    ...versionFacts(row),
  }
}

const holderOf = (insuredId: string | null, settlementId: string | null): KeyHolder | null =>
  insuredId === null || settlementId === null ? null : { insuredId, settlementId }

function requestOf(row: FactsRow): Facts['request'] {
  if (row.operation === null) return null
  const { operation, digest, outcome, result, request_insured: insuredId } = row
  return { operation, digest, outcome, result, insuredId }
}

const dayOrNull = (text: string | null) => (text === null ? null : Temporal.PlainDate.from(text))

const filingOf = ([
  id,
  type,
  destination,
  begin,
  end,
  effectiveFrom,
  cancelledFrom,
  homeBarred,
]: FilingRow): FilingRecord => ({
  id,
  type,
  destination,
  begin: Temporal.PlainDate.from(begin),
  end: dayOrNull(end),
  effectiveFrom: instantOf(effectiveFrom),
  cancelledFrom: dayOrNull(cancelledFrom),
  homeBarred,
})

const counterOf = ([pool, insuranceType, name, period, amount]: CounterRow): CounterRecord => ({
  pool,
  insuranceType,
  name,
  period,
  amount: fenOf(BigInt(amount)),
})
