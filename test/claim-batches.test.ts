import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withdraw } from './claim-asking.ts'
import { CLERK, claimReviewWorld, codes, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Several claims of one visit by one person: batches of an outpatient's visit are bills of their own, a stay is one.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(async () => {
  const { mismatches } = await verify(world.platform.databases.settlement, () => {})
  await world.close()
  expect(mismatches).toEqual([])
})

let sequence = 0
const newVisit = (): string => `MB${(sequence += 1)}`

const claimed = (person: WorldPerson, change: object): Promise<Data> => world.claimed(person, { lines: [600], change })

async function decided(claim: Data): Promise<Data> {
  const taken = claim.state === 'ACCEPTED' ? claim : await world.step(CLERK, 'acceptClaim', claim)
  return world.step(CLERK, 'proposeClaimDecision', taken, { outcome: 'APPROVE' })
}

test('two batches of one visit are claimed one by one, before and after the other is decided, and both are paid', async () => {
  const person = await world.addPatient()
  const visit = newVisit()
  const first = await claimed(person, { visit, chargeBatch: 'B1' })
  const second = await claimed(person, { visit, chargeBatch: 'B2' })
  const [before, after] = [await decided(first), await decided(second)]
  for (const one of [before, after]) expect(one).toMatchObject({ state: 'APPROVED', settlement: { total: '600.00' } })
  // The deductible of the year was charged once, to the first of them.
  expect(Number(after.owed)).toBeGreaterThan(Number(before.owed))
  // A batch that is not named may be any of them.
  expect(codes(await claimed(person, { visit }))).toBe('VISIT_TAKEN; visit VISIT_TAKEN')
})

test('a visit that was claimed without a batch was claimed whole, in whatever letters it is written again', async () => {
  const person = await world.addPatient()
  const visit = newVisit()
  const first = await claimed(person, { visit })
  for (const change of [{ visit }, { visit: visit.toLowerCase() }, { visit, chargeBatch: 'B1' }]) {
    const again = await claimed(person, change)
    expect(codes(again)).toBe('VISIT_TAKEN; visit VISIT_TAKEN')
    for (const language of ['zh', 'en']) expect(again.message[language]).toContain(first.number)
  }
  const other = await claimed(person, { visit: newVisit(), chargeBatch: 'b2' })
  expect(other).toMatchObject({ __typename: 'Claim' })
  expect(codes(await claimed(person, { visit: `mb${sequence}`, chargeBatch: 'B2' }))).toMatch(/^VISIT_TAKEN/)
})

test('the same batch is claimed once, and whoever claims it again is told in which claim it is and what to do', async () => {
  const person = await world.addPatient()
  const care = { visit: newVisit(), chargeBatch: 'B1' }
  const first = await claimed(person, care)
  const again = await claimed(person, care)
  expect(codes(again)).toBe('VISIT_TAKEN; visit VISIT_TAKEN')
  for (const language of ['zh', 'en']) expect(again.message[language]).toContain(first.number)
  const stranger = await claimed(await world.addPatient(), care)
  expect(codes(stranger)).toBe('VISIT_TAKEN; visit VISIT_TAKEN')
  expect(JSON.stringify(stranger)).not.toContain(first.number)
  await decided(first)
  expect((await claimed(person, care)).message.zh).toContain(first.number)
})

async function stayOf(person: WorldPerson, change: object): Promise<Data> {
  const papers: object[] = []
  for (const kind of ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD'])
    papers.push({ kind, document: await world.paper(person) })
  return world.claimed(person, { lines: [900], papers, change: { careType: '21', ...change } })
}

test('a stay is claimed once with all its invoices: a second claim of it is told of the first, and takes its place', async () => {
  const person = await world.addPatient()
  const stay = (change: object): Promise<Data> => stayOf(person, change)
  const visit = newVisit()
  const first = await stay({ visit, chargeBatch: 'B1' })
  expect(first, codes(first)).toMatchObject({ __typename: 'Claim' })
  const second = await stay({ visit, chargeBatch: 'B2' })
  expect(codes(second)).toBe('STAY_CLAIMED; visit STAY_CLAIMED')
  for (const language of ['zh', 'en']) expect(second.message[language]).toContain(first.number)
  const now = await world.look(CLERK, first.id)
  expect(await withdraw(world, person.personNumber, now)).toMatchObject({ state: 'WITHDRAWN' })
  const whole = await stay({ visit })
  expect(await decided(whole)).toMatchObject({ state: 'APPROVED', settlement: { total: '900.00' } })
  expect((await stay({ visit, chargeBatch: 'B3' })).message.zh).toContain(whole.number)
})

test('a stay is claimed once, as whatever care and with or without its number, before and after it is decided', async () => {
  const person = await world.addPatient()
  const visit = newVisit()
  const first = await stayOf(person, { visit })
  expect(first, codes(first)).toMatchObject({ __typename: 'Claim' })
  for (const isDecided of [false, true]) {
    if (isDecided) expect(await decided(first)).toMatchObject({ state: 'APPROVED' })
    for (const again of [await claimed(person, { visit }), await stayOf(person, {})]) {
      expect(codes(again)).toBe('STAY_CLAIMED; visit STAY_CLAIMED')
      for (const language of ['zh', 'en']) expect(again.message[language]).toContain(first.number)
    }
  }
  const other = await world.addPatient()
  const unnamed = await stayOf(other, {})
  for (const change of [{}, { visit: newVisit() }]) {
    const again = await stayOf(other, change)
    expect(codes(again)).toBe('STAY_CLAIMED; visit STAY_CLAIMED')
    expect(again.message.zh).toContain(unnamed.number)
  }
  expect(await stayOf(await world.addPatient(), {})).toMatchObject({ __typename: 'Claim' })
})

test('without a number of the visit, care that looks like that of another claim is looked at by a reviewer, however small', async () => {
  const person = await world.addPatient()
  const small = { lines: [50] }
  const first = await world.claimed(person, small)
  expect(first).toMatchObject({ state: 'ACCEPTED' })
  const second = await world.claimed(person, { lines: [60] })
  expect(second).toMatchObject({ state: 'SUBMITTED' })
  const { precheck } = await world.look(CLERK, second.id)
  expect(precheck.notPlain).toContain('FINDINGS')
  expect(precheck.findings).toContainEqual({ rule: 'CLAIMED_BESIDE', lines: [], action: 'WARN' })
  expect(await world.claimed(await world.addPatient(), small)).toMatchObject({ state: 'ACCEPTED' })
})

test('beside a settled claim that looks like it a claim passes only by the words of a reviewer who was told of it', async () => {
  const person = await world.addPatient()
  const first = await claimed(person, {})
  const second = await world.step(CLERK, 'acceptClaim', await world.claimed(person, { lines: [700] }))
  // Of the first nobody was told: the second came later, and nothing is settled yet.
  expect(await decided(first)).toMatchObject({ state: 'APPROVED' })
  const back = await decided(second)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(back.history.at(-1)).toMatchObject({
    kind: 'NOT_SETTLED',
    words: { zh: expect.stringContaining(first.number) },
  })
  const said = { outcome: 'APPROVE', words: '已核对门诊日志，系另一次就诊' }
  expect(await world.step(CLERK, 'proposeClaimDecision', back, said)).toMatchObject({ state: 'APPROVED' })
})

test('of two claims that look alike and are decided at once one waits for the words of a reviewer', async () => {
  for (let round = 0; round < 4; round += 1) {
    const person = await world.addPatient()
    const claims = [await claimed(person, {}), await world.claimed(person, { lines: [700] })]
    await Promise.all(claims.map(decided))
    const states = await Promise.all(claims.map(async ({ id }) => (await world.look(CLERK, id)).state))
    expect(new Set(states)).toEqual(new Set(['ACCEPTED', 'APPROVED']))
  }
})
