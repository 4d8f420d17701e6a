import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { contributionCertificate as certificate } from '@yibao/drizzle/insured-contribution'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Certificate, CertificateContent } from '../domain/contribution-certificate.ts'
import { findRecords } from './merge-persons.ts'

type Row = Omit<typeof certificate.$inferSelect, 'content'> & { readonly content: unknown }

const asCertificate = ({ certificateId: id, insuredId, content, contentHash, issuedAt }: Row): Certificate => ({
  id,
  insuredId,
  content: content as CertificateContent,
  contentHash,
  issuedAt,
})

export async function addCertificate(tx: Tx, { id, content, ...rest }: Certificate & { readonly codeHash: Buffer }) {
  await tx.insert(certificate).values({ ...rest, certificateId: id, content })
}

/** A certificate by id, as far as the reader may see it. */
export async function findCertificate(tx: ReadTx, id: string): Promise<Certificate | null> {
  const [row] = await tx.select().from(certificate).where(eq(certificate.certificateId, id))
  return row === undefined ? null : asCertificate(row)
}

/** The certificate a code stands on, whoever asks. */
export async function findByCode(tx: Tx, codeHash: Buffer): Promise<Certificate | null> {
  const [row] = await tx.select().from(certificate).where(eq(certificate.codeHash, codeHash))
  return row === undefined ? null : asCertificate(row)
}

/** The certificates of a person, as far as the reader may see them, the latest first. */
export async function listCertificates(
  tx: ReadTx,
  { insuredId, year, before }: { insuredId: string; year: number | null; before: string | null },
  limit: number,
) {
  const rows = await tx
    .select()
    .from(certificate)
    .where(
      and(
        inArray(certificate.insuredId, await findRecords(tx, insuredId)),
        year === null
          ? undefined
          : sql`${year} between left(${certificate.content} ->> 'from', 4)::int and left(${certificate.content} ->> 'to', 4)::int`,
        before === null ? undefined : lt(certificate.certificateId, before),
      ),
    )
    .orderBy(desc(certificate.certificateId))
    .limit(limit)
  return rows.map(asCertificate)
}
