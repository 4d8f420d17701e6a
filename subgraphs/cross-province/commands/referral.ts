import { randomUUIDv7 } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { chooseCoverage } from '../domain/coverage.ts'
import { readReason } from '../domain/read-filing.ts'
import {
  checkStep,
  officeContent,
  readReferralInput,
  type ElectronicReferral,
  type ReferralInput,
} from '../domain/referral.ts'
import { checkReferrer } from '../domain/referrer.ts'
import { findCoverage } from '../store/coverage.ts'
import { findDesignations } from '../store/designations.ts'
import {
  addReferral,
  findReferrals,
  findSigningKeys,
  isDoctorOf,
  saveReferral,
  wasPresent,
} from '../store/referrals.ts'
import { checkSigned } from './check-signed.ts'

interface IssueAsked {
  readonly requestId: string
  readonly input: ReferralInput
  readonly signature: string
}

/** Issues a referral, signed by the hospital that asks, for a person who is before it; answers its id. */
export async function issueReferral({ db, rules, now, institution }: Context, asked: IssueAsked): Promise<string> {
  const identity = institution()
  const { requestId, input, signature } = asked
  const at = now()
  const today = dayOf(at)
  const request = { identity, requestId, operation: 'issueReferral', input: { input, signature }, now: at }
  const done = await once(db, request, async (tx) => {
    const code = identity.institution
    const insuredId = input.insuredId.toLowerCase()
    const here = uuidFault(insuredId) === null && (await wasPresent(tx, { insuredId, institution: code, day: today }))
    if (!here) throw NotFound.of({ zh: '今日在本机构出示过凭证的该参保人', en: 'the person' }, 'input.insuredId')
    const { pool } = chooseCoverage(await findCoverage(tx, insuredId), { day: today, insuranceType: null })
    const { destination, issuedOn } = readReferralInput(input, { rules: rules.rulesOf(pool), today })
    const by = { institution: code, number: null, issuedOn }
    const designations = await findDesignations(tx, code)
    const level = checkReferrer(by, { designations, pool, rules: rules.rulesOf(pool) }, 'institution')
    if (!(await isDoctorOf(tx, { doctor: input.doctor, institution: code, day: today }))) throw noDoctor()
    const content = { ...input, insuredId, institution: code, destination: destination.padEnd(6, '0') }
    const keyId = checkSigned(signature, await findSigningKeys(tx, code), content)

    const referral: ElectronicReferral = {
      ...content,
      id: randomUUIDv7(),
      pool,
      level,
      destination,
      issuedOn,
      state: 'ISSUED',
      signature,
      keyId,
      officeSignature: null,
      officeKeyId: null,
      issuedAt: at,
      officeSignedAt: null,
      decidedBy: null,
      decidedAt: null,
      refusal: null,
      revokedAt: null,
      usedBy: null,
    }
    await addReferral(tx, referral)
    await tell(tx, referral, at)
    return { id: referral.id }
  })
  return done.id
}

const noDoctor = () =>
  NotAllowed.at('input.doctor', 'DOCTOR_NOT_HERE', {
    zh: '该医师不在本机构执业或已暂停医保服务',
    en: 'does not work here, or is suspended',
  })

interface Step {
  readonly requestId: string
  readonly operation: 'signReferral' | 'confirmReferral' | 'refuseReferral' | 'revokeReferral'
  readonly referralId: string
  /** What else is asked; part of the request. */
  readonly more?: Readonly<Record<string, string>>
}

type Change = Pick<ElectronicReferral, 'state'> & Partial<ElectronicReferral>

/** Signs a referral by the insurance office of the hospital, with another key than the hospital's; answers its id. */
export const signReferral = (
  context: Context,
  { signature, ...asked }: Omit<Step, 'operation'> & { readonly signature: string },
): Promise<string> =>
  step(context, { ...asked, operation: 'signReferral', more: { signature } }, async (tx, referral, { at }) => {
    checkStep(referral, 'SIGNED')
    const keys = await findSigningKeys(tx, referral.institution)
    const officeKeyId = checkSigned(signature, keys, officeContent(referral))
    if (officeKeyId === referral.keyId) throw sameKey()
    return { state: 'SIGNED', officeSignature: signature, officeKeyId, officeSignedAt: at }
  })

const sameKey = () =>
  NotAllowed.at('signature', 'SAME_KEY', {
    zh: '医保办须使用与医院不同的密钥签名',
    en: 'is by the key of the hospital: its insurance office signs with one of its own',
  })

/** Confirms a referral as the agency of the home pool; answers its id. */
export const confirmReferral = (context: Context, asked: Omit<Step, 'operation'>): Promise<string> =>
  step(context, { ...asked, operation: 'confirmReferral' }, (_tx, referral, { actor, at }) => {
    checkStep(referral, 'CONFIRMED')
    return { state: 'CONFIRMED', decidedBy: actor, decidedAt: at }
  })

/** Refuses a referral for a reason; answers its id. */
export const refuseReferral = (
  context: Context,
  { reason, ...asked }: Omit<Step, 'operation'> & { readonly reason: string },
): Promise<string> =>
  step(context, { ...asked, operation: 'refuseReferral', more: { reason } }, (_tx, referral, { actor, at }) => {
    checkStep(referral, 'REFUSED')
    return { state: 'REFUSED', refusal: readReason(reason), decidedBy: actor, decidedAt: at }
  })

/** Revokes a referral no filing rests on, by the hospital that issued it; answers its id. */
export const revokeReferral = (context: Context, asked: Omit<Step, 'operation'>): Promise<string> =>
  step(context, { ...asked, operation: 'revokeReferral' }, (_tx, referral, { at }) => {
    checkStep(referral, 'REVOKED')
    return { state: 'REVOKED', revokedAt: at }
  })

async function step(
  { db, now, decider }: Context,
  { requestId, operation, referralId, more = {} }: Step,
  decide: (
    tx: Tx,
    referral: ElectronicReferral,
    by: { actor: string; at: Temporal.Instant },
  ) => Change | Promise<Change>,
): Promise<string> {
  const identity = decider()
  const at = now()
  const input = { referralId, ...more }
  const done = await once(db, { identity, requestId, operation, input, now: at }, async (tx) => {
    const [found] = uuidFault(referralId) === null ? await findReferrals(tx, [referralId]) : []
    const isTheirs =
      identity.kind === 'staff' ? found?.pool === identity.pool : found?.institution === identity.institution
    if (found === undefined || !isTheirs) throw NotFound.of({ zh: '该转诊单', en: 'the referral' }, 'referralId')
    const after = { ...found, ...(await decide(tx, found, { actor: callerOf(identity), at })) }
    await saveReferral(tx, after)
    await tell(tx, after, at)
    return { id: found.id }
  })
  return done.id
}

/** Tells the other subgraphs, the person, and, of a decision, the hospital. */
async function tell(tx: Tx, referral: ElectronicReferral, at: Temporal.Instant): Promise<void> {
  const { id, insuredId, institution, pool, destination, state } = referral
  const topic = `referral.${state.toLowerCase()}`
  await publish(tx, 'cross_province', {
    topic,
    insuredId,
    payload: { referralId: id, institution, pool, destination },
    at,
  })
  const notice = {
    template: topic,
    data: { place: destination.padEnd(6, '0'), institution },
    at,
    key: `${topic}:${id}`,
  }
  await notify(tx, 'cross_province', { ...notice, to: { kind: 'person', insuredId } })
  if (state !== 'CONFIRMED' && state !== 'REFUSED') return
  await notify(tx, 'cross_province', { ...notice, to: { kind: 'institution', institution } })
}
