import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { claimNotFound, stepNotAllowed, type Claim } from '../domain/claim.ts'
import { firstDayOf } from '../domain/claim-check.ts'
import { hasApplied } from '../domain/claim-duty.ts'
import { chooseEnrolment } from '../domain/claim-enrolment.ts'
import { readDraft, type ClaimInput } from '../domain/claim-input.ts'
import { writtenOver } from '../domain/claim-prefill.ts'
import { tooManyDrafts } from '../domain/claim-refusals.ts'
import { requireVersion } from '../domain/claim-review.ts'
import type { Maybe } from '../domain/fields.ts'
import { addClaim, addClaimEvent, countDrafts, findClaim, saveDraft, stepsBy } from '../store/claim.ts'
import { findClaimEnrolments } from '../store/claim-facts.ts'
import { findRecords } from '../store/own-records.ts'

export interface DraftAsked {
  readonly requestId: string
  /** The draft that is written over; a new one when left out. */
  readonly claimId?: Maybe<string>
  readonly version?: Maybe<number>
  /** Whom the window writes it for. */
  readonly insuredId?: Maybe<string>
  readonly input: ClaimInput
}

/** Whoever claims: a person, or the window in the name of one. */
export type Claimant = Extract<Identity, { kind: 'person' | 'staff' }>

const DRAFTS_MAX = 20

/**
 * Keeps a draft as it is written, a new one or over an earlier version of itself. Nothing is checked but that it can be kept;
 * what is wrong with it submitting says. Answers the id of the claim.
 */
export async function saveClaimDraft(context: Context, { requestId, ...asked }: DraftAsked): Promise<string> {
  const identity = claimantOf(context)
  const at = context.now()
  const request = { identity, requestId, operation: 'saveClaimDraft', input: asked, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const draft = readDraft(asked.input)
    const day = firstDayOf(draft.content) ?? dayOf(at)
    const before = asked.claimId == null ? null : await findDraft(tx, identity, asked)
    const insuredId = before?.insuredId ?? insuredOf(identity, asked.insuredId)
    const enrolments = await findClaimEnrolments(tx, insuredId)
    requirePool(identity, enrolments)
    const { pool, insuranceType } = chooseEnrolment(
      identity.kind === 'staff' ? enrolments.filter((one) => one.pool === identity.pool) : enrolments,
      { day, insuranceType: draft.insuranceType },
    )
    const { cause } = draft
    const content = writtenOver(draft.content, before?.content ?? {})
    if (before !== null) {
      const saved = await saveDraft(tx, before, { content, cause, pool, insuranceType, at })
      if (identity.kind === 'staff') await noteWriter(tx, before, callerOf(identity), at)
      return { id: saved }
    }
    await requireRoom(tx, await findRecords(tx, insuredId))
    return { id: await open(tx, context, { identity, insuredId, pool, insuranceType, content, cause, at }) }
  })
  return id
}

/** Whoever of the window writes over what somebody else has begun stands in its history as such, once, whatever else they did. */
async function noteWriter(tx: Tx, draft: Claim, by: string, at: Temporal.Instant): Promise<void> {
  if (hasApplied(await stepsBy(tx, draft, by))) return
  await addClaimEvent(tx, draft, { kind: 'WRITTEN', state: 'DRAFT', at, by, words: null, data: {} })
}

/** @throws NotAllowed when a person has as many drafts as are kept */
export async function requireRoom(tx: Tx, records: readonly string[]): Promise<void> {
  if ((await countDrafts(tx, records)) >= DRAFTS_MAX) throw tooManyDrafts(DRAFTS_MAX)
}

interface Opening extends Pick<Claim, 'insuredId' | 'pool' | 'insuranceType' | 'content' | 'cause'> {
  readonly identity: Claimant
  readonly at: Temporal.Instant
}

/** Opens a draft; answers its id. */
export async function open(tx: Tx, { newId }: Pick<Context, 'newId'>, opening: Opening): Promise<string> {
  const { identity, at, ...rest } = opening
  const id = newId(at)
  const by = callerOf(identity)
  const channel = identity.kind === 'staff' ? 'WINDOW' : 'PERSON'
  await addClaim(tx, { ...rest, id, kind: null, appliedBy: by, channel, openedAt: at })
  await addClaimEvent(tx, { ...rest, id }, { kind: 'OPENED', state: 'DRAFT', at, by, words: null, data: {} })
  return id
}

export function claimantOf({ identity }: Pick<Context, 'identity'>): Claimant {
  assert(identity?.kind === 'person' || identity?.kind === 'staff', 'the schema lets nobody else in')
  return identity
}

export function insuredOf(identity: Claimant, insuredId: Maybe<string>): string {
  if (identity.kind === 'person') {
    if (insuredId != null && insuredId.toLowerCase() !== identity.insuredId) throw noPerson()
    return identity.insuredId
  }
  const message = { zh: '窗口代办须指明参保人', en: 'is needed: whom the window writes it for' }
  if (insuredId == null) throw InvalidInput.of([{ path: 'insuredId', code: 'REQUIRED', message }])
  if (uuidFault(insuredId) !== null) throw noPerson()
  return insuredId.toLowerCase()
}

/** The window writes for persons of its pool alone. @throws NotFound */
export const requireOfPool = async (tx: Tx, identity: Claimant, insuredId: string): Promise<void> =>
  requirePool(identity, await findClaimEnrolments(tx, insuredId))

function requirePool(identity: Claimant, enrolments: readonly { readonly pool: string }[]): void {
  if (identity.kind === 'staff' && !enrolments.some(({ pool }) => pool === identity.pool)) throw noPerson()
}

const noPerson = (): NotFound => NotFound.of({ zh: '该参保人', en: 'the person' }, 'insuredId')

/** @throws NotFound, NotAllowed, ClaimChanged */
async function findDraft(
  tx: Tx,
  identity: Claimant,
  { claimId, version }: Pick<DraftAsked, 'claimId' | 'version'>,
): Promise<Claim> {
  const found = await findOwnClaim(tx, identity, claimId ?? '')
  if (version == null) {
    const message = { zh: '须注明所修改的版本', en: 'is needed: the version that is written over' }
    throw InvalidInput.of([{ path: 'version', code: 'REQUIRED', message }])
  }
  requireVersion(found, version)
  if (found.state !== 'DRAFT') throw stepNotAllowed('claimId', found)
  return found
}

/** A claim of the person, or one the window of the pool wrote for somebody. @throws NotFound */
export async function findOwnClaim(tx: Tx, identity: Claimant, id: string): Promise<Claim> {
  const found = uuidFault(id) === null ? await findClaim(tx, id.toLowerCase()) : null
  const isOwn =
    found !== null &&
    (identity.kind === 'staff'
      ? found.pool === identity.pool && found.channel === 'WINDOW'
      : (await findRecords(tx, identity.insuredId)).includes(found.insuredId))
  if (!isOwn) throw claimNotFound('claimId')
  return found
}
