import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Identity } from '@yibao/schema/identity'
import { filingWorld, type FilingWorld } from './filing-world.ts'
import { newPerson, personOf } from './insured-world.ts'
import type { Data } from './world.ts'

// Hospital, department and doctor may be said in a filing: they are kept and shown, and never narrow where it holds.

let world: FilingWorld
beforeAll(async () => {
  world = await filingWorld()
})
afterAll(() => world.close())

const FILING = `... on Filing { id destination hospital department doctor } ... on Rejection { code problems { path code } }`
const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) { ${FILING} } }`
const EXTEND = `mutation ($requestId: ID!, $filingId: ID!, $endOn: Date!) {
  extendFiling(requestId: $requestId, filingId: $filingId, endOn: $endOn) { ${FILING} } }`
const ONE = `query ($id: ID!) { filing(id: $id) { ${FILING} } }`

const say = async (who: Identity, query: string, variables: object): Promise<Data> =>
  Object.values(await world.ask<Record<string, Data>>(who, query, { requestId: randomUUID(), ...variables }))[0] ?? {}
async function somebody() {
  const person = newPerson({})
  await world.seed(person)
  return personOf(person.insuredId) as Extract<Identity, { kind: 'person' }>
}
/** What settlement sees of the filings of a person. */
const seen = async ({ insuredId }: { insuredId: string }) =>
  (
    await world.db.orm.execute(
      sql`select type, destination, home_use from cross_province.filing_v2 where insured_id = ${insuredId}`,
    )
  ).rows

const PLACE = { type: 'OTHER_TEMPORARY', destination: '440300', endOn: '2026-12-20' }
const WISH = { hospital: '深圳市人民医院', department: '心内科', doctor: '陈医生' }

test('a hospital, a department and a doctor are kept and shown, also when the filing goes on, and settlement sees the place alone', async () => {
  const [wishing, plain] = [await somebody(), await somebody()]
  const filed = await say(wishing, FILE, { input: { ...PLACE, ...WISH } })
  expect(filed).toMatchObject({ ...WISH, destination: '4403' })
  expect(await say(wishing, ONE, { id: filed['id'] })).toMatchObject(WISH)
  expect(await say(wishing, EXTEND, { filingId: filed['id'], endOn: '2026-12-30' })).toMatchObject(WISH)
  const nothing = { hospital: null, department: null, doctor: null }
  const other = await say(plain, FILE, { input: { ...PLACE, hospital: ' ' } })
  expect(other).toMatchObject({ ...nothing, destination: '4403' })
  await say(plain, EXTEND, { filingId: other['id'], endOn: '2026-12-30' })
  expect(await seen(wishing)).toEqual(await seen(plain))
})

test('a text that is too long, or holds an identity number, is refused at its field', async () => {
  const who = await somebody()
  const wrong = { hospital: '院'.repeat(101), department: '心内\u0007科', doctor: '陈 440300199001011234' }
  const refused = await say(who, FILE, { input: { ...PLACE, ...wrong } })
  expect(refused).toMatchObject({ code: 'INVALID_INPUT' })
  expect(refused['problems'].map((one: Data) => one['path'])).toEqual(['hospital', 'department', 'doctor'])
})
