import type { Tx } from '@yibao/drizzle/connect'
import { settlement, settlementLine } from '@yibao/drizzle/settlement'
import type { Identity } from '@yibao/schema/identity'
import { and, eq, sql } from 'drizzle-orm'
import { subjectNotFound, type Subject } from '../domain/question.ts'
import { findClaim } from './claim.ts'
import { findCertificate } from './claim-certificate.ts'
import { findRecords } from './own-records.ts'

/** Whoever may ask. */
export type Asker = Extract<Identity, { kind: 'person' | 'employer' }>

/** Whose it is and which pool answers for it. */
interface Concerned {
  readonly insuredId: string
  readonly pool: string
}

/**
 * Whose what is asked about is, and who answers for it: a person asks about what is theirs, an employer about what it pays
 * or is to certify. @throws NotFound for all else, whether there is such a thing or not
 */
export async function findSubject(tx: Tx, asker: Asker, subject: Subject): Promise<Concerned> {
  const found =
    asker.kind === 'person' ? await ofPerson(tx, asker.insuredId, subject) : await ofEmployer(tx, asker, subject)
  if (found === null) throw subjectNotFound(subject.path)
  if (subject.line !== null && !(await hasLine(tx, found, subject))) throw subjectNotFound('about.line')
  return found
}

async function ofPerson(tx: Tx, insuredId: string, subject: Subject): Promise<Concerned | null> {
  const found = await findConcerned(tx, subject)
  return found !== null && (await findRecords(tx, insuredId)).includes(found.insuredId) ? found : null
}

async function findConcerned(tx: Tx, { about, id }: Subject): Promise<Concerned | null> {
  if (about === 'CLAIM') return findClaim(tx, id)
  if (about === 'CONTRIBUTION') return findBill(tx, id)
  // A certificate is asked about by the employer that is to sign it; the person asks about their claim.
  if (about === 'CERTIFICATE') return null
  const [row] = await tx
    .select({ insuredId: settlement.insuredId, pool: settlement.pool })
    .from(settlement)
    .where(eq(settlement.id, id))
  return row ?? null
}

async function ofEmployer(
  tx: Tx,
  { employer }: Extract<Asker, { kind: 'employer' }>,
  { about, id }: Subject,
): Promise<Concerned | null> {
  if (about === 'CONTRIBUTION') {
    const bill = await findBill(tx, id)
    return bill?.employer === employer ? bill : null
  }
  if (about !== 'CERTIFICATE') return null
  const certificate = await findCertificate(tx, id)
  return certificate?.employer === employer ? findClaim(tx, certificate.claimId) : null
}

/** A bill of contributions as insured publishes it, with who pays it. */
async function findBill(tx: Tx, id: string): Promise<(Concerned & { readonly employer: string | null }) | null> {
  const { rows } = await tx.execute<{ insured_id: string; pool: string; employer: string | null }>(
    sql`select insured_id, pool, employer from insured.contribution_payer_v1 where bill_id = ${id}`,
  )
  const [row] = rows
  return row === undefined ? null : { insuredId: row.insured_id, pool: row.pool, employer: row.employer }
}

const hasLine = async (tx: Tx, { insuredId }: Concerned, { id, line }: Subject): Promise<boolean> =>
  (await tx.$count(
    settlementLine,
    and(
      eq(settlementLine.settlementId, id),
      eq(settlementLine.insuredId, insuredId),
      eq(settlementLine.serial, line ?? ''),
    ),
  )) > 0
