import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Text } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { stepNotAllowed, type Claim } from '../domain/claim.ts'
import { daysOf, isAbout, type Certified, type ClaimCertificate } from '../domain/claim-certificate.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { addClaimEvent, findClaim } from '../store/claim.ts'
import { addCertificate, answerCertificate, findCertificate, listCertificates } from '../store/claim-certificate.ts'
import { findEmployer } from '../store/claim-facts.ts'
import { claimantOf, findOwnClaim } from './claim-draft.ts'
import { tellClaimant } from './claim-tell.ts'

/** What is certified. The employer learns who, and which days, and nothing else of the claim. */
const wordsOf = ({ begin, end }: Pick<Certified, 'begin' | 'end'>): Text => ({
  zh: `兹证明该职工为本单位参保人员，${begin.toString()} 至 ${end.toString()} 就医，费用未由本单位报销，且不属于工伤`,
  en: `the person is insured through us; of care from ${begin.toString()} to ${end.toString()} we have paid nothing, and it was no injury at work`,
})

interface RequestAsked {
  readonly requestId: string
  readonly claimId: string
}

/** Asks the employer the person was insured through when they were treated for its certificate; answers the id of the claim. */
export async function requestEmployerCertificate(
  context: Context,
  { requestId, claimId }: RequestAsked,
): Promise<string> {
  const identity = claimantOf(context)
  const at = context.now()
  const request = { identity, requestId, operation: 'requestEmployerCertificate', input: { claimId }, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const claim = await findOwnClaim(tx, identity, claimId)
    if (claim.state !== 'DRAFT' && claim.state !== 'RETURNED') throw stepNotAllowed('claimId', claim)
    const days = daysOf(claim.content)
    if (days === null) throw InvalidInput.of([{ path: 'begin', code: 'REQUIRED', message: NO_DAY }])
    const employer = await findEmployer(tx, claim.insuredId, { ...claim, day: days.begin })
    if (employer === null) throw NotAllowed.at('claimId', 'NO_EMPLOYER', NO_EMPLOYER)
    const care = { employer, ...days }
    const asked = (await listCertificates(tx, [claim.id])).find((one) => one.state !== 'DECLINED' && isAbout(one, care))
    if (asked !== undefined) throw NotAllowed.at('claimId', 'CERTIFICATE_ASKED', ASKED, { certificate: asked.id })

    const one = newCertificate(claim, care, { id: context.newId(at), at })
    await addCertificate(tx, one)
    const event = { kind: 'CERTIFICATE_REQUESTED', state: claim.state, at, by: callerOf(identity), words: null }
    await addClaimEvent(tx, claim, { ...event, data: { certificate: one.id } })
    await tellEmployer(tx, claim, one)
    return { id: claim.id }
  })
  return id
}

const NO_DAY = { zh: '须先填写就医日期', en: 'must be filled in first' }
const NO_EMPLOYER = { zh: '就医时不是单位参保，无须单位证明', en: 'was not insured through an employer then' }
const ASKED = { zh: '已就这些日期向该单位申请证明', en: 'the employer was asked about these days already' }

function newCertificate(
  { insuredId, id: claimId }: Claim,
  care: Certified,
  { id, at }: { readonly id: string; readonly at: Temporal.Instant },
): ClaimCertificate {
  const { employer, begin: beginOn, end: endOn } = care
  const open = { answer: null, answeredBy: null, answeredAt: null }
  const about = { employer, beginOn, endOn, words: wordsOf(care) }
  return { id, insuredId, claimId, ...about, state: 'REQUESTED', requestedAt: at, ...open }
}

const tellEmployer = async (
  tx: Tx,
  { number }: Claim,
  { id, employer, requestedAt }: ClaimCertificate,
): Promise<void> =>
  void (await notify(tx, 'settlement', {
    to: { kind: 'employer', employer },
    template: 'claim.certificate-wanted',
    data: { number },
    at: requestedAt,
    key: `claim.certificate-wanted:${id}`,
  }))

interface SignAsked {
  readonly requestId: string
  readonly certificateId: string
  readonly sign: boolean
  readonly reason?: Maybe<string>
}

/** The employer signs what it was asked to certify, or says why it does not; answers the id of the certificate. */
export async function signEmployerCertificate(context: Context, { requestId, ...asked }: SignAsked): Promise<string> {
  const { identity } = context
  assert(identity?.kind === 'employer', 'the schema lets nobody else in')
  const at = context.now()
  const request = { identity, requestId, operation: 'signEmployerCertificate', input: asked, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const known = uuidFault(asked.certificateId) === null
    const found = known ? await findCertificate(tx, asked.certificateId.toLowerCase()) : null
    if (found?.employer !== identity.employer) throw certificateNotFound()
    if (found.state !== 'REQUESTED') throw NotAllowed.at('certificateId', 'CERTIFICATE_ANSWERED', ANSWERED)
    const claim = await findClaim(tx, found.claimId)
    assert(claim !== null, 'a certificate is of a claim')
    if (claim.state === 'WITHDRAWN') throw NotAllowed.at('certificateId', 'CLAIM_WITHDRAWN', WITHDRAWN)
    const answer = readReason(asked)

    const by = callerOf(identity)
    const state = asked.sign ? 'SIGNED' : 'DECLINED'
    await answerCertificate(tx, found, { state, answer, answeredBy: by, answeredAt: at })
    const words = answer === null ? null : { zh: answer, en: answer }
    const event = { kind: `CERTIFICATE_${state}`, state: claim.state, at, by, words }
    await addClaimEvent(tx, claim, { ...event, data: { certificate: found.id } })
    await tellClaimant(tx, claim, { template: asked.sign ? 'certificate-signed' : 'certificate-declined', at })
    return { id: found.id }
  })
  return id
}

function readReason({ sign, reason }: Pick<SignAsked, 'sign' | 'reason'>): string | null {
  const fields = new Fields()
  const answer = sign && !isGiven(reason) ? null : fields.words('reason', reason, { max: 300 })
  fields.check()
  return answer
}

const ANSWERED = { zh: '该证明已签署或已拒绝', en: 'was signed or declined already' }
const WITHDRAWN = { zh: '申请人已撤回报销申请', en: 'the claim was withdrawn' }
const certificateNotFound = (): NotFound => NotFound.of({ zh: '该证明', en: 'the certificate' }, 'certificateId')
