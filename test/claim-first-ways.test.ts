import { randomUUID } from 'node:crypto'
import { readFacts } from '@yibao/settlement/store/read-facts'
import { keyOf, readOwnBill, readSnapshot, receive } from '@yibao/settlement/commands/settle'
import { verify } from '@yibao/settlement/commands/verify'
import { createContext } from '@yibao/settlement/context'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, servicesOf, settleDecided, takeBackDecided } from './claim-world.ts'
import { LINE, PLACE } from './exchange-world.ts'
import { orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { billOf, HOSPITAL, hospital, lineOf, OTHER_HOSPITAL, settle, type WorldPerson } from './settle-world.ts'
import { fresh, DOCUMENTS } from './visit-world.ts'
import type { ClaimContent } from '@yibao/settlement/domain/claim'

// A claim was settled, and then the hospital settles: whichever way it does, the same care is not paid twice.

let world: OrderWorld
beforeAll(async () => {
  world = await orderWorld()
})
afterAll(async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  await world.close()
})
beforeEach(() => {
  world.time.now = world.time.now.add({ seconds: 1 })
})

const DAY = '2026-11-22'
const at = (institution: string) => ({
  place: { institution, name: `机构 ${institution}`, division: '620900', level: null, designated: true },
})
/** A claim of 200 yuan of the day at the hospital that names no visit, settled. */
async function claimed(person: WorldPerson, content: Partial<ClaimContent> = {}): Promise<string> {
  const lines = [claimLine({ time: DAY })]
  const id = await decidedClaim(world, person, {
    content: { ...at(HOSPITAL), begin: DAY, end: DAY, lines, ...content },
  })
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED' })
  return id
}
const stayOf = (begin: string, end: string, where = HOSPITAL) => ({
  ...at(where),
  careType: '21',
  begin,
  end,
  total: '2000.00',
  lines: [claimLine({ price: '200.00', amount: '2000.00', time: begin })],
})
const billedStay = (person: WorldPerson, begin: string, end = DAY) =>
  billOf(person, {
    careType: '21',
    begin: `${begin}T08:00:00+08:00`,
    end: `${end}T09:00:00+08:00`,
    total: '1000.00',
    lines: [lineOf({ price: '100.00', amount: '1000.00', time: `${end}T08:30:00+08:00` })],
  })
const settled = { __typename: 'Settlement' }
const refusedAt = (path: string) => ({ code: 'CLAIMED', problems: [{ path, code: 'CLAIMED' }] })

test('care of the same day and total at the same hospital is neither settled nor tried, quoted, converted or ordered', async () => {
  const person = await world.addPerson(30)
  await claimed(person)
  const refused = refusedAt('total')
  expect(await settle(world, fresh('S'), billOf(person))).toMatchObject(refused)
  const converts = { invoice: fresh('P'), paidAt: '2026-11-22T09:00:00+08:00', paid: '200.00' }
  expect(await settle(world, fresh('S'), billOf(person, { converts }))).toMatchObject(refused)
  const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { __typename
    ... on Rejection { code problems { path code } } } }`
  const { trial } = await world.ask<Answer>(hospital(), TRIAL, { input: billOf(person) })
  expect(trial).toMatchObject(refused)
  expect(await world.create(person)).toMatchObject({ code: 'CLAIMED' })
})

test('an order that waits for the money when the claim is settled is not settled as well', async () => {
  const person = await world.addPerson(30)
  const order = await world.create(person)
  expect(order).toMatchObject({ state: 'UNPAID' })
  await claimed(person)
  expect(await world.authorise(person, order.id)).not.toMatchObject({ state: 'SETTLED' })
})

test('a bill that the platform of another province sends for its hospital is refused as one of here is', async () => {
  const person = await world.addPerson()
  const place = { institution: 'H51010000001', name: PLACE.name, division: '510100', level: null, designated: true }
  await claimed(person, { place, emergency: true })
  const reserve = async (change: object = {}) => {
    const { credential, operator, ...rest } = billOf(person, { emergency: true, ...change })
    const bill = {
      ...rest,
      institution: place.institution,
      credential: { ...credential, kind: '02' },
      operator: { ...operator, terminal: '1' },
      confirmWithin: 10,
    }
    const message = { exchange: randomUUID(), bill, place: PLACE, lines: [LINE] }
    return world.internal('exchange.reserve', { province: '51', message })
  }
  expect(await reserve()).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'CLAIMED', problems: [{ path: 'total' }] },
  })
})

test('a visit in other letters, with or without hyphens, is the one that was claimed', async () => {
  const person = await world.addPerson()
  await claimed(person, { visit: 'MZ-0007a', chargeBatch: 'B1' })
  for (const visit of ['mz-0007A', 'MZ0007A', 'mz/0007-a'])
    expect(await settle(world, fresh('S'), billOf(person, { visit, total: '100.00', lines: [half] }))).toMatchObject(
      refusedAt('visit'),
    )
})
const half = lineOf({ quantity: '5', amount: '100.00' })

test('a stay over days that were claimed is not settled, here or elsewhere; on the day of a transfer it is', async () => {
  const person = await world.addPerson()
  await claimed(person, stayOf('2026-11-10', '2026-11-18', OTHER_HOSPITAL))
  expect(await settle(world, fresh('S'), billedStay(person, '2026-11-17'))).toMatchObject(refusedAt('begin'))
  expect(await settle(world, fresh('S'), billedStay(person, '2026-11-18'))).toMatchObject(settled)
  expect(await settle(world, fresh('S'), billedStay(person, '2026-11-08', '2026-11-10'))).toMatchObject(settled)
})

test('a stay that is uploaded line by line is refused when it is settled, as the visit it is', async () => {
  const person = await world.addPerson()
  await claimed(person, stayOf('2026-11-10', '2026-11-18'))
  const visit = fresh('ZY')
  const ask = async (name: 'openVisit' | 'uploadLines' | 'discharge' | 'settleVisit', input: object) =>
    (await world.ask<Answer>(hospital(), DOCUMENTS[name], { requestId: fresh('r'), input }))[name]
  const credential = { kind: 'IDENTITY_CARD', value: person.identityNumber }
  const operator = { code: 'op1', terminal: 'COUNTER' }
  const diagnoses = [{ code: 'J00', name: '急性鼻咽炎' }]
  const begin = '2026-11-12T08:00:00+08:00'
  const stay = { visit, credential, operator, careType: '21', begin, department: 'D01', bed: '1', diagnoses }
  expect(await ask('openVisit', stay)).toMatchObject({ __typename: 'Visit' })
  expect(await ask('uploadLines', { visit, lines: [lineOf({ time: '2026-11-13T08:00:00+08:00' })] })).toMatchObject({
    accepted: 1,
  })
  const end = { visit, end: '2026-11-18T09:00:00+08:00', way: 'ON_ORDER', diagnoses }
  expect(await ask('discharge', end)).toMatchObject({ __typename: 'Visit' })
  const bill = {
    visit,
    credential,
    operator,
    chargeBatch: 'B1',
    invoice: fresh('F'),
    useAccount: false,
    total: '200.00',
  }
  expect(await ask('settleVisit', bill)).toMatchObject({ code: 'CLAIMED' })
})

test('what looks alike is settled, and the claim and its agency say so in the same moment', async () => {
  const person = await world.addPerson()
  const id = await claimed(person)
  const { version } = await claimRow(world, id)
  const direct = await settle(world, fresh('S'), billOf(person, { total: '100.00', lines: [half] }))
  expect(direct).toMatchObject(settled)
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', version: version + 1 })
  const { rows: events } = await world.admin.query(
    `select kind, data, words ->> 'zh' as zh from settlement.claim_event where claim_id = $1 order by seq desc limit 1`,
    [id],
  )
  expect(events).toMatchObject([{ kind: 'SETTLED_BESIDE', data: { code: 'SETTLED_BESIDE', settlement: direct.id } }])
  const { rows: told } = await world.admin.query(
    `select payload from settlement.outbox where payload ->> 'template' = 'claim.settled-beside'
       and payload -> 'data' ->> 'number' = (select number from settlement.claim where id = $1)`,
    [id],
  )
  expect(told).toMatchObject([{ payload: { to: { kind: 'staff', pool: '620900' } } }])
  // Another day, another hospital: nothing is said.
  const other = { begin: '2026-11-21T08:00:00+08:00', end: '2026-11-21T09:00:00+08:00' }
  const line = lineOf({ time: '2026-11-21T08:30:00+08:00' })
  expect(await settle(world, fresh('S'), billOf(person, { ...other, lines: [line] }))).toMatchObject(settled)
  const elsewhere = billOf(person, { total: '100.00', lines: [half] })
  expect(await settle(world, fresh('S'), elsewhere, hospital(OTHER_HOSPITAL))).toMatchObject(settled)
  expect(await claimRow(world, id)).toMatchObject({ version: version + 1 })
})

test('a claim that was taken back is no obstacle, and is not settled again beside what came in between', async () => {
  const person = await world.addPerson()
  const id = await claimed(person)
  expect(await settle(world, fresh('S'), billOf(person))).toMatchObject(refusedAt('total'))
  await takeBackDecided(world, id)
  expect(await settle(world, fresh('S'), billOf(person))).toMatchObject(settled)
  await world.admin.query(`update settlement.claim set state = 'SETTLING' where id = $1`, [id])
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'ACCEPTED', settlement_id: null })
})

test('a claim and a bill of the same care at once, in two processes: one of both is settled', async () => {
  const other = await world.open()
  for (let round = 0; round < 12; round += 1) {
    const person = await world.addPerson()
    const content = { ...at(HOSPITAL), begin: DAY, end: DAY, lines: [claimLine({ time: DAY })] }
    const id = await decidedClaim(world, person, { content })
    const [answer] = await Promise.all([
      settle(round % 2 === 0 ? world : other, fresh('S'), billOf(person)),
      settleDecided(world, id),
    ])
    const { state } = await claimRow(world, id)
    expect([answer.code ?? answer.__typename, state]).toEqual(
      state === 'APPROVED' ? ['CLAIMED', 'APPROVED'] : ['Settlement', 'ACCEPTED'],
    )
  }
  await other.close()
})

test('a claim and a bill that looks alike at once: whoever was second says so', async () => {
  const other = await world.open()
  for (let round = 0; round < 6; round += 1) {
    const person = await world.addPerson()
    const content = { ...at(HOSPITAL), begin: DAY, end: DAY, lines: [claimLine({ time: DAY })] }
    const id = await decidedClaim(world, person, { content })
    const bill = billOf(person, { total: '100.00', lines: [half] })
    const [answer] = await Promise.all([settle(other, fresh('S'), bill), settleDecided(world, id)])
    expect(answer).toMatchObject(settled)
    const { rows } = await world.admin.query(
      `select state, data ->> 'code' as code from settlement.claim_event where claim_id = $1 order by seq desc limit 1`,
      [id],
    )
    expect(rows).toMatchObject([{ code: 'SETTLED_BESIDE' }])
  }
  await other.close()
})

test('of a person without settled claims a bill is decided on one read, of one with some on two', async () => {
  const [person, claimant] = [await world.addPerson(), await world.addPerson()]
  await claimed(claimant, { begin: '2026-11-01', end: '2026-11-01', lines: [claimLine({ time: '2026-11-01' })] })
  const services = servicesOf(world)
  const counted = async (who: WorldPerson): Promise<number> => {
    let reads = 0
    const hot = {
      unsafe: <Row>(text: string, args?: readonly unknown[]) => ((reads += 1), world.db.hot.unsafe<Row>(text, args)),
    }
    const context = createContext(services, hospital(), 'trace-1')
    const input = {
      ...billOf(who),
      credential: { kind: '02', value: who.identityNumber },
      operator: { code: 'op1', terminal: '1' },
    }
    const bill = readOwnBill(input, HOSPITAL, world.time.now)
    const key = keyOf(context, bill, receive(context, '', input), null)
    const facts = await readSnapshot({ ...context, readFacts: (one) => readFacts(hot, one) }, bill, key)
    expect(facts.credential?.insuredId).toBe(who.insuredId)
    return reads
  }
  expect(await counted(person)).toBe(1)
  expect(await counted(claimant)).toBe(2)
})
