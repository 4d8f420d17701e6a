import { dayOf } from '@yibao/schema/dates'
import { CREDENTIAL_KINDS } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { onlyOneCredential, tooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { checkCredential, refuseRawCode } from '../domain/voucher.ts'
import { checkDesignated } from '../domain/designation.ts'
import type { Insured } from '../domain/person.ts'
import { findDesignations } from '../store/designations.ts'
import { findShown, notePresence, type Shown } from '../store/shown.ts'
import { countUnknown, discountUnknown } from '../store/unknown-credentials.ts'

/** A credential as it is shown at a counter. */
export interface CredentialInput {
  readonly kind: keyof typeof CREDENTIAL_KINDS
  readonly value: string
}

/**
 * Finds the person a credential belongs to and lets the institution read their basic data for the day.
 * Look-ups by identity card or social-security card that find nobody are limited: the numbers can be guessed, unlike a
 * voucher. Beyond the limit a card is answered alike whether it is somebody's or not, unless it was shown here that day.
 */
export async function presentCredential(context: Context, { kind, value }: CredentialInput): Promise<Insured> {
  const { db, secrets, now, as, load, noteRead } = context
  const { institution, province } = as('institution')
  if (!context.presentOnce()) throw onlyOneCredential()
  const at = now()
  const code = CREDENTIAL_KINDS[kind]
  const key = { institution, day: dayOf(at), kind: code, valueHash: lookupHash(secrets, code, value) }
  const find = () => findShown(db.hot, key)
  const shown = kind === 'IDENTITY_CARD' ? await countingFailures(context, find) : await find()
  // Whether an institution elsewhere has an agreement is known where it lies.
  if (province === undefined) checkDesignated(shown.designations, key.day)
  refuseRawCode(code, value)
  if (kind === 'SOCIAL_SECURITY_CARD') await limitCards(context, shown)
  const { credential } = shown
  if (credential === null) throw unknown()
  checkCredential(credential, institution, at)
  const { insuredId } = credential
  if (!shown.isPresent) await notePresence(db.hot, key, insuredId, at)
  const { person, enrolments } = shown
  if (person === null) throw unknown()
  noteRead(insuredId, 'insured')
  noteRead(insuredId, 'insuredByCredential')
  load.person.prime(insuredId, person)
  load.enrolments.prime(insuredId, enrolments)
  return person
}

async function countingFailures({ db, now, as, logger }: Context, find: () => Promise<Shown>): Promise<Shown> {
  const { institution, province } = as('institution')
  const place = { institution, day: dayOf(now()) }
  if (province === undefined) checkDesignated(await findDesignations(db.orm, institution, place.day), place.day)
  const count = await countUnknown(db.orm, place, UNKNOWN_MAX)
  if (count === null) {
    logger?.warn({ institution, count: UNKNOWN_MAX }, 'no more look-ups by identity card today')
    throw tooManyUnknown(place.day)
  }
  const shown = await find()
  if (shown.credential === null) logger?.warn({ institution, count }, 'an identity card of nobody was looked up')
  else await discountUnknown(db.orm, place)
  return shown
}

/**
 * Counts a card of nobody; the count comes along with the look-up, so that a card of somebody, which nearly all are, costs
 * no statement more.
 */
async function limitCards({ db, now, as, logger }: Context, shown: Shown): Promise<void> {
  const place = { institution: as('institution').institution, day: dayOf(now()) }
  if (shown.credential !== null && (shown.isPresent || shown.unknown < UNKNOWN_MAX)) return
  const count = shown.credential === null ? await countUnknown(db.orm, place, UNKNOWN_MAX) : null
  if (count === null) throw tooManyUnknown(place.day)
  logger?.warn({ institution: place.institution, count }, 'a card of nobody was looked up')
}

const unknown = () => NotFound.of({ zh: '该凭证对应的参保人', en: 'a person with this credential' }, 'credential.value')
