import { randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { declareMonth, employ, OWN_BASES } from './employer-gateway.ts'
import { change, ENROLMENTS_OF, fresh } from './enrolment-gateway.ts'
import { merge, PURSE } from './merge-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { ANNUL, BIND, ME, REGISTER_DISEASE, VOUCHER } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Two records of one person become one: no money is lost or doubled, and nothing that was ever done is out of sight.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
const [HOSPITAL, CLERK] = ['H62990000001', 'clerk-629900']
const employee = { pool: '629900', insuranceType: '310', personType: '1101' }

interface Pair {
  readonly from: WorldPerson
  readonly into: WorldPerson
}

const MOVEMENTS = `{ me { account { movements(first: 5) {
  ... on AccountMovementConnection { edges { node { kind amount merged } } } } } } }`

const account = (current: number) => ({ account: { pool: '629900', current, history: 1 } })

/** A person with an old record, insured until October, and a new one. */
async function twoRecords(more: { from?: object; into?: object } = {}): Promise<Pair> {
  const from = { enrolments: [{ ...employee, beginOn: '2020-01-01', endOn: '2026-10-31' }], ...account(1000) }
  const into = { enrolments: [{ ...employee, beginOn: '2026-11-01' }], ...account(50) }
  return {
    from: await world.addPerson({ ...from, ...more.from }),
    into: await world.addPerson({ ...into, ...more.into }),
  }
}

async function settleFor(person: WorldPerson, day: string): Promise<Data> {
  const input = bill({ card: person.cardNumber, begin: `${day}T08:00:00+08:00` })
  return (await world.as(HOSPITAL, SETTLE, { requestId: fresh('s'), input })).settle
}
const ids = ({ from, into }: Pair) => ({ from: from.insuredId, into: into.insuredId })
const purseOf = async (who: string, id: string): Promise<Data> => (await world.as(who, PURSE, { id })).insured
/** What a process of settlement does each second; here at once, and in as many processes as are wanted. */
const moveMoney = (processes = 1) =>
  Promise.all(
    Array.from({ length: processes }, () =>
      mergePersons({
        db: world.platform.databases.settlement,
        clock: () => world.time.now,
        newId: createStamp(randomUUIDv7),
      }),
    ),
  )
const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
const counters = (purse: Data): Record<string, number> =>
  Object.fromEntries(purse.accumulators.map((one: Data) => [`${one.name}@${one.period}`, Number(one.amount)]))

test('money, counters and history of both records are those of the one that goes on, to the fen', async () => {
  const pair = await twoRecords()
  const old = await settleFor(pair.from, '2026-10-15')
  const own = await settleFor(pair.into, '2026-11-20')
  const before = [await purseOf('auditor', pair.from.insuredId), await purseOf('auditor', pair.into.insuredId)]
  const request = fresh('merge')
  const merged = await merge(world, CLERK, ids(pair), request)
  expect(merged).toMatchObject({
    __typename: 'Insured',
    id: pair.into.insuredId,
    mergedFrom: [pair.from.insuredId],
    enrolments: [{ endOn: '2026-10-31' }, { beginOn: '2026-11-01', endOn: null }],
  })
  expect(await merge(world, CLERK, ids(pair), request)).toEqual(merged)
  await moveMoney(4)
  await moveMoney()

  for (const who of [CLERK, 'auditor', pair.into.personNumber]) {
    const purse = await purseOf(who, pair.from.insuredId)
    expect(purse).toMatchObject({ id: pair.into.insuredId })
    const balances = before.map((one) => Number(one.account.balance))
    expect(Number(purse.account.balance)).toBeCloseTo((balances[0] ?? 0) + (balances[1] ?? 0), 2)
    const [first, second] = before.map(counters)
    for (const [name, amount] of Object.entries(counters(purse))) {
      expect(amount, name).toBeCloseTo((first?.[name] ?? 0) + (second?.[name] ?? 0), 2)
    }
    expect(new Set(purse.settlements.edges.map(({ node }: Data) => node.id))).toEqual(new Set([old.id, own.id]))
    for (const one of purse.accumulators) {
      const bills = one.bills.edges.map(({ node }: Data) => Number(node.amount))
      expect(bills.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(Number(one.amount), 2)
    }
  }
  const { me } = await world.as(pair.into.personNumber, ME)
  expect(me.settlements.edges).toHaveLength(2)
  const moved = (await world.as(pair.into.personNumber, MOVEMENTS)).me.account.movements.edges
  expect(moved[0].node).toMatchObject({ kind: 'MERGED', amount: '0.00', merged: before[0].account.balance })
  expect(await mismatches()).toEqual([])
})

test('bills that name a card of the old record settle on the one that goes on', async () => {
  const pair = await twoRecords()
  await merge(world, CLERK, ids(pair))
  await moveMoney()
  expect(await settleFor(pair.from, '2026-11-20')).toMatchObject({ insuredId: pair.into.insuredId })
  expect(await settleFor(pair.from, '2026-10-15')).toMatchObject({ insuredId: pair.into.insuredId })
  expect(await mismatches()).toEqual([])
})

test('what is given back of an old bill after the merge goes to the record that goes on, counters too', async () => {
  const pair = await twoRecords()
  const input = bill({ card: pair.from.cardNumber, begin: '2026-10-15T08:00:00+08:00', total: '200.00' })
  const requestId = fresh('s')
  const { settle } = await world.as(HOSPITAL, SETTLE, { requestId, input })
  await merge(world, CLERK, ids(pair))
  await moveMoney()
  const between = await purseOf('auditor', pair.into.insuredId)
  expect((await world.as(HOSPITAL, ANNUL, { requestId: fresh('a'), target: requestId })).annul).toMatchObject({
    settlement: { id: settle.id },
  })
  await moveMoney(3)
  const after = await purseOf('auditor', pair.into.insuredId)
  expect(Number(after.account.balance)).toBe(1052)
  expect(Number(between.account.balance)).toBeCloseTo(1052 - Number(settle.account), 2)
  expect(Object.values(counters(after)).every((amount) => amount === 0)).toBe(true)
  expect(await mismatches()).toEqual([])
})

test('bills of both records at the moment of the merge lose nothing and double nothing', async () => {
  const pair = await twoRecords({ from: { enrolments: [{ ...employee, beginOn: '2020-01-01', endOn: '2026-10-31' }] } })
  const bills = Array.from({ length: 6 }, (_, i) =>
    settleFor(i % 2 === 0 ? pair.from : pair.into, i % 2 === 0 ? '2026-10-15' : '2026-11-20'),
  )
  const [merged, ...answers] = await Promise.all([merge(world, CLERK, ids(pair)), ...bills, moveMoney(2)])
  expect(merged.__typename).toBe('Insured')
  await moveMoney(2)
  const settled = answers.filter((one) => one.__typename === 'Settlement')
  expect(settled).toHaveLength(6)
  const spent = settled.reduce((total, one) => total + Math.round(Number(one.account) * 100), 0)
  const purse = await purseOf('auditor', pair.into.insuredId)
  expect(Math.round(Number(purse.account.balance) * 100)).toBe(105_200 - spent)
  expect(purse.settlements.edges).toHaveLength(6)
  expect(await mismatches()).toEqual([])
})

test('a record that goes on may be merged again; everything follows to the last one', async () => {
  const pair = await twoRecords()
  await settleFor(pair.from, '2026-10-15')
  const last = await world.addPerson({ enrolments: [], account: { pool: '629900', current: 5 } })
  const { register } = { register: { ...employee, insuranceType: '390', personType: '1501' } }
  await change(world, CLERK, 'enrol', {
    identityNumber: last.identityNumber,
    name: '故事人物',
    ...register,
    beginOn: '2027-01-01',
  })
  await merge(world, CLERK, ids(pair))
  expect(await merge(world, CLERK, { from: pair.into.insuredId, into: last.insuredId })).toMatchObject({
    __typename: 'Insured',
  })
  await moveMoney(2)
  await moveMoney()
  const purse = await purseOf('auditor', pair.from.insuredId)
  expect(purse).toMatchObject({ id: last.insuredId, settlements: { edges: [{}] } })
  expect(new Set(purse.mergedFrom)).toEqual(new Set([pair.from.insuredId, pair.into.insuredId]))
  expect(await mismatches()).toEqual([])
})

describe('what hangs on a record goes along', () => {
  test('vouchers, disease registrations and mutual aid, and an employer goes on seeing its own', async () => {
    const here = { beginOn: '2020-01-01', endOn: '2026-12-31', employer: '91629900DEM000001P' }
    const pair = await twoRecords({
      from: { enrolments: [{ ...employee, ...here }] },
      into: { enrolments: [{ ...employee, beginOn: '2027-01-01' }] },
    })
    const relative = await world.addPerson({ enrolments: [{ ...employee, beginOn: '2020-01-01' }] })
    const { issueVoucher } = await world.as(pair.from.personNumber, VOUCHER, { requestId: fresh() })
    expect(issueVoucher.__typename).toBe('Voucher')
    const relation = { identityNumber: relative.identityNumber, name: '故事人物', relation: 'SPOUSE' }
    expect(await world.as(pair.from.personNumber, BIND, { requestId: fresh(), input: relation })).toMatchObject({
      bindMutualAid: { __typename: 'MutualAid' },
    })
    const disease = {
      insuredId: pair.from.insuredId,
      insuranceType: '310',
      disease: 'M03900',
      name: '高血压',
      kind: 'CHRONIC',
      certifiedBy: HOSPITAL,
      certifiedOn: '2026-11-20',
      doctorCode: 'D629900000101',
      doctorName: '甲医师',
      beginOn: '2026-11-22',
    }
    expect(await world.as(CLERK, REGISTER_DISEASE, { requestId: fresh(), input: disease })).toMatchObject({
      registerDisease: { __typename: 'DiseaseRegistration' },
    })
    expect(await merge(world, CLERK, ids(pair))).toMatchObject({ __typename: 'Insured' })
    const query = `{ me { registrations { disease state } mutualAid { beneficiaryId endOn } } }`
    const { me } = await world.as(pair.into.personNumber, query)
    expect(me.registrations).toEqual([{ disease: 'M03900', state: 'IN_FORCE' }])
    expect(me.mutualAid).toEqual([
      { beneficiaryId: relative.insuredId, endOn: null },
      { beneficiaryId: relative.insuredId, endOn: '2026-11-22' },
    ])
    const { insured } = await world.as('employer-629900', ENROLMENTS_OF, { id: pair.into.insuredId })
    expect(insured.enrolments).toMatchObject([{ employerCode: here.employer, endOn: '2026-12-31' }])
    expect(insured.enrolments[0].events.at(-1)).toMatchObject({ kind: 'MERGED' })
  })
})

test('what was declared and paid under the old record counts for the person and is in their sight', async () => {
  const pair = await twoRecords({ from: { enrolments: [] } })
  await employ(world, 'employer-629900', pair.from, { beginOn: '2026-10-01', endOn: '2026-10-31' })
  const lines = [{ personNumber: pair.from.personNumber, base: '8000.00' }]
  const declared = await declareMonth(world, 'employer-629900', { month: '2026-10', pool: '629900', lines })
  expect(declared).toMatchObject({ state: 'DECLARED', heads: 1 })
  const bills = 'select from insured.contribution_bill where insured_id = $1'
  const billed = async () => (await world.admin.query(bills, [pair.from.insuredId])).rowCount
  await expect.poll(billed, { timeout: 20_000 }).toBeGreaterThan(0)
  await world.admin.query(
    `insert into insured.contribution_bill (insured_id, bill_id, pool, insurance_type, period, sequence, kind, person_type, employer, base,
       employer_share, person_share, government_share, credit, due_on, rule, made_at, paid_at, receipt_id)
     select insured_id, gen_random_uuid(), pool, insurance_type, '2026-09', 0, kind, person_type, employer, base, employer_share,
       person_share, government_share, credit, due_on, rule, made_at, now(), gen_random_uuid()
     from insured.contribution_bill where insured_id = $1 limit 1`,
    [pair.from.insuredId],
  )
  await merge(world, CLERK, ids(pair))
  const { me } = await world.as(pair.into.personNumber, OWN_BASES)
  expect(me.declaredBases.edges).toMatchObject([{ node: { declarationId: declared.id, base: '8000.00' } }])
  const paid = (id: string) =>
    world.admin.query('select month from insured.contribution_month_v1 where insured_id = $1', [id])
  const months = (await paid(pair.into.insuredId)).rows
  expect(months).toHaveLength(1)
  expect(months).toEqual((await paid(pair.from.insuredId)).rows)
})

describe('refused at its field, in both languages, and nothing moves', () => {
  test('enrolments of one insurance that overlap and differ; another person; oneself; a stranger; twice', async () => {
    const pair = await twoRecords({ into: { enrolments: [{ ...employee, beginOn: '2026-10-01' }] } })
    const other = await world.addPerson({
      birthDate: '1970-01-01',
      enrolments: [{ ...employee, beginOn: '2020-01-01' }],
    })
    const away = await world.addPerson({ enrolments: [{ ...employee, pool: '620100', beginOn: '2020-01-01' }] })
    const { from, into } = ids(pair)
    const cases: readonly [object, string, string][] = [
      [{}, 'from', 'ENROLMENT_OVERLAP'],
      [{ into: other.insuredId }, 'into', 'NOT_THE_SAME_PERSON'],
      [{ into: from }, 'into', 'YOURSELF'],
      [{ into: away.insuredId }, 'into', 'NOT_FOUND'],
      [{ from: 'x' }, 'from', 'NOT_FOUND'],
      [{ reason: '' }, 'reason', 'LENGTH'],
    ]
    for (const [more, path, code] of cases) {
      const answer = await merge(world, CLERK, { from, into, ...more })
      expect(answer.problems).toMatchObject([{ path, code }])
      expect(answer.problems[0].message.zh).toMatch(/\p{Script=Han}/u)
    }
    expect((await purseOf('auditor', from)).id).toBe(from)
    const good = await twoRecords()
    await merge(world, CLERK, ids(good))
    expect(await merge(world, CLERK, ids(good))).toMatchObject({ code: 'ALREADY_MERGED' })
    const third = await world.addPerson({ enrolments: [{ ...employee, beginOn: '2015-01-01', endOn: '2015-12-31' }] })
    expect(await merge(world, CLERK, { from: third.insuredId, into: good.from.insuredId })).toMatchObject({
      problems: [{ path: 'into', code: 'ALREADY_MERGED' }],
    })
  })
})
