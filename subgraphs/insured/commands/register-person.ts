import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { readCardNumber } from '../domain/card.ts'
import { readPerson, type Person, type PersonInput } from '../domain/person.ts'
import { countAsGuess } from './contribution-person.ts'
import { makeCard } from './issue-card.ts'
import { addCredential } from '../store/credentials.ts'
import { addPerson, choosePersonNumber, findByIdentity, hashIdentity } from '../store/persons.ts'

export interface RegistrationInput extends PersonInput {
  /** Number of the social-security card, when the person has one. */
  readonly cardNumber?: string | null | undefined
}

/**
 * Registers a person; answers the id. What the person can show at a counter works from then on. That a number is somebody's
 * already tells something of a person the bureau does not see, and counts as naming nobody: numbers can be tried.
 */
export async function registerPerson(
  context: Context,
  { requestId, input }: { requestId: string; input: RegistrationInput },
): Promise<string> {
  const { db, secrets, now } = context
  const identity = context.as('staff')
  const at = now()
  const asked = { identity, requestId, operation: 'registerPerson', input: withoutNumbers(secrets, input), now: at }
  const { insuredId } = await once(db, asked, async (tx) => {
    const problems: Problem[] = []
    const person = readPerson(input, dayOf(at), '', problems)
    const cardNumber = readCardNumber(input.cardNumber, '', problems)
    InvalidInput.throwIf(problems)

    const id = newId()
    const personNumber = person.personNumber ?? (await choosePersonNumber(tx, identity.pool))
    const guess = await countAsGuess(context)
    const taken = await addPerson(tx, secrets, person, { insuredId: id, personNumber, pool: identity.pool, now: at })
    if (taken === 'IDENTITY') {
      const seen = await findSeen(context, tx, person)
      if (seen !== null) await guess.takeBack()
      throw alreadyRegistered(seen)
    }
    if (taken === 'PERSON_NUMBER') throw numberTaken()
    const mine = { insuredId: id, expiresAt: null, issuedAt: at }
    await addCredential(tx, { ...mine, kind: '02', valueHash: lookupHash(secrets, '02', person.identityNumber) })
    if (cardNumber !== null) {
      await makeCard(tx, secrets, { insuredId: id, number: cardNumber, at, by: identity.pool })
    }
    await publish(tx, 'insured', { insuredId: id, topic: 'person.registered', payload: { pool: identity.pool }, at })
    await guess.takeBack()
    return { insuredId: id }
  })
  return insuredId
}

/**
 * What the request is recognised by. Its digest is stored, and a plain digest of an identity number could be found by
 * trying the few numbers a birth date leaves; hence the keyed hash.
 */
function withoutNumbers(secrets: Context['secrets'], { identityNumber, cardNumber, ...rest }: RegistrationInput) {
  return {
    ...rest,
    identityNumber: hashIdentity(secrets, identityNumber).toString('hex'),
    cardNumber: cardNumber ? lookupHash(secrets, '03', cardNumber).toString('hex') : null,
  }
}

/** The person who has the number already, if they are of this name and the bureau sees them. */
async function findSeen({ load, secrets }: Context, tx: Tx, { identityNumber, name }: Person): Promise<string | null> {
  const found = await findByIdentity(tx, hashIdentity(secrets, identityNumber), name)
  return found === null ? null : ((await load.person.load(found.id))?.id ?? null)
}

function alreadyRegistered(seen: string | null): NotAllowed {
  const text = { zh: '该证件号码已登记，请直接办理参保', en: 'is registered already; enrol the person' }
  if (seen === null) return NotAllowed.at('identityNumber', 'ALREADY_REGISTERED', text)
  return NotAllowed.at('identityNumber', 'ALREADY_REGISTERED', {
    zh: `${text.zh}；参保人标识 ${seen}`,
    en: `${text.en}: ${seen}`,
  })
}

const numberTaken = (): NotAllowed =>
  NotAllowed.at('personNumber', 'PERSON_NUMBER_TAKEN', { zh: '该人员编号已被使用', en: 'belongs to another person' })
