import { settleWaitingClaims } from '@yibao/settlement/commands/claim-settle'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, servicesOf, settleDecided, takeBackDecided } from './claim-world.ts'
import {
  AWAY_HOSPITAL,
  billOf,
  HOSPITAL,
  lineOf,
  personOf,
  settle,
  settleWorld,
  type SettleWorld,
} from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const proven = async () => expect((await verify(world.db, () => {})).mismatches).toEqual([])

const SETTLEMENT = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  institutionCode total selfPaid inScope deductible pool fundTotal account cash claimId
  lines { serial code name selfPaid inScope } funds { payer paid }
  explanation { lines { serial step { rule text { zh } formula } parts { rule formula } } }
} } }`

const lastEvent = async (id: string) => {
  const { rows } = await world.admin.query<{ kind: string; state: string; data: Record<string, unknown> }>(
    'select kind, state, data from settlement.claim_event where claim_id = $1 order by seq desc limit 1',
    [id],
  )
  return rows[0]
}

const shown = async (insuredId: string, id: string) => {
  const { settlement_id: settlement } = await claimRow(world, id)
  const answer = await world.ask<{ settlement: Record<string, unknown> }>(personOf(insuredId), SETTLEMENT, {
    id: settlement,
  })
  return answer.settlement
}

test('a claim that was decided is settled by the split of a bill, and the person is owed what the funds give', async () => {
  const person = await world.addPerson(100)
  const id = await decidedClaim(world, person)
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', version: 5, owed: '7000', paid: '0' })
  expect(await shown(person.insuredId, id)).toMatchObject({
    institutionCode: 'N62090000000',
    total: '200.00',
    deductible: '100.00',
    fundTotal: '70.00',
    account: '0.00',
    cash: '130.00',
    claimId: id,
  })
  const { rows } = await world.admin.query(
    `select account, amount from settlement.ledger_entry e join settlement.claim c on c.settlement_id = e.group_id
     where c.id = $1 order by account`,
    [id],
  )
  expect(rows).toEqual([
    { account: 'fund:620900:310:310100', amount: '-7000' },
    { account: 'payable:claim:620900', amount: '7000' },
  ])
  await proven()
})

test('what is paid of a claim is what a direct settlement of the same care would have paid', async () => {
  const [direct, claimed] = [await world.addPerson(0), await world.addPerson(0)]
  const lines = [
    lineOf({ code: 'XB01' }),
    lineOf({ serial: '2', code: 'XC01', price: '3.33', quantity: '3', amount: '9.99' }),
  ]
  const settled = await settle(world, 'direct', billOf(direct, { lines, total: '209.99' }))
  const place = { institution: HOSPITAL, name: '县医院', division: '620900', level: null, designated: true }
  const content = {
    place,
    total: '209.99',
    lines: [
      claimLine({ code: 'XB01' }),
      claimLine({ serial: '2', code: 'XC01', price: '3.33', quantity: '3', amount: '9.99' }),
    ],
  }
  const id = await decidedClaim(world, claimed, { content })
  await settleDecided(world, id)
  const { total, inScope, deductible, fundTotal, cash } = settled
  const names = { institutionCode: HOSPITAL, total, inScope, deductible, fundTotal, cash }
  expect(await shown(claimed.insuredId, id)).toMatchObject(names)
})

test('a line that was reduced or denied is the person’s, and the explanation says why', async () => {
  const person = await world.addPerson(0)
  const lines = ['1', '2', '3'].map((serial) => claimLine({ serial }))
  const reviews = [
    { serial: '1', outcome: 'REDUCED' as const, amount: 15_000, reason: '超出疗程' },
    { serial: '2', outcome: 'DENIED' as const, amount: 0, reason: '与诊断不符' },
  ]
  const id = await decidedClaim(world, person, { content: { lines, total: '600.00' }, reviews })
  await settleDecided(world, id)
  const found = await shown(person.insuredId, id)
  expect(found).toMatchObject({
    selfPaid: '250.00',
    inScope: '350.00',
    fundTotal: '175.00',
    lines: [
      { serial: '1', selfPaid: '50.00', inScope: '150.00' },
      { serial: '2', selfPaid: '200.00', inScope: '0.00' },
      { serial: '3', selfPaid: '0.00', inScope: '200.00' },
    ],
  })
  expect(found).toMatchObject({
    explanation: {
      lines: [
        { step: { rule: 'REVIEWED', text: { zh: '经办审核核减：超出疗程' } } },
        { step: { rule: 'REVIEWED', text: { zh: '经办审核核减：与诊断不符' } } },
        { step: { rule: 'SPLIT' } },
      ],
    },
  })
  expect(await claimRow(world, id)).toMatchObject({ owed: '17500' })
  await proven()
})

test('a line is settled as the item its reviewer found it to be', async () => {
  const person = await world.addPerson(0)
  const lines = [claimLine({ code: null })]
  const id = await decidedClaim(world, person, {
    content: { lines },
    reviews: [{ serial: '1', outcome: 'APPROVED', amount: 20_000, code: 'XB01' }],
  })
  await settleDecided(world, id)
  expect(await shown(person.insuredId, id)).toMatchObject({ lines: [{ code: 'XB01', inScope: '180.00' }] })
})

test('the deductible and the cap are those of the benefit year of the care, and of no other', async () => {
  const person = await world.addPerson(0)
  const day = { begin: '2025-12-20', end: '2025-12-20' }
  const last = { content: { ...day, lines: [claimLine({ time: '2025-12-20' })] } }
  const first = await decidedClaim(world, person, last)
  await settleDecided(world, first)
  expect(await shown(person.insuredId, first)).toMatchObject({ deductible: '100.00', fundTotal: '70.00' })
  expect(await settle(world, 'this-year', billOf(person))).toMatchObject({ deductible: '100.00', fundTotal: '70.00' })
  const second = await decidedClaim(world, person, last)
  await settleDecided(world, second)
  expect(await shown(person.insuredId, second)).toMatchObject({ deductible: '0.00', fundTotal: '140.00' })
  await proven()
})

test('a stay that is claimed is an admission of its year', async () => {
  const person = await world.addPerson(0)
  const stay = { careType: '21', begin: '2026-11-10', end: '2026-11-15', total: '2000.00' }
  const lines = [claimLine({ price: '200.00', amount: '2000.00', time: '2026-11-11' })]
  const id = await decidedClaim(world, person, { content: { ...stay, lines } })
  await settleDecided(world, id)
  expect(await shown(person.insuredId, id)).toMatchObject({ deductible: '800.00', fundTotal: '1020.00' })
  const later = { careType: '21', begin: '2026-11-18T08:00:00+08:00', total: '2000.00' }
  const bill = billOf(person, { ...later, lines: [lineOf({ price: '200.00', amount: '2000.00' })] })
  expect(await settle(world, 'later-stay', bill)).toMatchObject({ deductible: '400.00' })
  await proven()
})

test('care elsewhere is settled by the catalogue at home, as it was filed until the claim is settled', async () => {
  const person = await world.addPerson(0)
  const place = { institution: AWAY_HOSPITAL, name: '省医院', division: '620100', level: null, designated: true }
  const id = await decidedClaim(world, person, { content: { place, lines: [claimLine({ code: 'XB01' })] } })
  await settleDecided(world, id)
  // The pool pays nothing of what was not filed.
  expect(await claimRow(world, id)).toMatchObject({ state: 'ACCEPTED', version: 5, owed: '0', settlement_id: null })
  expect(await lastEvent(id)).toMatchObject({ kind: 'NOT_SETTLED', data: { code: 'CROSS_AREA_REFUSED' } })
  await world.admin.query(
    `insert into cross_province.filing (insured_id, filing_id, pool, insurance_type, type, ground, destination, begin_on,
       evidence, home_use, rules, filed_at, effective_from, stage, decided_at)
     values ($1, gen_random_uuid(), '620900', '310', 'LONG_TERM', 'RESIDENT_ELSEWHERE', '6201', '2026-11-01', 'x', 'BOTH',
       'x', '2026-11-22', '2026-11-22', 'CONFIRMED', '2026-11-22')`,
    [person.insuredId],
  )
  await world.admin.query(`update settlement.claim set state = 'SETTLING', version = 6 where id = $1`, [id])
  await settleDecided(world, id)
  // At home the first self-payment of class B is 10 %, there 20 %.
  expect(await shown(person.insuredId, id)).toMatchObject({ lines: [{ inScope: '180.00' }], deductible: '100.00' })
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', version: 7, owed: '5600' })
})

test('what cannot be settled as it was decided goes back to its reviewer with the reason, and moves nothing', async () => {
  const person = await world.addPerson(0)
  const unknown = await decidedClaim(world, person, { content: { lines: [claimLine({ code: null })] } })
  const stranger = await decidedClaim(world, person, { pool: '620200' })
  for (const id of [unknown, stranger]) await settleDecided(world, id)
  expect(await lastEvent(unknown)).toMatchObject({ state: 'ACCEPTED', data: { code: 'UNKNOWN_ITEM' } })
  expect(await lastEvent(stranger)).toMatchObject({ state: 'ACCEPTED', data: { code: 'NOT_COVERED' } })
  await proven()
})

test('a claim of a visit that was settled directly meanwhile is not paid as well', async () => {
  const person = await world.addPerson(0)
  const bill = billOf(person)
  expect(await settle(world, 'meanwhile', bill)).toMatchObject({ __typename: 'Settlement' })
  const place = { institution: HOSPITAL, name: '县医院', division: '620900', level: null, designated: true }
  const id = await decidedClaim(world, person, { content: { place } })
  const visit = JSON.stringify({ visit: bill.visit, chargeBatch: 'B7' })
  await world.admin.query('update settlement.claim set content = content || $2::jsonb where id = $1', [id, visit])
  await settleDecided(world, id)
  expect(await lastEvent(id)).toMatchObject({ state: 'ACCEPTED', data: { code: 'ALREADY_SETTLED' } })
})

test('however many settle a claim at once, it is settled once', async () => {
  const person = await world.addPerson(0)
  const other = await world.open()
  const processes = [world, { ...world, db: other.db }]
  const ids: string[] = []
  for (let i = 0; i < 3; i += 1) ids.push(await decidedClaim(world, person))
  const tries = Array.from({ length: 24 }, (_, i) => settleDecided(processes[i % 2] ?? world, ids[i % 3] ?? ''))
  await Promise.all([...tries, settle(world, 'beside', billOf(person))])
  for (const id of ids) expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', version: 5 })
  const { rows: settled } = await world.admin.query(
    'select count(*)::int as count from settlement.settlement where claim_id = any($1)',
    [ids],
  )
  expect(settled).toEqual([{ count: 3 }])
  await other.close()
  await proven()
})

test('a claim whose settlement nobody wrote is gone on with by the platform', async () => {
  const person = await world.addPerson(0)
  const id = await decidedClaim(world, person)
  await world.admin.query('update settlement.claim set changed_at = $2 where id = $1', [id, world.time.now.toString()])
  await settleWaitingClaims(servicesOf(world))
  expect(await claimRow(world, id)).toMatchObject({ state: 'SETTLING' })
  world.time.now = world.time.now.add({ minutes: 1 })
  await settleWaitingClaims(servicesOf(world))
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', owed: '7000' })
})

test('a claim that cannot be settled as its time to pay runs already is not tried again and again, and says why', async () => {
  const id = await decidedClaim(world, await world.addPerson())
  await world.admin.query(
    `insert into settlement.claim_clock (insured_id, claim_id, kind, started_at, days, due_on, runs)
     select insured_id, id, 'PAYMENT', now() - interval '1 day', 10, '2026-12-07', '[]' from settlement.claim where id = $1`,
    [id],
  )
  await expect(settleDecided(world, id)).rejects.toMatchObject({ cause: { constraint: 'claim_clock_runs_once' } })
  expect(await claimRow(world, id)).toMatchObject({ state: 'SETTLING', settlement_id: null })
  await world.admin.query('delete from settlement.claim_clock where claim_id = $1', [id])
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED' })
})

test('what is taken back frees the counters, leaves nothing owed and is settled anew as it is decided then', async () => {
  const person = await world.addPerson(0)
  const content = { lines: [claimLine()] }
  const reviews = [{ serial: '1', outcome: 'REDUCED' as const, amount: 15_000, reason: '超出疗程' }]
  const id = await decidedClaim(world, person, { content, reviews })
  await settleDecided(world, id)
  const first = await claimRow(world, id)
  expect(first).toMatchObject({ state: 'APPROVED', owed: '3500' })
  await takeBackDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'ACCEPTED', version: 6, owed: '0', settlement_id: null })
  await proven()
  await world.admin.query('delete from settlement.claim_line_review where claim_id = $1', [id])
  await world.admin.query(`update settlement.claim set state = 'SETTLING', version = 7 where id = $1`, [id])
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', version: 8, owed: '7000' })
  expect((await claimRow(world, id)).settlement_id).not.toBe(first.settlement_id)
  await proven()
})

test('a verification finds what a claim is owed too much, and a settlement nobody has claimed', async () => {
  const person = await world.addPerson(0)
  const id = await decidedClaim(world, person)
  await settleDecided(world, id)
  const found = async (change: string, back: string) => {
    await world.admin.query(change, [id])
    const { mismatches } = await verify(world.db, () => {})
    await world.admin.query(back, [id])
    return mismatches.map(({ table }) => table)
  }
  const claim = 'update settlement.claim set'
  const owed = await found(`${claim} owed = owed + 1 where id = $1`, `${claim} owed = owed - 1 where id = $1`)
  expect(owed).toContain('settlement.claim')
  const undone = await found(`${claim} state = 'ACCEPTED' where id = $1`, `${claim} state = 'APPROVED' where id = $1`)
  expect(undone).toContain('settlement.claim')
  await proven()
})
