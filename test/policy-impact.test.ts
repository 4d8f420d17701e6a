import { randomUUIDv7 } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '@yibao/schema/identity'
import { advancePolicyImpacts } from '@yibao/settlement/commands/policy-impact-advance'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  auditor,
  billOf,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  personOf,
  PHARMACY,
  settle,
  settleWorld,
  staff,
  type Settled,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// What was settled in November, tried under drafts of the pool's file. Before the period one person had used up part of
// the deductible; in it a bill was reversed after another had followed it.

const FILE = await readFile(join(import.meta.dirname, 'settle-policies', '620900-invented.json'), 'utf8')
const NOVEMBER = { from: '2026-11-01', to: '2026-11-30' }

let world: SettleWorld
let early: WorldPerson
let usual: WorldPerson
const settled: Record<string, Settled> = {}

const day = (date: string) => ({
  begin: `${date}T08:00:00+08:00`,
  end: `${date}T09:00:00+08:00`,
  lines: [lineOf({ time: `${date}T08:30:00+08:00` })],
})

async function settleOn(date: string, name: string, input: object, who: Identity = hospital()): Promise<void> {
  world.time.now = Temporal.Instant.from(`${date}T12:00:00+08:00`).add({ seconds: Object.keys(settled).length })
  const answer = await settle(world, name, input, who)
  expect(answer, name).toMatchObject({ __typename: 'Settlement' })
  settled[name] = answer
}

beforeAll(async () => {
  world = await settleWorld()
  early = await world.addPerson(0)
  usual = await world.addPerson(300)
  const half = { price: '6.00', amount: '60.00' }
  await settleOn('2026-10-20', 'october', {
    ...billOf(early, day('2026-10-20')),
    lines: [lineOf({ ...half, time: '2026-10-20T08:30:00+08:00' })],
    total: '60.00',
  })
  for (const n of [1, 2, 3]) await settleOn(`2026-11-0${n}`, `early-${n}`, billOf(early, day(`2026-11-0${n}`)))
  await settleOn('2026-11-04', 'taken-back', billOf(usual, day('2026-11-04')))
  await settleOn('2026-11-05', 'followed', billOf(usual, day('2026-11-05')), hospital(OTHER_HOSPITAL))
  await world.ask(hospital(), 'mutation { annul(requestId: "back", target: "taken-back") { __typename } }')
  await settleOn('2026-11-06', 'after', billOf(usual, day('2026-11-06')))
  await settleOn('2026-11-07', 'pharmacy', billOf(usual, { ...day('2026-11-07'), careType: '41' }), hospital(PHARMACY))
  world.time.now = Temporal.Instant.from('2026-11-22T10:00:00+08:00')
})
afterAll(() => world.close())
beforeEach(async () => {
  world.time.now = world.time.now.add({ seconds: 1 })
  await world.admin.query(`update settlement.impact set state = 'CANCELLED', finished_at = now()
    where state in ('QUEUED', 'RUNNING')`)
})

const SUMS = `state total done
  payers { payer amounts { before after difference } }
  persons { gain lose unchanged refused }
  gains { settlement { id } burden { before after difference } }
  losses { settlement { id } burden { before after difference } }
  byPersonType { key settlements funds { before after } burden { difference } }
  byLevel { key settlements funds { difference } }
  refusals { code message { zh en } settlements funds burden examples { id } }`
const START = `mutation ($requestId: ID!, $draft: String!, $from: Date!, $to: Date!, $asOf: Date) {
  startPolicyImpact(requestId: $requestId, draft: $draft, from: $from, to: $to, asOf: $asOf) {
    __typename ... on PolicyImpact { id state pool from to asOf total done secondsLeft }
    ... on Rejection { code problems { path code message { zh en } } } } }`
const IMPACT = `query ($id: ID!) { policyImpact(id: $id) {
  __typename ... on PolicyImpact { ${SUMS} } ... on Rejection { code } } }`
const CANCEL = `mutation ($requestId: ID!, $id: ID!) { cancelPolicyImpact(requestId: $requestId, id: $id) {
  __typename ... on PolicyImpact { state finishedAt } ... on Rejection { code } } }`

type Answer = ReturnType<typeof JSON.parse>

const start = async (change: object = {}, who: Identity = staff()): Promise<Answer> => {
  const variables = { requestId: randomUUIDv7(), draft: FILE, ...NOVEMBER, ...change }
  return (await world.ask<Answer>(who, START, variables)).startPolicyImpact
}
const impact = async (id: string, who: Identity = staff()): Promise<Answer> =>
  (await world.ask<Answer>(who, IMPACT, { id })).policyImpact
const cancel = async (id: string, who: Identity = staff()): Promise<Answer> =>
  (await world.ask<Answer>(who, CANCEL, { requestId: randomUUIDv7(), id })).cancelPolicyImpact

const services = () => ({ db: world.db, clock: () => world.time.now })

/** Tries a draft to its end. */
async function tried(change: object = {}): Promise<Answer> {
  const { id, ...rest } = await start(change)
  expect(rest).toMatchObject({ __typename: 'PolicyImpact', state: 'QUEUED' })
  await advancePolicyImpacts(services())
  return impact(id)
}

/** The pool's file with other numbers for outpatients. */
function draftWith(change: (policies: Answer[]) => Answer[]): string {
  const file = JSON.parse(FILE)
  return JSON.stringify({ ...file, policies: change(file.policies) })
}

const dearer = draftWith(([outpatient, ...others]) => {
  const [basic, account] = outpatient.payers
  const { deductible, bands, caps } = basic
  const payer = {
    ...basic,
    deductible: { ...deductible, standard: '150' },
    bands: { ...bands, table: [{ ratio: '0.80' }] },
    caps: [{ ...caps[0], amount: '300' }],
  }
  return [{ ...outpatient, payers: [payer, account] }, ...others]
})

const payerOf = ({ payers }: Answer, name: string) => payers.find((one: Answer) => one.payer === name).amounts

const shifts = (all: Answer[]) => all.map(({ settlement, burden }) => [settlement.id, burden.difference])

describe('a draft', () => {
  test('that says what is in force changes nothing, though a bill was taken back after another had followed it', async () => {
    const found = await tried()
    expect(found).toMatchObject({
      state: 'DONE',
      total: 6,
      done: 6,
      persons: { gain: 0, lose: 0, unchanged: 2, refused: 0 },
      gains: [],
      losses: [],
      refusals: [],
    })
    for (const { payer, amounts } of found.payers) expect(amounts, payer).toMatchObject({ difference: '0.00' })
    const total = Object.values(settled).filter(
      ({ id }) => id !== settled['taken-back']?.id && id !== settled['october']?.id,
    )
    const pool = total.reduce((sum, one) => sum + Number(one.pool), 0)
    expect(Number(payerOf(found, 'POOL').before)).toBeCloseTo(pool, 2)
  })

  test('is tried in order of time: what it consumes itself accumulates, from what had been consumed before', async () => {
    const found = await tried({ draft: dearer })
    // Early: 60 of the deductible gone in October. Then 110 × 80 %, 200 × 80 %, and what is left of 300: 88, 160, 52.
    // In force: 160 × 70 %, 200 × 70 %, 200 × 70 %: 112, 140, 140. The usual one: the reversed bill is counted nowhere, but
    // the one that followed it met what it had used up: 160 for 140; then the deductible is open again: 40 for 70.
    expect(payerOf(found, 'POOL')).toEqual({ before: '602.00', after: '500.00', difference: '-102.00' })
    expect(found.persons).toEqual({ gain: 0, lose: 2, unchanged: 0, refused: 0 })
    expect(shifts(found.losses)).toEqual([
      [settled['early-3']?.id, '88.00'],
      [settled['after']?.id, '30.00'],
      [settled['early-1']?.id, '24.00'],
    ])
    expect(shifts(found.gains)).toEqual([
      [settled['early-2']?.id, '-20.00'],
      [settled['followed']?.id, '-20.00'],
    ])
    expect(found.byPersonType).toEqual([
      { key: '1101', settlements: 6, funds: { before: '602.00', after: '500.00' }, burden: { difference: '102.00' } },
    ])
    expect(found.byLevel).toEqual([
      { key: 'LEVEL_2', settlements: 4, funds: { difference: '-122.00' } },
      { key: 'LEVEL_3', settlements: 1, funds: { difference: '20.00' } },
      { key: 'PHARMACY', settlements: 1, funds: { difference: '0.00' } },
    ])
  })

  test('that refuses something says what and why, and counts it nowhere else', async () => {
    const found = await tried({ draft: draftWith((all) => all.filter(({ careTypes }) => !careTypes.includes('41'))) })
    expect(found).toMatchObject({ total: 6, done: 6, persons: { unchanged: 2, refused: 0 } })
    expect(found.refusals).toMatchObject([
      {
        code: 'NO_POLICY',
        settlements: 1,
        message: { en: expect.stringContaining('care type 41') },
        burden: settled['pharmacy']?.total,
        examples: [{ id: settled['pharmacy']?.id }],
      },
    ])
    expect(found.byLevel.map(({ key }: Answer) => key)).toEqual(['LEVEL_2', 'LEVEL_3'])
  })

  test('that begins later refuses every bill of before, unless they are judged as on its day', async () => {
    const later = draftWith((all) => all.map((one) => ({ ...one, from: '2027-01-01' })))
    expect(await tried({ draft: later })).toMatchObject({
      persons: { gain: 0, lose: 0, unchanged: 0, refused: 2 },
      refusals: [
        { code: 'NO_POLICY', settlements: 5 },
        { code: 'NO_POLICY', settlements: 1 },
      ],
    })
    expect(await tried({ draft: later, asOf: '2027-01-01' })).toMatchObject({ persons: { unchanged: 2 }, refusals: [] })
  })
})

/** Every row of every table, but for what is noted of trials and of who asked. */
const dump = async () => {
  const { rows: tables } = await world.admin.query<{ name: string }>(`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('settlement', 'insured', 'institutions', 'cross_province')
      and tablename not in ('impact', 'impact_person', 'request', 'access_log') order by 1`)
  const texts: Record<string, unknown[]> = {}
  for (const { name } of tables)
    texts[name] = (await world.admin.query(`select t::text as row from ${name} t order by 1`)).rows
  return texts
}

test('nothing else in the database changes', async () => {
  const before = await dump()
  expect(Object.keys(before).length).toBeGreaterThan(20)
  expect(before['settlement.account']).not.toEqual([])
  await tried({ draft: dearer })
  expect(await dump()).toEqual(before)
})

const chunk = () => advancePolicyImpacts(services(), { persons: 1, milliseconds: 0 })

describe('progress', () => {
  test('stands after each chunk, and other processes go on from there, together and each chunk once', async () => {
    const whole = await tried({ draft: dearer })
    world.time.now = world.time.now.add({ seconds: 1 })
    const { id } = await start({ draft: dearer })
    await chunk()
    expect(await impact(id)).toMatchObject({ state: 'RUNNING', total: 6, done: 0 })
    await chunk()
    expect(await impact(id)).toMatchObject({ state: 'RUNNING', total: 6, done: 3 })
    for (let n = 0; n < 4; n += 1) await Promise.all([chunk(), chunk(), chunk()])
    expect(await impact(id)).toEqual(whole)
    expect((await world.admin.query('select 1 from settlement.impact_person')).rows).toEqual([])
  })

  test('ends when it is cancelled, and another draft may be tried', async () => {
    const { id } = await start()
    expect(await start()).toMatchObject({ __typename: 'NotAllowed', code: 'IMPACT_RUNNING' })
    await chunk()
    await chunk()
    expect(await cancel(id)).toMatchObject({ state: 'CANCELLED', finishedAt: expect.any(String) })
    expect(await cancel(id)).toMatchObject({ state: 'CANCELLED' })
    const stopped = await impact(id)
    await advancePolicyImpacts(services())
    expect(await impact(id)).toEqual(stopped)
    const next = await start()
    await advancePolicyImpacts(services())
    expect(await cancel(next.id)).toMatchObject({ code: 'IMPACT_OVER' })
    expect((await world.admin.query('select 1 from settlement.impact_person')).rows).toEqual([])
  })

  test('ends as failed when trying fails again and again', async () => {
    const { id } = await start()
    await world.admin.query(`update settlement.impact set draft = 'broken' where id = $1`, [id])
    await advancePolicyImpacts(services())
    expect(await impact(id)).toMatchObject({ state: 'FAILED', done: 0 })
  })
})

test('while a draft is tried no other is even read, but the same request finds its trial', async () => {
  const requestId = randomUUIDv7()
  const { id } = await start({ requestId })
  expect(await start({ draft: 'broken' })).toMatchObject({ __typename: 'NotAllowed', code: 'IMPACT_RUNNING' })
  const long = ' '.repeat(1024 * 1024 + 1)
  expect(await start({ draft: long })).toMatchObject({ __typename: 'InvalidInput', problems: [{ code: 'TOO_LONG' }] })
  expect(await start({ requestId })).toMatchObject({ id })
  await cancel(id)
})

test('the same request is the same trial; another draft under its id is refused', async () => {
  const requestId = randomUUIDv7()
  const { id } = await start({ requestId })
  expect(await start({ requestId })).toMatchObject({ id, state: 'QUEUED', ...NOVEMBER, asOf: null, pool: '620900' })
  expect(await start({ requestId, to: '2026-11-29' })).toMatchObject({ __typename: 'RequestReused' })
})

test('is seen by the bureau of the pool and by auditors, and by nobody else', async () => {
  const { id } = await start()
  await advancePolicyImpacts(services())
  expect(await impact(id, auditor)).toMatchObject({ state: 'DONE' })
  expect(await impact(id, staff('620100'))).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' })
  expect(await impact('none')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await cancel(id, staff('620100'))).toMatchObject({ code: 'NOT_FOUND' })
  for (const who of [hospital(), personOf(usual.insuredId)]) await expect(impact(id, who)).rejects.toThrow('FORBIDDEN')
  await expect(start({}, auditor)).rejects.toThrow('FORBIDDEN')
})

test('a draft that is wrong is refused with place and reason', async () => {
  const draft = draftWith(([first, ...others]) => [{ ...first, careTypes: [] }, ...others])
  expect(await start({ draft, to: '2026-10-31' })).toMatchObject({
    __typename: 'InvalidInput',
    problems: [{ path: 'from' }, { path: 'draft.policies[0].careTypes', message: { zh: expect.any(String) } }],
  })
})
