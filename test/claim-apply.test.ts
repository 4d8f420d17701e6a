import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsOf, outpatientClaim, outpatientPapers, saveDraft, show, submit, withdraw } from './claim-asking.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const ENROLMENT = { pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' } as const

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [ENROLMENT] })
}, 60_000)
afterAll(() => world.close())

const draft = async (change = {}) => {
  const papers = await outpatientPapers(world, person, POOL)
  return saveDraft(world, person.personNumber, outpatientClaim({ papers, change }))
}

test('a person saves a draft, submits it, and sees where it stands', async () => {
  const saved = await draft()
  expect(saved).toMatchObject({ __typename: 'Claim', state: 'DRAFT', version: 1, kind: null, insuredPool: POOL })
  const submitted = await submit(world, person.personNumber, saved)
  expect(submitted).toMatchObject({
    state: 'SUBMITTED',
    version: 2,
    kind: 'OUTPATIENT',
    total: '120.00',
    channel: 'PERSON',
  })
  expect(submitted.rules).toBe('629900@2026-01-01')
  expect(submitted.number).toMatch(/^62990020261122\d{8}$/)
  const shown = await show(world, person.personNumber, saved.id)
  expect(shown.history).toEqual([
    { number: 1, kind: 'OPENED', state: 'DRAFT' },
    { number: 2, kind: 'SUBMITTED', state: 'SUBMITTED' },
  ])
})

test('staff of the pool see a claim once it is submitted, nobody else’s staff does', async () => {
  const saved = await draft()
  expect(faultsOf(await show(world, 'clerk-629900', saved.id))).toBe('NotFound NOT_FOUND: id NOT_FOUND')
  await submit(world, person.personNumber, saved)
  expect(await show(world, 'clerk-629900', saved.id)).toMatchObject({ state: 'SUBMITTED' })
  expect(faultsOf(await show(world, 'clerk-620100', saved.id))).toBe('NotFound NOT_FOUND: id NOT_FOUND')
})

test('what was withdrawn is claimed again by the same invoices and papers', async () => {
  const papers = await outpatientPapers(world, person, POOL)
  const input = outpatientClaim({ papers })
  const first = await submit(world, person.personNumber, await saveDraft(world, person.personNumber, input))
  expect(first).toMatchObject({ state: 'SUBMITTED' })
  expect(await withdraw(world, person.personNumber, first)).toMatchObject({ state: 'WITHDRAWN', version: 3 })
  const again = await submit(world, person.personNumber, await saveDraft(world, person.personNumber, input))
  expect(again).toMatchObject({ state: 'SUBMITTED' })
})

test('two tabs submit a draft at once: one does, the other learns how the claim stands', async () => {
  const saved = await draft()
  const both = await Promise.all([submit(world, person.personNumber, saved), submit(world, person.personNumber, saved)])
  expect(both.map(({ __typename }) => String(__typename)).toSorted()).toEqual(['Claim', 'ClaimChanged'])
  const late = both.find(({ __typename }) => __typename === 'ClaimChanged')
  expect(late).toMatchObject({ code: 'CLAIM_CHANGED', claim: { id: saved.id, state: 'SUBMITTED', version: 2 } })
  expect((await show(world, person.personNumber, saved.id)).history).toHaveLength(2)
})

test('the same request is answered the same and does nothing twice', async () => {
  const saved = await draft()
  const ask = { requestId: 'once', claimId: saved.id, version: saved.version }
  const query = `mutation ($requestId: ID!, $claimId: ID!, $version: Int!) {
    submitClaim(requestId: $requestId, claimId: $claimId, version: $version) { ... on Claim { id version } } }`
  const first = await world.as(person.personNumber, query, ask)
  expect(await world.as(person.personNumber, query, ask)).toEqual(first)
  expect((await show(world, person.personNumber, saved.id)).history).toHaveLength(2)
})

test('what is submitted is not submitted again', async () => {
  const submitted = await submit(world, person.personNumber, await draft())
  expect(faultsOf(await submit(world, person.personNumber, submitted))).toBe(
    'NotAllowed CLAIM_STATE: claimId CLAIM_STATE',
  )
})
