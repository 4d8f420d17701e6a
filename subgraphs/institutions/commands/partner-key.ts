import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Context } from '../context.ts'
import {
  confirmedByOneself,
  hasKey,
  isThumbprint,
  keyEnded,
  keyIsKnown,
  keyNotSaid,
  KEYS_MAX,
  noKey,
  nothingToConfirm,
  oldUntil,
  readPublicKey,
  stateOf,
  tooManyKeys,
  validUntil,
  type PublicKey,
} from '../domain/partner-key.ts'
import { findInstitutions } from '../store/institutions.ts'
import {
  addPartnerKey,
  confirmPartnerKey,
  countPartnerKeys,
  endPartnerKey,
  findPartnerKey,
  holdKeys,
  revokePartnerKey,
  type Holder,
  type PartnerKey,
} from '../store/partner-keys.ts'
import { tellOfKey } from './partner-key-tell.ts'

interface NewKey {
  readonly jwk: string
  readonly label: string
  readonly validUntil?: string | null | undefined
}

interface Register extends NewKey {
  /** Whose key it is, when staff register it. */
  readonly institution?: string | null | undefined
}

/**
 * Registers a key of whoever asks, or, by the bureau of its ground, the first one of an institution, which waits for a
 * second one of the staff.
 */
export async function registerKey(context: Context, requestId: string, input: Register): Promise<PartnerKey> {
  const signsIn = await canSignIn(context, input.institution ?? null)
  return change(context, { requestId, operation: 'registerPartnerKey', input }, async (tx, asked) => {
    const holder = await holderOf(tx, asked, input.institution ?? null)
    const byBureau = asked.identity.kind === 'staff'
    if (byBureau) {
      await holdKeys(tx, holder)
      if (signsIn || (await countPartnerKeys(tx, holder, asked.now)) > 0) throw hasKey()
    }
    return { holder, thumbprint: await add(tx, { ...asked, holder, byBureau, key: readNew(input, asked.now) }) }
  })
}

interface Confirm {
  readonly key: string
  readonly institution: string
}

/** The second one of the staff, by whom a key the bureau registered counts. */
export async function confirmKey(context: Context, requestId: string, input: Confirm): Promise<PartnerKey> {
  const signsIn = await canSignIn(context, input.institution)
  return change(context, { requestId, operation: 'confirmPartnerKey', input }, async (tx, asked) => {
    const holder = await holderOf(tx, asked, input.institution)
    await holdKeys(tx, holder)
    const { key: thumbprint } = input
    const found = isThumbprint(thumbprint) ? await findPartnerKey(tx, holder, thumbprint) : null
    if (found === null) throw noKey()
    if (stateOf(found, asked.now) !== 'WAITING') throw nothingToConfirm()
    const by = callerOf(asked.identity)
    if (found.registeredBy === by) throw confirmedByOneself()
    // What waits counts as one of them.
    if (signsIn || (await countPartnerKeys(tx, holder, asked.now)) > 1) throw hasKey()
    await confirmPartnerKey(tx, { holder, thumbprint, by, at: asked.now })
    await tellOfKey(tx, { holder, thumbprint, what: 'confirmed', at: asked.now })
    return { holder, thumbprint }
  })
}

/** Asked before the transaction: the issuer keeps what it knows elsewhere. */
const canSignIn = ({ identity, signsIn }: Context, institution: string | null): Promise<boolean> =>
  identity?.kind === 'staff' && institution !== null && isTextKey(institution)
    ? signsIn(institution)
    : Promise.resolve(false)

interface Rotate extends NewKey {
  /** Thumbprint of the key that is to end; that of a key of the directory serves as well. */
  readonly oldKey: string
  readonly oldUntil: string
}

/** Registers the next key and lets the old one end some days later, so that no sign-in fails in between. */
export function rotateKey(context: Context, requestId: string, input: Rotate): Promise<PartnerKey> {
  return change(context, { requestId, operation: 'rotatePartnerKey', input }, async (tx, asked) => {
    const holder = await holderOf(tx, asked, null)
    const problems: Problem[] = []
    const until = readInstant('oldUntil', input.oldUntil, problems)
    InvalidInput.throwIf(problems)
    const end = until === null ? null : oldUntil(until, asked.now)
    if (end === null || 'code' in end) throw InvalidInput.of(end === null ? [] : [end])
    const key = readNew(input, asked.now)
    if (!isThumbprint(input.oldKey) || key.thumbprint === input.oldKey) throw noKey()
    await retire(tx, { ...asked, holder, thumbprint: input.oldKey, until: end })
    await endPartnerKey(tx, { holder, thumbprint: input.oldKey, until: end })
    return { holder, thumbprint: await add(tx, { ...asked, holder, byBureau: false, key }) }
  })
}

interface Revoke {
  readonly key: string
  readonly reason: string
  readonly institution?: string | null | undefined
}

/**
 * Revokes a key at once: no sign-in from now on. Tokens that were got with it end within five minutes, and change no key
 * any more.
 */
export function revokeKey(context: Context, requestId: string, input: Revoke): Promise<PartnerKey> {
  return change(context, { requestId, operation: 'revokePartnerKey', input }, async (tx, asked) => {
    const reason = input.reason.trim()
    const wrong = textFault(reason, { min: 2, max: 200 })
    if (wrong !== null) throw InvalidInput.of([{ path: 'reason', ...wrong }])
    if (!isThumbprint(input.key)) throw noKey()
    const holder = await holderOf(tx, asked, input.institution ?? null)
    await retire(tx, { ...asked, holder, thumbprint: input.key, until: asked.now })
    const isNew = await revokePartnerKey(tx, { holder, thumbprint: input.key, at: asked.now, reason })
    if (isNew) await tellOfKey(tx, { holder, thumbprint: input.key, what: 'revoked', at: asked.now })
    return { holder, thumbprint: input.key }
  })
}

interface Asked {
  readonly identity: Identity
  readonly now: Temporal.Instant
}

/** Which key was changed. */
interface Changed {
  readonly holder: Holder
  readonly thumbprint: string
}

async function change(
  { db, identity, now: clock, read }: Context,
  { requestId, operation, input }: { requestId: string; operation: string; input: object },
  work: (tx: Tx, asked: Asked) => Promise<Changed>,
): Promise<PartnerKey> {
  if (identity === null) throw noKey()
  const now = clock()
  const { holder, thumbprint } = await once(db, { identity, requestId, operation, input, now }, (tx) =>
    work(tx, { identity, now }),
  )
  const found = await read((tx) => findPartnerKey(tx, holder, thumbprint))
  if (found === null) throw noKey()
  return found
}

/** Institutions and channels act for themselves; staff for an institution on the ground of their pool. */
async function holderOf(tx: Tx, { identity, now }: Asked, asked: string | null): Promise<Holder> {
  if (identity.kind === 'channel' || identity.kind === 'institution') {
    const holder: Holder =
      identity.kind === 'channel'
        ? { institution: null, channel: identity.channel }
        : { institution: identity.institution, channel: null }
    await requireLiveKey(tx, { holder, thumbprint: identity.key, now })
    return holder
  }
  const [found] = asked !== null && isTextKey(asked) ? await findInstitutions(tx, [asked]) : []
  if (found === undefined || identity.kind !== 'staff' || found.pool !== identity.pool) {
    throw NotFound.of({ zh: '本统筹区的该机构', en: 'an institution on the ground of your pool' }, 'institution')
  }
  return { institution: found.code, channel: null }
}

/** A system changes its keys by one that counts now. One that is not kept here is of the directory, which was not ended. */
async function requireLiveKey(
  tx: Tx,
  { holder, thumbprint, now }: { holder: Holder; thumbprint: string | undefined; now: Temporal.Instant },
): Promise<void> {
  if (thumbprint === undefined) throw keyNotSaid()
  const key = await findPartnerKey(tx, holder, thumbprint)
  if (key === null) return
  const hasEnded = key.revokedAt !== null || Temporal.Instant.compare(key.validUntil, now) <= 0
  if (hasEnded) throw keyEnded()
}

type Named = PublicKey & { readonly label: string; readonly until: Temporal.Instant }

function readNew(input: NewKey, now: Temporal.Instant): Named {
  const problems: Problem[] = []
  const read = readPublicKey(input.jwk)
  if ('problem' in read) problems.push(read.problem)
  const label = input.label.trim()
  const wrong = textFault(label, { min: 1, max: 100 })
  if (wrong !== null) problems.push({ path: 'label', ...wrong })
  const wish = input.validUntil == null ? null : readInstant('validUntil', input.validUntil, problems)
  const until = validUntil(wish, now)
  if ('code' in until) problems.push(until)
  if (problems.length > 0 || 'problem' in read || 'code' in until) throw InvalidInput.of(problems)
  return { ...read.key, label, until }
}

function readInstant(path: string, text: string, problems: Problem[]): Temporal.Instant | null {
  try {
    return Temporal.Instant.from(text).round('millisecond')
  } catch {
    const message = { zh: '应为带时区的 RFC 3339 时刻', en: 'must be an instant, RFC 3339 with an offset' }
    problems.push({ path, code: 'DATE_TIME', message })
    return null
  }
}

type Adding = Asked & { readonly holder: Holder; readonly key: Named; readonly byBureau: boolean }

async function add(tx: Tx, { identity, now, holder, key, byBureau }: Adding): Promise<string> {
  if ((await countPartnerKeys(tx, holder, now)) >= KEYS_MAX) throw tooManyKeys()
  const { thumbprint, jwk, label, until } = key
  const registeredBy = callerOf(identity)
  const row = { ...holder, thumbprint, jwk, label, registeredBy, validFrom: now, validUntil: until, byBureau }
  if (!(await addPartnerKey(tx, row))) throw keyIsKnown()
  await tellOfKey(tx, { holder, thumbprint, what: byBureau ? 'registered-by-bureau' : 'registered', at: now })
  return thumbprint
}

type Retiring = Asked & { readonly holder: Holder; readonly thumbprint: string; readonly until: Temporal.Instant }

/** Makes sure that the key is known here; one of the directory is noted by its thumbprint. */
async function retire(tx: Tx, { identity, now, holder, thumbprint, until }: Retiring): Promise<void> {
  if ((await findPartnerKey(tx, holder, thumbprint)) !== null) return
  if ((await countPartnerKeys(tx, holder, now)) >= KEYS_MAX) throw tooManyKeys()
  const registeredBy = callerOf(identity)
  const row = {
    ...holder,
    thumbprint,
    jwk: null,
    label: '-',
    registeredBy,
    validFrom: now,
    validUntil: until,
    byBureau: false,
  }
  await addPartnerKey(tx, row)
}
