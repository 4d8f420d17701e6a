import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOME_POOL, NINGBO, openAwayWorld, PLACE_POOL, type AwayWorld } from './away-world.ts'
import { bill, SETTLE } from './world-bill.ts'
import type { Data, World, WorldPerson } from './world.ts'

// Where somebody was treated in another province: home knows no institution there by its code, and shows it as the registry
// there had it at the bill.

let world: AwayWorld
let person: WorldPerson
/** Ids at home of the bill and of its reversal. */
let ids: { readonly settled: string; readonly reversal: string }
beforeAll(async () => {
  world = await openAwayWorld()
  person = await world.filedPerson()
  const { id } = await world.settle(person)
  await world.reverse(id)
  const { rows } = await world.home.admin.query(
    'select id, reverses from settlement.settlement where insured_id = $1 order by id',
    [person.insuredId],
  )
  ids = { settled: rows[0].id, reversal: rows[1].id }
})
afterAll(() => world.close())

const WHERE = 'institutionCode institutionElsewhere { name kind level pool }'
const FIND = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { ${WHERE} } } }`
const LIST = `{ settlements(first: 10) { ... on SettlementConnection { edges { node { ${WHERE} } } } } }`
const RECEIPT = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { receipt } } }`

const nameThere = async (): Promise<Data> =>
  (await world.place.as(NINGBO, `{ institution(code: "${NINGBO}") { name level } }`)).institution
const encounterOf = async (side: World, who: string, id: string): Promise<Data> => {
  const { settlement } = await side.as(who, RECEIPT, { id })
  return JSON.parse(Buffer.from(settlement.receipt.split('.')[1], 'base64url').toString()).encounter
}

test('person, bureau and auditor at home read name and level of the institution elsewhere, of the bill and of its reversal', async () => {
  const { name, level } = await nameThere()
  const told = {
    institutionCode: NINGBO,
    institutionElsewhere: { name, level, kind: 'HOSPITAL', pool: PLACE_POOL },
  }
  expect(name).toMatch(/\p{Script=Han}/u)
  for (const who of [person.personNumber, 'clerk-629900', 'auditor'])
    for (const id of Object.values(ids)) expect((await world.home.as(who, FIND, { id })).settlement).toEqual(told)
  const { settlements } = await world.home.as(person.personNumber, LIST)
  expect(settlements.edges.map(({ node }: Data) => node)).toEqual([told, told])
})

test('what the place calls it later changes nothing of a bill that was settled', async () => {
  const before = await nameThere()
  await world.place.admin.query('update institutions.institution set name = $2 where code = $1', [NINGBO, '新名医院'])
  const { settlement } = await world.home.as(person.personNumber, FIND, { id: ids.settled })
  expect(settlement.institutionElsewhere.name).toBe(before.name)
  await world.place.admin.query('update institutions.institution set name = $2 where code = $1', [NINGBO, before.name])
})

test('the receipts of both name it, and are the same bytes each time', async () => {
  const { name } = await nameThere()
  for (const id of Object.values(ids)) {
    const first = await world.home.as(person.personNumber, RECEIPT, { id })
    expect(await world.home.as(person.personNumber, RECEIPT, { id })).toEqual(first)
    expect(await encounterOf(world.home, person.personNumber, id)).toMatchObject({
      fixmedins_code: NINGBO,
      fixmedins_name: name,
    })
  }
})

test('of an institution here nothing is told so, neither of its own bills nor of those of persons insured elsewhere', async () => {
  const own = await world.home.addPerson({
    enrolments: [{ pool: HOME_POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const { settle } = await world.home.as('H62990000001', SETTLE, {
    requestId: 'at-home',
    input: bill({ card: own.cardNumber }),
  })
  expect((await world.home.as('H62990000001', FIND, { id: settle.id })).settlement).toMatchObject({
    institutionElsewhere: null,
  })
  expect(await encounterOf(world.home, 'H62990000001', settle.id)).not.toHaveProperty('fixmedins_name')
  const { id } = await world.settle(await world.filedPerson())
  expect((await world.place.as(NINGBO, FIND, { id })).settlement).toMatchObject({
    institutionElsewhere: null,
  })
})

test('who may not see the bill is not told where it was made', async () => {
  const other = await world.filedPerson()
  for (const who of [other.personNumber, 'clerk-620100', 'H62990000001'])
    expect((await world.home.as(who, FIND, { id: ids.settled })).settlement).not.toHaveProperty('institutionElsewhere')
})
