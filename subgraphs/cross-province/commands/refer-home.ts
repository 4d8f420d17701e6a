import { dayOf } from '@yibao/schema/dates'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import { chooseCoverage } from '../domain/coverage.ts'
import { checkIssued, readReferralInput, type ElectronicReferral } from '../domain/referral.ts'
import { checkReferrerElsewhere } from '../domain/referrer.ts'
import type { ReferMessage } from '../peers/referral-message.ts'
import { findCoverage } from '../store/coverage.ts'
import { addReferral, findReferrals, wasPresent } from '../store/referrals.ts'
import { addIncoming } from '../store/referrals-elsewhere.ts'
import { checkSigned } from './check-signed.ts'
import { tellReferral } from './tell-referral.ts'

/**
 * Takes a referral of a hospital of another province for somebody insured here, for the home agency to confirm; the same
 * again changes nothing. The platform there, which knows the hospital, says its level and whose keys these are; the
 * signatures are verified here. Answers how far it is.
 *
 * @throws NotAllowed when it is not theirs to say, not signed twice, or not what the rules of home take; NotFound when the
 * person has shown that hospital nothing
 */
export async function takeReferral(
  { db, rules: rulebook, clock }: Services,
  from: string,
  message: ReferMessage,
): Promise<{ readonly state: string; readonly reason: string | null }> {
  const { exchange, hospital, content, signature, officeSignature, keys } = message
  if (content.institution.slice(1, 3) !== from || !hospital.pool.startsWith(from)) throw notTheirs()
  const id = exchange.toLowerCase()
  return db.orm.transaction(async (tx) => {
    const [known] = await findReferrals(tx, [id])
    if (known !== undefined) return standing(known, message)
    const at = clock()
    const signers = keys.map(({ kid, x }) => ({ kid, publicKey: { kty: 'OKP', crv: 'Ed25519', x } }))
    const keyId = checkSigned(signature, signers, content)
    const officeKeyId = checkSigned(officeSignature, signers, { ...content, referral: exchange, signature })
    if (keyId === officeKeyId || keys[0]?.x === keys[1]?.x) throw sameKey()

    const { insuredId, institution, insuredPool: pool } = content
    const rules = rulebook.rulesOf(pool)
    const day = Temporal.PlainDate.from(content.issuedOn)
    const { destination, issuedOn } = readReferralInput(content, { rules, today: day })
    checkIssued(issuedOn, dayOf(at))
    checkReferrerElsewhere(hospital.level, rules)
    if (!(await wasPresent(tx, { insuredId, institution, day: issuedOn })))
      throw NotFound.of({ zh: '当日在该机构出示过凭证的该参保人', en: 'the person' }, 'content.insuredId')
    const covered = (await findCoverage(tx, insuredId)).filter((one) => one.pool === pool)
    chooseCoverage(covered, { day: issuedOn, insuranceType: null })

    const one: ElectronicReferral = {
      ...content,
      id,
      pool,
      level: hospital.level,
      destination,
      issuedOn,
      state: 'SIGNED',
      signature,
      keyId,
      officeSignature,
      officeKeyId,
      issuedAt: at,
      officeSignedAt: at,
      decidedBy: null,
      decidedAt: null,
      refusal: null,
      revokedAt: null,
      usedBy: null,
    }
    await addReferral(tx, one)
    const { name: institutionName, pool: institutionPool } = hospital
    const receivedAt = at
    await addIncoming(tx, {
      insuredId,
      referralId: id,
      province: from,
      institutionName,
      institutionPool,
      keys,
      receivedAt,
    })
    await tellReferral(tx, one, { at, whom: ['PERSON'] })
    return { state: one.state, reason: null }
  }, 'serializable')
}

function standing({ state, refusal, ...known }: ElectronicReferral, { signature, officeSignature }: ReferMessage) {
  if (known.signature === signature && known.officeSignature === officeSignature) return { state, reason: refusal }
  throw NotAllowed.at('exchange', 'CONTENT_DIFFERS', {
    zh: '该标识已用于其他内容',
    en: 'stands for another content already',
  })
}

const notTheirs = () =>
  NotAllowed.at('content.institution', 'NOT_THEIRS', {
    zh: '不是发送方省份的医疗机构',
    en: 'is no hospital of the sender',
  })

const sameKey = () =>
  NotAllowed.at('officeSignature', 'SAME_KEY', {
    zh: '医保办须使用与医院不同的密钥签名',
    en: 'is by the key of the hospital: its insurance office signs with one of its own',
  })
