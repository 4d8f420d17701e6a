import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { issue, prescriptionOf, prescriptionWorld, type PrescriptionWorld } from './prescription-world.ts'
import { billOf, hospital, settle, staff, type WorldPerson } from './settle-world.ts'
import { opening, visitsOf } from './visit-world.ts'

// Fields that are reckoned cost the gateway's limits nothing: however often one document asks for them, the database is
// asked as if it asked once.

let world: PrescriptionWorld
let person: WorldPerson
const SETTLED = 6

beforeAll(async () => {
  world = await prescriptionWorld()
  person = await world.addPerson(300)
  for (let i = 0; i < SETTLED; i += 1)
    await settle(world, `computed-${i}`, billOf(i < 4 ? person : await world.addPerson(0)))
})
afterAll(() => world.close())

/** How often the database is asked while an operation is answered. */
async function statements(query: string, identity = hospital(), variables: object = {}) {
  const asked = [vi.spyOn(world.db, 'readAs'), vi.spyOn(world.db.hot, 'unsafe')]
  const answer = await world.ask<object>(identity, query, variables)
  const count = asked.reduce((sum, one) => sum + one.mock.calls.length, 0)
  for (const one of asked) one.mockRestore()
  return { answer: JSON.stringify(answer), count }
}

const aliased = (field: string, name = 'f', length = 20) =>
  Array.from({ length }, (_, i) => `${name}${i}: ${field}`).join(' ')
const page = (fields: string) =>
  `{ settlements(first: 100) { ... on SettlementConnection { edges { node { ${fields} } } } } }`

const list = (of: string, type: string, fields: string) =>
  `{ ${of}(first: 100) { ... on ${type} { edges { node { ${fields} } } } } }`

const counterQuery = (fields: string) =>
  `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Insured { accumulators { ${fields} } } } }`

test.each(['receipt', 'traceWarnings { code }', 'explanation { policy }', 'findings { rule }'])(
  'settlements with %s twenty times ask as often as one settlement with it once',
  async (field) => {
    const id = page(field).replace('first: 100', 'first: 1')
    await statements(id)
    const once = await statements(id)
    const often = await statements(page(aliased(field)))
    expect(often.count).toBe(once.count)
    if (field === 'receipt') expect(new Set(often.answer.match(/eyJ[\w.-]+/g)).size).toBe(SETTLED)
  },
)

test('limits and words of counters ask once for all of them', async () => {
  const variables = { of: [{ __typename: 'Insured', id: person.insuredId }] }
  const counters = async (fields: string) => statements(counterQuery(fields), staff(), variables)
  const none = await counters('name')
  const often = await counters(`${aliased('limit')} ${aliased('text { en }', 't')}`)
  expect(often.answer.match(/"f0"/g)?.length).toBeGreaterThan(1)
  // The proof, and as what the person is insured.
  expect(often.count - none.count).toBeLessThanOrEqual(3)
})

test('signatures of prescriptions and sums of visits ask once for all of them', async () => {
  for (let i = 0; i < 3; i += 1) {
    await issue(world, { ...world, input: prescriptionOf({ ownNumber: `C${i}` }) })
    await visitsOf(world).open(opening(await world.addPerson(0), `C${i}`))
  }
  for (const [of, type, field] of [
    ['prescriptions', 'PrescriptionConnection', 'signature { valid }'],
    ['visits', 'VisitConnection', 'unsettled { count total }'],
  ] as const) {
    await statements(list(of, type, 'id'))
    const none = await statements(list(of, type, 'id'))
    const often = await statements(list(of, type, `id ${aliased(field)}`))
    expect(often.answer.match(/"f19"/g), of).toHaveLength(3)
    expect(often.count - none.count, of).toBe(1)
  }
})

test('more receipts than one operation may answer are refused, and the way out is named', async () => {
  const fit = Math.floor(200 / SETTLED)
  await expect(world.ask(hospital(), page(aliased('receipt', 'r', fit + 1)))).rejects.toThrow('LIMIT_EXCEEDED')
  expect((await statements(page(aliased('receipt', 'r', fit)))).answer.match(/"eyJ/g)).toHaveLength(fit * SETTLED)
})
