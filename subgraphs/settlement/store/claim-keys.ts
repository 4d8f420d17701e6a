import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimDocument, claimInvoice } from '@yibao/drizzle/settlement-claim'
import { NOBODY } from '@yibao/schema/ids'
import { and, eq, sql } from 'drizzle-orm'
import type { Claim, ClaimInvoice, ClaimPaper } from '../domain/claim.ts'
import type { ClaimKeys } from '../domain/claim-bill.ts'

type Key = Pick<Claim, 'insuredId' | 'id'>

/** Who has an invoice already. */
export interface InvoiceHolder {
  /** CLAIM: a live claim. SETTLEMENT: a bill that was settled, or is with another claim. CONVERTED: a bill paid in full was made an insured one. */
  readonly by: 'CLAIM' | 'SETTLEMENT' | 'CONVERTED'
  readonly insuredId: string | null
  /** Number of the claim. */
  readonly claim: string | null
}

/**
 * Who has an invoice, whatever a claim says of the place; null when it is free for this claim. An institution that writes no code
 * may give the same number as another: such a number counts at that institution, and wherever the person was treated.
 */
export async function findInvoiceHolder(
  tx: Tx,
  { id }: Key,
  {
    invoice: { code, number },
    institution,
    records,
  }: {
    readonly invoice: Pick<ClaimInvoice, 'code' | 'number'>
    readonly institution: string | null
    /** Ids of all that is kept of the person who claims. */
    readonly records: readonly string[]
  },
): Promise<InvoiceHolder | null> {
  const isIt = sql`(length(w.key) >= 18 and h.key = w.key or h.key in (w.bare, w.raw)
    and (h.institution = ${institution}::text or h.insured_id = any(${sql.param(records)}::uuid[])))`
  const keyOf = sql`settlement.invoice_key(h.invoice) in (w.key, w.bare, w.raw)`
  const { rows } = await tx.execute<{ by: InvoiceHolder['by']; insuredId: string | null; claim: string | null }>(sql`
    with w as materialized (select settlement.invoice_key(${`${code}-${number}`}) as key, settlement.invoice_key(${number}) as bare,
      settlement.invoice_key(${code + number}) as raw)
    select 'CLAIM' as by, c.insured_id::text as "insuredId", c.number as claim
    from w join settlement.claim_invoice i on i.live and i.key = w.key
    join settlement.claim c on c.insured_id = i.insured_id and c.id = i.claim_id
    where i.claim_id <> ${id}
    union all
    select 'CONVERTED', null, null
    from w cross join lateral (select h.institution, h.insured_id, settlement.invoice_key(h.invoice) as key
      from settlement.conversion h where ${keyOf}) h
    where ${isIt}
    union all
    select 'SETTLEMENT', h.insured_id::text, null
    from w cross join lateral (select h.institution, h.insured_id, h.settlement_id, settlement.invoice_key(h.invoice) as key
      from settlement.invoice h where ${keyOf}) h
    where ${isIt} and h.settlement_id <> ${id}
    limit 1`)
  return rows[0] ?? null
}

/** A bill of the person that was settled where they were treated, in the days of a claim. */
export interface SettledThen {
  readonly settlementId: string
  /** The record it was settled under. */
  readonly insuredId: string
  /** Whether it is of the visit the claim names. */
  readonly isVisit: boolean
}

/**
 * What was settled directly of the person's care at an institution on these days, and stays anywhere; a visit that is named counts
 * whosever it is. Who is taken elsewhere is discharged and admitted on one day: such stays, or visits, are two. What was paid of
 * another claim is no direct settlement.
 */
export async function listSettledThen(
  tx: Tx | ReadTx,
  records: readonly string[],
  {
    claimId,
    keys: { institution, visit },
    isVisitNamed,
    begin,
    end,
    isStay,
  }: {
    /** What the claim holds itself is nothing beside it. */
    readonly claimId: string
    readonly keys: Pick<ClaimKeys, 'institution' | 'visit'>
    readonly isVisitNamed: boolean
    readonly begin: Temporal.PlainDate
    readonly end: Temporal.PlainDate
    readonly isStay: boolean
  },
): Promise<SettledThen[]> {
  const from = sql`(${begin.toString()}::date at time zone 'Asia/Shanghai')`
  const to = sql`((${end.toString()}::date + 1) at time zone 'Asia/Shanghai')`
  const firstDay = sql`(b.begin_at at time zone 'Asia/Shanghai')::date`
  const lastDay = sql`(b.end_at at time zone 'Asia/Shanghai')::date`
  // A place that was written without its code may be any of its division.
  const place = institution.startsWith('N') ? `_${institution.slice(1, 7)}%` : institution
  const isHandOver = sql`((${isVisitNamed} or b.institution not like ${place})
    and (${lastDay} = ${begin.toString()}::date or ${firstDay} = ${end.toString()}::date)
    and not (${firstDay} = ${begin.toString()}::date and ${lastDay} = ${end.toString()}::date))`
  const isVisit = sql`(b.institution = ${institution} and settlement.visit_key(b.visit) = settlement.visit_key(${visit}))`
  const { rows } = await tx.execute<SettledThen & Record<string, unknown>>(sql`
    select b.settlement_id as "settlementId", b.insured_id as "insuredId", coalesce(${isVisit}, false) as "isVisit"
    from settlement.bill b
    where b.insured_id <> ${NOBODY} and b.settlement_id <> ${claimId} and (
      (b.institution = ${institution} and b.visit = ${visit})
      or (b.insured_id = any(${sql.param(records)}::uuid[]) and (${isVisit}
        or b.begin_at < ${to} and b.end_at >= ${from}
          and (b.institution = ${institution} and ${!isStay} or b.care_kind = 'INPATIENT' and ${isStay} and not ${isHandOver}))))
      and not exists (select from settlement.settlement s
        where s.id = b.settlement_id and s.insured_id = b.insured_id and s.claim_id is not null)
    order by 3 desc, b.begin_at, b.settlement_id`)
  return rows
}

/** What the register does not say of the place of a claim it may be known by. */
interface Alike {
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
  /** In fen; null when the claim does not say it. */
  readonly total: bigint | null
  readonly name: string
}

/** The direct settlements of the person in the days of a claim, of the same total or at an institution of the same name, wherever it was. */
export async function listAlike(
  tx: Tx | ReadTx,
  records: readonly string[],
  { begin, end, total, name }: Alike,
): Promise<Pick<SettledThen, 'settlementId' | 'insuredId'>[]> {
  const { rows } = await tx.execute<{ settlementId: string; insuredId: string }>(sql`
    select b.settlement_id as "settlementId", b.insured_id as "insuredId" from settlement.bill b
    join settlement.settlement s on s.insured_id = b.insured_id and s.id = b.settlement_id and s.claim_id is null
    where b.insured_id = any(${sql.param(records)}::uuid[])
      and b.begin_at < ((${end.toString()}::date + 1) at time zone 'Asia/Shanghai')
      and b.end_at >= (${begin.toString()}::date at time zone 'Asia/Shanghai')
      and (s.total = ${total === null ? null : String(total)}::bigint
        or ${name} in (select d.name from institutions.designation_v1 d where d.institution = b.institution
          union all select e.name from settlement.institution_elsewhere e
            where e.settlement_id = b.settlement_id and e.insured_id = b.insured_id))
    order by b.begin_at, b.settlement_id`)
  return rows
}

/** Whether a visit is one the platform knows to be the person's. */
export async function isVisitOf(
  tx: Tx | ReadTx,
  records: readonly string[],
  { institution, visit }: Pick<ClaimKeys, 'institution' | 'visit'>,
): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from settlement.visit v where v.institution = ${institution} and settlement.visit_key(v.visit) = settlement.visit_key(${visit})
      and v.insured_id = any(${sql.param(records)}::uuid[]) limit 1`)
  return rows.length === 1
}

/** The bill of a visit as a live claim, or a bill of another province under way, holds it; null when the key is free. */
export async function findBillHolder(tx: Tx, keys: ClaimKeys, { id }: Key): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select settlement_id as id from settlement.bill
    where institution = ${keys.institution} and visit = ${keys.visit} and charge_batch = ${keys.chargeBatch}
      and settlement_id <> ${id}`)
  return rows[0]?.id ?? null
}

/** What a claim holds while it is alive. */
export interface Held {
  readonly institution: string | null
  readonly invoices: readonly ClaimInvoice[]
  readonly amounts: readonly bigint[]
  /** What the institution called the invoice of the bill the claim was made of. */
  readonly billInvoice: string | null
  /** The bill of the visit, where its institution knows it. */
  readonly bill:
    | (ClaimKeys & {
        readonly begin: Temporal.PlainDate
        readonly end: Temporal.PlainDate
        readonly careKind: string
        readonly careType: string
        readonly diagnosis: string | null
      })
    | null
}

/**
 * Holds the invoices of a claim, and the bill of its visit, for the claim: like a bill that is under way with another province
 * they belong to nobody yet, and their settlement is the claim. What is taken meanwhile collides with the unique keys.
 */
export async function holdKeys(
  tx: Tx,
  { insuredId, id }: Key,
  { institution, invoices, amounts, billInvoice, bill }: Held,
): Promise<void> {
  for (const [i, one] of invoices.entries()) {
    await tx.insert(claimInvoice).values({
      insuredId,
      claimId: id,
      code: one.code,
      number: one.number,
      issuedOn: Temporal.PlainDate.from(one.issuedOn),
      amount: sql`${String(amounts[i] ?? 0n)}::bigint`,
      checkCode: one.checkCode,
      institution,
      live: true,
    })
  }
  if (institution !== null) {
    const written = invoices.flatMap((one) => [one.number, one.code + one.number])
    for (const invoice of new Set(billInvoice === null ? written : [...written, billInvoice])) {
      await tx.execute(sql`insert into settlement.invoice (institution, invoice, insured_id, settlement_id)
        values (${institution}, ${invoice}, ${NOBODY}, ${id})`)
    }
  }
  if (bill === null) return
  await tx.execute(sql`
    insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at, care_kind, care_type,
      diagnosis)
    values (${bill.institution}, ${bill.visit}, ${bill.chargeBatch}, ${NOBODY}, ${id},
      ${bill.begin.toString()}::date at time zone 'Asia/Shanghai', (${bill.end.toString()}::date + 1) at time zone 'Asia/Shanghai',
      ${bill.careKind}, ${bill.careType}, ${bill.diagnosis})`)
}

/** Lets go of all a claim holds: it is withdrawn, not accepted or rejected. */
export async function freeKeys(tx: Tx, { insuredId, id }: Key): Promise<void> {
  await freeBill(tx, { insuredId, id })
  await tx
    .update(claimDocument)
    .set({ live: false })
    .where(and(eq(claimDocument.insuredId, insuredId), eq(claimDocument.claimId, id)))
}

/** Lets go of the invoices and the bill of a claim, not of its papers: others may be written in their place. */
export async function freeBill(tx: Tx, { insuredId, id }: Key): Promise<void> {
  await tx.delete(claimInvoice).where(and(eq(claimInvoice.insuredId, insuredId), eq(claimInvoice.claimId, id)))
  await freeHeldBill(tx, { id })
}

/** Lets go of what a claim keeps from the bills of institutions; no other claim is made by its invoices. */
export async function freeHeldBill(tx: Tx, { id }: Pick<Key, 'id'>): Promise<void> {
  await tx.execute(sql`delete from settlement.invoice where settlement_id = ${id} and insured_id = ${NOBODY}`)
  await tx.execute(sql`delete from settlement.bill where settlement_id = ${id} and insured_id = ${NOBODY}`)
}

/** The live paper with the same content, of whichever claim; null when there is none. */
export async function findSamePaper(
  tx: Tx,
  sha256: Buffer,
): Promise<{ readonly claimId: string; readonly documentId: string } | null> {
  const [row] = await tx
    .select({ claimId: claimDocument.claimId, documentId: claimDocument.documentId })
    .from(claimDocument)
    .where(and(eq(claimDocument.sha256, sha256), eq(claimDocument.live, true)))
  return row ?? null
}

/** Keeps that a document is a paper of a claim. One that was let go of stands again. */
export async function addPaper(
  tx: Tx,
  { insuredId, id }: Key,
  paper: {
    readonly documentId: string
    readonly kind: ClaimPaper
    readonly sha256: Buffer
    readonly at: Temporal.Instant
  },
): Promise<void> {
  const { documentId, kind, sha256, at } = paper
  await tx
    .insert(claimDocument)
    .values({ insuredId, claimId: id, documentId, kind, sha256, live: true, addedAt: at })
    .onConflictDoUpdate({
      target: [claimDocument.insuredId, claimDocument.claimId, claimDocument.documentId],
      set: { live: true },
    })
}
