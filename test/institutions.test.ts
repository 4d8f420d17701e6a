import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIRECT } from './designation-world.ts'
import {
  auditor,
  clerk,
  HOSPITAL,
  hospital,
  institutionsWorld,
  person,
  PHARMACY,
  reader,
  type InstitutionsWorld,
} from './institutions-world.ts'

let world: InstitutionsWorld
beforeAll(async () => {
  world = await institutionsWorld()
})
afterAll(() => world.close())

interface Answer {
  __typename: string
  code: string
  problems: { path: string; code: string }[]
  id: string
  status: string
}

const REJECTION = '... on Rejection { code message { zh en } problems { path code } }'

const REGISTER = `mutation ($requestId: ID!, $input: RegisterInstitutionInput!) {
  answer: registerInstitution(requestId: $requestId, input: $input) {
    __typename ... on Institution { code kind pool } ${REJECTION} } }`
const AGREE = `mutation ($requestId: ID!, $input: AgreeInput!) {
  answer: agree(requestId: $requestId, input: $input) { __typename ... on Agreement { id pool status } ${REJECTION} } }`
const change = (verb: string) => `mutation ($requestId: ID!, $input: ChangeStatusInput!) {
  answer: ${verb}(requestId: $requestId, input: $input) { __typename ... on Agreement { id status statusSince } ${REJECTION} } }`

const clinic = {
  code: 'H62020000077',
  name: '嘉峪关新城诊所',
  level: 'LEVEL_1',
  type: 'CLINIC',
  creditCode: '91440300708461136T',
}
const GROUND = { reason: '虚构医药服务', legalGround: '医疗保障基金使用监督管理条例第三十八条' }

async function say(
  identity: Parameters<InstitutionsWorld['ask']>[0],
  query: string,
  input: object,
  requestId = randomUUID(),
) {
  const { answer } = await world.ask<{ answer: Answer }>(identity, query, { requestId, input })
  return answer
}

async function newAgreement(code: string): Promise<string> {
  await say(clerk(), REGISTER, { ...clinic, code })
  return (await say(clerk(), AGREE, { institution: code, beginOn: '2026-01-01', ...DIRECT })).id
}

test('staff register an institution of their own pool, once for each request', async () => {
  const requestId = randomUUID()
  const first = await say(clerk(), REGISTER, clinic, requestId)
  expect(first).toMatchObject({ __typename: 'Institution', code: clinic.code, kind: 'HOSPITAL', pool: '620200' })
  expect(await say(clerk(), REGISTER, clinic, requestId)).toEqual(first)
  expect(await say(clerk(), REGISTER, { ...clinic, name: '别的名字' }, requestId)).toMatchObject({
    code: 'REQUEST_REUSED',
  })
  expect(await say(clerk(), REGISTER, clinic)).toMatchObject({ __typename: 'NotAllowed', code: 'INSTITUTION_EXISTS' })
})

test('a wrong registration names every field and writes nothing', async () => {
  const answer = await say(clerk('620100'), REGISTER, { ...clinic, creditCode: '91440300708461136A', name: 'x' })
  expect(answer.problems.map(({ path }) => path)).toEqual(['input.name', 'input.creditCode', 'input.code'])
})

describe('rights', () => {
  test.each([
    ['nobody', null],
    ['a hospital', hospital()],
    ['a person', person],
    ['an auditor', auditor],
    ['staff who may only read', reader()],
  ])('%s cannot register, agree or suspend', async (_who, identity) => {
    for (const [query, input] of [
      [REGISTER, clinic],
      [AGREE, { institution: HOSPITAL, beginOn: '2030-01-01' }],
      [change('suspend'), { agreement: randomUUID(), ...GROUND }],
    ] as const) {
      await expect(say(identity, query, input)).rejects.toThrow(/UNAUTHENTICATED|FORBIDDEN/)
    }
  })

  test('nobody reads anything without signing in', async () => {
    await expect(world.ask(null, `{ institution(code: "${HOSPITAL}") { name } }`)).rejects.toThrow('UNAUTHENTICATED')
  })

  test.each([
    ['a hospital', hospital()],
    ['a person', person],
    ['an auditor', auditor],
    ['staff of another pool', reader('330200')],
  ])('%s reads facts, period and status', async (_who, identity) => {
    const query = `{ institution(code: "${HOSPITAL}") { name level agreements { pool beginOn endOn status } } }`
    expect(await world.ask(identity, query)).toEqual({
      institution: {
        name: '嘉峪关测试医院',
        level: 'LEVEL_2',
        agreements: [{ pool: '620200', beginOn: '2023-01-01', endOn: null, status: 'ACTIVE' }],
      },
    })
  })
})

describe('an agreement', () => {
  test('is suspended at once, resumed, and terminated for good, with a history of every step', async () => {
    const agreement = await newAgreement('H62020000101')
    const at = Temporal.Instant.from('2026-11-22T15:00:00.123+08:00')
    world.time.now = at
    const suspended = await say(clerk(), change('suspend'), { agreement, ...GROUND })
    expect(suspended).toMatchObject({ status: 'SUSPENDED', statusSince: at.toString() })
    expect(await designation('H62020000101')).toEqual([{ status: 'SUSPENDED', reason: GROUND.reason }])
    expect(await say(clerk(), change('suspend'), { agreement, ...GROUND })).toMatchObject({ code: 'ALREADY_SUSPENDED' })

    expect(await say(clerk(), change('resume'), { agreement, reason: '整改合格' })).toMatchObject({ status: 'ACTIVE' })
    expect(await designation('H62020000101')).toEqual([{ status: 'ACTIVE', reason: null }])
    expect(await say(clerk(), change('terminate'), { agreement, ...GROUND })).toMatchObject({ status: 'TERMINATED' })
    expect(await say(clerk(), change('resume'), { agreement, reason: '再次申请' })).toMatchObject({
      code: 'AGREEMENT_TERMINATED',
    })
    expect(await historyOf(clerk(), 'H62020000101')).toEqual(['SIGNED', 'SUSPENDED', 'RESUMED', 'TERMINATED'])
  })

  test('is changed only by the bureau of its pool; for others it is not there', async () => {
    const agreement = await newAgreement('H62020000102')
    for (const [who, id] of [
      [clerk('620100'), agreement],
      [clerk(), randomUUID()],
      [clerk(), 'x'],
    ] as const) {
      expect(await say(who, change('suspend'), { agreement: id, ...GROUND })).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('needs a reason and a ground to be suspended', async () => {
    const agreement = await newAgreement('H62020000103')
    const answer = await say(clerk(), change('suspend'), { agreement, reason: ' ' })
    expect(answer.problems.map(({ path }) => path)).toEqual(['input.reason', 'input.legalGround'])
  })

  test('never shares a day with another of the same pool and institution', async () => {
    await newAgreement('H62020000104')
    const again = { institution: 'H62020000104', beginOn: '2026-06-01', endOn: '2026-12-31', ...DIRECT }
    expect(await say(clerk(), AGREE, again)).toMatchObject({ code: 'AGREEMENT_OVERLAPS' })
    expect(await say(clerk('620100'), AGREE, again)).toMatchObject({ pool: '620100', status: 'ACTIVE' })
    expect(await say(clerk(), AGREE, { ...again, endOn: '2026-05-01' })).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await say(clerk(), AGREE, { ...again, institution: 'H62020099999' })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is signed without an application only when one in force goes on, or for a legal ground with a reason', async () => {
    const code = 'H62020000107'
    await say(clerk(), REGISTER, { ...clinic, code })
    const first = { institution: code, beginOn: '2026-01-01', endOn: '2026-12-31' }
    expect(await say(clerk(), AGREE, first)).toMatchObject({
      code: 'APPLICATION_REQUIRED',
      problems: [{ path: 'input.application' }],
    })
    expect(await say(clerk(), AGREE, { ...first, reason: '平移' })).toMatchObject({
      problems: [{ path: 'input.legalGround' }],
    })
    expect(await say(clerk(), AGREE, { ...first, legalGround: DIRECT.legalGround })).toMatchObject({
      problems: [{ path: 'input.reason' }],
    })
    const { id: agreement } = await say(clerk(), AGREE, { ...first, ...DIRECT })
    expect(await say(clerk(), AGREE, { institution: code, beginOn: '2027-01-02' })).toMatchObject({
      code: 'APPLICATION_REQUIRED',
    })
    expect(await say(clerk('620100'), AGREE, { institution: code, beginOn: '2027-01-01' })).toMatchObject({
      code: 'APPLICATION_REQUIRED',
    })
    await say(clerk(), change('suspend'), { agreement, ...GROUND })
    const next = { institution: code, beginOn: '2027-01-01', endOn: '2027-12-31' }
    expect(await say(clerk(), AGREE, next)).toMatchObject({ code: 'APPLICATION_REQUIRED' })
    await say(clerk(), change('resume'), { agreement, reason: '整改合格' })
    expect(await say(clerk(), AGREE, next)).toMatchObject({ status: 'ACTIVE' })
  })

  test('is signed once when two clerks sign it at the same time', async () => {
    await say(clerk(), REGISTER, { ...clinic, code: 'H62020000105' })
    const input = { institution: 'H62020000105', beginOn: '2026-01-01', ...DIRECT }
    const answers = await Promise.all([1, 2, 3, 4].map(() => say(clerk(), AGREE, input)))
    expect(answers.map((one) => one.__typename).toSorted()).toEqual([
      'Agreement',
      'NotAllowed',
      'NotAllowed',
      'NotAllowed',
    ])
  })

  test('shows its history to the bureau of the pool, the institution itself and auditors only', async () => {
    await newAgreement('H62020000106')
    for (const who of [clerk(), reader(), hospital('H62020000106'), auditor]) {
      expect(await historyOf(who, 'H62020000106')).toEqual(['SIGNED'])
    }
    for (const who of [clerk('620100'), hospital(), hospital(PHARMACY)]) {
      expect(await historyOf(who, 'H62020000106')).toBeNull()
    }
    await expect(historyOf(person, 'H62020000106')).rejects.toThrow('FORBIDDEN')
  })
})

/** What settlement would read. */
const designation = (code: string) =>
  world.db.hot.unsafe('select status, reason from institutions.designation_v1 where institution = $1', [code])

async function historyOf(identity: Parameters<InstitutionsWorld['ask']>[0], code: string) {
  const query = `query ($code: ID!) { institution(code: $code) { agreements { history { action } } } }`
  const { institution } = await world.ask<{
    institution: { agreements: { history: { action: string }[] | null }[] }
  }>(identity, query, { code })
  return institution.agreements[0]?.history?.map(({ action }) => action) ?? null
}

test('institutions come in pages in order of code, by pool, kind and name', async () => {
  const query = `query ($first: Int, $after: String, $pool: String, $kind: InstitutionKind, $name: String) {
    institutions(first: $first, after: $after, pool: $pool, kind: $kind, name: $name) {
      ... on InstitutionConnection { edges { node { code } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
  interface Page {
    institutions: {
      edges: { node: { code: string } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string }
      problems: { path: string }[]
    }
  }
  const seen: string[] = []
  let after: string | null = null
  do {
    const { institutions }: Page = await world.ask<Page>(person, query, { first: 3, after })
    seen.push(...institutions.edges.map(({ node }) => node.code))
    after = institutions.pageInfo.hasNextPage ? institutions.pageInfo.endCursor : null
  } while (after !== null)
  expect(seen).toEqual([...new Set(seen)].toSorted())
  expect(seen).toContain(PHARMACY)

  const pharmacies = await world.ask<Page>(person, query, { kind: 'PHARMACY', pool: '620100' })
  expect(pharmacies.institutions.edges).toEqual([{ node: { code: PHARMACY } }])
  const named = await world.ask<Page>(person, query, { name: '测试药房' })
  expect(named.institutions.edges).toEqual([{ node: { code: PHARMACY } }])
  const wrong = await world.ask<Page>(person, query, { first: 101, after: 'x', pool: '62' })
  expect(wrong.institutions.problems.map(({ path }) => path)).toEqual(['first', 'after', 'pool'])
})

test('an institution that does not exist is null', async () => {
  expect(await world.ask(auditor, '{ institution(code: "H99") { name } }')).toEqual({ institution: null })
})

test('another subgraph refers to an institution by its code', async () => {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Institution { name } } }`
  const of = [HOSPITAL, 'H62020000000'].map((code) => ({ __typename: 'Institution', code }))
  expect(await world.ask(auditor, query, { of })).toEqual({ _entities: [{ name: '嘉峪关测试医院' }, null] })
})

describe('the database itself', () => {
  test('lets nobody change or remove an entry of the history', async () => {
    await expect(world.db.hot.unsafe('delete from institutions.agreement_event')).rejects.toThrow('permission denied')
    await expect(world.db.hot.unsafe(`update institutions.agreement_event set reason = 'x'`)).rejects.toThrow(
      'permission denied',
    )
    await expect(world.db.hot.unsafe(`update institutions.agreement set begin_on = '2020-01-01'`)).rejects.toThrow(
      'permission denied',
    )
  })

  test('shows no institution to a reader who did not sign in', async () => {
    const { agreementEvent, institution } = await import('@yibao/drizzle/institutions')
    expect(await world.db.readAs(null, (tx) => tx.select().from(institution))).toEqual([])
    const others = await world.db.readAs(hospital(PHARMACY), (tx) => tx.select().from(agreementEvent))
    expect(new Set(others.map((one) => one.institution))).toEqual(new Set([PHARMACY]))
  })
})
