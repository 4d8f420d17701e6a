import { createHmac } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash, type Secrets } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { VOUCHER_MINUTES } from '../domain/voucher.ts'
import { addCredential, forgetVouchers } from '../store/credentials.ts'
import { findPersons } from '../store/persons.ts'

/** An e-voucher as it is shown; the token exists nowhere else. */
export interface Voucher {
  readonly token: string
  readonly expiresAt: Temporal.Instant
}

/** Issues an e-voucher to the person who signed in. The same request gives the same voucher, not a fresh one. */
export async function issueVoucher({ db, secrets, now, as }: Context, requestId: string): Promise<Voucher> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const token = makeToken(secrets, insuredId, requestId)
  const issued = await once(
    db,
    { identity, requestId, operation: 'issueVoucher', input: {}, now: at, insuredId },
    async (tx) => {
      const [person] = await findPersons(tx, [insuredId])
      if (person === undefined) throw NotFound.of({ zh: '您的参保登记', en: 'your registration' }, '')
      const expiresAt = at.add({ minutes: VOUCHER_MINUTES })
      await forgetVouchers(tx, insuredId, at.subtract({ hours: 24 }))
      await addCredential(tx, {
        kind: '01',
        valueHash: lookupHash(secrets, '01', token),
        insuredId,
        expiresAt,
        issuedAt: at,
      })
      return { expiresAt: expiresAt.toString() }
    },
  )
  return { token, expiresAt: Temporal.Instant.from(issued.expiresAt) }
}

/**
 * 40 characters, as the national `ecToken`. Made from the request under the platform's key, so that a repeated request
 * shows the same token although only its hash is stored.
 */
function makeToken(secrets: Secrets, insuredId: string, requestId: string): string {
  const bytes = createHmac('sha256', secrets.lookupKey).update(`e-voucher token\n${insuredId}\n${requestId}`).digest()
  return bytes.subarray(0, 30).toString('base64url')
}
