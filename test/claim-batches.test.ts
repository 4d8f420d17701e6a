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
  for (const one of [first, second])
    expect(await decided(one)).toMatchObject({ state: 'APPROVED', settlement: { total: '600.00' } })
  const third = await claimed(person, { visit })
  const paid = await decided(third)
  expect(paid).toMatchObject({ state: 'APPROVED', settlement: { total: '600.00' } })
  // The deductible of the year was charged once, to the first of them.
  expect(Number(paid.owed)).toBeGreaterThan(Number((await world.look(CLERK, first.id)).owed))
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

test('a stay is claimed once with all its invoices: a second claim of it is told of the first, and takes its place', async () => {
  const person = await world.addPatient()
  const kinds = ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD']
  const stay = async (change: object): Promise<Data> => {
    const papers: object[] = []
    for (const kind of kinds) papers.push({ kind, document: await world.paper(person) })
    return world.claimed(person, { lines: [900], papers, change: { careType: '21', ...change } })
  }
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
