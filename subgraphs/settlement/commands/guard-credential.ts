import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import type { Facts } from '../domain/facts.ts'
import { TooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { countOfUnknown, countUnknown } from '../store/unknown-credentials.ts'

const IDENTITY_CARD = '02'

/**
 * Keeps identity numbers from being tried out by bills: mask, birth date and pool leave a few hundred. Counts those of
 * nobody per institution and day, and beyond the limit answers the same for every number. `path` is where the request
 * names the kind of credential.
 */
export async function guardCredential(
  context: Context,
  bill: Pick<Bill, 'credential' | 'institution'>,
  facts: Pick<Facts, 'credential'>,
  path = 'credential.kind',
): Promise<void> {
  if (bill.credential.kind !== IDENTITY_CARD) return
  const { db, logger } = context
  const place = { institution: bill.institution, day: dayOf(context.now()) }
  const count = await countOfUnknown(db.hot, place)
  if (count >= UNKNOWN_MAX) throw TooManyUnknown.on(place.day, path)
  if (facts.credential !== null) return
  logger?.warn({ institution: place.institution, count: count + 1 }, 'a bill named the identity number of nobody')
  await countUnknown(db.hot, place)
}
