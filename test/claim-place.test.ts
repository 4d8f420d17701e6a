import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, claimReviewWorld, codes, kinds, POOL, SECOND, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data, WorldPerson } from './world.ts'

// What a claimant says of a hospital the register does not have pays nothing until a reviewer has found it out.
//
// The policy of 629900 for outpatient care of the retired: 200 yuan a year are the deductible; of the rest 70 % are paid at level 1, 55 %
// at level 3.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const SAID = { name: '某县医院', division: POOL, level: 'LEVEL_1', designated: true }
const FOUND = { designated: true, level: 'LEVEL_1', words: '国家医保服务平台可查' }
const SHOWN = `query ($id: ID!) { claim(id: $id) { ... on Claim { place { name level designated confirmed { designated level } }
  history { kind words { zh } } } } }`

/** A claim of 1200 yuan at a hospital of which only the claimant says what it is, accepted. */
async function accepted(change: object = {}, more: object = {}): Promise<[Data, WorldPerson]> {
  const person = await world.addPatient()
  const claim = await world.claimed(person, { change: { place: { ...SAID, ...change }, ...more } })
  expect(claim, codes(claim)).toMatchObject({ state: 'SUBMITTED' })
  return [await world.step(CLERK, 'acceptClaim', claim), person]
}

const shown = async (who: string, { id }: Data): Promise<Data> => (await world.as(who, SHOWN, { id })).claim

test('a plain claim of a hospital the register does not have is accepted by nobody but a reviewer', async () => {
  const person = await world.addPatient()
  const { id } = await world.claimed(person, { lines: [300], change: { place: SAID } })
  expect(await world.look(CLERK, id)).toMatchObject({
    state: 'SUBMITTED',
    precheck: { notPlain: ['PLACE_UNCONFIRMED'] },
  })
})

test('nothing is approved there until a reviewer has found out that it is designated; the level they found counts', async () => {
  const [claim, { personNumber }] = await accepted()
  expect(codes(await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' }))).toBe(
    'PLACE_UNCONFIRMED; claimId PLACE_UNCONFIRMED',
  )
  const found = await world.step(CLERK, 'confirmClaimPlace', claim, { ...FOUND, level: 'LEVEL_3' })
  expect(kinds(found).at(-1)).toBe('PLACE_CONFIRMED')
  for (const who of [CLERK, personNumber])
    expect(await shown(who, claim)).toMatchObject({
      place: { level: 'LEVEL_1', designated: true, confirmed: { designated: true, level: 'LEVEL_3' } },
      history: expect.arrayContaining([{ kind: 'PLACE_CONFIRMED', words: { zh: FOUND.words } }]),
    })
  const high = await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' })
  expect(high).toMatchObject({ state: 'APPROVED' })

  const [other] = await accepted()
  const low = await world.step(CLERK, 'confirmClaimPlace', other, FOUND)
  const decided = await world.step(CLERK, 'proposeClaimDecision', low, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED' })
  expect(Number(decided.owed)).toBeGreaterThan(Number(high.owed))
})

test('a level nobody could find out is taken for level 3, whatever the claimant says', async () => {
  const owed: string[] = []
  for (const level of [null, 'LEVEL_3']) {
    const [claim] = await accepted()
    const found = await world.step(CLERK, 'confirmClaimPlace', claim, { ...FOUND, level })
    owed.push((await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' })).owed)
  }
  expect(owed[0]).toBe(owed[1])
  expect(Number(owed[0])).toBeGreaterThan(0)
})

test('what was found not to be designated can be rejected only, but in an emergency', async () => {
  const [claim] = await accepted()
  const found = await world.step(CLERK, 'confirmClaimPlace', claim, { ...FOUND, designated: false })
  expect(codes(await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' }))).toBe(
    'NOT_DESIGNATED; claimId NOT_DESIGNATED',
  )
  const why = { outcome: 'REJECT', legalGround: '《社会保险法》第二十八条', words: '非定点机构，且非急诊' }
  expect(await world.step(CLERK, 'proposeClaimDecision', found, why)).toMatchObject({ state: 'REJECTED' })
})

test('a place is confirmed by the reviewer who has the claim, and not where the register knows it', async () => {
  const [claim] = await accepted()
  expect(codes(await world.step(SECOND, 'confirmClaimPlace', claim, FOUND))).toMatch(/^CLAIM_OF_ANOTHER/)
  expect(codes(await world.step(CLERK, 'confirmClaimPlace', claim, { ...FOUND, level: 'LEVEL_9' }))).toBe(
    'INVALID_INPUT; level UNKNOWN_CODE',
  )
  expect(codes(await world.step(CLERK, 'confirmClaimPlace', claim, { ...FOUND, words: '' }))).toBe(
    'INVALID_INPUT; words REQUIRED',
  )
  const known = await world.accepted(await world.addPatient())
  expect(codes(await world.step(CLERK, 'confirmClaimPlace', known, FOUND))).toBe('PLACE_KNOWN; claimId PLACE_KNOWN')
})

test('what was found out about a place is gone once the claimant writes another, and stays while it is the same', async () => {
  const [claim, person] = await accepted()
  const found = await world.step(CLERK, 'confirmClaimPlace', claim, FOUND)
  const wrong = { papers: [], corrections: ['PLACE'], words: '发票所盖印章为另一医院' }
  const returned = await world.step(CLERK, 'returnClaim', found, wrong)
  const again = async (of: Data, place: object): Promise<Data> => {
    const { claim: now } = await world.as(CLERK, WRITTEN, { id: claim.id })
    const input = { ...now, place, careType: '11', diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }] }
    return world.step(person.personNumber, 'supplyClaim', of, { papers: [], input })
  }
  const same = await again(returned, { ...SAID, level: 'LEVEL_2' })
  expect(same, codes(same)).toMatchObject({ state: 'SUBMITTED' })
  expect(await shown(CLERK, claim)).toMatchObject({ place: { confirmed: { level: 'LEVEL_1' } } })
  const once = await world.step(CLERK, 'returnClaim', same, wrong)
  const other = await again(once, { ...SAID, name: '某市医院' })
  expect(other, codes(other)).toMatchObject({ state: 'SUBMITTED' })
  expect(await shown(CLERK, claim)).toMatchObject({ place: { name: '某市医院', confirmed: null } })
})

const WRITTEN = `query ($id: ID!) { claim(id: $id) { ... on Claim { cause begin end total
  invoices { code number issuedOn amount checkCode } lines { serial name code chargeType price quantity amount time } } } }`
