import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answersOf, designating, scoresOf } from './designation-world.ts'
import { clerk, HOSPITAL, hospital, institutionsWorld, type InstitutionsWorld } from './institutions-world.ts'

let world: InstitutionsWorld
let say: ReturnType<typeof designating>
beforeAll(async () => {
  world = await institutionsWorld()
  say = designating(world)
})
afterAll(() => world.close())

const own = { ...hospital(), scopes: ['institutions:read', 'institutions:write'] as const }

/** A document that is stored, as the platform would have kept it. */
async function stored(purpose: string, institution: string, pool = '620200'): Promise<string> {
  const id = randomUUID()
  await world.db.hot.unsafe(
    `select insured.keep_document_v1($1::uuid, $2::text, 'institutions', $3::text, null, $4::text, null, '执业证书.pdf', 'application/pdf',
      10::bigint, $5::bytea, 'test', $6::timestamptz, $7::text, $8::bytea)`,
    [id, purpose, pool, institution, randomBytes(32), world.time.now.toString(), id, randomBytes(40)],
  )
  return id
}

const apply = (document: string, pool = '330200') => {
  const [first, ...rest] = answersOf()
  return say(own, 'applyForDesignation', { pool, answers: [{ ...first, document }, ...rest] })
}

test('an application names documents of its own institution that were uploaded for it', async () => {
  const missing = { problems: [{ path: 'input.answers[0].document', code: 'NOT_FOUND' }] }
  expect(await apply(randomUUID())).toMatchObject(missing)
  expect(await apply(await stored('DESIGNATION', 'H62020000002'))).toMatchObject(missing)
  expect(await apply(await stored('CATALOGUE', HOSPITAL))).toMatchObject(missing)
  expect(await apply(await stored('DESIGNATION', HOSPITAL))).toMatchObject({ state: 'SUBMITTED' })
})

test('of several who apply or decide at the same time one does, and the others are told why not', async () => {
  const answers = answersOf()
  const applied = await Promise.all(
    [1, 2, 3, 4].map(() => say(own, 'applyForDesignation', { pool: '620100', answers })),
  )
  const [application, ...others] = applied.filter(({ state }) => state === 'SUBMITTED').map(({ id }) => String(id))
  expect(others).toEqual([])
  expect(applied.filter(({ code }) => code === 'APPLICATION_UNDER_WAY')).toHaveLength(3)
  const bureau = clerk('620100')
  await say(bureau, 'acceptApplication', { application })
  const evaluated = await Promise.all(
    [true, false, true, false].map((passed) =>
      say(bureau, 'evaluateApplication', { application, scores: scoresOf(), passed, reason: '评估完成' }),
    ),
  )
  expect(evaluated.map((one) => String(one.state ?? one.code)).toSorted()).toEqual([
    'APPLICATION_STATE',
    'APPLICATION_STATE',
    'APPLICATION_STATE',
    'EVALUATED',
  ])
})
