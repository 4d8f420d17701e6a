import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { checkInsuredPool, isElsewhere, notLinked } from '@yibao/schema/exchange'
import { callerOf } from '@yibao/schema/identity'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { chooseCoverage } from '../domain/coverage.ts'
import { readReason } from '../domain/read-filing.ts'
import {
  checkNotSent,
  checkStep,
  officeContent,
  readReferralInput,
  type ElectronicReferral,
  type ReferralInput,
} from '../domain/referral.ts'
import { checkReferrer, checkReferrerHere } from '../domain/referrer.ts'
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
import { addOutgoing, isPartner } from '../store/referrals-elsewhere.ts'
import { checkSigned } from './check-signed.ts'
import { tellReferral } from './tell-referral.ts'

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
    const insuredPool = await readInsuredPool(tx, input, code)
    const isAway = insuredPool !== null
    const pool = insuredPool ?? (await homeOf(tx, { insuredId, institution: code, day: today }))
    const { destination, issuedOn } = readReferralInput(input, { rules: rules.rulesOf(pool), today })
    const by = { institution: code, number: null, issuedOn }
    const designations = await findDesignations(tx, code)
    const level = isAway
      ? checkReferrerHere(designations, today)
      : checkReferrer(by, { designations, pool, rules: rules.rulesOf(pool) }, 'institution')
    if (!(await isDoctorOf(tx, { doctor: input.doctor, institution: code, day: today }))) throw noDoctor()
    const signed = { ...input, insuredId, institution: code, destination: destination.padEnd(6, '0') }
    const content = { ...signed, insuredPool }
    const keyId = checkSigned(signature, await findSigningKeys(tx, code), {
      ...signed,
      insuredPool: insuredPool ?? undefined,
    })

    const referral: ElectronicReferral = {
      ...content,
      id: newId(),
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
    await tellReferral(tx, referral, { at, ...(isAway && { whom: ['INSTITUTION'] }) })
    return { id: referral.id }
  })
  return done.id
}

/** The home pool of whoever is before the hospital. @throws NotFound */
async function homeOf(tx: Tx, one: Parameters<typeof wasPresent>[1]): Promise<string> {
  const { insuredId, day } = one
  const isHere = uuidFault(insuredId) === null && (await wasPresent(tx, one))
  if (!isHere) throw NotFound.of({ zh: '今日在本机构出示过凭证的该参保人', en: 'the person' }, 'input.insuredId')
  return chooseCoverage(await findCoverage(tx, insuredId), { day, insuranceType: null }).pool
}

/**
 * The home pool of somebody insured on the platform of another province, where it is known whether they showed the
 * hospital a credential; null for everybody else. @throws InvalidInput, NotAllowed
 */
async function readInsuredPool(tx: Tx, { insuredPool, insuredId }: ReferralInput, institution: string) {
  if (!insuredPool) return null
  checkInsuredPool(insuredPool)
  const problems: Problem[] = []
  const fail = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path: `input.${path}`, code, message: { zh, en } })
  if (!isElsewhere(institution, insuredPool))
    fail('insuredPool', 'NOT_APPLICABLE', '仅用于外省参保人', 'is for persons insured in another province')
  const fault = uuidFault(insuredId)
  if (fault !== null) problems.push(problemAt('input.insuredId', fault))
  InvalidInput.throwIf(problems)
  if (!(await isPartner(tx, insuredPool.slice(0, 2)))) throw notLinked()
  return insuredPool
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
    const { insuredId, id: referralId, insuredPool } = referral
    if (insuredPool !== null) await addOutgoing(tx, { insuredId, referralId, nextAt: at })
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
    checkNotSent(referral)
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
    // Across provinces each platform tells whom it knows.
    const known = identity.kind === 'staff' ? ('PERSON' as const) : ('INSTITUTION' as const)
    await tellReferral(tx, after, { at, ...(after.insuredPool !== null && { whom: [known] }) })
    return { id: found.id }
  })
  return done.id
}
