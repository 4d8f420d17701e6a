import type { Tx } from '@yibao/drizzle/connect'
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

/** Who has an invoice of an institution; null when it is free for this claim. */
export async function findInvoiceHolder(
  tx: Tx,
  { id }: Key,
  {
    invoice,
    institution,
  }: { readonly invoice: Pick<ClaimInvoice, 'code' | 'number'>; readonly institution: string | null },
): Promise<InvoiceHolder | null> {
  const { code, number } = invoice
  const { rows } = await tx.execute<{ by: InvoiceHolder['by']; insuredId: string | null; claim: string | null }>(sql`
    select 'CLAIM' as by, c.insured_id::text as "insuredId", c.number as claim
    from settlement.claim_invoice i join settlement.claim c on c.insured_id = i.insured_id and c.id = i.claim_id
    where i.live and i.code = ${code} and i.number = ${number} and i.claim_id <> ${id}
    union all
    select 'CONVERTED', null, null from settlement.conversion n
    where n.institution = ${institution}::text and n.invoice in (${number}, ${code + number})
    union all
    select 'SETTLEMENT', i.insured_id::text, null from settlement.invoice i
    where i.institution = ${institution}::text and i.invoice in (${number}, ${code + number}) and i.settlement_id <> ${id}
    limit 1`)
  return rows[0] ?? null
}

/** A bill of the person that was settled where they were treated, in the days of a claim. */
export interface SettledThen {
  readonly settlementId: string
  readonly visit: string
}

/**
 * What was settled directly of the person's care at an institution on these days, and stays anywhere; a visit that is named counts
 * whosever it is.
 */
export async function findSettledThen(
  tx: Tx,
  records: readonly string[],
  {
    keys,
    begin,
    end,
    isStay,
    isVisitKnown,
  }: {
    readonly keys: Pick<ClaimKeys, 'institution' | 'visit'>
    readonly begin: Temporal.PlainDate
    readonly end: Temporal.PlainDate
    readonly isStay: boolean
    /** Of outpatient care another visit of the day is another matter. */
    readonly isVisitKnown: boolean
  },
): Promise<SettledThen | null> {
  const from = sql`(${begin.toString()}::date at time zone 'Asia/Shanghai')`
  const to = sql`((${end.toString()}::date + 1) at time zone 'Asia/Shanghai')`
  const { rows } = await tx.execute<SettledThen & Record<string, unknown>>(sql`
    select b.settlement_id as "settlementId", b.visit from settlement.bill b
    where b.insured_id <> ${NOBODY} and (
      (b.institution = ${keys.institution} and b.visit = ${keys.visit})
      or (b.insured_id = any(${sql.param(records)}::uuid[]) and b.begin_at < ${to} and b.end_at >= ${from}
        and ((b.institution = ${keys.institution} and ${!isStay && !isVisitKnown}) or (b.care_kind = 'INPATIENT' and ${isStay}))))
    limit 1`)
  return rows[0] ?? null
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
