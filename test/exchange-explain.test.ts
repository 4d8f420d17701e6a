import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { sidesOf } from './formula.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, World } from './world.ts'

// Why a bill came out as it did, asked at the place of treatment: home decided it and tells it, and nothing of the bill is
// missing when home does not.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const STEP = 'rule text { zh en } formula result source { document { zh } number article issued reliability }'
const EXPLANATION = `explanation { engine policy policyVersion policyName { zh en }
  lines { serial step { ${STEP} } parts { ${STEP} } } crossArea { ${STEP} }
  payers { payer name { zh en } paid steps { ${STEP} } } skipped { payer name { zh en } step { ${STEP} } }
  person { ${STEP} } proof { ${STEP} } }`
const FIND = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  id total fundTotal cash funds { payer paid trace { formula } } explanationAbsence ${EXPLANATION} } } }`
const LIST = `query ($first: Int!) { settlements(first: $first) { ... on SettlementConnection {
  edges { node { id total explanationAbsence explanation { policy payers { paid } } } } } } }`

const find = async (side: World, who: string, id: string): Promise<Data> =>
  (await side.as(who, FIND, { id })).settlement
const asked = async ({ admin }: World, direction: 'IN' | 'OUT'): Promise<number> => {
  const { rows } = await admin.query(
    `select count(*)::int as count from cross_province.exchange_message where type = 'explain' and direction = $1`,
    [direction],
  )
  return rows[0].count
}
async function settled(price = 1000): Promise<{ id: string; there: string; personNumber: string; insuredId: string }> {
  const person = await world.filedPerson()
  const { id } = await world.settle(person, price)
  const { rows } = await world.home.admin.query(
    `select s.id from settlement.settlement s where s.insured_id = $1 and s.reverses is null`,
    [person.insuredId],
  )
  return { id, there: rows[0].id, ...person }
}

test('hospital, bureau and auditor at the place read the explanation home has, step by step; home is asked once', async () => {
  const { id, there, personNumber, insuredId } = await settled()
  const before = await asked(world.home, 'IN')
  const told = await find(world.place, NINGBO, id)
  const own = await find(world.home, personNumber, there)
  expect(own.explanation.payers.length).toBeGreaterThan(1)
  expect(told).toEqual({ ...own, id })
  expect(told).toMatchObject({ explanationAbsence: null, explanation: { lines: [{ serial: '1' }] } })
  for (const { formula } of told.explanation.payers.flatMap((one: Data) => one.steps))
    expect(new Set(sidesOf(formula)).size, formula).toBe(1)
  for (const who of ['ningbo-clerk', 'auditor']) expect(await find(world.place, who, id)).toEqual(told)
  expect(await asked(world.home, 'IN')).toBe(before + 1)
  // The person sees in the log at home which institution was told.
  const { rows } = await world.home.admin.query(
    `select actor from settlement.access_log where subject = $1 and operation = 'explanation'`,
    [insuredId],
  )
  expect(rows).toEqual([{ actor: `institution:${NINGBO}` }])
})

test('while home is out of reach the settlement says so and lacks nothing else; what was told before is still there', async () => {
  const [first, second, third] = [await settled(100), await settled(200), await settled(300)]
  await find(world.place, NINGBO, first.id)
  const out = await asked(world.place, 'OUT')
  await world.whileHomeIsDown(async () => {
    expect((await find(world.place, NINGBO, first.id)).explanation.payers.length).toBeGreaterThan(0)
    const missing = await find(world.place, NINGBO, second.id)
    expect(missing).toMatchObject({ total: '200.00', explanation: null, explanationAbsence: 'HOME_UNREACHABLE' })
    expect(missing.funds.every((one: Data) => one.trace.length === 0)).toBe(true)
    const { edges } = (await world.place.as(NINGBO, LIST, { first: 3 })).settlements
    expect(edges.map(({ node }: Data) => [node.id, node.total, node.explanationAbsence])).toEqual([
      [third.id, '300.00', 'HOME_UNREACHABLE'],
      [second.id, '200.00', 'HOME_UNREACHABLE'],
      [first.id, '100.00', null],
    ])
  })
  expect(await asked(world.place, 'OUT')).toBeGreaterThan(out)
  expect(await find(world.place, NINGBO, second.id)).toMatchObject({ explanationAbsence: null })
})

test('a reversal decides nothing on either side, and the bill it takes back is explained as before', async () => {
  const { id } = await settled()
  const reversal = await world.reverse(id)
  const nothing = { total: '-1000.00', explanation: null, explanationAbsence: 'DECIDES_NOTHING' }
  const before = await asked(world.home, 'IN')
  for (let again = 0; again < 2; again += 1) expect(await find(world.place, NINGBO, reversal.id)).toMatchObject(nothing)
  expect(await asked(world.home, 'IN')).toBe(before + 1)
  expect(await find(world.place, NINGBO, id)).toMatchObject({ explanationAbsence: null })
})

test('home explains to a province only what was committed of the bills it treats', async () => {
  const { id } = await settled()
  const say = (province: string, exchange: string) =>
    world.home.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.explain', { province, message: { exchange } }, 'trace') as Promise<Data>
  const { rows } = await world.place.admin.query('select exchange from settlement.away_bill where settlement_id = $1', [
    id,
  ])
  const { exchange } = rows[0]
  const unknown = { exchange, explanation: null, untold: 'UNKNOWN' }
  expect(await say('33', exchange)).toMatchObject({ exchange, untold: null, explanation: { policy: {} } })
  expect(await say('51', exchange)).toEqual(unknown)
  await world.home.admin.query(
    `update settlement.confirmation set confirmed_at = null
     where settlement_id = (select (result ->> 'settlement')::uuid from settlement.request where request_id = $1)`,
    [exchange],
  )
  expect(await say('33', exchange)).toEqual(unknown)
  await world.home.admin.query(
    `update settlement.confirmation set confirmed_at = $2
     where settlement_id = (select (result ->> 'settlement')::uuid from settlement.request where request_id = $1)`,
    [exchange, world.home.time.now.toString()],
  )
  expect(await say('33', 'x')).toMatchObject({ rejection: { code: 'INVALID_INPUT' } })
})

test.each([
  ['a payer', '{explanation,payers,0,paid}', '"0.01"'],
  ['a line', '{explanation,lines,0,step,result}', '"0.01"'],
  ['the person', '{explanation,person,result}', '"0.01"'],
  ['its form', '{explanation,proof}', '"none"'],
])(
  'an explanation that is another in %s than the settlement is not shown, and an alarm is raised',
  async (_what, path, value) => {
    const { id } = await settled()
    await find(world.place, NINGBO, id)
    await world.place.admin.query(
      'update settlement.told_explanation set told = jsonb_set(told, $2::text[], $3::jsonb) where settlement_id = $1',
      [id, path, value],
    )
    const contradicting = { total: '1000.00', explanation: null, explanationAbsence: 'CONTRADICTS' }
    expect(await find(world.place, NINGBO, id)).toMatchObject(contradicting)
    expect(world.place.logged).toContainEqual({
      details: { settlement: id, province: GANSU },
      message: 'another province explains a bill otherwise than it is settled',
    })
  },
)

test('a bill with as many lines as there may be is explained line by line', async () => {
  const person = await world.filedPerson()
  const time = '2026-11-20T09:00:00+08:00'
  const lines = Array.from({ length: 2000 }, () => ({ code: CLASS_A, price: 1, quantity: 1, time }))
  const { id } = await world.settle(person, 1, { lines })
  const found = await find(world.place, NINGBO, id)
  expect(found.explanationAbsence).toBe(null)
  expect(found.explanation.lines).toHaveLength(2000)
})
