import { randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fresh } from './claim-asking.ts'
import { claimBankWorld, type ClaimBankWorld } from './claim-bank-world.ts'
import { BATCH } from './claim-payment-world.ts'
import { CLERK, codes, PAYER, SECOND } from './claim-review-world.ts'
import { merge } from './merge-gateway.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Two records turn out to be one person's: what was claimed and settled under both is compared, and what is the same care is paid
// by nobody's naming it.

let world: ClaimBankWorld
beforeAll(async () => {
  world = await claimBankWorld()
}, 120_000)
afterAll(() => world.close())
afterEach(() => world.proven())

/** A claim of 1200 yuan of somebody that can be paid. */
async function payable(person: WorldPerson, change: object, papers?: readonly object[]): Promise<Data> {
  const accepted = await world.accepted(person, { change, ...(papers && { papers }) })
  const claim = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(claim).toMatchObject({ state: 'APPROVED' })
  await world.enter(person, claim)
  return claim
}
async function merged(from: WorldPerson, into: WorldPerson): Promise<void> {
  const done = await merge(world, CLERK, { from: from.insuredId, into: into.insuredId })
  expect(done).toMatchObject({ __typename: 'Insured' })
  const db = world.platform.databases.settlement
  await mergePersons({ db, clock: () => world.time.now, newId: createStamp(randomUUIDv7) })
}
const besideOf = async ({ id }: Data): Promise<string[]> =>
  (await world.look(CLERK, id)).history
    .filter(({ kind }: Data) => kind === 'SETTLED_BESIDE')
    .map(({ words }: Data) => words.zh)
/** Ids of the claims a batch pays that names none. */
async function paidUnnamed(): Promise<string[]> {
  const batch = await world.ask(PAYER, BATCH, { input: {} })
  return (batch.payments?.edges ?? []).map(({ node }: Data) => node.claim.id)
}
const reconsider = (claim: Data): Promise<Data> =>
  world.steps(SECOND, 'reconsiderClaim', claim, { words: '两份申请为同一次就诊' })

test('of two settled claims that look alike the later one is told once, left out of batches that name none, and paid once named', async () => {
  const [from, into, third] = [await world.addPatient(), await world.addPatient(), await world.addPatient()]
  const [first, second] = [await payable(from, {}), await payable(into, {})]
  for (const one of [from, third]) {
    await merged(one, into)
    expect([await besideOf(first), await besideOf(second)]).toEqual([[], [expect.stringContaining(first['number'])]])
  }
  expect((await world.told(CLERK, second)).filter((one) => one === 'claim.claimed-beside')).toHaveLength(1)
  const paid = await paidUnnamed()
  expect([paid.includes(first['id']), paid.includes(second['id'])]).toEqual([true, false])
  expect(await world.batch(second)).toMatchObject({ rows: 1, amount: second['owed'] })
})

const STAY = { careType: '21', begin: '2026-11-18' }
/** A stay that was claimed, with its papers. */
async function stay(person: WorldPerson): Promise<Data> {
  const kinds = ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS', 'DISCHARGE_RECORD', 'MEDICAL_RECORD']
  const papers: object[] = []
  for (const kind of kinds) papers.push({ kind, document: await world.paper(person) })
  return payable(person, STAY, papers)
}

test('a stay that was claimed under both is not paid by naming the later claim', async () => {
  const [from, into] = [await world.addPatient(), await world.addPatient()]
  const [first, second] = [await stay(from), await stay(into)]
  await merged(from, into)
  const refused = await world.batch(second)
  expect(codes(refused)).toBe('RECONSIDER_FIRST; input.claims RECONSIDER_FIRST')
  for (const language of ['zh', 'en']) expect(refused.message[language]).toContain(second['number'])
  expect(await paidUnnamed()).not.toContain(second['id'])
  expect(await world.money(PAYER, first)).toMatchObject({ payments: [{ state: 'SENT' }] })
})

test('a claim beside another that was taken back is paid like any other', async () => {
  const [from, into] = [await world.addPatient(), await world.addPatient()]
  const [first, second] = [await stay(from), await stay(into)]
  await merged(from, into)
  expect(codes(await world.batch(second))).toMatch(/RECONSIDER_FIRST/)
  expect(await reconsider(first)).toMatchObject({ state: 'ACCEPTED' })
  expect(await paidUnnamed()).toContain(second['id'])
})

test('a stay that was settled directly under the other record is not paid by naming its claim', async () => {
  const [from, into] = [await world.addPatient(), await world.addPatient()]
  const claim = await stay(from)
  const begin = '2026-11-18T08:00:00+08:00'
  const end = '2026-11-20T09:00:00+08:00'
  const lines = [{ code: CLASS_A, price: 300 }]
  const input = bill({ card: into.cardNumber, ...STAY, begin, end, lines })
  const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('direct'), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  await merged(from, into)
  expect(await besideOf(claim)).toEqual([expect.stringMatching(new RegExp(`同一次就诊.*${settle.number}`))])
  expect(codes(await world.batch(claim))).toBe('RECONSIDER_FIRST; input.claims RECONSIDER_FIRST')
  expect(await reconsider(claim)).toMatchObject({ state: 'ACCEPTED' })
})
