import { createHash } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { canonical } from '@yibao/drizzle/digest'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { signCompact } from '@yibao/schema/compact-jws'
import { dayOf } from '@yibao/schema/dates'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { NotFound } from '@yibao/schema/rejection'
import type { Context, InsuredSecrets } from '../context.ts'
import { checkYear, rightsContent, RIGHTS_RECORD_TYPE, type RightsRecord } from '../domain/rights-record.ts'
import { addRecord, readYear } from '../store/rights-record.ts'

interface Issuing extends Pick<RightsRecord, 'insuredId' | 'year' | 'occasion'> {
  readonly at: Temporal.Instant
}

/** Gathers, signs and keeps the record of a year; null when there is no such person or the schedule had its turn. */
export async function makeRecord(
  tx: Tx,
  { receipt }: Pick<InsuredSecrets, 'receipt'>,
  { insuredId, year, occasion, at }: Issuing,
): Promise<RightsRecord | null> {
  const found = await readYear(tx, insuredId, year)
  if (found === null) return null
  const id = newId()
  const text = canonical(rightsContent(found, { id, year, at }))
  const { privateKey, publicKey } = receipt
  const record = {
    id,
    insuredId,
    year,
    occasion,
    sha256: createHash('sha256').update(text, 'utf8').digest(),
    signed: signCompact(text, { kid: receiptKeyOf(publicKey).kid, typ: RIGHTS_RECORD_TYPE }, privateKey),
    issuedAt: at,
  }
  return (await addRecord(tx, record)) ? record : null
}

/** Issues to whoever signed in the record of a year of theirs, as it stands now; answers its id. */
export async function issueRightsRecord(
  { db, secrets, now, as }: Context,
  { requestId, year }: { requestId: string; year: number },
): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'issueRightsRecord', input: { year }, now: at, insuredId }
  const { recordId } = await once(db, asked, async (tx) => {
    checkYear(year, dayOf(at))
    const record = await makeRecord(tx, secrets, { insuredId, year, occasion: 'DEMAND', at })
    if (record === null) throw NotFound.of({ zh: '您的参保登记', en: 'your registration' }, '')
    return { recordId: record.id }
  })
  return recordId
}
