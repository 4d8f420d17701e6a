import { contentOf, type ElectronicReferral } from '../domain/referral.ts'
import { nextAttempt } from '../domain/certification.ts'
import { referAnswer, type ReferMessage } from '../peers/referral-message.ts'
import { saveReferral } from '../store/referrals.ts'
import { findOutgoing, findSigner, noteOutgoing } from '../store/referrals-elsewhere.ts'
import type { Certifying } from './certification.ts'
import { send } from './exchange.ts'
import { sayBeside } from './say-beside.ts'
import { tellReferral } from './tell-referral.ts'

// The place's half of a referral across provinces: home is told of it until it has decided, since it alone confirms.

const BATCH = 100

/** Tells other provinces of referrals of hospitals here, and asks what became of those they have. */
export async function sayReferrals(parts: Certifying): Promise<void> {
  const { db, clock } = parts
  const waiting = await db.orm.transaction((tx) => findOutgoing(tx, { at: clock(), limit: BATCH }))
  await sayBeside(
    waiting,
    (one) => one.pool.slice(0, 2),
    (one) => say(parts, one),
  )
}

async function say(
  { db, clock, exchange }: Certifying,
  { attempts, ...one }: ElectronicReferral & { readonly attempts: number },
): Promise<void> {
  const { id: referralId, insuredId, pool } = one
  const message = await db.orm.transaction((tx) => messageOf(one, tx))
  const sent = await send(exchange, { province: pool.slice(0, 2), type: 'refer', message })
  const read = sent.kind === 'ANSWERED' ? referAnswer.safeParse(sent.answer) : null
  const at = clock()
  await db.orm.transaction(async (tx) => {
    const said = { attempts: attempts + 1, nextAt: nextAttempt(attempts, at) }
    await noteOutgoing(tx, { insuredId, referralId }, { ...said, ...(read?.success === true && { receivedAt: at }) })
    const decided = read?.success === true ? decidedBy(one, read.data, at) : null
    if (decided === null) return
    await saveReferral(tx, decided)
    await tellReferral(tx, decided, { at, whom: ['INSTITUTION'] })
  })
}

/** The referral as home has decided it; null while it has not. */
function decidedBy(
  one: ElectronicReferral,
  { state, reason, rejection }: ReturnType<typeof referAnswer.parse>,
  at: Temporal.Instant,
): ElectronicReferral | null {
  const decision = { decidedBy: `province:${one.pool.slice(0, 2)}:${one.pool}`, decidedAt: at }
  if (state === 'CONFIRMED') return { ...one, ...decision, state }
  // What it does not take it refuses; only what it could not answer now is said again.
  if (rejection !== null && rejection.type !== 'Busy')
    return { ...one, ...decision, state: 'REFUSED', refusal: rejection.text.zh }
  return state === 'REFUSED' ? { ...one, ...decision, state, refusal: reason ?? rejection?.text.zh ?? '' } : null
}

async function messageOf(one: ElectronicReferral, tx: Parameters<typeof findSigner>[0]): Promise<ReferMessage> {
  const { institution, insuredPool, officeSignature, officeKeyId } = one
  const kids = [one.keyId, officeKeyId ?? '']
  const { keys, ...hospital } = await findSigner(tx, { institution, kids })
  return {
    exchange: one.id,
    hospital: { ...hospital, level: one.level as ReferMessage['hospital']['level'] },
    content: { ...contentOf(one), insuredPool: insuredPool ?? '' },
    signature: one.signature,
    officeSignature: officeSignature ?? '',
    keys,
  }
}
