import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import type { Facts } from '../domain/facts.ts'
import { PROVINCE_UNKNOWN_MAX, TooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { countOfUnknown, countUnknown } from '../store/unknown-credentials.ts'

const IDENTITY_CARD = '02'
const SOCIAL_SECURITY_CARD = '03'

/**
 * Keeps identity and card numbers from being tried out by bills: mask, birth date and pool leave a few hundred of the one,
 * and cards are numbered one after another. Counts those of nobody per institution and day, and beyond the limit answers
 * the same for every number, but for a card of whoever has settled in this visit. Those of another province are counted all
 * together besides: home cannot see who is behind a platform (decisions/026). `path` is where the request names the
 * kind of credential. Facts of a bill bring the count along; it is asked for only where they do not.
 */
export async function guardCredential(
  context: Context,
  bill: Pick<Bill, 'credential' | 'institution'>,
  facts: Pick<Facts, 'credential'> & Partial<Pick<Facts, 'unknownToday' | 'visit'>>,
  path = 'credential.kind',
): Promise<void> {
  const { kind } = bill.credential
  if (kind !== IDENTITY_CARD && kind !== SOCIAL_SECURITY_CARD) return
  const { db, logger } = context
  const place = { institution: bill.institution, day: dayOf(context.now()) }
  const count = facts.unknownToday ?? (await countOfUnknown(db.hot, place))
  const { credential, visit = [] } = facts
  const isKnownHere = kind === SOCIAL_SECURITY_CARD && visit.some((one) => one.insuredId === credential?.insuredId)
  if (count >= UNKNOWN_MAX && !isKnownHere) throw TooManyUnknown.on(place.day, path)
  const { province } = context.institution()
  const sender = province === undefined ? null : { institution: `province:${province}`, day: place.day }
  const isBeyond = sender !== null && (await countOfUnknown(db.hot, sender)) >= PROVINCE_UNKNOWN_MAX
  if (isBeyond && !isKnownHere) throw TooManyUnknown.on(place.day, path, PROVINCE_UNKNOWN_MAX)
  if (credential !== null) return
  logger?.warn(
    { institution: place.institution, count: count + 1 },
    'a bill named an identity or card number of nobody',
  )
  await countUnknown(db.hot, place)
  if (sender !== null) await countUnknown(db.hot, sender)
}
