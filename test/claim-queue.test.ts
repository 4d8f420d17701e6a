import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, claimReviewWorld, SECOND, STRANGER, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data } from './world.ts'

// What waits for the staff of a pool, the most urgent first.

let world: ClaimReviewWorld
/** Submitted on the 22nd, the 24th and the 26th, and one that waits for papers. */
let claims: { readonly early: Data; readonly middle: Data; readonly late: Data; readonly paused: Data }
beforeAll(async () => {
  world = await claimReviewWorld()
  const early = await world.claimed(await world.addPatient())
  const paused = await world.step(SECOND, 'returnClaim', await world.claimed(await world.addPatient()), {
    papers: ['DIAGNOSIS'],
    words: '缺诊断证明',
  })
  world.on('2026-11-24')
  const middle = await world.claimed(await world.addPatient())
  world.on('2026-11-26')
  const late = await world.claimed(await world.addPatient())
  claims = { early, middle, late, paused }
}, 120_000)
afterAll(() => world.close())

const nodesOf = ({ edges }: Data): Data[] => edges.map(({ node }: Data) => node)
const inQueue = async (who: string, filter: object = {}): Promise<string[]> => {
  const names = new Map(Object.entries(claims).map(([name, { id }]) => [id, name]))
  return nodesOf(await world.queue(who, filter)).map(({ id }) => names.get(id) ?? 'unknown')
}

test('claims stand in the order of their deadlines, those whose clock stands still at the end, in pages', async () => {
  expect(await inQueue(CLERK)).toEqual(['early', 'middle', 'late', 'paused'])
  const paged: string[] = []
  for (let after: string | null = null; ;) {
    const page: Data = await world.queue(CLERK, { first: 1, after })
    paged.push(...nodesOf(page).map(({ id }) => id))
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
  expect(paged).toEqual([claims.early, claims.middle, claims.late, claims.paused].map(({ id }) => id))
  for (const after of ['x', 'djE6eA'])
    expect(await world.queue(CLERK, { after })).toMatchObject({ problems: [{ path: 'after', code: 'CURSOR' }] })
})

test('their colours go by the working days that are left, and the queue is narrowed by them', async () => {
  world.on('2026-12-07')
  const clocks = nodesOf(await world.queue(CLERK)).map(({ clock }) => `${clock.kind} ${clock.colour}`)
  // What the person has to bring counts now; the clock of the agency, by which the queue goes, stands still.
  expect(clocks).toEqual(['DECISION YELLOW', 'DECISION GREEN', 'DECISION GREEN', 'SUPPLEMENT YELLOW'])
  expect(await inQueue(CLERK, { colour: 'YELLOW' })).toEqual(['early'])
  expect(await inQueue(CLERK, { colour: 'GREEN' })).toEqual(['middle', 'late'])
  expect(await inQueue(CLERK, { colour: 'PAUSED' })).toEqual(['paused'])
  world.on('2026-12-16')
  expect(await inQueue(CLERK, { colour: 'RED' })).toEqual(['early', 'middle'])
  expect(await inQueue(CLERK, { colour: 'YELLOW' })).toEqual(['late'])
  expect(await inQueue(CLERK, { colour: 'GREEN' })).toEqual([])
  world.now()
})

test('it is narrowed by state, by kind, to those nobody has and to one’s own', async () => {
  expect(await inQueue(CLERK, { state: 'RETURNED' })).toEqual(['paused'])
  expect(await inQueue(CLERK, { kind: 'INPATIENT' })).toEqual([])
  expect(await inQueue(CLERK, { kind: 'OUTPATIENT', state: 'SUBMITTED' })).toEqual(['early', 'middle', 'late'])
  expect(await inQueue(SECOND, { mine: true })).toEqual(['paused'])
  expect(await inQueue(CLERK, { mine: true })).toEqual([])
  expect(await inQueue(CLERK, { unassigned: true })).toEqual(['early', 'middle', 'late'])
  const taken = await world.step(CLERK, 'assignClaim', claims.middle)
  expect(await inQueue(CLERK, { mine: true })).toEqual(['middle'])
  expect(await inQueue(CLERK, { unassigned: true })).toEqual(['early', 'late'])
  claims = { ...claims, middle: taken }
})

test('what is decided, and what another pool has to decide, does not stand in it', async () => {
  expect(await inQueue(STRANGER)).toEqual([])
  const accepted = await world.step(CLERK, 'acceptClaim', claims.middle)
  expect(await inQueue(CLERK, { state: 'ACCEPTED' })).toEqual(['middle'])
  await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(await inQueue(CLERK)).toEqual(['early', 'late', 'paused'])
})
