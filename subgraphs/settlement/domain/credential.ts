import type { Facts } from './facts.ts'
import { credentialExpired, credentialRevoked, credentialUnknown } from './refusals.ts'

/** The person a credential shows. @throws NotAllowed when it is unknown, revoked or expired */
export function shownBy(credential: Facts['credential'], now: Temporal.Instant): string {
  if (credential === null) throw credentialUnknown()
  if (credential.revoked) throw credentialRevoked()
  if (credential.expiresAt !== null && Temporal.Instant.compare(credential.expiresAt, now) <= 0)
    throw credentialExpired()
  return credential.insuredId
}
