import { createHash } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { canonical } from '@yibao/drizzle/digest'
import { accountingVoucher } from '@yibao/drizzle/insured-employer'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { sql } from 'drizzle-orm'
import { retainUntil } from '../domain/enrolment-rules.ts'
import { enrolmentRules } from './enrolment-rules.ts'

export interface NewVoucher {
  /** DECLARATION, CORRECTION, PAYMENT, SET_OFF, CREDIT_RETURNED, REFUND: what is proved. */
  readonly kind: string
  readonly pool: string
  readonly employer?: string | null
  readonly insuredId?: string | null
  /** 2026-11 */
  readonly month?: string | null
  /** What kind of entry it belongs to, and which: the voucher is found from there. */
  readonly entryKind: string
  readonly entryId: string
  /** What was entered: plain data without anything that names a person, or a document by name, size and SHA-256. */
  readonly content: unknown
  /** Who entered it, as a caller. */
  readonly by: string
  readonly at: Temporal.Instant
}

/** Keeps a voucher, in the transaction of what it proves; returns its id. Nothing can change or remove it again. */
export async function addVoucher(tx: Tx, voucher: NewVoucher): Promise<string> {
  const [id = ''] = await addVouchers(tx, [voucher])
  return id
}

/** Keeps vouchers of many entries in one statement; returns their ids in the same order. */
export async function addVouchers(tx: Tx, vouchers: readonly NewVoucher[]): Promise<string[]> {
  if (vouchers.length === 0) return []
  const { rows } = await tx.execute<{ next: string }>(
    sql`select nextval('insured.voucher_number_sequence')::text as next from generate_series(1, ${vouchers.length})`,
  )
  const made = vouchers.map((one, i) => rowOf(one, rows[i]?.next ?? ''))
  await tx.insert(accountingVoucher).values(made)
  return made.map((one) => one.voucherId)
}

function rowOf(voucher: NewVoucher, next: string): typeof accountingVoucher.$inferInsert {
  const { kind, pool, employer = null, insuredId = null, month = null, entryKind, entryId, by, at } = voucher
  const content = canonical(voucher.content)
  const day = dayOf(at)
  return {
    voucherId: newId(),
    number: `${pool}${day.toString().slice(0, 7).replace('-', '')}${next.padStart(8, '0')}`,
    kind,
    pool,
    employer,
    insuredId,
    month,
    entryKind,
    entryId,
    content,
    sha256: createHash('sha256').update(content).digest(),
    retainUntil: retainUntil(enrolmentRules(pool), day),
    createdBy: by,
    createdAt: at,
  }
}
