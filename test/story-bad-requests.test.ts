import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doEverything, HOSPITAL, type Everything } from './story-done.ts'
import { alarmsOf, dumpOf, refusalOf } from './story-refused.ts'
import { stepsOf, type Steps } from './story-steps.ts'
import { openWorld, type World } from './world.ts'

// Everything was done once; the same request again, with another body, for something else, and under an id that is none.

let world: World
let steps: Steps
let done: Everything['done']
beforeAll(async () => {
  world = await openWorld()
  steps = stepsOf(world)
  done = (await doEverything(world)).done
})
afterAll(() => world.close())

/** Requests are known to the subgraph they were sent to. */
const OF_INSURED: readonly string[] = ['registerDisease', 'endRegistration']

test('every mutation is done here or in a test of its own', async () => {
  const folder = join(import.meta.dirname, '..', 'schema', 'sdl')
  const sdl = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  const names = sdl.flatMap((text) => {
    const from = text.indexOf('type Mutation {')
    const block = text.slice(from, text.indexOf('\n}', from))
    return [...block.matchAll(/^ {2}(\w+)\(/gm)].map(([, name = '']) => name)
  })
  const files = (await readdir(import.meta.dirname)).filter(
    (file) => file.endsWith('.ts') && !['rights-table.ts', 'rights-province.ts'].includes(file),
  )
  const tests = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), 'utf8')))
  const isDone = (name: string) => tests.some((text) => new RegExp(`\\b${name}\\b`).test(text))
  expect(names.length).toBeGreaterThan(100)
  expect(names.filter((name) => !isDone(name))).toEqual([])
})

test('the same request again answers the same and writes nothing', async () => {
  const before = await dumpOf(world)
  for (const [step, { who, requestId, variables, answer }] of done) {
    const again = await steps.take(who, step, { requestId, ...variables })
    const { __typename, id = null, number = null, visit = null } = answer
    expect({ id: null, number: null, visit: null, ...again }, step).toMatchObject({ __typename, id, number })
    if (typeof visit === 'string') expect(again.visit).toBe(visit)
  }
  expect(await dumpOf(world)).toEqual(before)
})

test('the same request with another body, and for something else, is refused by name and writes nothing', async () => {
  const before = await dumpOf(world)
  for (const [step, { who, requestId, other }] of done) {
    expect(refusalOf(await steps.take(who, step, { requestId, ...other })), step).toBe(
      'RequestReused: requestId REQUEST_REUSED',
    )
    if (!/^[HP]/.test(who) || OF_INSURED.includes(step)) continue
    const elsewhere = await steps.take(who, step === 'undoDischarge' ? 'cancelVisit' : 'undoDischarge', {
      requestId,
      visit: 'nobody',
    })
    expect(refusalOf(elsewhere), step).toBe('RequestReused: requestId REQUEST_REUSED')
  }
  expect(await dumpOf(world)).toEqual(before)
})

test('a request id that is none is refused by name, and nothing is kept under it', async () => {
  const before = await dumpOf(world)
  for (const [step, { who, variables }] of [...done, ['confirm', { who: HOSPITAL, variables: {} }] as const])
    for (const requestId of ['', 'a b', '号', 'x'.repeat(129)])
      expect(refusalOf(await steps.take(who, step, { ...variables, requestId })), `${step} ${requestId}`).toMatch(
        /^InvalidInput: requestId [A-Z_]+$/,
      )
  expect(await dumpOf(world)).toEqual(before)
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(alarmsOf(world)).toEqual([])
})
