import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRules } from '@yibao/cross-province/store/rules'
import { NOTICES } from '@yibao/insured/store/notices'
import { filingWorld, type FilingWorld } from './filing-world.ts'
import { newPerson, personOf } from './insured-world.ts'

// A pool that says otherwise than the nation, in its file alone: cancelled at once, a few days back, the card closed at home.

const SHIPPED = join(import.meta.dirname, '..', 'subgraphs', 'cross-province', 'rules')
const folder = mkdtempSync(join(tmpdir(), 'yibao-filing-rules-'))
const OWN = {
  'cancellation.effective': 'AT_ONCE',
  'begin.backdateDaysMax': 5,
  'homeUse.temporary': 'NOT_WHILE_FILED',
  'evidence.OTHER_TEMPORARY': ['PROMISE'],
}

let world: FilingWorld
beforeAll(async () => {
  cpSync(SHIPPED, folder, { recursive: true })
  const file = join(folder, '620200.json')
  const content = JSON.parse(readFileSync(file, 'utf8'))
  for (const [name, value] of Object.entries(OWN)) content.rules[name] = { value, source: 'jyg', article: 'x' }
  writeFileSync(file, JSON.stringify(content))
  world = await filingWorld('in this process', loadRules(folder))
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly id: string
}
const REST =
  '__typename ... on Filing { id state beginOn cancelledFrom homeUse evidence } ... on Rejection { code problems { path code } }'
const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) { ${REST} } }`
const CANCEL = `mutation ($requestId: ID!, $filingId: ID!) { cancelFiling(requestId: $requestId, filingId: $filingId) { ${REST} } }`

async function somebody() {
  const person = newPerson()
  await world.seed(person)
  const identity = personOf(person.insuredId)
  return async (query: string, variables: object): Promise<Answer> => {
    const requestId = randomUUID()
    return Object.values(await world.ask<Record<string, Answer>>(identity, query, { requestId, ...variables }))[0]!
  }
}
const OTHER = { type: 'OTHER_TEMPORARY', destination: '440300' }

test('a filing that is cancelled at once no longer holds that day, and another may begin', async () => {
  const say = await somebody()
  const { id: filingId } = await say(FILE, { input: OTHER })
  expect(await say(CANCEL, { filingId })).toMatchObject({ state: 'CANCELLED', cancelledFrom: '2026-11-22' })
  expect(await say(FILE, { input: OTHER })).toMatchObject({ state: 'EFFECTIVE' })
})

test('a filing begins as many days back as the pool allows, and not one more', async () => {
  const say = await somebody()
  expect(await say(FILE, { input: { ...OTHER, beginOn: '2026-11-16' } })).toMatchObject({
    problems: [{ path: 'beginOn', code: 'DATE_IN_PAST' }],
  })
  expect(await say(FILE, { input: { ...OTHER, beginOn: '2026-11-17' } })).toMatchObject({ beginOn: '2026-11-17' })
})

test('what the pool asks for and how the card works at home stand in the filing', async () => {
  const say = await somebody()
  expect(await say(FILE, { input: OTHER })).toMatchObject({ evidence: 'PROMISE', homeUse: 'NOT_WHILE_FILED' })
  expect(await say(FILE, { input: { ...OTHER, destination: '110000', evidence: 'NONE' } })).toMatchObject({
    problems: [{ path: 'evidence', code: 'EVIDENCE_NOT_ACCEPTED' }],
  })
})

test('every change of a filing and of a referral has a text to be told by', () => {
  const changes = ['certified', 'not-certified', 'escalated', 'refused', 'withdrawn', 'cancelled', 'replaced']
  const filings = ['filed', 'confirmed', 'changed', 'card-requested', ...changes]
  const staff = ['to-certify', 'overdue', 'card-wanted']
  const referrals = ['issued', 'signed', 'confirmed', 'refused', 'revoked']
  const codes = [...[...filings, ...staff].map((one) => `filing.${one}`), ...referrals.map((one) => `referral.${one}`)]
  expect(codes.filter((code) => NOTICES.find(code) === null)).toEqual([])
  const shipped = NOTICES.templates.filter(({ kind }) => kind === 'FILING').map(({ code }) => code)
  expect(shipped.toSorted()).toEqual(codes.toSorted())
})
