import type { Calendar } from '@yibao/settlement/domain/claim-clock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, SECOND, STRANGER } from './claim-review-world.ts'
import { questionWorld, thread, type QuestionWorld } from './question-world.ts'
import type { Data, WorldPerson } from './world.ts'

// What waits for an answer, the most urgent first, and what the passing of days does to it.

let world: QuestionWorld
let person: WorldPerson
let about: { readonly settlementId: string }
/** Asked on the 22nd, the 24th and the 26th; and one that was answered and one that was closed on the 22nd. */
let asked: Record<'early' | 'middle' | 'late' | 'answered' | 'closed', Data>
beforeAll(async () => {
  world = await questionWorld()
  person = await world.addPatient()
  about = { settlementId: (await world.settled(person)).id }
  const ask = () => world.ask(person.personNumber, about)
  const early = await ask()
  const answered = await world.go(SECOND, 'answerQuestion', await ask(), { words: '已经答复' })
  const closed = await world.go(person.personNumber, 'closeQuestion', await ask())
  world.on('2026-11-24')
  const middle = await ask()
  world.on('2026-11-26')
  const late = await ask()
  asked = { early, middle, late, answered, closed }
  world.now()
}, 120_000)
afterAll(() => world.close())

const idsOf = ({ edges }: Data): string[] => edges.map(({ node }: Data) => node.id)
const listed = async (who: string, filter: object = {}): Promise<string[]> => {
  const names = new Map(Object.entries(asked).map(([name, { id }]) => [id, name]))
  return idsOf(await world.list(who, filter)).map((id) => names.get(id) ?? 'unknown')
}

test('questions stand in the order of their deadlines and the rest latest first, for the asker as for the staff, in pages', async () => {
  const order = ['early', 'middle', 'late', 'closed', 'answered']
  expect(await listed(CLERK)).toEqual(order)
  expect(await listed(person.personNumber)).toEqual(order)
  expect(await listed('auditor')).toEqual(order)
  const paged: string[] = []
  for (let after: string | null = null; ;) {
    const page: Data = await world.list(CLERK, { first: 1, after })
    paged.push(...idsOf(page))
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
  expect(paged).toEqual(idsOf(await world.list(CLERK)))
  for (const after of ['x', 'djE6eA'])
    expect(await world.list(CLERK, { after })).toMatchObject({ problems: [{ path: 'after', code: 'CURSOR' }] })
})

test('another pool and another person find none of them', async () => {
  expect(await listed(STRANGER)).toEqual([])
  expect(await listed((await world.addPatient()).personNumber)).toEqual([])
})

test('the staff narrow them by state, by who has them, and by how urgent they are', async () => {
  expect(await listed(CLERK, { state: 'OPEN' })).toEqual(['early', 'middle', 'late'])
  expect(await listed(CLERK, { state: 'ANSWERED' })).toEqual(['answered'])
  expect(await listed(SECOND, { mine: true })).toEqual(['answered'])
  const middle = await world.go(CLERK, 'assignQuestion', asked.middle)
  asked = { ...asked, middle }
  expect(await listed(CLERK, { mine: true })).toEqual(['middle'])
  expect(await listed(CLERK, { unassigned: true, state: 'OPEN' })).toEqual(['early', 'late'])
  // Due on the 1st, 3rd and 7th of December: with two working days left it is urgent.
  world.on('2026-12-01')
  expect(await listed(CLERK, { colour: 'YELLOW' })).toEqual(['early', 'middle'])
  expect(await listed(CLERK, { colour: 'GREEN' })).toEqual(['late'])
  world.on('2026-12-04')
  expect(await listed(CLERK, { colour: 'RED' })).toEqual(['early', 'middle'])
  const [first] = (await world.list(CLERK)).edges
  expect(first.node.clock).toEqual({ dueOn: '2026-12-01', colour: 'RED' })
  world.now()
})

test('an answer that is nearly due is told to the staff once, and one that is late to both, and it stays on record', async () => {
  const one = await world.ask(person.personNumber, about)
  world.on('2026-11-26')
  await world.watchAsked()
  expect(await world.told(CLERK, one)).toEqual(['question.waiting'])
  for (const day of ['2026-11-27', '2026-12-01']) {
    world.on(day)
    await world.watchAsked()
    expect(await world.told(CLERK, one)).toEqual(['question.waiting', 'question.due-soon'])
  }
  for (const day of ['2026-12-02', '2026-12-03']) {
    world.on(day)
    await world.watchAsked()
    expect(await world.told(CLERK, one)).toEqual(['question.waiting', 'question.due-soon', 'question.breached'])
    expect(await world.told(person.personNumber, one)).toEqual(['question.overdue'])
  }
  const late = await world.show(CLERK, one.id)
  expect(late.clock).toMatchObject({ colour: 'RED', daysLeft: -2, breachedAt: expect.any(String) })
  const answered = await world.go(CLERK, 'answerQuestion', late, { words: '终于答复' })
  expect(thread(answered)).toEqual(['ASKED 为什么这样计算？', 'OVERDUE', 'ANSWERED 终于答复'])
  // What is asked further about is due anew.
  const further = await world.go(person.personNumber, 'followUpQuestion', answered, { words: '再问一句' })
  expect(further.clock).toMatchObject({ dueOn: '2026-12-14', colour: 'GREEN', breachedAt: null })
  world.now()
})

test('an answer nobody asks further about in time closes the question, and only then', async () => {
  const one = await world.go(CLERK, 'answerQuestion', await world.ask(person.personNumber, about), {
    words: '已经答复',
  })
  expect(one.clock.followUpUntil).toBe('2026-12-11')
  world.on('2026-12-11')
  await world.watchAsked()
  expect(await world.show(CLERK, one.id)).toMatchObject({ state: 'ANSWERED' })
  world.on('2026-12-12')
  await world.watchAsked()
  await world.watchAsked()
  const closed = await world.show(person.personNumber, one.id)
  expect(closed.state).toBe('CLOSED')
  expect(thread(closed)).toEqual(['ASKED 为什么这样计算？', 'ANSWERED 已经答复', 'CLOSED'])
  expect(await world.told(person.personNumber, one)).toEqual(['question.answered', 'question.closed'])
  world.now()
})

/** As if the first week of 2027 were off. */
const published: Calendar = {
  add(from, days) {
    let day = from
    for (let left = days; left > 0;) {
      day = day.add({ days: 1 })
      const isOff = day.dayOfWeek > 5 || (day.year === 2027 && day.month === 1 && day.day <= 7)
      if (!isOff) left -= 1
    }
    return { day, provisional: false }
  },
  count: () => ({ days: 0, provisional: false }),
}

test('a deadline in a year whose holidays are not published says so, and is counted anew and told when they are', async () => {
  world.on('2026-12-28')
  const one = await world.ask(person.personNumber, about)
  expect(one.clock).toMatchObject({ dueOn: '2027-01-07', provisional: true })
  await world.recountAsked()
  expect((await world.show(CLERK, one.id)).clock).toMatchObject({ dueOn: '2027-01-07', provisional: true })
  await world.recountAsked(published)
  await world.recountAsked(published)
  expect((await world.show(CLERK, one.id)).clock).toMatchObject({ dueOn: '2027-01-13', provisional: false })
  expect(await world.told(person.personNumber, one)).toEqual(['question.due-moved'])
  world.now()
})
