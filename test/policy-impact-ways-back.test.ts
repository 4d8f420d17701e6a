import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { advancePolicyImpacts } from '@yibao/settlement/commands/policy-impact-advance'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hospitalOf, POOLS, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// A draft that says what is in force changes nothing, whatever was settled, taken back and refunded meanwhile, in pools of
// each order of reversal, before a benefit year was closed and after.

type Order = keyof typeof POOLS
const ORDERS = Object.keys(POOLS) as Order[]
const FOLDER = join(import.meta.dirname, 'reverse-policies')

let world: ReverseWorld
beforeAll(async () => {
  world = await reverseWorld()
  for (const [order, pool] of Object.entries(POOLS))
    world.letIn({ kind: 'staff', login: `clerk-${order}`, label: 'clerk', pool })
})
afterAll(() => world.close())

/** Numbers from 0 below 1, the same for the same seed. */
function drawing(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** A settlement that stands. */
interface Standing {
  readonly id: string
  readonly hospital: string
  readonly serials: readonly string[]
}

/** Settles, takes back and refunds at random, a day a step. */
async function live(order: Order, person: WorldPerson, { draw, from, days }: Living): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  let standing: Standing[] = []
  for (let day = 0; day < days; day += 1) {
    const at = Temporal.PlainDate.from(from).add({ days: day })
    if (at.equals('2027-01-02')) await closeYear(order)
    world.time.now = Temporal.Instant.from(`${at.toString()}T10:00:00+08:00`)
    const place = draw() < 0.6 ? standing.length - 1 : Math.floor(draw() * standing.length)
    const one = standing[place]
    const what = one === undefined || draw() < 0.5 ? 'settle' : draw() < 0.6 ? 'reverse' : 'refund'
    const hospital = one === undefined || what === 'settle' ? hospitalOf(order, draw() < 0.5 ? 1 : 2) : one.hospital
    const answer = await step(what, { person, hospital, one, draw, at })
    done[`${what} ${answer.__typename}`] = (done[`${what} ${answer.__typename}`] ?? 0) + 1
    const rest = what === 'refund' ? answer.settlement : what === 'settle' ? answer : null
    if (answer.__typename === 'Settlement' || answer.__typename === 'Refund')
      standing = what === 'settle' ? standing : standing.filter((other) => other !== one)
    if (rest?.id !== undefined)
      standing.push({ id: rest.id, hospital, serials: rest.lines?.map((line: Data) => line.serial) ?? ['1', '2'] })
  }
  return done
}

interface Living {
  readonly draw: () => number
  readonly from: string
  readonly days: number
}

interface Step {
  readonly person: WorldPerson
  readonly hospital: string
  readonly one: Standing | undefined
  readonly draw: () => number
  readonly at: Temporal.PlainDate
}

function step(what: string, { person, hospital, one, draw, at }: Step): Promise<Data> {
  if (one === undefined || what === 'settle') {
    const lines = [4, 2].map((quantity) => ({ code: CLASS_A, price: Math.round(draw() * 9000) / 100 + 1, quantity }))
    return world.settle(hospital, person, lines, { begin: `${at.toString()}T08:00:00+08:00` })
  }
  if (what === 'reverse') return world.reverse(hospital, one.id)
  const serial = one.serials[Math.floor(draw() * one.serials.length)] ?? '1'
  const keys = { chargeBatch: `R-${one.id.slice(-12)}`, invoice: `R-${one.id.slice(-12)}` }
  return world.refund(hospital, one.id, { lines: [{ serial, quantity: '1' }], ...keys })
}

const closeYear = (order: Order) =>
  world.admin.query(`
    insert into settlement.closed_period values ('YEAR', '${POOLS[order]}', '310', '2026', 'test', now())
    on conflict do nothing;
    update settlement.closing_version set version = version + 1`)

const START = `mutation ($requestId: ID!, $draft: String!, $from: Date!, $to: Date!) {
  startPolicyImpact(requestId: $requestId, draft: $draft, from: $from, to: $to) {
    __typename ... on PolicyImpact { id } ... on Rejection { code problems { path } } } }`
const IMPACT = `query ($id: ID!) { policyImpact(id: $id) { ... on PolicyImpact {
  state total payers { payer amounts { before after difference } } persons { gain lose unchanged refused }
  gains { settlement { id } } losses { settlement { id } burden { difference } } refusals { code } } } }`

async function tried(order: Order, draft: string, period: { from: string; to: string }): Promise<Data> {
  const clerk = `clerk-${order}`
  const { startPolicyImpact: started } = await world.as(clerk, START, {
    requestId: world.requestId(),
    draft,
    ...period,
  })
  expect(started).toMatchObject({ __typename: 'PolicyImpact' })
  const services = { db: world.platform.databases.settlement, clock: () => world.time.now }
  const asked = async () => (await world.as(clerk, IMPACT, { id: started.id })).policyImpact
  for (let n = 0; n < 20 && (await asked()).state !== 'DONE'; n += 1) await advancePolicyImpacts(services)
  return asked()
}

async function fileOf(order: Order): Promise<string> {
  const names = await readdir(FOLDER)
  return readFile(join(FOLDER, names.find((name) => name.startsWith(POOLS[order])) ?? ''), 'utf8')
}

describe.each(ORDERS)('%s', (order) => {
  test('the draft that is in force gives what was settled, to the fen', async () => {
    const done: Record<string, number>[] = []
    for (let n = 0; n < 4; n += 1) {
      await world.admin.query('delete from settlement.closed_period')
      const person = await world.addInsured(order, n * 300)
      done.push(await live(order, person, { draw: drawing(77 + n), from: '2026-11-25', days: 60 }))
    }
    const kinds = done.flatMap((one) => Object.keys(one))
    for (const kind of ['settle Settlement', 'reverse Settlement', 'refund Refund']) expect(kinds).toContain(kind)
    const { rows } = await world.admin.query<{ anew: number; kept: number; rests: number }>(
      `select count(*) filter (where reverses is not null and input is not null)::int as anew,
         count(*) filter (where reverses is not null and keeps_counters)::int as kept,
         count(*) filter (where replaces is not null and keeps_counters)::int as rests
       from settlement.settlement where pool = $1`,
      [POOLS[order]],
    )
    const [{ anew, kept, rests } = { anew: 0, kept: 0, rests: 0 }] = rows
    expect([anew > 0, kept > 0, rests > 0]).toEqual([order === 'RECOMPUTED', true, true])

    world.time.now = Temporal.Instant.from('2027-02-01T10:00:00+08:00')
    // With all of it in the period, and with a part of it before.
    for (const from of ['2026-11-01', '2026-12-10', '2026-12-28', '2027-01-05']) {
      const found = await tried(order, await fileOf(order), { from, to: '2027-01-31' })
      expect(found, from).toMatchObject({ state: 'DONE', gains: [], losses: [], refusals: [] })
      expect(found.persons, from).toMatchObject({ gain: 0, lose: 0, refused: 0 })
      expect(found.persons.unchanged, from).toBeGreaterThan(0)
      for (const { payer, amounts } of found.payers) expect(amounts.difference, `${from} ${payer}`).toBe('0.00')
    }
  })
})

test('where reversals are reckoned anew they are under the draft too, on what the draft has the others come to', async () => {
  const [here, elsewhere] = [hospitalOf('RECOMPUTED', 1), hospitalOf('RECOMPUTED', 2)]
  const person = await world.addInsured('RECOMPUTED')
  const on = (date: string) => {
    world.time.now = Temporal.Instant.from(`${date}T10:00:00+08:00`)
    return { begin: `${date}T08:00:00+08:00` }
  }
  const a = await world.settle(here, person, 200, on('2027-03-01'))
  await world.settle(elsewhere, person, 200, on('2027-03-02'))
  on('2027-03-03')
  await world.reverse(here, a.id)
  const c = await world.settle(here, person, 1000, on('2027-03-04'))
  on('2027-03-06')
  const draft = (await fileOf('RECOMPUTED')).replace('"standard": "200"', '"standard": "150"')
  const found = await tried('RECOMPUTED', draft, { from: '2027-03-01', to: '2027-03-05' })
  // B met the deductible used up by A: 140 then and now. Without A the fund has paid B 50 × 70 % = 35 under the draft, and
  // so has 465 left of its 500 for C; in force it had paid nothing, and C reached the cap of 500.
  expect(found.losses).toEqual([{ settlement: { id: c.id }, burden: { difference: '35.00' } }])
  expect(found.persons).toEqual({ gain: 0, lose: 1, unchanged: 0, refused: 0 })
})
