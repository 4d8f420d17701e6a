import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { codeOf, readCode } from '@yibao/schema/paper-code'
import { lookupHash, type Secrets } from '@yibao/schema/secrets'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  certify,
  checkMonths,
  correctedOn,
  type CertificateContent,
  type CheckedCertificate,
} from '../domain/contribution-certificate.ts'
import { findCorrections, findPaidBills } from '../store/contribution-bills.ts'
import { addCertificate, findByCode } from '../store/contribution-certificates.ts'
import { findPersons } from '../store/persons.ts'

export interface CertificateInput {
  readonly from: string
  readonly to: string
}

/** The code of a certificate, made from its id under the platform's key, so that it can be printed again. */
export function certificateCode({ lookupKey }: Pick<Secrets, 'lookupKey'>, id: string): string {
  return codeOf(createHmac('sha256', lookupKey).update(`contribution certificate\n${id}`).digest())
}

const codeHash = (secrets: Secrets, code: string): Buffer => lookupHash(secrets, 'certificate', code)
const hashOf = (content: CertificateContent): Buffer =>
  createHash('sha256').update(canonicalDigest('contribution certificate', content)).digest()

/** Certifies to whoever signed in what was paid for them in some months; answers the id of the certificate. */
export async function issueCertificate(
  { db, secrets, now, as }: Context,
  { requestId, input }: { requestId: string; input: CertificateInput },
): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const issuedAt = now()
  const asked = { identity, requestId, operation: 'issueContributionCertificate', input, now: issuedAt, insuredId }
  const { certificateId } = await once(db, asked, async (tx) => {
    const problems: Problem[] = []
    checkMonths(input, problems)
    InvalidInput.throwIf(problems)
    const [person] = await findPersons(tx, [insuredId])
    if (person === undefined) throw NotFound.of({ zh: '您的参保登记', en: 'your registration' }, '')
    const id = newId()
    const content = certify({ id, name: person.name, ...input, issuedAt }, await findPaidBills(tx, insuredId, input))
    if (content.periods.length === 0) {
      const text = { zh: '该期间没有已到账的缴费', en: 'nothing was paid for these months' }
      throw NotAllowed.at('from', 'NOTHING_PAID', text)
    }
    const hashes = { codeHash: codeHash(secrets, certificateCode(secrets, id)), contentHash: hashOf(content) }
    await addCertificate(tx, { id, insuredId, content, issuedAt, ...hashes })
    return { certificateId: id }
  })
  return certificateId
}

/** What the paper with this code says, to whoever holds it, and whether that was corrected since. */
export async function verifyCertificate(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  text: string,
): Promise<CheckedCertificate> {
  const code = readCode(text)
  const found = code === null ? null : await findByCode(db.orm, codeHash(secrets, code))
  if (found === null) throw NotFound.of({ zh: '与该验证码相符的缴费证明', en: 'a certificate with this code' }, 'code')
  assert(hashOf(found.content).equals(found.contentHash), 'a certificate says what it said when it was issued')
  const { content, insuredId, issuedAt: after } = found
  const periods = content.periods.map((one) => one.period)
  const since = await findCorrections(db.orm, insuredId, { periods, after })
  return { ...found, correctedOn: correctedOn(content, since) }
}
