import type { Identity } from '@yibao/schema/identity'
import { CompactSign, exportJWK, generateKeyPair, type CryptoKey } from 'jose'
import {
  billOf,
  HOSPITAL,
  hospital,
  lineOf,
  PHARMACY,
  settle,
  settleWorld,
  type Settlements,
  type WorldPerson,
} from './settle-world.ts'

export const pharmacy = (code = PHARMACY): Identity => hospital(code)

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
const PRESCRIPTION = `... on Prescription {
  id number ownNumber personName state use validUntil institutionCode
  items { number code name quantity left } reviews { institutionCode result } revocation { reason doctor { code } }
  dispensings { line item quantity institutionCode settlement { id } } signature { valid key { kid retiredAt } }
}`

/** What the operations on prescriptions answer, done or refused. */
export interface Prescribed {
  readonly __typename: string
  readonly id: string
  readonly number: string
  readonly state: string
  readonly use: string
  readonly items: readonly { readonly code: string; readonly name: string; readonly left: string }[]
  readonly reviews: readonly { readonly institutionCode: string; readonly result: string }[]
  readonly dispensings: readonly { readonly quantity: string; readonly institutionCode: string }[]
  readonly signature: { readonly valid: boolean; readonly key: { readonly retiredAt: string | null } | null }
  readonly code: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}

const operation = (name: string, input: string) => `mutation ($requestId: ID!, $input: ${input}!) {
  ${name}(requestId: $requestId, input: $input) { __typename ${PRESCRIPTION} ${REJECTION} }
}`
const ISSUE = operation('issuePrescription', 'IssuePrescriptionInput')
const REVOKE = operation('revokePrescription', 'RevokePrescriptionInput')
const REVIEW = operation('reviewPrescription', 'ReviewPrescriptionInput')
const SHOW = `query ($number: ID!, $credential: CredentialInput) {
  prescription(number: $number, credential: $credential) { __typename ${PRESCRIPTION} ${REJECTION} }
}`
const REGISTER_KEY = `mutation ($requestId: ID!, $key: PublicKeyInput!) {
  registerSigningKey(requestId: $requestId, key: $key) { __typename ... on SigningKey { kid } ${REJECTION} }
}`

export interface Signer {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly key: Record<string, string>
}

/** A new signing key, not registered yet. */
export async function newSigner(kid: string, alg: 'EdDSA' | 'ES256' = 'EdDSA'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const { kty = '', crv = '', x = '', y } = await exportJWK(publicKey)
  return { kid, alg, privateKey, key: { kid, kty, crv, x, ...(y !== undefined && { y }) } }
}

/** The compact JWS of any content. */
export const signed = ({ kid, alg, privateKey }: Signer, content: unknown): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(content))).setProtectedHeader({ alg, kid }).sign(privateKey)

/** The compact JWS of any text under any header, by an Ed25519 key. */
export async function signedText(
  { kid, privateKey }: Signer,
  text: string,
  header = JSON.stringify({ alg: 'EdDSA', kid }),
) {
  const input = [header, text].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const signature = await crypto.subtle.sign('Ed25519', privateKey, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

let sequence = 0

/** A prescription of ten packages of one drug, prescribed by now, changed as the test needs it. */
export function prescriptionOf(change: object = {}) {
  sequence += 1
  return {
    ownNumber: `RX${sequence}`,
    doctor: { code: 'D620900000001', name: '甲医师' },
    diagnoses: [{ code: 'I10.x00', name: '高血压' }],
    items: [itemOf()],
    prescribedAt: '2026-11-22T08:00:00+08:00',
    ...change,
  }
}

export const itemOf = (change: object = {}) => ({
  code: 'XA01',
  specification: '10mg×7片',
  quantity: '10',
  unit: '盒',
  dosage: '口服 一次一片 一日一次',
  days: 70,
  ...change,
})

export const credentialOf = (person: WorldPerson) => ({ kind: 'IDENTITY_CARD', value: person.identityNumber })

/** Whose prescription it is: the number is what the hospital signs. */
export interface Patient extends WorldPerson {
  readonly personNumber: string
}

type World = Pick<Settlements, 'ask'>

export async function registerKey(world: World, signer: Signer, identity: Identity = hospital()) {
  const variables = { requestId: `key ${signer.kid}`.replace(' ', '-'), key: signer.key }
  const { registerSigningKey } = await world.ask<{ registerSigningKey: Prescribed }>(identity, REGISTER_KEY, variables)
  return registerSigningKey
}

interface Issuing {
  readonly patient: Patient
  readonly signer: Signer
  readonly input?: object
  /** What the signature is made over, when not what is sent. */
  readonly content?: object
  readonly signature?: string | null
  readonly requestId?: string
  readonly identity?: Identity
}

/** Issues a prescription, signed over what is sent unless said otherwise. */
export async function issue(world: World, issuing: Issuing): Promise<Prescribed> {
  const { patient, signer, input = prescriptionOf(), identity = hospital() } = issuing
  const institution = identity.kind === 'institution' ? identity.institution : HOSPITAL
  const content = { ...input, institution, personNumber: patient.personNumber, ...issuing.content }
  const signature = issuing.signature === undefined ? await signed(signer, content) : issuing.signature
  sequence += 1
  const { issuePrescription } = await world.ask<{ issuePrescription: Prescribed }>(identity, ISSUE, {
    requestId: issuing.requestId ?? `issue-${sequence}`,
    input: { ...input, credential: credentialOf(patient), signature },
  })
  return issuePrescription
}

export async function review(
  world: World,
  number: string,
  patient: WorldPerson,
  { identity = pharmacy(), ...change }: { identity?: Identity; [field: string]: unknown } = {},
): Promise<Prescribed> {
  sequence += 1
  const pharmacist = { code: 'HY620900000001', name: '乙药师' }
  const { reviewPrescription } = await world.ask<{ reviewPrescription: Prescribed }>(identity, REVIEW, {
    requestId: `review-${sequence}`,
    input: { number, credential: credentialOf(patient), pharmacist, result: 'APPROVED', ...change },
  })
  return reviewPrescription
}

export async function revoke(world: World, number: string, identity: Identity = hospital()): Promise<Prescribed> {
  sequence += 1
  const { revokePrescription } = await world.ask<{ revokePrescription: Prescribed }>(identity, REVOKE, {
    requestId: `revoke-${sequence}`,
    input: { number, doctor: { code: 'D620900000001', name: '甲医师' }, reason: '用药变更' },
  })
  return revokePrescription
}

export async function show(
  world: World,
  number: string,
  identity: Identity,
  patient?: WorldPerson,
): Promise<Prescribed> {
  const variables = { number, ...(patient !== undefined && { credential: credentialOf(patient) }) }
  const { prescription } = await world.ask<{ prescription: Prescribed }>(identity, SHOW, variables)
  return prescription
}

/** What a pharmacy changes of a bill: so many packages at 20 yuan dispensed of the prescription. */
export function dispensingBill(number: string | null, quantity = 4, change: object = {}) {
  const amount = `${20 * quantity}.00`
  const line = lineOf({ quantity: String(quantity), amount, ePrescription: number, ...change })
  return { careType: '41', total: amount, lines: [line] }
}

/** A world in which a hospital has a signing key, with somebody who is prescribed something. */
export async function prescriptionWorld() {
  const world = await settleWorld()
  const signer = await newSigner('hospital-2026')
  await registerKey(world, signer)

  /** Somebody insured in a pool, with 5,000 yuan in the account. */
  async function newPatient(pool = '620900'): Promise<Patient> {
    sequence += 1
    const personNumber = `RX620900${sequence}`
    const enrolments = [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }]
    return { ...(await world.addPerson(5000, { personNumber, enrolments })), personNumber }
  }
  const patient = await newPatient()

  return {
    ...world,
    signer,
    patient,
    newPatient,
    /** The number of a prescription that a pharmacist of the pharmacy approved. */
    async issued(whose: Patient = patient, input: object = prescriptionOf()): Promise<string> {
      const { number } = await issue(world, { patient: whose, signer, input })
      await review(world, number, whose)
      return number
    },
    /** Settles a pharmacy's bill that dispenses so many packages to the patient. */
    dispense(number: string | null, quantity = 4, { at = pharmacy(), requestId = '', ...change }: Dispensing = {}) {
      sequence += 1
      const bill = billOf(patient, dispensingBill(number, quantity, change))
      return settle(world, requestId === '' ? `dispense-${sequence}` : requestId, bill, at)
    },
    /** Takes a settlement back by the request it was settled under. */
    annul: (target: string, identity = pharmacy()) =>
      world.ask(identity, `mutation { annul(requestId: "annul-${target}", target: "${target}") { __typename } }`),
    left: async (number: string) => (await show(world, number, hospital())).items.map((one) => one.left),
  }
}

interface Dispensing {
  readonly at?: Identity
  readonly requestId?: string
  /** What else is changed of the line. */
  readonly [field: string]: unknown
}

export type PrescriptionWorld = Awaited<ReturnType<typeof prescriptionWorld>>

/** A refusal with one problem. */
export const refused = (code: string, path: string) => ({ code, problems: [{ path, code }] })
