import { setTimeout as wait } from 'node:timers/promises'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf, settleWorld, type Settlements, type SettleWorld, type WorldPerson } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf, type Answered } from './visit-world.ts'

// Two processes on one database; what changes a visit and what settles it meet in the same moment, again and again.

let world: SettleWorld
let second: Settlements
let here: ReturnType<typeof visitsOf>
let there: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  second = await world.open()
  here = visitsOf(world)
  there = visitsOf(second)
})
afterAll(async () => {
  await second.close()
  await world.close()
})

const ROUNDS = 8

async function stay(discharged: boolean, ...serials: string[]): Promise<{ person: WorldPerson; visit: string }> {
  const person = await world.addPerson()
  const visit = fresh('R')
  await here.open(opening(person, visit))
  await here.upload({ visit, lines: linesOf(...serials) })
  if (discharged) await here.discharge(ending(visit))
  return { person, visit }
}

interface StoredLine {
  readonly serial: string
  readonly settled_by: string | null
}

const stored = async (visit: string): Promise<StoredLine[]> => {
  const text = 'select serial, settled_by::text from settlement.visit_line where visit = $1 order by number'
  return (await world.admin.query<StoredLine>(text, [visit])).rows
}

test('a line that is uploaded while the stay is settled is in the settlement, or stays, or is given back', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { person, visit } = await stay(true, '1', '2', '3')
    const settle = (total: string) => there.settle(settling(person, visit, total, { chargeBatch: fresh('B') }))
    const [upload, ...settled] = await Promise.all([
      here.upload({ visit, lines: linesOf('4') }),
      settle('600.00'),
      settle('800.00'),
    ])
    const [one, ...others] = settled.filter((answer) => answer.__typename === 'Settlement')
    expect(others).toEqual([])
    const lines = await stored(visit)
    expect(lines.length).toBe(upload.__typename === 'Upload' ? 4 : 3)
    if (upload.__typename !== 'Upload') expect(upload).toMatchObject({ code: 'VISIT_SETTLED' })
    if (one === undefined) continue
    expect(lines.map(({ settled_by: by }) => by)).toEqual(lines.map(() => one.id))
    expect(one.total).toBe(lines.length === 4 ? '800.00' : '600.00')
  }
})

test('a change that commits between the reading of a stay and its settlement is not passed over', async () => {
  const { person, visit } = await stay(true, '1')
  await world.admin.query('begin')
  await world.admin.query('select from settlement.visit where visit = $1 for update', [visit])
  const settled = here.settle(settling(person, visit, '200.00'))
  await waitForLock()
  await world.admin.query(
    `insert into settlement.visit_line (institution, visit, serial, number, time, amount, sent, uploaded_at)
     select institution, visit, '2', 2, time, amount, jsonb_set(sent, '{serial}', '"2"'), uploaded_at
     from settlement.visit_line where visit = $1`,
    [visit],
  )
  await world.admin.query('update settlement.visit set version = version + 1, next_line = 3 where visit = $1', [visit])
  await world.admin.query('commit')
  expect(await settled).toMatchObject({ problems: [{ path: 'total', code: 'NOT_SUM_OF_LINES' }] })
  expect(await stored(visit)).toMatchObject([{ settled_by: null }, { settled_by: null }])
})

/** Until somebody waits for a row that is held. */
async function waitForLock(): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const { rows } = await world.admin.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    if (rows.length > 0) return
    await wait(20)
  }
  throw new Error('nobody waits')
}

test('a stay that is settled eight times at once is settled once', async () => {
  const { person, visit } = await stay(true, '1', '2')
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      (i % 2 === 0 ? here : there).settle(settling(person, visit, '400.00', { chargeBatch: `B${i}` })),
    ),
  )
  expect(answers.filter((one) => one.__typename === 'Settlement')).toHaveLength(1)
  expect(new Set(answers.flatMap((one) => one.code ?? []))).toEqual(new Set(['VISIT_SETTLED']))
  expect((await here.visit(visit)).settlements).toHaveLength(1)
})

test('the same request from two processes gets one answer', async () => {
  const { person, visit } = await stay(true, '1')
  const requestId = fresh('same')
  const input = settling(person, visit, '200.00')
  const [a, b] = await Promise.all([here.settle(input, requestId), there.settle(input, requestId)])
  expect(a).toMatchObject({ __typename: 'Settlement' })
  expect(b.id).toBe(a.id)
  const up = { visit: fresh('R'), lines: linesOf('1') }
  await here.open(opening(await world.addPerson(), up.visit))
  const uploads = await Promise.all([here.upload(up, 'up-once'), there.upload(up, 'up-once')])
  expect(uploads.map(({ accepted }) => accepted)).toEqual([1, 1])
})

test('a line after the end and the discharge do not both pass', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { visit } = await stay(false, '1')
    const late = lineOf({ serial: '2', time: '2026-11-20T10:00:01+08:00' })
    const [upload, discharge] = await Promise.all([
      here.upload({ visit, lines: [late] }),
      there.discharge(ending(visit)),
    ])
    const isIn = upload.accepted === 1
    expect(discharge).toMatchObject(isIn ? { code: 'LINES_OUTSIDE_VISIT' } : { state: 'DISCHARGED' })
    expect(await stored(visit)).toHaveLength(isIn ? 2 : 1)
  }
})

test('two admissions of one person at once: one begins', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const person = await world.addPerson()
    const answers = await Promise.all([
      here.open(opening(person, fresh('R'))),
      there.open(opening(person, fresh('R'))),
      here.open(opening(person, fresh('R'))),
    ])
    const codes = answers.map((one: Answered): string => one.code ?? 'OPEN').toSorted()
    expect(codes).toEqual(['ALREADY_ADMITTED', 'ALREADY_ADMITTED', 'OPEN'])
  }
})

test('settled by two parts at once, a stay has no line settled twice', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { person, visit } = await stay(true, '1', '2', '3')
    const part = (until: object, batch: string) =>
      (batch === 'B1' ? here : there).settle(settling(person, visit, '600.00', { chargeBatch: batch, ...until }))
    const answers = await Promise.all([part({ until: '2026-11-15' }, 'B1'), part({}, 'B2')])
    expect(answers.filter((one) => one.__typename === 'Settlement')).toHaveLength(1)
  }
})

test('a reversal and an upload at once leave the visit as one after the other would', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { person, visit } = await stay(true, '1')
    const settled = await here.settle(settling(person, visit, '200.00'))
    const [reversed, upload] = await Promise.all([
      here.reverse(settled.id),
      there.upload({ visit, lines: linesOf('2') }),
    ])
    expect(reversed).toMatchObject({ __typename: 'Settlement' })
    const count = upload.__typename === 'Upload' ? 2 : 1
    expect(await here.visit(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count } })
  }
})

test('after all of this every settlement, sum and balance agrees, and lines say by which settlement they are settled', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  const { rows } = await world.admin.query(`
    select v.visit from settlement.visit v
    join settlement.bill b on b.institution = v.institution and b.visit = v.visit
    join settlement.settlement s on s.id = b.settlement_id
    left join settlement.visit_line l on l.institution = v.institution and l.visit = v.visit and l.settled_by = s.id
    group by v.institution, v.visit, s.id, s.total having s.total <> sum(l.amount)`)
  expect(rows).toEqual([])
})
