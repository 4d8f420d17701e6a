import { canonicalIdentity, identityFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import limits from './credential-limits.json' with { type: 'json' }
import { nameFault } from './person.ts'
import type { Purpose } from './voucher.ts'

/** A certificate for somebody who is treated without any credential (无卡证明). */
export interface Certificate {
  readonly id: string
  readonly insuredId: string
  readonly codeHash: Buffer
  /** The institution whose window checked who it is; null when the bureau did. */
  readonly institution: string | null
  readonly pool: string | null
  readonly reason: string
  readonly issuedAt: Temporal.Instant
  readonly validUntil: Temporal.Instant
}

export interface CertificateInput {
  readonly identityNumber: string
  readonly name: string
  readonly reason: string
}

export type CertificateState = 'VALID' | 'USED' | 'EXPIRED'

/** Reads who it is and why there is no card, reporting every fault at its field. */
export function readCertificate({ identityNumber, name, reason }: CertificateInput): CertificateInput {
  const problems: Problem[] = []
  const number = identityFault(identityNumber)
  if (number !== null) problems.push(problemAt('identityNumber', number))
  const called = nameFault(name)
  if (called !== null) problems.push(problemAt('name', called))
  const why = textFault(reason, { min: 2, max: 200 })
  if (why !== null) problems.push(problemAt('reason', why))
  InvalidInput.throwIf(problems)
  return { identityNumber: canonicalIdentity(identityNumber), name, reason }
}

/** Until when a certificate of now can be used. */
export const certificateEnd = (now: Temporal.Instant): Temporal.Instant =>
  now.add({ hours: 24 * limits.certificate.days })

export function stateOf(
  { validUntil }: Pick<Certificate, 'validUntil'>,
  usedAt: Temporal.Instant | null,
  now: Temporal.Instant,
): CertificateState {
  if (usedAt !== null) return 'USED'
  return Temporal.Instant.compare(validUntil, now) <= 0 ? 'EXPIRED' : 'VALID'
}

/** A certificate is for treatment that cannot wait, not for buying drugs. @throws NotAllowed */
export function checkCertificateUse(purpose: Purpose): void {
  if (purpose === 'REGISTRATION' || purpose === 'ADMISSION') return
  const message = { zh: '无卡证明只能用于挂号就诊或入院', en: 'of a certificate is REGISTRATION or ADMISSION' }
  throw NotAllowed.at('purpose', 'CERTIFICATE_PURPOSE', message)
}
