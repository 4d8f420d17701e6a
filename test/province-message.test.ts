import { readFile } from 'node:fs/promises'
import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { HOME_CLERK, PLACE_CLERK, POOL_CLERK } from './province-money.ts'
import type { Data, WorldPerson } from './world.ts'

// What platforms of two provinces have said to each other, as the bureau that speaks for a province reads it.

let world: AwayWorld
let person: WorldPerson
let exchange: string
beforeAll(async () => {
  world = await openAwayWorld()
  person = await world.filedPerson()
  world.at('2026-11-23T10:00:00+08:00')
  const { id } = await world.settle(person)
  const { rows } = await world.place.admin.query('select exchange from settlement.away_bill where settlement_id = $1', [
    id,
  ])
  exchange = rows[0].exchange
  world.at('2026-11-24T10:00:00+08:00')
  await world.whileHomeIsDown(() => world.settle(person, 2000))
})
afterAll(() => world.close())

const MESSAGE = 'id messageId direction province type exchange outcome trouble at answeredAt digest answerDigest'
const REJECTION = '... on Rejection { code problems { path code } }'
const LIST = `query ($province: String, $type: ProvinceMessageType, $direction: ProvinceMessageDirection,
    $outcome: ProvinceMessageOutcome, $exchange: ID, $from: DateTime, $until: DateTime, $first: Int, $after: String) {
  provinceMessages(province: $province, type: $type, direction: $direction, outcome: $outcome, exchange: $exchange,
    from: $from, until: $until, first: $first, after: $after) {
    ... on ProvinceMessageConnection { edges { node { ${MESSAGE} } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
const FIND = `query ($id: ID!) { provinceMessage(id: $id) { ... on ProvinceMessage { ${MESSAGE} } ${REJECTION} } }`

const listed = async (variables: object = {}, who = PLACE_CLERK): Promise<Data[]> =>
  (await world.atPlace(LIST, variables, who)).edges.map(({ node }: Data) => node)
const types = (found: readonly Data[]) => found.map((one) => one.type)

test('a bill is two messages on either platform, under the same ids, digests and exchange, the latest first', async () => {
  const sent = await listed({ exchange })
  expect(types(sent)).toEqual(['COMMIT', 'RESERVE'])
  for (const one of sent)
    expect(one).toMatchObject({ direction: 'OUT', province: '62', outcome: 'ANSWERED', trouble: null })
  const came = (await world.atHome(LIST, { exchange })).edges.map(({ node }: Data) => node)
  expect(
    came.map(({ messageId, type, digest, answerDigest }: Data) => [messageId, type, digest, answerDigest]),
  ).toEqual(sent.map(({ messageId, type, digest, answerDigest }) => [messageId, type, digest, answerDigest]))
  expect(came[0]).toMatchObject({ direction: 'IN', province: '33' })
})

test('a list narrows to province, type, direction, outcome and period', async () => {
  const all = await listed()
  expect(all.length).toBeGreaterThan(2)
  expect(await listed({ province: '51' })).toEqual([])
  expect(await listed({ province: '62', direction: 'OUT' })).toEqual(all)
  expect(await listed({ direction: 'IN' })).toEqual([])
  expect(types(await listed({ type: 'COMMIT' }))).toEqual(['COMMIT'])
  const lost = await listed({ outcome: 'UNREACHED' })
  expect(lost).toMatchObject([{ type: 'RESERVE', trouble: 'ECONNREFUSED' }])
  expect(await listed({ outcome: 'OPEN' })).toEqual([])
  const midnight = '2026-11-24T00:00:00+08:00'
  expect(types(await listed({ from: '2026-11-23T00:00:00+08:00', until: midnight }))).toEqual(['COMMIT', 'RESERVE'])
  expect(await listed({ from: midnight })).toEqual(lost)
})

test('pages follow each other without a gap, though many messages are of one moment', async () => {
  const at = '2026-11-20T02:00:00Z'
  const ids = Array.from({ length: 7 }, () => randomUUIDv7())
  await world.place.admin.query(
    `insert into cross_province.exchange_message (direction, province, message_id, type, digest, signature_input, signature, at)
     select d, p, id, 'outcome', 'x', 'x', 'x', $2 from unnest($1::uuid[]) id, unnest(array['IN', 'OUT']) d,
       unnest(array['51', '62']) p`,
    [ids, at],
  )
  const all = await listed({ first: 100 })
  const found: Data[] = []
  let after: string | null = null
  do {
    const page: Data = await world.atPlace(LIST, { first: 3, after })
    found.push(...page.edges.map(({ node }: Data) => node))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null)
  expect(found).toEqual(all)
  expect(found.filter((one) => one.outcome === 'OPEN')).toHaveLength(28)
  expect(new Set(found.map((one) => one.id)).size).toBe(found.length)
  await world.place.admin.query('delete from cross_province.exchange_message where at = $1', [at])
})

test('only the bureau of the province itself and auditors see a message, in the list and by id', async () => {
  const [one] = await listed()
  expect(await listed({}, 'auditor')).toEqual(await listed())
  for (const who of [PLACE_CLERK, 'auditor']) expect(await world.atPlace(FIND, { id: one?.id }, who)).toEqual(one)
  expect(await listed({}, 'ningbo-clerk')).toEqual([])
  expect(await world.atPlace(FIND, { id: one?.id }, 'ningbo-clerk')).toMatchObject({ code: 'NOT_FOUND' })
  expect((await world.atHome(LIST, {}, POOL_CLERK)).edges).toEqual([])
  // Of the other platform it is not, though it has the same message.
  expect(await world.atHome(FIND, { id: one?.id }, HOME_CLERK)).toMatchObject({ code: 'NOT_FOUND' })
  for (const id of ['x', `IN-62-${one?.messageId}`, `OUT-62-${'x'.repeat(36)}`])
    expect(await world.atPlace(FIND, { id })).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'id' }] })
  await expect(world.place.as(NINGBO, '{ provinceMessages { __typename } }')).rejects.toThrow('FORBIDDEN')
})

test('nothing of a person is in it', async () => {
  const text = JSON.stringify(await listed({ first: 100 }, 'auditor'))
  for (const secret of [person.insuredId, person.identityNumber, person.personNumber, '故事人物'])
    expect(text).not.toContain(secret)
})

test('what cannot be is refused at its field', async () => {
  const bad = { province: 'x', exchange: 'x', after: 'x' }
  expect(await world.atPlace(LIST, bad)).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'after' }, { path: 'province' }, { path: 'exchange' }],
  })
  const [from, until] = ['2026-11-24T00:00:00+08:00', '2026-11-23T00:00:00+08:00']
  expect(await world.atPlace(LIST, { from, until })).toMatchObject({ problems: [{ path: 'until' }] })
})

test('every type that platforms say to each other can be asked for', async () => {
  const sdl = await readFile(join(import.meta.dirname, '../schema/supergraph.graphql'), 'utf8')
  const names = [...(/enum ProvinceMessageType[^{]*\{([^}]*)\}/.exec(sdl)?.[1] ?? '').matchAll(/^\s+([A-Z]+) @/gm)]
  expect(names.length).toBeGreaterThan(15)
  for (const [, type] of names) expect(Array.isArray(await listed({ type }))).toBe(true)
})
