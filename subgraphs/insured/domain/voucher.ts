import { NotAllowed } from '@yibao/schema/rejection'

/** An e-voucher is shown at once; this covers the queue at the counter and a slow network. */
export const VOUCHER_MINUTES = 5

/** Refuses a credential that was withdrawn or is past its time. */
export function checkCredential(
  { revoked, expiresAt }: { revoked: boolean; expiresAt: Temporal.Instant | null },
  now: Temporal.Instant,
): void {
  if (revoked) refuse('CREDENTIAL_REVOKED', '凭证已注销', 'the credential was withdrawn')
  if (expiresAt !== null && Temporal.Instant.compare(expiresAt, now) <= 0) {
    refuse('CREDENTIAL_EXPIRED', '电子凭证已过期，请参保人刷新', 'the e-voucher has expired; ask for a fresh one')
  }
}

function refuse(code: string, zh: string, en: string): never {
  throw NotAllowed.at('credential.value', code, { zh, en })
}
