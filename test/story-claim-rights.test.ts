import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { tellRights } from '@yibao/insured/commands/rights-record-schedule'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, kinds, POOL } from './claim-review-world.ts'
import { BILLS, PAY_EMPLOYER, reference, say } from './contribution-asking.ts'
import { declareMonth, DEMO, employ, EMPLOYER } from './employer-gateway.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// The bureau keeps what was paid in and what was paid out, sends everybody a sheet of it once the year is over, free of charge, and
// answers who asks before: persons about themselves, companies about what they pay. What was claimed by hand is in it as what was
// settled at a counter.
//
// The policy of 629900 for outpatient care of employees: 200 yuan a year are the deductible; of the rest a hospital of level 3 is
// paid 55 %. Of a base the company pays 6 % and the person 2 %.

const KINDS = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']
const RECORDS = `{ me { rightsRecords(year: 2026) { ... on RightsRecordConnection {
  edges { node { id occasion sha256 content signed } } } } } }`
const PAPER = `{ me { rightsRecords(year: 2026, first: 1) { ... on RightsRecordConnection { edges { node { pdf } } } } } }`
const ISSUE = `mutation ($requestId: ID!) { issueRightsRecord(requestId: $requestId, year: 2026) { __typename
  ... on RightsRecord { content } ... on Rejection { code } } }`
const MONTH = `{ answer: employerContributionMonth(employer: "${DEMO}", pool: "${POOL}", insuranceType: "310",
  period: "2026-11") { ... on EmployerContributionMonth { state amount } } }`

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.addPerson({ enrolments: [] })
}, 120_000)
afterAll(() => world.close())

const contentsOf = ({ me }: Data): Data[] => me.rightsRecords.edges.map(({ node }: Data) => JSON.parse(node.content))
/** What is said of the year to whom it may concern. */
const CONTRIBUTION = { period: '2026-11', base: '6000.00', own: '120.00', employer: '360.00', paid_on: '2026-11-22' }
const BENEFIT = { care: 'OUTPATIENT', count: '1', total: '1300.00', fund: '605.00', cash: '695.00' }

/** Runs the command as somebody without the platform would. */
const verified = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', 'record.ts'), ...args])

test('what the company has paid in and what was claimed and paid is told whenever somebody asks, to each what is theirs', async () => {
  expect(await employ(world, EMPLOYER, person)).toMatchObject({ __typename: 'Enrolment' })
  const lines = [{ personNumber: person.personNumber, base: '6000.00' }]
  expect(await declareMonth(world, EMPLOYER, { month: '2026-11', pool: POOL, lines })).toMatchObject({
    state: 'DECLARED',
  })
  await billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
  const input = { pool: POOL, insuranceType: '310', period: '2026-11', amount: '480.00', employer: DEMO }
  const paid = await say(world, 'BANK01', PAY_EMPLOYER, { input: { ...input, reference: reference() } })
  expect(paid).toMatchObject({ state: 'POSTED' })

  const care = careOf({ total: '1300.00', begin: '2026-11-22' })
  expect(await world.conditions(person, care)).toMatchObject({ isMet: true })
  // (1300.00 − 200.00) × 55 % = 605.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({ owed: '605.00', personal: '695.00' })
  const papers = await world.papers(person, KINDS)
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '605.00' })
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '605.00' })
  expect(kinds(await world.look(person.personNumber, claim.id)).at(-1)).toBe('PAID')

  // The person, at any time and for nothing.
  const record = await world.ask(person.personNumber, ISSUE)
  expect(JSON.parse(record.content)).toMatchObject({ contributions: [CONTRIBUTION], benefits: [BENEFIT] })
  // The company: what it has paid, for whom; of what its people were paid, nothing.
  expect(await say(world, EMPLOYER, MONTH)).toMatchObject({ state: 'PAID', amount: '480.00' })
  const { edges } = await say(world, EMPLOYER, BILLS, { period: '2026-11' })
  const own = edges.filter(({ node }: Data) => node.insured?.id === person.insuredId)
  expect(own).toMatchObject([{ node: { base: '6000.00', employerShare: '360.00', personShare: '120.00' } }])
  const token = await world.token(EMPLOYER)
  for (const hidden of ['accumulators { amount }', 'rightsRecords { __typename }', 'claims { __typename }'])
    expect(
      JSON.stringify(await world.gql(token, `{ insured(id: "${person.insuredId}") { ... on Insured { ${hidden} } } }`)),
    ).toMatch(/UNAUTHORIZED_FIELD_OR_TYPE|FORBIDDEN/)
  await world.proven()
}, 120_000)

test('once the year is over the sheet is sent without being asked for, says the same, and proves itself without the platform', async () => {
  world.on('2027-03-01')
  const { insured: db } = world.platform.databases
  while (!(await tellRights({ db, secrets: world.keys, clock: () => world.time.now })));
  expect((await world.inbox(person)).map(({ template }) => template)).toContain('rights-record.issued')
  const answer = await world.as(person.personNumber, RECORDS)
  const [sent] = answer.me.rightsRecords.edges
  expect(sent.node.occasion).toBe('SCHEDULE')
  const [told, asked] = contentsOf(answer)
  expect(told).toMatchObject({ contributions: [CONTRIBUTION], benefits: [BENEFIT] })
  expect(told.benefits).toEqual(asked.benefits)

  const folder = await mkdtemp(join(tmpdir(), 'yibao-sheet-'))
  try {
    const [signed, paper, keys] = ['record.txt', 'record.pdf', 'keys.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const { me } = await world.as(person.personNumber, PAPER)
    await writeFile(signed, sent.node.signed)
    await writeFile(paper, Buffer.from(me.rightsRecords.edges[0].node.pdf, 'base64'))
    await writeFile(keys, JSON.stringify({ keys: [receiptKeyOf(world.keys.receipt.publicKey)] }))
    expect((await verified(signed, '--pdf', paper, '--key', keys)).stdout).toContain(sent.node.sha256)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 120_000)
