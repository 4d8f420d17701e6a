import { randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fresh, withdraw } from './claim-asking.ts'
import { CLERK, claimReviewWorld, kinds, type ClaimReviewWorld } from './claim-review-world.ts'
import { merge } from './merge-gateway.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// A claim was decided and settled, and then the hospital settles the same care: it is refused at the counter, and what only looks
// alike is settled and told to the agency.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(async () => {
  const { mismatches } = await verify(world.platform.databases.settlement, () => {})
  await world.close()
  expect(mismatches).toEqual([])
})

const HERE = 'H62990000001'
/** What the hospital settles of a person on the day of the claims, of so many yuan. */
async function settle({ cardNumber: card }: WorldPerson, price = 1200, change: object = {}): Promise<Data> {
  const input = bill({ card, begin: '2026-11-20T08:00:00+08:00', lines: [{ code: CLASS_A, price }], ...change })
  return (await world.as(HERE, SETTLE, { requestId: fresh('first'), input })).settle
}
const propose = (claim: Data, more: object = {}): Promise<Data> =>
  world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE', ...more })
async function approved(person: WorldPerson, change: object = {}): Promise<Data> {
  const claim = await propose(await world.accepted(person, { change }))
  expect(claim).toMatchObject({ state: 'APPROVED' })
  return claim
}
const settled = { __typename: 'Settlement' }

test('whoever sends a bill of care that was paid by hand is told which claim it is and what to do, in both languages', async () => {
  const person = await world.addPatient()
  const claim = await approved(person)
  const refused = await settle(person)
  expect(refused).toMatchObject({ code: 'CLAIMED', problems: [{ path: 'total', code: 'CLAIMED' }] })
  for (const language of ['zh', 'en']) expect(refused.message[language]).toContain(claim.number)
  expect(refused.message).toMatchObject({
    zh: expect.stringContaining('经办机构'),
    en: expect.stringContaining('the agency'),
  })
  // Of a claim a stranger learns nothing, and their own care of that day is settled.
  expect(await settle(await world.addPatient())).toMatchObject(settled)
})

test('a visit number that was claimed in other letters is refused, whatever the bill comes to', async () => {
  const person = await world.addPatient()
  const visit = fresh('mz-a')
  const { number } = await approved(person, { visit, chargeBatch: 'B1' })
  for (const other of [visit.toUpperCase(), visit.replaceAll('-', '')]) {
    const refused = await settle(person, 7, { visit: other })
    expect(refused).toMatchObject({ code: 'CLAIMED', problems: [{ path: 'visit' }] })
    expect(refused.message.zh).toContain(number)
  }
})

test('the staff of the pool are told of what was settled beside, and a claim that is decided anew takes account of it', async () => {
  const person = await world.addPatient()
  const claim = await approved(person)
  expect(await settle(person, 300)).toMatchObject(settled)
  const seen = await world.look(CLERK, claim.id)
  expect(kinds(seen).at(-1)).toBe('SETTLED_BESIDE')
  expect(await world.told(CLERK, claim)).toContain('claim.settled-beside')
  expect(await world.told(person.personNumber, claim)).not.toContain('claim.settled-beside')
})

test('a claim that was withdrawn or rejected keeps nobody from the counter', async () => {
  const [one, other] = [await world.addPatient(), await world.addPatient()]
  const { id, version } = await world.claimed(one)
  expect(await withdraw(world, one.personNumber, { id, version })).toMatchObject({ state: 'WITHDRAWN' })
  const rejecting = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '不属于基金支付范围' }
  const rejected = await propose(await world.accepted(other), rejecting)
  expect(rejected).toMatchObject({ state: 'REJECTED' })
  for (const person of [one, other]) expect(await settle(person)).toMatchObject(settled)
})

test('what was claimed under a record that was merged is claimed by the person', async () => {
  const [from, into] = [await world.addPatient(), await world.addPatient()]
  const { number } = await approved(from)
  const merged = await merge(world, CLERK, { from: from.insuredId, into: into.insuredId })
  expect(merged).toMatchObject({ __typename: 'Insured' })
  const refused = await settle(into)
  expect(refused).toMatchObject({ code: 'CLAIMED' })
  expect(refused.message.zh).toContain(number)
})

test('when two records turn out to be one person’s, what was claimed under one is compared with what was settled directly under the other, and told once', async () => {
  const [from, into, third] = [await world.addPatient(), await world.addPatient(), await world.addPatient()]
  // Both ways round, and one of another day beside them.
  const [older, younger] = [await approved(from), await approved(into, { visit: fresh('mz') })]
  const directs = [await settle(into, 300), await settle(from, 301)]
  for (const one of directs) expect(one).toMatchObject(settled)
  const other = await settle(into, 302, { begin: '2026-11-19T08:00:00+08:00' })
  expect(other).toMatchObject(settled)
  const besideOf = async ({ id }: Data): Promise<string[]> =>
    (await world.look(CLERK, id)).history
      .filter(({ kind }: Data) => kind === 'SETTLED_BESIDE')
      .map(({ words }: Data) => words.zh)
  const both = async () => [await besideOf(older), await besideOf(younger)]
  const before = await both()
  const toldBefore = await world.told(CLERK, older)
  for (const one of [from, third]) {
    const merged = await merge(world, CLERK, { from: one.insuredId, into: into.insuredId })
    expect(merged).toMatchObject({ __typename: 'Insured' })
    await mergePersons({
      db: world.platform.databases.settlement,
      clock: () => world.time.now,
      newId: createStamp(randomUUIDv7),
    })
    const after = await both()
    expect(after.map((texts, i) => texts.slice(before[i]?.length))).toEqual([
      [expect.stringContaining(directs[0]?.['number'])],
      // And the older claim, which stands beside the later one.
      [expect.stringContaining(directs[1]?.['number']), expect.stringContaining(older['number'])],
    ])
  }
  const told = (await world.told(CLERK, older)).slice(toldBefore.length)
  // The other claim names this one.
  expect(told.toSorted()).toEqual(['claim.claimed-beside', 'claim.settled-beside'])
  expect(await world.look(CLERK, older.id)).toMatchObject({ state: 'APPROVED', owed: older.owed })
})

async function aided({ admin }: ClaimReviewWorld, { insuredId }: WorldPerson): Promise<void> {
  await admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', 1, null, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [insuredId, randomUUIDv7(), (await world.addPatient()).insuredId],
  )
}

test('a reviewer decides while the hospital settles: the care is paid once, whoever was first', async () => {
  for (let round = 0; round < 12; round += 1) {
    const person = await world.addPatient()
    // Of who has a relative that may pay more than once is read before it is decided.
    if (round % 2 === 1) await aided(world, person)
    const accepted = await world.accepted(person)
    const [claim, direct] = await Promise.all([propose(accepted), settle(person)])
    const won = (await world.look(CLERK, claim.id)).state
    expect([won, direct.code ?? direct.__typename]).toEqual(
      won === 'APPROVED' ? ['APPROVED', 'CLAIMED'] : ['ACCEPTED', 'Settlement'],
    )
  }
})
