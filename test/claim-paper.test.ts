import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECK, claimPaymentWorld, clerk, ISSUE, PAPERS, type ClaimPaymentWorld } from './claim-payment-world.ts'
import { auditor, hospital, personOf, type WorldPerson } from './settle-world.ts'
import { claimLine } from './claim-world.ts'
import type { Data } from './world.ts'

// A decision on paper: its reasons and amounts, for the person, and for whoever holds it.

let world: ClaimPaymentWorld
let person: WorldPerson
let claim: string
let decision: string
beforeAll(async () => {
  world = await claimPaymentWorld()
  person = await world.addPerson()
  claim = await world.owed(person, {
    content: {
      total: '300.00',
      lines: [claimLine(), claimLine({ serial: '2', name: '另一药', amount: '100.00', quantity: '5' })],
    },
    reviews: [{ serial: '2', outcome: 'DENIED', amount: 0, reason: '无医嘱' }],
  })
  decision = await world.decision(claim)
})
afterAll(() => world.close())

const issue = (of = claim, who = personOf(person.insuredId)): Promise<Data> => world.as(who, ISSUE, { claim: of })
const digest = (paper: Data) => createHash('sha256').update(String(paper['pdf'])).digest('hex')
const check = (code: string): Promise<Data> => world.as(null, CHECK, { code })

test('a decision on paper says what was decided, by line with its reason, and what the funds pay', async () => {
  const paper = await issue()
  expect(paper).toMatchObject({
    decision,
    outcome: 'PARTIAL',
    words: { zh: '第二行无医嘱' },
    total: '300.00',
    owed: '70.00',
    lines: [
      { serial: '1', amount: '200.00', outcome: 'APPROVED', limit: null, reason: null },
      { serial: '2', amount: '100.00', outcome: 'DENIED', limit: '0.00', reason: '无医嘱' },
    ],
  })
  expect(paper['appealUntil'] > paper['decidedAt'].slice(0, 10)).toBe(true)
  const bytes = Buffer.from(paper['pdf'], 'base64')
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(bytes.length).toBeGreaterThan(2000)
})

test('the same decision is the same paper to the byte, whoever asks and however often', async () => {
  world.time.now = world.time.now.add({ hours: 1 })
  const papers = await Promise.all([issue(), issue(), issue(claim, clerk())])
  expect(new Set(papers.map((one) => one['code'])).size).toBe(1)
  expect(new Set(papers.map(digest)).size).toBe(1)
  expect(new Set(papers.map((one) => one['issuedAt'])).size).toBe(1)
  const shown = await world.as(personOf(person.insuredId), PAPERS, { id: claim })
  expect(shown).toEqual({ decisionPapers: [{ decision, code: papers[0]?.['code'], outcome: 'PARTIAL' }] })
})

test('whoever holds the paper checks it by its code, without signing in, and learns no more than the paper says', async () => {
  const { code, contentHash } = await issue()
  const typed = code.toLowerCase().replaceAll('-', ' ')
  for (const one of [code, typed])
    expect(await check(one)).toEqual({
      claim: (await world.claim(claim))['number'],
      nameMasked: '甲**',
      pool: '620900',
      outcome: 'PARTIAL',
      total: '300.00',
      owed: '70.00',
      decidedAt: expect.any(String),
      contentHash,
      stands: true,
    })
  const other = (code.startsWith('A') ? 'B' : 'A') + code.slice(1)
  for (const wrong of [other, '', 'x', code.slice(0, -1)]) expect(await check(wrong)).toEqual({ code: 'NOT_FOUND' })
})

test('a paper about a decision that an appeal has taken back says so, and the new decision has a paper of its own', async () => {
  const { code } = await issue()
  await world.admin.query(
    `insert into settlement.claim_appeal (id, insured_id, claim_id, decision_id, words, state, opened_by, opened_at, answer, decided_by,
       decided_at)
     select gen_random_uuid(), insured_id, id, $2, 'x', 'UPHELD', 'x', now(), 'x', 'x', now() from settlement.claim where id = $1`,
    [claim, decision],
  )
  expect(await check(code)).toMatchObject({ stands: false, owed: '70.00' })
  await world.settleAnew(claim)
  const anew = await world.decision(claim, 'APPROVE')
  const paper = await issue()
  // Of 300 yuan in scope, 100 are the deductible.
  expect(paper).toMatchObject({ decision: anew, outcome: 'APPROVE', owed: '140.00' })
  expect(await check(paper['code'])).toMatchObject({ stands: true, owed: '140.00' })
  expect(await check(code)).toMatchObject({ stands: false, owed: '70.00' })
})

test('a rejection names its ground, and nothing is paid by it', async () => {
  const other = await world.addPerson()
  const of = await world.owed(other, {})
  await world.settleAnew(of)
  await world.admin.query(`update settlement.claim set state = 'REJECTED', settlement_id = null where id = $1`, [of])
  await world.decision(of, 'REJECT', '《社会保险法》第三十条')
  expect(await issue(of, personOf(other.insuredId))).toMatchObject({
    outcome: 'REJECT',
    ground: '《社会保险法》第三十条',
    owed: '0.00',
  })
})

test('what is not decided has no paper, and the claim of another person does not exist', async () => {
  const other = await world.addPerson()
  const of = await world.owed(other)
  expect(await issue(of, personOf(other.insuredId))).toMatchObject({ code: 'NOT_DECIDED' })
  for (const who of [personOf(person.insuredId), clerk('clerk', '620100')])
    expect(await issue(of, who)).toMatchObject({ code: 'NOT_FOUND' })
  for (const who of [hospital(), auditor])
    await expect(world.ask(who, ISSUE, { requestId: randomUUID(), claim: of })).rejects.toThrow('FORBIDDEN')
})

test('one paper is printed in an operation', async () => {
  const twice = `query ($id: ID!) { claim(id: $id) { ... on Claim { decisionPapers { pdf } again: decisionPapers { pdf } } } }`
  await expect(world.ask(personOf(person.insuredId), twice, { id: claim })).rejects.toThrow('LIMIT_EXCEEDED')
})
