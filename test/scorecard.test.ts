import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '@yibao/drizzle/connect'
import { createScoreboard } from '@yibao/settlement/store/scorecard'
import {
  AWAY_HOSPITAL,
  auditor,
  billOf,
  HOSPITAL,
  hospital,
  personOf,
  settle,
  settleWorld,
  staff,
  type SettleWorld,
} from './settle-world.ts'
import { fresh, visitsOf } from './visit-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const SCORECARD = `query ($institution: String, $from: Date!, $to: Date!) {
  scorecard(institution: $institution, from: $from, to: $to) {
    ... on Scorecard { institution
      total { requests accepted refused refusals { code count } conflicts failures reversals medianMilliseconds tailMilliseconds }
      days { day score { requests } } }
    ... on Rejection { code problems { path code } } } }`

interface Total {
  readonly requests: number
  readonly medianMilliseconds: number | null
}
interface Answer {
  readonly total: Total
  readonly days: readonly { readonly day: string }[]
}

async function scorecard(who: Parameters<SettleWorld['ask']>[0], variables: object = {}): Promise<Answer> {
  const days = { from: '2026-11-01', to: '2026-11-30' }
  return (await world.ask<{ scorecard: Answer }>(who, SCORECARD, { ...days, ...variables })).scorecard
}

test('a scorecard says how an institution was answered, by reason, and how fast; told to it, its bureau and auditors', async () => {
  const person = await world.addPerson()
  const requestId = fresh('s')
  const bill = billOf(person)
  const { id } = await settle(world, requestId, bill)
  await settle(world, requestId, bill)
  expect(await settle(world, requestId, billOf(person))).toMatchObject({ code: 'REQUEST_REUSED' })
  for (const _ of [1, 2]) await settle(world, fresh('s'), billOf(person, { total: '1.00' }))
  await visitsOf(world).reverse(id)
  expect((await scorecard(hospital())).days).toEqual([])
  await world.flush()
  const answer = await scorecard(hospital())
  expect(answer).toMatchObject({
    institution: HOSPITAL,
    total: {
      requests: 5,
      accepted: 2,
      refused: 3,
      refusals: [
        { code: 'INVALID_INPUT', count: 2 },
        { code: 'REQUEST_REUSED', count: 1 },
      ],
      conflicts: 1,
      failures: 0,
      reversals: 1,
    },
    days: [{ day: '2026-11-22', score: { requests: 5 } }],
  })
  expect(answer.total.medianMilliseconds).toBeGreaterThan(0)
  for (const who of [staff(), auditor]) expect(await scorecard(who, { institution: HOSPITAL })).toEqual(answer)
  for (const who of [staff('620100'), hospital(AWAY_HOSPITAL)])
    expect(await scorecard(who, { institution: HOSPITAL })).toMatchObject({ days: [], total: { requests: 0 } })
  await expect(scorecard(personOf(person.insuredId), { institution: HOSPITAL })).rejects.toThrow('FORBIDDEN')
})

test('nothing is counted that can be no institution or day', async () => {
  expect(await scorecard(auditor)).toMatchObject({ problems: [{ path: 'institution' }] })
  expect(await scorecard(hospital(), { from: '2026-12-01' })).toMatchObject({ problems: [{ code: 'DATES_REVERSED' }] })
})

test('what several processes count at the same time adds up, and an outage loses none of it', async () => {
  const db = await connect({ url: world.url, schema: 'settlement' })
  const code = 'H62090000077'
  let isAway = true
  const hot = {
    unsafe: (...args: Parameters<typeof db.hot.unsafe>) =>
      isAway ? Promise.reject(new Error('away')) : db.hot.unsafe(...args),
  } as typeof db.hot
  const boards = [1, 2, 3].map(() => createScoreboard({ hot, clock: () => world.time.now }))
  for (const board of boards) {
    for (const _ of [1, 2, 3, 4]) await board.settling(code, () => Promise.resolve())
    await expect(board.settling(code, () => Promise.reject(new Error('an outage')))).rejects.toThrow('an outage')
    await board.flush()
  }
  isAway = false
  await Promise.all(boards.map((board) => board.close()))
  await Promise.all(boards.map((board) => board.close()))
  expect((await scorecard(auditor, { institution: code })).total).toMatchObject({
    requests: 15,
    accepted: 12,
    refused: 0,
    failures: 3,
  })
  await db.close()
})
