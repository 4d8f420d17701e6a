import { randomUUIDv7 } from 'node:crypto'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { verify } from '@yibao/settlement/commands/verify'
import { createStamp } from '@yibao/schema/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fresh } from './enrolment-gateway.ts'
import { merge } from './merge-gateway.ts'
import { issue, itemOf, newSigner, prescriptionOf, registerKey, review } from './prescription-world.ts'
import { signedIn, through } from './prescription-gateway.ts'
import { admission, chargesOf, settlementOf, visitsThrough } from './visit-gateway.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { ANNUL, BIND } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What two records of one person have used of a year counts together from the moment of the merge, for their own bills and
// for those relatives pay for; what was under way at that moment goes on.

const [HOSPITAL, WUHAN, CLERK, WUHAN_CLERK] = ['H62990000001', 'H42010009001', 'clerk-629900', 'clerk-420100']
let world: World
beforeAll(async () => {
  const hospital = { code: WUHAN, name: '武汉故事医院', level: 'LEVEL_3', type: 'GENERAL_HOSPITAL' } as const
  const agreed = { creditCode: '12100000400010275N', pool: '420100', agreedFrom: '2023-01-01' }
  world = await openWorld({ institutions: [{ ...hospital, ...agreed }] })
  world.letIn({ kind: 'staff', login: WUHAN_CLERK, label: 'clerk', pool: '420100' })
})
afterAll(() => world.close())

interface Pair {
  readonly from: WorldPerson
  readonly into: WorldPerson
}
const employee = (pool: string) => ({ pool, insuranceType: '310', personType: '1101' })
const ids = ({ from, into }: Pair) => ({ from: from.insuredId, into: into.insuredId })

/** A person with an old record, insured until October, and a new one; or the other way round. */
async function twoRecords(pool = '629900', yuan = 0, isNewerGivenUp = false): Promise<Pair> {
  const account = { account: { pool, current: yuan } }
  const old = { ...employee(pool), beginOn: '2020-01-01', endOn: '2026-10-31' }
  const first = await world.addPerson({ enrolments: [old], ...account })
  const second = await world.addPerson({ enrolments: [{ ...employee(pool), beginOn: '2026-11-01' }], ...account })
  return isNewerGivenUp ? { from: second, into: first } : { from: first, into: second }
}

async function settle(hospital: string, card: string, day: string, change: object = {}): Promise<Data> {
  const input = bill({ card, begin: `${day}T08:00:00+08:00`, ...change })
  return (await world.as(hospital, SETTLE, { requestId: fresh('s'), input })).settle
}
const stay = ({ cardNumber }: WorldPerson, day: string) =>
  settle(WUHAN, cardNumber, day, { careType: '21', lines: [{ code: CLASS_A, price: 5000 }] })
const moveMoney = () =>
  mergePersons({
    db: world.platform.databases.settlement,
    clock: () => world.time.now,
    newId: createStamp(randomUUIDv7),
  })
const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
const numbersOf = async ({ from, into }: Pair) =>
  (
    await world.admin.query(
      `select (input #>> '{care,admission}')::int as number from settlement.settlement
       where insured_id = any($1) and reverses is null order by id`,
      [[from.insuredId, into.insuredId]],
    )
  ).rows.map((row) => Number(row['number']))

test('a stay after the merge is the next admission of the year after those of both records', async () => {
  const pair = await twoRecords('420100')
  expect(await stay(pair.from, '2026-09-05')).toMatchObject({ deductible: '800.00' })
  expect(await stay(pair.into, '2026-11-05')).toMatchObject({ deductible: '800.00' })
  expect(await merge(world, WUHAN_CLERK, ids(pair))).toMatchObject({ __typename: 'Insured' })
  expect(await stay(pair.from, '2026-11-15')).toMatchObject({ deductible: '400.00', insuredId: pair.into.insuredId })
  expect(await stay(pair.into, '2026-11-18')).toMatchObject({ deductible: '400.00' })
  expect(await numbersOf(pair)).toEqual([1, 1, 3, 4])
  await moveMoney()
  expect(await mismatches()).toEqual([])
})

test('a deductible that was used under the old record is not asked for again, in the very moment of the merge', async () => {
  const pair = await twoRecords()
  const lines = [{ code: CLASS_A, price: 30_000 }]
  const first = await settle(HOSPITAL, pair.from.cardNumber, '2026-10-15', { lines })
  expect(Number(first.deductible)).toBeGreaterThan(0)
  const [, trial] = await Promise.all([
    merge(world, CLERK, ids(pair)),
    settle(HOSPITAL, pair.into.cardNumber, '2026-11-19', { lines: [{ code: CLASS_A, price: 1 }] }),
  ])
  expect(trial.__typename).toBe('Settlement')
  expect(await settle(HOSPITAL, pair.into.cardNumber, '2026-11-20', { lines })).toMatchObject({ deductible: '0.00' })
  expect(await mismatches()).toEqual([])
})

test('of what was settled under both records the latest is taken back first, where the pool asks for that', async () => {
  const pair = await twoRecords('420100')
  const first = await stay(pair.from, '2026-09-05')
  await merge(world, WUHAN_CLERK, ids(pair))
  const second = await stay(pair.into, '2026-11-05')
  const reverse = async ({ id }: Data) =>
    (await visitsThrough(world, WUHAN).ask('reverse', { requestId: fresh('r'), settlement: id })).__typename
  expect([first.deductible, second.deductible]).toEqual(['800.00', '400.00'])
  expect([await reverse(second), await reverse(first)]).toEqual(['Settlement', 'Settlement'])
  await moveMoney()
  expect(await mismatches()).toEqual([])
})

/** What accounts paid of a bill; of who has none, what the sponsor paid. */
const aidOf = ({ cash, personal }: Data) => Number(personal) - Number(cash)

const relation = ({ identityNumber }: WorldPerson) => ({
  identityNumber,
  name: '故事人物',
  relation: 'SIBLING',
  yearlyLimit: '150.00',
})
const bind = async (sponsor: WorldPerson, relative: WorldPerson) =>
  (await world.as(sponsor.personNumber, BIND, { requestId: fresh('b'), input: relation(relative) })).bindMutualAid
const aided = (who: WorldPerson, day: string) =>
  settle(HOSPITAL, who.cardNumber, day, { lines: [{ code: CLASS_A, price: 200 }] })

describe('what a relative has promised is promised once', () => {
  test('when the relative’s records are merged', async () => {
    const pair = await twoRecords('629900', 0, true)
    const sponsor = await world.addPerson({
      enrolments: [{ ...employee('629900'), beginOn: '2020-01-01' }],
      account: { pool: '629900', current: 1000 },
    })
    expect(await bind(sponsor, pair.from)).toMatchObject({ __typename: 'MutualAid' })
    const first = await aided(pair.from, '2026-11-15')
    expect(aidOf(first)).toBeGreaterThan(0)
    expect(await merge(world, CLERK, ids(pair))).toMatchObject({ __typename: 'Insured' })
    const bills = [first, await aided(pair.into, '2026-11-20'), await aided(pair.from, '2026-11-21')]
    expect(bills.reduce((sum, one) => sum + aidOf(one), 0)).toBeCloseTo(150, 2)
    const { balance } = (await world.as(sponsor.personNumber, '{ me { account { balance } } }')).me.account
    expect(balance).toBe('850.00')
    expect(await mismatches()).toEqual([])
  })

  test('when the sponsor’s records are merged, also in the moment of the merge', async () => {
    const pair = await twoRecords('629900', 500, true)
    const relative = await world.addPerson({ enrolments: [{ ...employee('629900'), beginOn: '2020-01-01' }] })
    expect(await bind(pair.from, relative)).toMatchObject({ __typename: 'MutualAid' })
    const first = await aided(relative, '2026-11-15')
    expect(aidOf(first)).toBeGreaterThan(0)
    await merge(world, CLERK, ids(pair))
    const bills = [first, await aided(relative, '2026-11-20'), await aided(relative, '2026-11-21')]
    expect(bills.reduce((sum, one) => sum + aidOf(one), 0)).toBeCloseTo(150, 2)
    await moveMoney()
    const query = `{ me { account { balance } accumulators { name amount text { en } }
      mutualAidGiven { ... on MutualAidPaymentConnection { edges { node { amount } } } } } }`
    const { me } = await world.as(pair.into.personNumber, query)
    expect(me.account.balance).toBe('850.00')
    expect(me.mutualAidGiven.edges).toHaveLength(bills.filter((one) => aidOf(one) > 0).length)
    const promise = me.accumulators.find((one: Data) => one.name === `mutual-aid:${relative.insuredId}`)
    expect(promise).toMatchObject({ amount: '150.00', text: { en: expect.stringContaining('used 150.00 of 150.00') } })
    expect(await mismatches()).toEqual([])
  })
})

const write: ReturnType<typeof visitsThrough>['write'] = (...asked) => visitsThrough(world, HOSPITAL).write(...asked)

describe('what was under way under the old record goes on', () => {
  test('a stay is settled by whoever shows a card of the other', async () => {
    const pair = await twoRecords()
    const visit = fresh('K')
    expect(await write('openVisit', admission(visit, pair.into.cardNumber))).toMatchObject({ state: 'OPEN' })
    const older = fresh('K')
    const begin = { begin: '2026-10-11T09:00:00+08:00' }
    expect(await write('openVisit', admission(older, pair.from.cardNumber, begin))).toMatchObject({ state: 'OPEN' })
    await merge(world, CLERK, ids(pair))
    for (const one of [visit, older]) {
      expect(await write('uploadLines', { visit: one, lines: chargesOf(100) })).toMatchObject({ accepted: 1 })
      const out = { visit: one, end: '2026-11-12T09:00:00+08:00', way: 'ON_ORDER' }
      expect(await write('discharge', out)).toMatchObject({ state: 'DISCHARGED' })
      const settled = await write('settleVisit', settlementOf(one, pair.into.cardNumber, '100.00'))
      expect(settled).toMatchObject({ __typename: 'Settlement' })
    }
    const seen = '{ visits { ... on VisitConnection { edges { node { visit } } } } }'
    const { visits } = await world.as(pair.into.personNumber, seen)
    expect(visits.edges.map(({ node }: Data) => node.visit).toSorted()).toEqual([visit, older].toSorted())
    expect(await mismatches()).toEqual([])
  })

  test('a prescription is seen and dispensed, once, and what is taken back is there again', async () => {
    const pair = await twoRecords('629900', 0, true)
    const [gateway, identity] = [through(world), signedIn(HOSPITAL)]
    const signer = await newSigner('key-of-merge')
    await registerKey(gateway, signer, identity)
    const input = prescriptionOf({ items: [itemOf({ code: CLASS_A })] })
    const { number } = await issue(gateway, { patient: pair.from, signer, input, identity })
    await merge(world, CLERK, ids(pair))
    await moveMoney()
    expect(await review(gateway, number, pair.into, { identity })).toMatchObject({ __typename: 'Prescription' })
    const lines = [{ code: CLASS_A, price: 20, quantity: 6, ePrescription: number }]
    const requestId = fresh('s')
    const dispense = async (id = fresh('s')) => {
      const sent = bill({ card: pair.into.cardNumber, lines })
      return (await world.as(HOSPITAL, SETTLE, { requestId: id, input: sent })).settle
    }
    expect(await dispense(requestId)).toMatchObject({ __typename: 'Settlement', insuredId: pair.into.insuredId })
    expect((await dispense()).__typename).not.toBe('Settlement')
    await world.as(HOSPITAL, ANNUL, { requestId: fresh('a'), target: requestId })
    expect(await dispense()).toMatchObject({ __typename: 'Settlement' })
    const seen = '{ prescriptions { ... on PrescriptionConnection { edges { node { number } } } } }'
    expect((await world.as(pair.into.personNumber, seen)).prescriptions.edges).toMatchObject([{ node: { number } }])
    expect(await mismatches()).toEqual([])
  })
})
