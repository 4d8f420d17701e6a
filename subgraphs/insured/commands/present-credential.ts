import { dayOf } from '@yibao/schema/dates'
import { CREDENTIAL_KINDS } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { onlyOneCredential, tooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { checkCredential, refuseRawCode } from '../domain/voucher.ts'
import { checkDesignated } from '../domain/designation.ts'
import type { Insured } from '../domain/person.ts'
import { addPresence, findCredential, type Credential } from '../store/credentials.ts'
import { findDesignations } from '../store/designations.ts'
import { countUnknown, discountUnknown } from '../store/unknown-credentials.ts'

/** A credential as it is shown at a counter. */
export interface CredentialInput {
  readonly kind: keyof typeof CREDENTIAL_KINDS
  readonly value: string
}

/**
 * Finds the person a credential belongs to and lets the institution read their basic data for the day.
 * Look-ups by identity card that find nobody are limited: the number can be guessed, unlike a voucher.
 */
export async function presentCredential(context: Context, { kind, value }: CredentialInput): Promise<Insured> {
  const { db, secrets, now, as, load, noteRead } = context
  const { institution } = as('institution')
  if (!context.presentOnce()) throw onlyOneCredential()
  const at = now()
  checkDesignated(await findDesignations(db.orm, institution, dayOf(at)), dayOf(at))
  const code = CREDENTIAL_KINDS[kind]
  refuseRawCode(code, value)
  const find = () => findCredential(db.orm, code, lookupHash(secrets, code, value))
  const credential = kind === 'IDENTITY_CARD' ? await countingFailures(context, find) : await find()
  if (credential === null) throw unknown()
  checkCredential(credential, institution, at)
  const { insuredId } = credential
  await addPresence(db.orm, { insuredId, institution, day: dayOf(at), kind: code, at })
  const person = await load.person.load(insuredId)
  if (person === null) throw unknown()
  noteRead(insuredId, 'insuredByCredential')
  return person
}

async function countingFailures(
  { db, now, as, logger }: Context,
  find: () => Promise<Credential | null>,
): Promise<Credential | null> {
  const { institution } = as('institution')
  const place = { institution, day: dayOf(now()) }
  const count = await countUnknown(db.orm, place, UNKNOWN_MAX)
  if (count === null) {
    logger?.warn({ institution, count: UNKNOWN_MAX }, 'no more look-ups by identity card today')
    throw tooManyUnknown(place.day)
  }
  const credential = await find()
  if (credential === null) logger?.warn({ institution, count }, 'an identity card of nobody was looked up')
  else await discountUnknown(db.orm, place)
  return credential
}

const unknown = () => NotFound.of({ zh: '该凭证对应的参保人', en: 'a person with this credential' }, 'credential.value')
