import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { checkDesignated } from '../domain/designation.ts'
import {
  certificateEnd,
  readCertificate,
  stateOf,
  type CertificateInput,
  type CertificateState,
} from '../domain/no-card.ts'
import { tooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { readCode } from '../domain/voucher.ts'
import { findDesignations } from '../store/designations.ts'
import { addCertificate, findByCode, findUses } from '../store/no-card.ts'
import { findByIdentity, findPersons, hashIdentity } from '../store/persons.ts'
import { countUnknown, discountUnknown } from '../store/unknown-credentials.ts'
import { addCode } from '../store/vouchers.ts'
import { findSeenByNumberAndName } from './contribution-person.ts'
import { makeCode, type Voucher } from './issue-voucher.ts'

/** Staff of a bureau, or the window of an institution. */
function windowOf(identity: Context['identity']) {
  assert(identity?.kind === 'staff' || identity?.kind === 'institution', 'the schema lets nobody else in')
  return identity
}

/**
 * Certifies who somebody is that has no credential at hand, after the window has checked them: number and name must be of
 * one person, which the bureau sees where it is one that asks. The code is decoded once, as that of an e-voucher. The same request gives the same code.
 */
export async function issueNoCardCertificate(
  context: Context,
  { requestId, input }: { requestId: string; input: CertificateInput },
): Promise<Voucher> {
  const { db, secrets, now, noteRead } = context
  const identity = windowOf(context.identity)
  const at = now()
  const code = makeCode(secrets, 'no-card certificate', [callerOf(identity), requestId])
  const number = hashIdentity(secrets, input.identityNumber)
  const asked = { ...input, identityNumber: number.toString('hex') }
  const issue = async (tx: Tx) => {
    const institution = identity.kind === 'institution' ? identity.institution : null
    if (institution !== null) checkDesignated(await findDesignations(tx, institution, dayOf(at)), dayOf(at))
    const { name, reason } = readCertificate(input)
    const person =
      identity.kind === 'staff'
        ? await findSeenByNumberAndName(context, tx, { identityNumber: input.identityNumber, name })
        : await findByIdentity(tx, number, name)
    if (person === null) throw nobody()
    const { id: insuredId } = person
    const codeHash = lookupHash(secrets, '01', code)
    const validUntil = certificateEnd(at)
    await addCode(tx, {
      codeHash,
      insuredId,
      origin: 'CERTIFICATE',
      electronicCardId: null,
      issuedAt: at,
      expiresAt: validUntil,
    })
    const pool = identity.kind === 'staff' ? identity.pool : null
    await addCertificate(tx, {
      id: newId(),
      insuredId,
      codeHash,
      institution,
      pool,
      reason,
      issuedAt: at,
      validUntil,
    })
    return { insuredId, expiresAt: validUntil.toString() }
  }
  const request = { identity, requestId, operation: 'issueNoCardCertificate', input: asked, now: at }
  const issued = await countingNobody(context, () => once(db, request, issue))
  noteRead(issued.insuredId, 'issueNoCardCertificate')
  return { code, expiresAt: Temporal.Instant.from(issued.expiresAt) }
}

const nobody = (): NotFound =>
  NotFound.of({ zh: '该姓名与证件号码的参保人', en: 'a person of this name and number' }, 'identityNumber')

/**
 * Counts an institution's request as one about nobody before it is looked at, and takes that back unless it was: whoever
 * tries numbers is stopped where those are who show identity cards of nobody.
 */
async function countingNobody<T>({ db, identity, now, logger }: Context, work: () => Promise<T>): Promise<T> {
  if (identity?.kind !== 'institution') return work()
  const place = { institution: identity.institution, day: dayOf(now()) }
  const count = await countUnknown(db.orm, place, UNKNOWN_MAX)
  if (count === null) throw tooManyUnknown(place.day, 'identityNumber')
  try {
    const done = await work()
    await discountUnknown(db.orm, place)
    return done
  } catch (refusal) {
    if (refusal instanceof NotFound) logger?.warn({ ...place, count }, 'a certificate was asked for nobody')
    else await discountUnknown(db.orm, place)
    throw refusal
  }
}

/** What a certificate says to whoever checks it. */
export interface CertificateCheck {
  readonly state: CertificateState
  /** Whose it is: the first character of the name alone. */
  readonly nameMasked: string
  readonly institution: string | null
  readonly pool: string | null
  readonly issuedAt: Temporal.Instant
  readonly validUntil: Temporal.Instant
}

/** Checks a certificate by its code. @throws NotFound */
export async function checkNoCardCertificate(
  { db, secrets, now, noteRead }: Context,
  code: string,
): Promise<CertificateCheck> {
  readCode(code)
  const codeHash = lookupHash(secrets, '01', code)
  const found = await findByCode(db.orm, codeHash)
  if (found === null) throw NotFound.of({ zh: '该无卡证明', en: 'a certificate with this code' }, 'code')
  const { insuredId, institution, pool, issuedAt, validUntil } = found
  const [[usedAt], [person]] = [await findUses(db.orm, [codeHash]), await findPersons(db.orm, [insuredId])]
  assert(person !== undefined, 'a certificate is of a person')
  noteRead(insuredId, 'noCardCertificate')
  const [first = ''] = Array.from(person.name)
  const nameMasked = `${first}${'*'.repeat(Math.max(1, Array.from(person.name).length - 1))}`
  return { state: stateOf(found, usedAt ?? null, now()), nameMasked, institution, pool, issuedAt, validUntil }
}
