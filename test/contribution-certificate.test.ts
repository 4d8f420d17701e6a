import { afterAll, beforeAll, expect, test } from 'vitest'
import { BILLS, FLEXIBLE, flexible, named, PAY, reference, say } from './contribution-asking.ts'
import { correct } from './contribution-correct-gateway.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson(flexible)
  for (const period of ['2026-10', '2026-11']) {
    const input = { ...named(person), insuranceType: '310', period, amount: FLEXIBLE, reference: reference() }
    await say(world, 'BANK01', PAY, { input })
  }
})
afterAll(() => world.close())

const ISSUE = `mutation ($requestId: ID!, $from: String!, $to: String!) {
  answer: issueContributionCertificate(requestId: $requestId, from: $from, to: $to) { __typename
    ... on ContributionCertificate { id code from to total contentHash page periods { period amount } }
    ... on Rejection { code problems { path code } } } }`
const LIST = `{ answer: contributionCertificates { ... on ContributionCertificateConnection { edges { node { code } } } } }`
const PRINT = (pdf: string) =>
  `{ answer: contributionCertificates(first: 1) { ... on ContributionCertificateConnection { edges { node { id ${pdf} } } } } }`
const VERIFY = `query ($code: String!) { answer: verifyContributionCertificate(code: $code) { __typename
  ... on ContributionCertificateProof { nameMasked from to total contentHash issuedAt correctedOn periods { period amount } }
  ... on Rejection { code problems { path code } } } }`
const months = { from: '2026-10', to: '2026-11' }
const issue = (change = {}) => say(world, person.personNumber, ISSUE, { ...months, ...change })
const verify = async (code: string) => (await world.gql(null, VERIFY, { code })).data.answer

test('a certificate says what was paid, and anybody who holds it can check it without signing in', async () => {
  const issued = await issue()
  expect(issued).toMatchObject({ ...months, total: '720.00', periods: [{ period: '2026-10' }, { period: '2026-11' }] })
  expect(issued.code).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/)
  expect(issued.page).toContain('故事人物')
  expect(issued.page).toContain(issued.code)
  const { contentHash, periods } = issued
  const proof = { ...months, nameMasked: '故***', total: '720.00', contentHash, periods, correctedOn: null }
  expect(await verify(issued.code)).toMatchObject(proof)
  expect(await verify(issued.code.toLowerCase().replaceAll('-', ' '))).toMatchObject(proof)
  expect(await say(world, person.personNumber, LIST)).toMatchObject({ edges: [{ node: { code: issued.code } }] })
})

test('comes on paper as PDF, the same each time, one in an operation', async () => {
  const { id } = await issue()
  const printed = async () => (await say(world, person.personNumber, PRINT('pdf'))).edges[0].node
  const first = await printed()
  expect(first.id).toBe(id)
  const pdf = Buffer.from(first.pdf, 'base64')
  expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-')
  expect(pdf.includes('/FontFile')).toBe(true)
  expect((await printed()).pdf).toBe(first.pdf)
  await expect(say(world, person.personNumber, PRINT('pdf again: pdf'))).rejects.toThrow('LIMIT_EXCEEDED')
})

test('a code nobody was given is of nothing, and the code stands nowhere in the database', async () => {
  const { code, id } = await issue({ requestId: 'kept' })
  expect(await issue({ requestId: 'kept' })).toMatchObject({ id, code })
  const wrong = `${code.slice(0, -1)}${code.endsWith('7') ? '8' : '7'}`
  for (const one of [wrong, '', 'x', `${code}7`]) {
    expect(await verify(one)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'code' }] })
  }
  const { rows } = await world.admin.query(`select t::text as row from insured.contribution_certificate t`)
  const kept = JSON.stringify(rows)
  for (const secret of [code, code.replaceAll('-', ''), '故事人物', person.identityNumber])
    expect(kept).not.toContain(secret)
})

test('months that are none, run backwards or hold no payment are refused', async () => {
  expect(await issue({ from: '2026', to: '11' })).toMatchObject({ problems: [{ path: 'from' }, { path: 'to' }] })
  expect(await issue({ from: '2026-11', to: '2026-10' })).toMatchObject({
    problems: [{ path: 'to', code: 'PERIOD_REVERSED' }],
  })
  expect(await issue({ from: '2020-01', to: '2020-12' })).toMatchObject({ code: 'NOTHING_PAID' })
})

test('whoever checks a certificate is told the day on which a month on it was corrected since', async () => {
  const one = await world.addPerson(flexible)
  const input = { ...named(one), insuranceType: '310', period: '2026-11', amount: FLEXIBLE, reference: reference() }
  await say(world, 'BANK01', PAY, { input })
  const { code, contentHash } = await say(world, one.personNumber, ISSUE, months)
  expect(await verify(code)).toMatchObject({ total: FLEXIBLE, correctedOn: null })
  const { edges } = await say(world, one.personNumber, BILLS)
  const before = world.time.now
  world.time.now = before.add({ hours: 48 })
  expect((await correct(world, edges[0].node.id, { nothingDue: true })).code).toBeUndefined()
  world.time.now = before
  expect(await verify(code)).toMatchObject({ total: FLEXIBLE, contentHash, correctedOn: '2026-11-24' })
  const other = await issue()
  expect(await verify(other.code)).toMatchObject({ correctedOn: null })
})
