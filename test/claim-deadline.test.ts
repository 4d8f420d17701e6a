import { isWorkingDay } from '@yibao/schema/working-days'
import type { Calendar } from '@yibao/settlement/domain/claim-clock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BANK, CARD, ENTER_ACCOUNT } from './claim-payment-world.ts'
import { CLERK, claimReviewWorld, kinds, STRANGER, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Deadlines: an alarm before, a breach after, a report of breaches; what runs into an unpublished year is counted anew.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 120_000)
afterAll(() => world.close())

const count = (list: readonly string[], one: string) => list.filter((other) => other === one).length

describe('a claim nobody decides', () => {
  let person: WorldPerson
  let claim: Data
  beforeAll(async () => {
    person = await world.addPatient()
    claim = await world.claimed(person)
  }, 60_000)

  test('is brought up to the staff once, five working days before its last day', async () => {
    world.on('2026-12-03')
    await world.watch()
    expect(await world.told(CLERK, claim)).not.toContain('claim.due-soon')
    world.on('2026-12-04')
    await Promise.all([world.watch().catch(() => {}), world.watch().catch(() => {})])
    await world.watch()
    expect(count(await world.told(CLERK, claim), 'claim.due-soon')).toBe(1)
    expect((await world.look(person.personNumber, claim.id)).clock).toMatchObject({ colour: 'YELLOW', daysLeft: 5 })
  })

  test('is in time on its last day, and late the day after: the person, the staff and the report learn it once', async () => {
    world.on('2026-12-11')
    await world.watch()
    expect(nodesOf(await world.breaches(CLERK))).toEqual([])
    world.on('2026-12-12')
    await world.watch()
    await world.watch()
    expect(count(await world.told(person.personNumber, claim), 'claim.overdue')).toBe(1)
    expect(count(await world.told(CLERK, claim), 'claim.breached')).toBe(1)
    const seen = await world.look(person.personNumber, claim.id)
    expect(seen.clock).toMatchObject({ colour: 'RED', daysLeft: -1, breachedAt: '2026-12-12T02:00:00Z' })
    expect(count(kinds(seen), 'BREACHED')).toBe(1)
    // The version is the one the reviewer has seen: being late takes nobody's step away.
    expect(seen.version).toBe(claim.version)
  })

  test('stands in the report of its pool while it is open and after it is decided', async () => {
    const mine = [{ claim: { id: claim.id }, clock: { kind: 'DECISION', dueOn: '2026-12-11' } }]
    expect(nodesOf(await world.breaches(CLERK, { open: true }))).toMatchObject(mine)
    expect(nodesOf(await world.breaches(CLERK, { kind: 'PAYMENT' }))).toEqual([])
    expect(nodesOf(await world.breaches(STRANGER))).toEqual([])
    expect(nodesOf(await world.breaches('auditor'))).toMatchObject(mine)
    expect(nodesOf(await world.breaches('auditor', { pool: '620100' }))).toEqual([])
    expect(await world.breaches(CLERK, { after: 'x' })).toMatchObject({ problems: [{ path: 'after' }] })
    const accepted = await world.step(CLERK, 'acceptClaim', claim)
    await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
    expect(nodesOf(await world.breaches(CLERK, { open: true }))).toEqual([])
    expect(nodesOf(await world.breaches(CLERK))).toMatchObject([{ claim: { state: 'APPROVED' } }])
    world.now()
  })
})

test('a claim that is decided in time is late only where it is not paid in time', async () => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person)
  const { id } = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  const account = { claim: id, holder: '故事人物', number: CARD, bankName: BANK }
  const { enterClaimAccount } = await world.as(person.personNumber, ENTER_ACCOUNT, {
    requestId: `account-${id}`,
    input: account,
  })
  expect(enterClaimAccount).toMatchObject({ account: { fits: true } })
  world.on('2026-12-12')
  await world.watch()
  const late = async (kind: string) => nodesOf(await world.breaches(CLERK, { kind })).map(({ claim }) => claim.id)
  expect(await late('DECISION')).not.toContain(id)
  expect(await late('PAYMENT')).toContain(id)
  world.now()
})

test('two deadlines of a claim found late in the same moment are each told once, wherever a page ends', async () => {
  const accepted = await world.accepted(await world.addPatient())
  const { id } = await world.step(CLERK, 'returnClaim', accepted, { papers: ['DIAGNOSIS'], words: '缺诊断证明' })
  // A calendar mended by hand may leave both of them behind: the report lists what is there.
  await world.admin.query(
    "update settlement.claim_clock set breached_at = '2027-01-20T10:00:00+08:00' where claim_id = $1 and kind in ('DECISION', 'SUPPLEMENT')",
    [id],
  )
  const found: string[] = []
  for (let after: string | null = null; ;) {
    const page: Data = await world.breaches(CLERK, { first: 1, after })
    found.push(...nodesOf(page).map(({ claim, clock }) => `${claim.id} ${clock.kind}`))
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
  expect(found.filter((one) => one.startsWith(id)).toSorted()).toEqual([`${id} DECISION`, `${id} SUPPLEMENT`])
  expect(new Set(found).size).toBe(found.length)
  for (const after of ['x', Buffer.from(`v1:2027-01-20T02:00:00Z/${id}`).toString('base64url')])
    expect(await world.breaches(CLERK, { after })).toMatchObject({ problems: [{ path: 'after', code: 'CURSOR' }] })
})

const OFF = ['2027-01-04', '2027-01-05']
const later = (day: Temporal.PlainDate) => day.add({ days: 1 })
const works = (day: Temporal.PlainDate) => isWorkingDay(day) && !OFF.includes(day.toString())

/** The calendar of 2027 with two more days off, as a notice may say. */
const published: Calendar = {
  add(from, days) {
    let day = from
    for (let left = days; left > 0; left -= works(day) ? 1 : 0) day = later(day)
    return { day, provisional: false }
  },
  count(from, to) {
    let days = 0
    for (let day = from; !day.equals(to);) {
      day = later(day)
      days += works(day) ? 1 : 0
    }
    return { days, provisional: false }
  },
}

test('a deadline in a year whose holidays are not published says so, and is counted anew and told when they are', async () => {
  world.on('2026-12-21')
  const person = await world.addPatient()
  const running = await world.claimed(person)
  expect(running.clock).toMatchObject({ dueOn: '2027-01-12', provisional: true })
  const other = await world.addPatient()
  const paused = await world.step(CLERK, 'returnClaim', await world.claimed(other), {
    papers: ['DIAGNOSIS'],
    words: '缺诊断证明',
  })
  await world.recount()
  expect((await world.look(CLERK, running.id)).clock).toMatchObject({ dueOn: '2027-01-12', provisional: true })

  await world.recount(published)
  expect((await world.look(CLERK, running.id)).clock).toMatchObject({ dueOn: '2027-01-14', provisional: false })
  expect(count(await world.told(person.personNumber, running), 'claim.due-moved')).toBe(1)
  const [decision, supplement] = (await world.look(CLERK, paused.id)).clocks
  expect(decision).toMatchObject({ kind: 'DECISION', dueOn: null })
  expect(supplement).toMatchObject({ kind: 'SUPPLEMENT', dueOn: '2027-01-14' })
  await world.recount(published)
  expect(count(await world.told(person.personNumber, running), 'claim.due-moved')).toBe(1)
  world.now()
})

const nodesOf = ({ edges }: Data): Data[] => edges.map(({ node }: Data) => node)
