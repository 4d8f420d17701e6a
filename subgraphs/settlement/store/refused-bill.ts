import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { refusedBill } from '@yibao/drizzle/settlement-refused-bill'
import { NOBODY } from '@yibao/schema/ids'
import type { StoredRejection } from '@yibao/schema/rejection'
import { and, desc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm'
import type { BillToKeep, RefusedBill } from '../domain/refused-bill.ts'
import { ofPerson } from './merge-person.ts'
import { ADD_REQUEST, requestArgs, type RequestOutcome } from './requests.ts'

/** The SQL of what is kept beside the bill itself, whose parameters begin with the `first`. */
interface Frame {
  readonly first: number
  readonly insuredId: string
  readonly rejection: string
  readonly at: string
  /** Only from this. */
  readonly from?: string
  /** Which of what was kept before makes way. */
  readonly over?: string
}

const keep = ({ first, insuredId, rejection, at, from = '', over = '' }: Frame): string => {
  const bill = (i: number, type: string) => `$${first + i}::${type}`
  const [institution, visit, chargeBatch, invoice] = [0, 1, 2, 8].map((i) => bill(i, 'text'))
  return `
    insert into settlement.refused_bill (insured_id, institution, visit, charge_batch, exchange, province, pool, name, level, place,
      invoice, begin_at, end_at, content, rejection, refused_at)
    select ${insuredId}, ${institution}, ${visit}, ${chargeBatch}, ${bill(3, 'uuid')}, ${bill(4, 'text')},
      (select c.pool from insured.coverage_v1 c where c.insured_id = ${insuredId}
       order by (${bill(10, 'text::date')} >= c.begin_on and (c.end_on is null or c.end_on >= ${bill(10, 'text::date')})) desc,
         c.begin_on desc, c.insurance_type limit 1),
      ${bill(5, 'text')}, ${bill(6, 'text')}, ${bill(7, 'text')}, ${invoice}, ${bill(9, 'text::timestamptz')},
      ${bill(11, 'text::timestamptz')}, ${bill(12, 'text::jsonb')}, ${rejection}, ${at}
    ${from}
    -- Without a person it is nobody's; one that is settled, or that a claim holds, is paid or will be.
    where ${insuredId} is not null and ${rejection} ->> 'code' not in ('ALREADY_SETTLED', 'CLAIMED')
      and not exists (select from settlement.bill b
        where b.institution = ${institution} and b.visit = ${visit} and b.charge_batch = ${chargeBatch})
      and not exists (select from settlement.invoice i where i.institution = ${institution} and i.invoice = ${invoice})
    on conflict (insured_id, institution, visit, charge_batch) do update set exchange = excluded.exchange,
      province = excluded.province, pool = excluded.pool, name = excluded.name, level = excluded.level, place = excluded.place,
      invoice = excluded.invoice, begin_at = excluded.begin_at, end_at = excluded.end_at, content = excluded.content,
      rejection = excluded.rejection, refused_at = excluded.refused_at ${over}`
}

const billArgs = (bill: BillToKeep) => {
  const { careType, emergency, trauma, birthType, disease, diagnoses, lines, total, place } = bill
  return [
    bill.institution,
    bill.visit,
    bill.chargeBatch,
    bill.exchange,
    bill.province,
    place?.name ?? '',
    place?.level ?? '',
    place?.division ?? '',
    bill.invoice ?? null,
    bill.begin.toString(),
    bill.end.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString(),
    bill.end.toString(),
    JSON.stringify({ careType, emergency, trauma, birthType, disease, diagnoses, lines, total }),
  ]
}

// The parameters up to the eighth are those of the request: the sixth is its result, the seventh the person, the eighth the time.
const ADD = `
  with added as (${ADD_REQUEST}),
  kept as (${keep({
    first: 9,
    insuredId: '$7::uuid',
    rejection: `($6::text::jsonb -> 'rejection')`,
    at: '$8::text::timestamptz',
    from: 'from added',
  })})
  select from added`

/** Records the refusal of a bill of another province and keeps the bill with it. False when the request has a record already. */
export async function addRefusedBill(hot: Statements, request: RequestOutcome, bill: BillToKeep): Promise<boolean> {
  const rows = await hot.unsafe(ADD, [...requestArgs(request), ...billArgs(bill)])
  return rows.length === 1
}

// What is said again changes nothing, nor does what was refused before something that is kept.
const ADD_CANCELLED = keep({
  first: 4,
  insuredId: '$1::uuid',
  rejection: '$2::text::jsonb',
  at: '$3::text::timestamptz',
  over: 'where refused_bill.refused_at < excluded.refused_at',
})

interface CancelledBill extends Pick<RefusedBill, 'insuredId' | 'rejection'> {
  readonly bill: BillToKeep
  /** When it was given up. */
  readonly at: Temporal.Instant
}

/** Keeps a bill that was reserved here and that the other province gives up, by the same rules; the first reason counts. */
export async function addCancelledBill(
  hot: Statements,
  { bill, insuredId, rejection, at }: CancelledBill,
): Promise<void> {
  await hot.unsafe(ADD_CANCELLED, [insuredId, JSON.stringify(rejection), at.toString(), ...billArgs(bill)])
}

type Content = Pick<
  RefusedBill,
  'careType' | 'emergency' | 'trauma' | 'birthType' | 'disease' | 'diagnoses' | 'lines' | 'total'
>

function refusedOf(row: typeof refusedBill.$inferSelect): RefusedBill {
  const { name, level, place, beginAt, endAt, content, rejection, ...rest } = row
  return {
    ...rest,
    ...(content as Content),
    place: { name, level, division: place },
    begin: beginAt,
    end: endAt,
    rejection: rejection as StoredRejection,
  }
}

/** What was refused under an exchange, of these records; null when there is none, or another refusal has taken its place. */
export async function findRefusedBill(
  tx: Tx,
  records: readonly string[],
  exchange: string,
): Promise<RefusedBill | null> {
  const [row] = await tx
    .select()
    .from(refusedBill)
    .where(and(eq(refusedBill.exchange, exchange), inArray(refusedBill.insuredId, [...records])))
  return row === undefined ? null : refusedOf(row)
}

/** Who has the keys of a bill that was refused before: somebody it was settled for, or a claim; null when they are free. */
export async function findTaken(
  tx: Tx,
  { institution, visit, chargeBatch, invoice }: Pick<RefusedBill, 'institution' | 'visit' | 'chargeBatch' | 'invoice'>,
): Promise<'SETTLED' | 'CLAIMED' | null> {
  const { rows } = await tx.execute<{ settled: boolean }>(sql`
    select b.insured_id <> ${NOBODY} as settled from settlement.bill b
    where b.institution = ${institution} and b.visit = ${visit} and b.charge_batch = ${chargeBatch}
    union all
    select i.insured_id <> ${NOBODY} from settlement.invoice i
    where i.institution = ${institution} and i.invoice = ${invoice ?? null}::text
    union all
    select true from settlement.conversion n where n.institution = ${institution} and n.invoice = ${invoice ?? null}::text
    order by settled desc limit 1`)
  const [taken] = rows
  if (taken === undefined) return null
  return taken.settled ? 'SETTLED' : 'CLAIMED'
}

interface Filter {
  readonly pool?: string
  readonly insuredId?: string
  readonly province?: string
  /** The place of the cursor. */
  readonly before?: string
}

/** Not settled since: by what the reader may see, which a person's own settlements are and the pool's. */
const NOT_SETTLED: SQL = sql`not exists (
    select from settlement.settlement s
    where s.insured_id = ${refusedBill.insuredId} and s.reverses is null and s.institution = ${refusedBill.institution}
      and (s.visit = ${refusedBill.visit} and s.charge_batch = ${refusedBill.chargeBatch}
        or exists (select from settlement.conversion n where n.settlement_id = s.id and n.invoice = ${refusedBill.invoice}))
      and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id))`
const NOT_CLAIMED: SQL = sql`not exists (
    select from settlement.claim c
    where c.insured_id = ${refusedBill.insuredId} and c.state not in ('DRAFT', 'WITHDRAWN', 'NOT_ACCEPTED', 'REJECTED')
      and c.content #>> '{place,institution}' = ${refusedBill.institution} and c.content ->> 'visit' = ${refusedBill.visit}
      and c.content ->> 'chargeBatch' = ${refusedBill.chargeBatch})`

/** A page of bills that were refused and that nobody has settled or claimed since, the latest first. */
export async function listRefusedBills(db: ReadTx, filter: Filter, limit: number): Promise<RefusedBill[]> {
  const { pool, insuredId, province, before } = filter
  const rows = await db
    .select()
    .from(refusedBill)
    .where(
      and(
        pool === undefined ? undefined : eq(refusedBill.pool, pool),
        insuredId === undefined ? undefined : ofPerson(refusedBill.insuredId, insuredId),
        province === undefined ? undefined : eq(refusedBill.province, province),
        before === undefined ? undefined : lt(refusedBill.exchange, before),
        NOT_SETTLED,
        NOT_CLAIMED,
      ),
    )
    .orderBy(desc(refusedBill.exchange))
    .limit(limit)
  return rows.map(refusedOf)
}
