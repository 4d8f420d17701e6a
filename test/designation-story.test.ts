import { afterAll, beforeAll, expect, test } from 'vitest'
import { designatingThrough } from './designation-gateway.ts'
import { answersOf, GROUND, scoresOf } from './designation-world.ts'
import { admission, chargesOf, settlementOf, visitsThrough } from './visit-gateway.ts'
import { fresh } from './visit-world.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A hospital on its way through designation, through the gateway with real tokens. Its seeded agreement lies far ahead, so
// that it can sign in and is not designated yet.

const HOSPITAL = 'H62990009001'
const CLERK = 'clerk-629900'

let world: World
let say: ReturnType<typeof designatingThrough>
let persons: readonly WorldPerson[]
beforeAll(async () => {
  world = await openWorld({
    institutions: [
      {
        code: HOSPITAL,
        name: '新开示范医院',
        level: 'LEVEL_2',
        type: 'GENERAL_HOSPITAL',
        creditCode: '12100000400010275N',
        pool: '629900',
        agreedFrom: '2090-01-01',
      },
    ],
  })
  say = designatingThrough(world)
  const enrolments = [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }]
  persons = [await world.addPerson({ enrolments }), await world.addPerson({ enrolments })]
})
afterAll(() => world.close())

const cardOf = (i: number): string => persons[i]?.cardNumber ?? ''
const settling = async (): Promise<Data> =>
  (await world.as(HOSPITAL, SETTLE, { requestId: fresh('s'), input: bill({ card: cardOf(0) }) })).settle

test('a hospital applies, corrects, is evaluated and designated, settles, is suspended, keeps its open stay, is resumed and terminated', async () => {
  expect(await settling()).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
  const { id: application } = await say(HOSPITAL, 'applyForDesignation', { pool: '629900', answers: answersOf() })
  const missing = [{ criterion: 'information-system', reason: '缺接口联调报告' }]
  expect(await say(CLERK, 'returnApplication', { application, missing })).toMatchObject({ state: 'RETURNED' })
  await say(HOSPITAL, 'correctApplication', { application, answers: answersOf('已补正') })
  await say(CLERK, 'acceptApplication', { application })
  const evaluation = { application, scores: scoresOf(), passed: true, reason: '现场评估合格' }
  await say(CLERK, 'evaluateApplication', evaluation)
  const period = { beginOn: '2026-11-01', endOn: '2027-10-31' }
  const { id: agreement } = await say(CLERK, 'agree', { application, institution: HOSPITAL, ...period })
  expect(await settling()).toMatchObject({ __typename: 'Settlement' })

  const { ask, write } = visitsThrough(world, HOSPITAL)
  const visit = fresh('S')
  await write('openVisit', admission(visit, cardOf(1)))
  await write('uploadLines', { visit, lines: chargesOf(900, 100) })
  world.time.now = world.time.now.add({ hours: 1 })
  expect(await say(CLERK, 'suspend', { agreement, ...GROUND, cause: 'BREACH' })).toMatchObject({ status: 'SUSPENDED' })
  expect(await settling()).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
  expect(await write('openVisit', admission(fresh('N'), cardOf(0)))).toMatchObject({ code: 'INSTITUTION_SUSPENDED' })
  await write('discharge', { visit, end: '2026-11-20T10:00:00+08:00', way: 'ON_ORDER' })
  expect(await write('settleVisit', settlementOf(visit, cardOf(1), '1000.00'))).toMatchObject({
    __typename: 'Settlement',
    total: '1000.00',
  })
  expect(await ask('visit', { visit })).toMatchObject({ state: 'SETTLED' })

  world.time.now = world.time.now.add({ hours: 24 })
  expect(await say(CLERK, 'resume', { agreement, reason: '整改合格' })).toMatchObject({ status: 'ACTIVE' })
  world.time.now = world.time.now.add({ hours: 1 })
  const now = world.time.now.toString()
  const today = bill({ card: cardOf(0), begin: now, end: now })
  const { settle } = await world.as(HOSPITAL, SETTLE, { requestId: fresh('s'), input: today })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  const ended = await say(CLERK, 'terminate', { agreement, ...GROUND, cause: 'FRAUD' })
  expect(ended).toMatchObject({ status: 'TERMINATED' })
  expect(ended.history.map(({ action }: { action: string }) => action)).toEqual([
    'SIGNED',
    'SUSPENDED',
    'RESUMED',
    'TERMINATED',
  ])
  expect(await settling()).toMatchObject({ code: 'INSTITUTION_TERMINATED' })
})
