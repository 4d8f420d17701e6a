import { createHmac } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { lookupHash, type Secrets } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { checkDesignated } from '../domain/designation.ts'
import { checkCertificateUse } from '../domain/no-card.ts'
import type { Insured } from '../domain/person.ts'
import {
  checkCode,
  checkPurpose,
  isSuspicious,
  readCode,
  REFUSED_MAX,
  tokenLife,
  tooManyRefused,
  type Purpose,
} from '../domain/voucher.ts'
import { addCredential, addPresence } from '../store/credentials.ts'
import { findDesignations } from '../store/designations.ts'
import { findPersons } from '../store/persons.ts'
import { countOfRefused, countRefused, findCode, useCode } from '../store/vouchers.ts'

/** What comes of a code: a token for one visit, and the basic data of whose it is. */
export interface VisitToken {
  readonly token: string
  readonly expiresAt: Temporal.Instant
  readonly purpose: Purpose
  readonly insured: Insured
}

interface Input {
  readonly code: string
  readonly purpose: Purpose
}

/**
 * Decodes an e-voucher, once: the token is good in this institution, for this purpose, as long as the visit. Noting who
 * was there lets the institution read the person's basic data for the day. The same request gives the same token.
 */
export async function decodeVoucher(
  context: Context,
  { requestId, ...input }: Input & { readonly requestId: string },
): Promise<VisitToken> {
  const { db, secrets, now, as, noteRead } = context
  const identity = as('institution')
  const { institution, province } = identity
  const { purpose } = input
  const at = now()
  const place = { institution, day: dayOf(at) }
  const codeHash = lookupHash(secrets, '01', input.code)
  const token = makeToken(secrets, [institution, requestId, codeHash.toString('hex')])
  let suspicious: NotAllowed | null = null

  const decode = async (tx: Tx) => {
    suspicious = null
    // Whether an institution elsewhere has an agreement is known where it lies.
    if (province === undefined) checkDesignated(await findDesignations(tx, institution, place.day), place.day)
    readCode(input.code)
    checkPurpose(purpose, institution)
    if ((await countOfRefused(tx, place)) >= REFUSED_MAX) throw tooManyRefused(place.day)
    try {
      const { insuredId, cardId, origin } = checkCode(await findCode(tx, codeHash), at)
      if (origin === 'CERTIFICATE') checkCertificateUse(purpose)
      const { expiresAt, beginsBy } = tokenLife(purpose, at)
      await useCode(tx, codeHash, institution, at)
      const valueHash = lookupHash(secrets, '01', token)
      const bound = { institution, purpose, beginsBy, cardId }
      await addCredential(tx, { kind: '01', valueHash, insuredId, expiresAt, issuedAt: at, ...bound })
      await addPresence(tx, { ...place, insuredId, kind: '01', at })
      return { insuredId, expiresAt: expiresAt.toString() }
    } catch (refusal) {
      if (refusal instanceof NotAllowed && isSuspicious(refusal)) suspicious = refusal
      throw refusal
    }
  }
  const asked = { ...input, code: codeHash.toString('hex') }
  const { insuredId, expiresAt } = await once(
    db,
    { identity, requestId, operation: 'decodeVoucher', input: asked, now: at },
    decode,
  ).catch((refusal: unknown) => count(context, suspicious, refusal))
  const [insured] = await findPersons(db.orm, [insuredId])
  if (insured === undefined) throw NotFound.of({ zh: '该凭证的参保人', en: 'the person of this voucher' }, 'code')
  noteRead(insuredId, 'decodeVoucher')
  return { token, purpose, insured, expiresAt: Temporal.Instant.from(expiresAt) }
}

/** Counts a code of nobody, or one used before. After the transaction, which the refusal undoes. */
async function count(
  { db, as, now, logger }: Context,
  suspicious: NotAllowed | null,
  refusal: unknown,
): Promise<never> {
  if (suspicious === null) throw refusal
  const { institution } = as('institution')
  const counted = await countRefused(db.orm, { institution, day: dayOf(now()) })
  logger?.warn({ institution, code: suspicious.code, count: counted }, 'a code of an e-voucher was refused')
  throw refusal
}

/** 40 characters, as the national `ecToken`; made from the request, like the code, so that only its hash is stored. */
function makeToken(secrets: Secrets, of: readonly string[]): string {
  const bytes = createHmac('sha256', secrets.lookupKey)
    .update(['visit token', ...of].join('\n'))
    .digest()
  return bytes.subarray(0, 30).toString('base64url')
}
