import { randomBytes } from 'node:crypto'
import { TOKEN_COMMAND } from '@yibao/gateway/issuer/demo-directory'
import { personToken } from '@yibao/gateway/issuer/token-client'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { findDemoAccount } from '@yibao/schema/demo-keys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPersons } from '../demo/persons.ts'
import { tellBankAccount } from './clearing-gateway.ts'
import { dump, found } from './dump-secrets.ts'
import { tellPrescriptions } from './prescription-gateway.ts'
import { DECODE } from './voucher-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openProcesses, RECENTLY, type Processes } from './world-processes.ts'
import {
  BIND,
  BY_CREDENTIAL,
  END_REGISTRATION,
  ENROL,
  ME,
  OUTCOME,
  REGISTER,
  REGISTER_DISEASE,
  SETTLEMENTS,
  TRIAL,
  VOUCHER,
} from './world-queries.ts'
import { demoPerson, send } from './world.ts'

// The platform runs in a process of its own, as talkative as it can be; everything that must not be kept is used up
// and down, rightly and wrongly, and then looked for in every table and in everything the process said.

const HOSPITAL = 'H62990000001'
const CLERK = 'clerk-629900'
const PERSON = demoPerson('629900', 'retired')
const OTHER = demoPerson('629900', 'active')
const BIRTH = Temporal.PlainDate.from('1977-03-05')
/** Registered by the clerk, and one that never is. */
const [REGISTERED, STRANGER] = [artificialIdentity('629900', BIRTH, 402), artificialIdentity('629900', BIRTH, 404)]
const CARD = 'ZK629900777'
/** The check character of somebody who exists is never this one. */
const wrong = (identity: string) => `${identity.slice(0, 17)}${identity.endsWith('3') ? '4' : '3'}`

let platform: Processes
const secrets = new Map<string, string>()
beforeAll(async () => {
  platform = await openProcesses(1, 'debug')
  for (const [i, { identityNumber, cardNumber }] of demoPersons().entries()) {
    secrets.set(`identity number of demo person ${i}`, identityNumber)
    secrets.set(`card number of demo person ${i}`, cardNumber)
  }
  secrets.set('identity number of whom the clerk registered', REGISTERED)
  secrets.set('identity number of a stranger', STRANGER)
  secrets.set('identity number with a wrong check character', wrong(PERSON.identityNumber))
  secrets.set('card number of whom the clerk registered', CARD)
  await tellStories()
}, 120_000)
afterAll(() => platform.close())

const as = (name: string, query: string, variables = {}) => platform.as(0, name, query, variables)
const address = () => platform.children[0]?.address ?? ''
const outputOf = () => platform.children[0]?.output() ?? ''
const raw = async (body: string, headers = {}) => {
  const response = await fetch(`${address()}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await platform.token(0, HOSPITAL)}`,
      ...headers,
    },
    body,
  })
  return response.text()
}

async function tellStories(): Promise<void> {
  for (const name of [HOSPITAL, CLERK, 'auditor', PERSON.personNumber]) {
    secrets.set(`access token of ${name}`, await platform.token(0, name))
  }
  await bureau()
  await counter()
  await family()
  secrets.set('bank account number', await tellBankAccount({ as }, HOSPITAL))
  await ownWords()
  await refusals()
  await brokenDocuments()
  await outage()
  await signIns()
}

async function bureau(): Promise<void> {
  const person = { name: '宋某', sex: 'FEMALE', birthDate: BIRTH.toString(), cardNumber: CARD }
  const register = (requestId: string, identityNumber: string) =>
    as(CLERK, REGISTER, { requestId, input: { ...person, identityNumber } })
  expect(await register('r1', REGISTERED)).toMatchObject({ registerPerson: { __typename: 'Insured' } })
  expect(await register('r2', REGISTERED)).toMatchObject({ registerPerson: { code: 'ALREADY_REGISTERED' } })
  expect(await register('r3', wrong(REGISTERED))).toMatchObject({ registerPerson: { __typename: 'InvalidInput' } })
  expect(await register('r1', STRANGER)).toMatchObject({ registerPerson: { __typename: 'RequestReused' } })
  const enrolment = { pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2024-01-01' }
  const enrol = (requestId: string, identityNumber: string, name: string) =>
    as(CLERK, ENROL, { requestId, input: { ...enrolment, identityNumber, name } })
  expect(await enrol('e1', REGISTERED, '宋某')).toMatchObject({ enrol: { __typename: 'Enrolment' } })
  expect(await enrol('e2', STRANGER, '宋某')).toMatchObject({ enrol: { __typename: 'NotFound' } })
  const purpose = `{ insured(id: "${PERSON.insuredId}") { ... on Insured { identityNumber(purpose: CASEWORK) } } }`
  expect(await as(CLERK, purpose)).toEqual({ insured: { identityNumber: PERSON.identityNumber } })
}

async function counter(): Promise<void> {
  const { issueVoucher } = await as(PERSON.personNumber, VOUCHER, { requestId: 'v1' })
  secrets.set('e-voucher', issueVoucher.code)
  const decode = { requestId: 'v2', code: issueVoucher.code, purpose: 'REGISTRATION' }
  const { decodeVoucher } = await as(HOSPITAL, DECODE, decode)
  secrets.set('visit token', decodeVoucher.token)
  expect(await as(HOSPITAL, DECODE, { ...decode, requestId: 'v3' })).toMatchObject({
    decodeVoucher: { code: 'CODE_USED' },
  })
  const shown = [
    ['E_VOUCHER', decodeVoucher.token],
    ['IDENTITY_CARD', REGISTERED],
    ['IDENTITY_CARD', PERSON.identityNumber],
    ['SOCIAL_SECURITY_CARD', CARD],
  ]
  for (const [i, [kind, value]] of shown.entries()) {
    const credential = { kind, value }
    const input = bill({ credential, begin: RECENTLY })
    expect(await as(HOSPITAL, BY_CREDENTIAL, { credential })).toMatchObject({
      insuredByCredential: { __typename: 'Insured' },
    })
    expect(await as(HOSPITAL, TRIAL, { input })).toMatchObject({ trial: { __typename: 'Trial' } })
    const answer = await as(HOSPITAL, SETTLE, { requestId: `s${i}`, input })
    expect(answer).toMatchObject({ settle: { __typename: 'Settlement' } })
  }
  await tellPrescriptions({ as }, { hospital: HOSPITAL, patient: PERSON, other: 'H62010000001', begin: RECENTLY })
  await as(HOSPITAL, SETTLEMENTS)
  await as('auditor', SETTLEMENTS)
  await as(PERSON.personNumber, ME)
}

const bind = (requestId: string, identityNumber: string, name: string) =>
  as(PERSON.personNumber, BIND, { requestId, input: { identityNumber, name, relation: 'SIBLING' } })

/** A person names relatives, rightly and wrongly. */
async function family(): Promise<void> {
  expect(await bind('b1', OTHER.identityNumber, OTHER.name)).toMatchObject({
    bindMutualAid: { __typename: 'MutualAid' },
  })
  expect(await bind('b2', STRANGER, '宋某')).toMatchObject({ bindMutualAid: { __typename: 'NotFound' } })
  expect(await bind('b3', OTHER.identityNumber, '宋某')).toMatchObject({ bindMutualAid: { __typename: 'NotFound' } })
  expect(await bind('b4', wrong(REGISTERED), '宋某')).toMatchObject({ bindMutualAid: { __typename: 'InvalidInput' } })
}

/** Identity numbers in texts that are kept as they were written. */
async function ownWords(): Promise<void> {
  const day = RECENTLY.slice(0, 10)
  const input = {
    insuredId: PERSON.insuredId,
    insuranceType: '310',
    disease: 'M00600',
    name: '冠心病',
    kind: 'CHRONIC',
    certifiedBy: HOSPITAL,
    certifiedOn: day,
    doctorCode: 'D629900000101',
    doctorName: '示范医师',
    beginOn: day,
  }
  const register = (requestId: string, change: object) =>
    as(CLERK, REGISTER_DISEASE, { requestId, input: { ...input, ...change } })
  for (const [i, change] of [
    { name: `冠心病 ${PERSON.identityNumber}` },
    { doctorCode: PERSON.identityNumber },
    { doctorName: wrong(PERSON.identityNumber) },
  ].entries()) {
    expect(await register(`d${i}`, change)).toMatchObject({ registerDisease: { __typename: 'InvalidInput' } })
  }
  const { registerDisease: done } = await register('d', {})
  expect(done.__typename).toBe('DiseaseRegistration')
  const end = { requestId: 'dw', registrationId: done.id, reason: `证件${PERSON.identityNumber}有误` }
  expect(await as(CLERK, END_REGISTRATION, end)).toMatchObject({ endRegistration: { __typename: 'InvalidInput' } })
}

async function refusals(): Promise<void> {
  const broken = [
    { credential: { kind: 'IDENTITY_CARD', value: wrong(PERSON.identityNumber) } },
    { credential: { kind: 'IDENTITY_CARD', value: STRANGER } },
    { credential: { kind: 'SOCIAL_SECURITY_CARD', value: `${OTHER.cardNumber}9` } },
    { credential: { kind: 'E_VOUCHER', value: randomBytes(30).toString('base64url') } },
    { card: OTHER.cardNumber, total: '1.00' },
    { card: OTHER.cardNumber, begin: '2090-01-01T08:00:00+08:00' },
  ]
  for (const [i, change] of broken.entries()) {
    if (change.credential !== undefined) secrets.set(`wrong credential ${i}`, change.credential.value)
    const input = bill({ begin: RECENTLY, ...change })
    const { settle } = await as(HOSPITAL, SETTLE, { requestId: `bad-${i}`, input })
    expect(['InvalidInput', 'NotAllowed']).toContain(settle.__typename)
    expect(await as(HOSPITAL, OUTCOME, { requestId: `bad-${i}` })).toMatchObject({ outcome: { state: 'REFUSED' } })
    if (change.credential !== undefined) await as(HOSPITAL, BY_CREDENTIAL, { credential: change.credential })
  }
}

/** Identity numbers and tokens at places where no program should put them. */
async function brokenDocuments(): Promise<void> {
  const identity = OTHER.identityNumber
  const literal = `insuredByCredential(credential: {kind: IDENTITY_CARD, value: "${identity}"})`
  const bodies = [
    `{"query": "{ me { id } }", "variables": {"x": "${identity}"`,
    JSON.stringify({ query: `{ ${literal} { __typename } }` }),
    JSON.stringify({ query: `{ ${literal} { ... on Insured { unknown } } }` }),
    JSON.stringify({ query: `{ insured(id: ${identity}) { __typename } }` }),
    JSON.stringify({ query: `{ insured(id: "${identity}") { __typename } }` }),
    JSON.stringify({ query: `{ me { id } `, operationName: identity }),
    JSON.stringify({ query: '{ me { id } }', operationName: identity }),
    JSON.stringify({ query: BY_CREDENTIAL, variables: { credential: { kind: identity, value: identity } } }),
    JSON.stringify({ query: BY_CREDENTIAL, variables: { credential: { kind: 'IDENTITY_CARD', value: [identity] } } }),
    JSON.stringify({ query: BY_CREDENTIAL, variables: { credential: identity } }),
    JSON.stringify({ query: SETTLE, variables: { requestId: 'x', input: { credential: identity } } }),
  ]
  for (const body of bodies) expect(found(await raw(body), secrets)).toEqual([])
  await raw('{ me { id } }', { 'content-type': identity, traceparent: identity, 'x-request-id': identity })
  await fetch(`${address()}/graphql?query=${identity}`)
  await fetch(`${address()}/${identity}`)
}

/** Connections break while people are at work, so that failed statements come into the log. */
async function outage(): Promise<void> {
  const person = { name: '何某', sex: 'FEMALE', birthDate: BIRTH.toString(), cardNumber: `${CARD}8` }
  for (let i = 0; !outputOf().includes('masked error') && i < 50; i += 1) {
    const atWork = Promise.allSettled([
      as(CLERK, REGISTER, { requestId: `o${i}`, input: { ...person, identityNumber: STRANGER } }),
      as(HOSPITAL, BY_CREDENTIAL, { credential: { kind: 'IDENTITY_CARD', value: REGISTERED } }),
      as(HOSPITAL, SETTLE, { requestId: `os${i}`, input: bill({ card: CARD, begin: RECENTLY }) }),
      as(PERSON.personNumber, VOUCHER, { requestId: `ov${i}` }),
    ])
    await platform.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'yibao%'`,
    )
    await atWork
  }
}

async function signIns(): Promise<void> {
  const attempts = [
    { login: PERSON.personNumber, password: 'the wrong password' },
    { login: PERSON.identityNumber, password: 'also wrong' },
    { login: 'typed into the wrong field', password: OTHER.identityNumber },
  ]
  for (const { login, password } of attempts) {
    secrets.set(`password ${password}`, password)
    const client = { clientId: TOKEN_COMMAND.id, scope: 'insured:read' }
    await expect(personToken(`${address()}/oidc`, { ...client, login, password })).rejects.toThrow(/wrong/)
  }
  secrets.set('login that is a password', attempts[2]?.login ?? '')
  const account = await findDemoAccount(platform.dataDir, PERSON.personNumber)
  secrets.set('password of a demo person', account?.password ?? '')

  const token = await platform.token(0, HOSPITAL)
  const bad = [
    `${token.slice(0, -9)}AAAAAAAAA`,
    `${token}.${token}`,
    PERSON.identityNumber,
    token.split('.').toReversed().join('.'),
  ]
  for (const [i, one] of bad.entries()) {
    secrets.set(`bad token ${i}`, one)
    expect(await send(address(), one, ME)).toMatchObject({ status: 401 })
  }
  await fetch(`${address()}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: HOSPITAL, client_assertion: token }),
  })
  await fetch(`${address()}/oidc/auth?client_id=${OTHER.identityNumber}&login_hint=${OTHER.identityNumber}`)
}

test('what is looked for would be found, in whatever form', () => {
  const one = new Map([['it', REGISTERED]])
  const left = [
    REGISTERED,
    Buffer.from(REGISTERED).toString('hex'),
    Buffer.from(`{"id":"${REGISTERED}"}`).toString('base64'),
  ]
  for (const form of left) expect(found(`x${form}x`, one)).toEqual(['it'])
  expect(found(STRANGER, one)).toEqual([])
})

test('a dump of the database holds no identity number, card number, e-voucher, password or token', async () => {
  const text = await dump(platform.admin)
  // The dump is whole: it holds what may be there.
  for (const expected of [PERSON.personNumber, 'bad-0', 's0', 'registerPerson', 'settlement.ledger_entry']) {
    expect(text).toContain(expected)
  }
  expect(found(text, secrets)).toEqual([])
})

test('the log of the process, at its most talkative, holds none of them either', async () => {
  const output = outputOf()
  for (const expected of ['sign-in', 'masked error']) expect(output).toContain(expected)
  expect(found(output, secrets)).toEqual([])
})
