import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { noCardCertificate, voucher } from '@yibao/drizzle/insured-credential'
import { asc, eq, inArray } from 'drizzle-orm'
import type { Certificate } from '../domain/no-card.ts'

const asCertificate = ({ certificateId: id, ...row }: typeof noCardCertificate.$inferSelect): Certificate => ({
  ...row,
  id,
})

export async function addCertificate(tx: Tx, { id, ...one }: Certificate): Promise<void> {
  await tx.insert(noCardCertificate).values({ ...one, certificateId: id })
}

/** The certificates of these persons as far as the reader may see them, oldest first. */
export async function findCertificates(db: ReadTx, insuredIds: readonly string[]): Promise<Certificate[]> {
  const rows = await db
    .select()
    .from(noCardCertificate)
    .where(inArray(noCardCertificate.insuredId, [...insuredIds]))
    .orderBy(asc(noCardCertificate.issuedAt), asc(noCardCertificate.certificateId))
  return rows.map(asCertificate)
}

/** A certificate by the keyed hash of its code, whoever issued it; null when there is none. */
export async function findByCode(tx: Tx, codeHash: Buffer): Promise<Certificate | null> {
  const [row] = await tx.select().from(noCardCertificate).where(eq(noCardCertificate.codeHash, codeHash))
  return row === undefined ? null : asCertificate(row)
}

/** When the codes with these hashes were decoded. */
export async function findUses(tx: Tx, codeHashes: readonly Buffer[]): Promise<(Temporal.Instant | null)[]> {
  const rows = await tx
    .select({ codeHash: voucher.codeHash, usedAt: voucher.usedAt })
    .from(voucher)
    .where(inArray(voucher.codeHash, [...codeHashes]))
  const used = new Map(rows.map((one) => [one.codeHash.toString('hex'), one.usedAt]))
  return codeHashes.map((hash) => used.get(hash.toString('hex')) ?? null)
}
