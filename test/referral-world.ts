import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { canonical } from '@yibao/drizzle/digest'
import { signCompact } from '@yibao/schema/compact-jws'
import { unused } from './story-steps.ts'
import { BY_CREDENTIAL } from './world-queries.ts'
import type { Data, World } from './world.ts'

const REJECTION = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
const REFERRAL = `__typename ... on Referral { id state level pool destination institution officeSignature usedBy refusal
  insured { id } } ${REJECTION}`
const KEY = `mutation ($requestId: ID!, $key: PublicKeyInput!) { registerSigningKey(requestId: $requestId, key: $key) { __typename } }`
const DOCTORS = `mutation ($requestId: ID!, $practitioners: [PractitionerInput!]!) {
  registerPractitioners(requestId: $requestId, practitioners: $practitioners) { __typename } }`
const ISSUE = `mutation ($requestId: ID!, $input: IssueReferralInput!, $signature: String!) {
  issueReferral(requestId: $requestId, input: $input, signature: $signature) { ${REFERRAL} } }`
const step = (verb: string, more = '', given = '') => `mutation ($requestId: ID!, $referralId: ID!${more}) {
  ${verb}(requestId: $requestId, referralId: $referralId${given}) { ${REFERRAL} } }`

export const SIGN = step('signReferral', ', $signature: String!', ', signature: $signature')
export const CONFIRM = step('confirmReferral')
export const REFUSE = step('refuseReferral', ', $reason: String!', ', reason: $reason')
export const REVOKE = step('revokeReferral')
export const ONE = `query ($id: ID!) { referral(id: $id) { ${REFERRAL} } }`
export const LIST = `query ($first: Int, $after: String, $state: ReferralState) {
  referrals(first: $first, after: $after, state: $state) {
    __typename ... on ReferralConnection { edges { node { id } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`

interface Signer {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** Signs a content as a referral is signed: JSON with sorted members. */
export const signed = (content: object, { kid, privateKey }: Signer): string =>
  signCompact(canonical(content), { kid, typ: 'referral+jws' }, privateKey)

/** A hospital that refers: its own key, that of its insurance office, and a doctor. */
export async function referrer(world: Pick<World, 'as'>, institution: string) {
  const ask = async (query: string, variables: object): Promise<Data> =>
    Object.values(await world.as(institution, query, { requestId: unused('refer'), ...variables }))[0]
  const newKey = async (): Promise<Signer> => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const { kty, crv, x } = publicKey.export({ format: 'jwk' })
    const kid = unused('key')
    await ask(KEY, { key: { kid, kty, crv, x } })
    return { kid, privateKey }
  }
  const doctor = `D${institution.slice(1, 7)}000777`
  const one = { code: doctor, name: '转诊医师', mayPrescribe: true, beginOn: '2020-01-01' }
  await ask(DOCTORS, { practitioners: [one] })
  const [hospital, office] = [await newKey(), await newKey()]
  const contentOf = (insuredId: string, change: object = {}) => ({
    insuredId,
    destination: '330100',
    diagnosisCode: 'C34.900',
    diagnosisName: '肺恶性肿瘤',
    reason: '本地无相应诊疗技术',
    doctor,
    issuedOn: '2026-11-22',
    ...change,
  })
  const officeContent = (content: object, { id, signature }: { id: string; signature: string }) => ({
    ...content,
    institution,
    referral: id,
    signature,
  })
  return {
    ask,
    hospital,
    office,
    contentOf,
    officeContent,
    /** Lets somebody show the hospital their card. */
    async meet(cardNumber: string): Promise<void> {
      await world.as(institution, BY_CREDENTIAL, {
        credential: { kind: 'SOCIAL_SECURITY_CARD', value: cardNumber },
      })
    },
    issue: (content: object, signature = signed({ ...content, institution }, hospital)): Promise<Data> =>
      ask(ISSUE, { input: content, signature }),
    /** Issues a referral and lets the insurance office sign it; answers its id. */
    async issueSigned(insuredId: string, change: object = {}): Promise<string> {
      const content = contentOf(insuredId, change)
      const signature = signed({ ...content, institution }, hospital)
      const { id } = await ask(ISSUE, { input: content, signature })
      await ask(SIGN, { referralId: id, signature: signed(officeContent(content, { id, signature }), office) })
      return id
    },
  }
}

export type Referrer = Awaited<ReturnType<typeof referrer>>
