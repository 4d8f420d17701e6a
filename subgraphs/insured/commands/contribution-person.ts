import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import {
  GUESSES_MAX,
  LOOK_UPS_MAX,
  noSuchPerson,
  tooManyGuesses,
  tooManyLookUps,
} from '../domain/contribution-refusals.ts'
import type { PayerInput } from '../domain/contribution-pay.ts'
import type { Insured } from '../domain/person.ts'
import { countGuess, discountGuess } from '../store/contribution-receipts.ts'
import { findByIdentity, findPersons, hashIdentity } from '../store/persons.ts'

/**
 * The person a payment is for: by identity number and name together, or whoever signed in. Look-ups that fail are
 * counted, and so is who names others, found or not; after too many there are none until midnight.
 */
export async function findPayer(context: Context, tx: Tx, { identityNumber, name }: PayerInput): Promise<Insured> {
  const { identity } = context
  if (identityNumber == null || name == null) {
    const [own] = identity?.kind === 'person' ? await findPersons(tx, [identity.insuredId]) : []
    if (own === undefined) throw noSuchPerson()
    return own
  }
  const lookUp = await countLookUp(context)
  const found = await findByNumberAndName(context, tx, { identityNumber, name })
  if (identity?.kind === 'person' && identity.insuredId === found.id) await lookUp.takeBack()
  return found
}

/**
 * Counts that somebody is named to be paid for, before it is known whether there is anybody, so that the limit is the same
 * whoever is named. Throws NotAllowed beyond the limit of the day.
 */
async function countLookUp({ db, identity, now, logger }: Context): Promise<{ takeBack(): Promise<void> }> {
  assert(identity !== null, 'the schema lets nobody else in')
  const max = LOOK_UPS_MAX[identity.kind]
  if (max === undefined) return { takeBack: () => Promise.resolve() }
  const mine = { caller: `${callerOf(identity)} look-up`, day: dayOf(now()) }
  if ((await countGuess(db.hot, mine, max)) === null) {
    logger?.warn({ caller: mine.caller, count: max }, 'no more persons can be looked up today')
    throw tooManyLookUps(mine.day, max)
  }
  return { takeBack: () => discountGuess(db.hot, mine) }
}

/**
 * The person of this number and name, wherever they are insured: the one way in which staff, employers and channels name
 * somebody they do not see, and so the one place where guessing is stopped.
 */
export const findByNumberAndName = (
  context: Context,
  tx: Tx,
  { identityNumber, name }: { readonly identityNumber: string; readonly name: string },
): Promise<Insured> =>
  countingFailures(context, () => findByIdentity(tx, hashIdentity(context.secrets, identityNumber), name))

/** Like `findByNumberAndName`, of those the caller sees: anybody else is answered and counted like nobody. */
export const findSeenByNumberAndName = (
  context: Context,
  tx: Tx,
  { identityNumber, name }: { readonly identityNumber: string; readonly name: string },
): Promise<Insured> =>
  countingFailures(context, async () => {
    const found = await findByIdentity(tx, hashIdentity(context.secrets, identityNumber), name)
    return found === null ? null : context.load.person.load(found.id)
  })

/** Looks somebody up by identity number and name, which does not often find nobody: whoever tries numbers is stopped. */
async function countingFailures(context: Context, find: () => Promise<Insured | null>) {
  const guess = await countAsGuess(context)
  const found = await find()
  if (found === null) throw noSuchPerson()
  await guess.takeBack()
  return found
}

/**
 * Counts what is asked about a number as a guess, before it is answered, so that many at once do not get past the limit
 * together; what turns out to be none is taken back. Throws NotAllowed beyond the limit of the day.
 */
export async function countAsGuess({ db, identity, now, logger }: Context): Promise<{ takeBack(): Promise<void> }> {
  assert(identity !== null, 'the schema lets nobody else in')
  const mine = { caller: callerOf(identity), day: dayOf(now()) }
  const max = GUESSES_MAX[identity.kind] ?? 0
  const count = await countGuess(db.hot, mine, max)
  if (count === null) {
    logger?.warn({ caller: mine.caller, count: max }, 'no more persons can be named today')
    throw tooManyGuesses(mine.day, max)
  }
  return { takeBack: () => discountGuess(db.hot, mine) }
}

/** An input as its digest is made of: the identity number only as its keyed hash. */
export const keyed = ({ secrets }: Pick<Context, 'secrets'>, input: PayerInput): object =>
  input.identityNumber == null
    ? input
    : { ...input, identityNumber: hashIdentity(secrets, input.identityNumber).toString('hex') }
