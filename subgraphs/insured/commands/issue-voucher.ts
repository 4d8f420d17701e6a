import { createHmac } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash, type Secrets } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { codeEnd } from '../domain/voucher.ts'
import { forgetTokens } from '../store/credentials.ts'
import { findPersons } from '../store/persons.ts'
import { addCode, forgetCodes } from '../store/vouchers.ts'

/** An e-voucher as it is shown; the code exists nowhere else. */
export interface Voucher {
  readonly code: string
  readonly expiresAt: Temporal.Instant
}

/** Issues an e-voucher to the person who signed in. The same request gives the same voucher, not a fresh one. */
export async function issueVoucher({ db, secrets, now, as }: Context, requestId: string): Promise<Voucher> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const code = makeCode(secrets, 'e-voucher', [insuredId, requestId])
  const issued = await once(
    db,
    { identity, requestId, operation: 'issueVoucher', input: {}, now: at, insuredId },
    async (tx) => {
      const [person] = await findPersons(tx, [insuredId])
      if (person === undefined) throw NotFound.of({ zh: '您的参保登记', en: 'your registration' }, '')
      const expiresAt = codeEnd(at)
      const longAgo = at.subtract({ hours: 24 })
      await forgetCodes(tx, insuredId, longAgo)
      await forgetTokens(tx, insuredId, longAgo)
      const codeHash = lookupHash(secrets, '01', code)
      await addCode(tx, { codeHash, insuredId, origin: 'E_VOUCHER', electronicCardId: null, issuedAt: at, expiresAt })
      return { expiresAt: expiresAt.toString() }
    },
  )
  return { code, expiresAt: Temporal.Instant.from(issued.expiresAt) }
}

/**
 * A code of 28 digits. Made from the request under the platform's key, so that a repeated request shows the same code
 * although only its hash is stored.
 */
export function makeCode(secrets: Secrets, what: string, of: readonly string[]): string {
  const bytes = createHmac('sha256', secrets.lookupKey)
    .update([`${what} code`, ...of].join('\n'))
    .digest()
  return (BigInt(`0x${bytes.toString('hex')}`) % 10n ** 28n).toString().padStart(28, '0')
}
