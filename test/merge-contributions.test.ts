import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BILL,
  BILLS,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  RECEIPTS,
  reference,
  resident,
  say,
  STATUS,
} from './contribution-asking.ts'
import { correct, heard, monthsOf } from './contribution-correct-gateway.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { merge } from './merge-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What was billed and paid under a record that was merged into another is billed and paid for the person.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const CERTIFY = `mutation ($requestId: ID!) { answer: issueContributionCertificate(requestId: $requestId,
  from: "2026-09", to: "2026-11") { __typename ... on ContributionCertificate { total } ... on Rejection { code } } }`
const PERIODS = ['2026-10', '2026-11']
const month = { insuranceType: '310', period: '2026-11', amount: FLEXIBLE }

const two = async (more: object = flexible): Promise<[WorldPerson, WorldPerson]> => [
  await world.addPerson({ ...flexible, ...more }),
  await world.addPerson({ enrolments: [{ ...resident.enrolments[0]!, endOn: '2024-12-31' }] }),
]
async function mergeTwo([from, into]: readonly [WorldPerson, WorldPerson]): Promise<void> {
  const merged = await merge(world, 'clerk-629900', { from: from.insuredId, into: into.insuredId })
  expect(merged.code).toBeUndefined()
}
const pay = (person: WorldPerson, more: object = {}, who = 'BANK01') =>
  say(world, who, PAY, { input: { ...named(person), ...month, reference: reference(), ...more } })
const billsOf = async ({ personNumber }: WorldPerson): Promise<Data[]> =>
  (await say(world, personNumber, BILLS)).edges.map(({ node }: Data) => node)

test('what was paid under the old record is paid for the person, by either number: not billed or taken again, shown and certified', async () => {
  const pair = await two()
  const [from, into] = pair
  const paid = await pay(from, { reference: 'MERGED-1' })
  await mergeTwo(pair)
  for (const one of pair) {
    const { items } = await say(world, 'clerk-629900', STATUS, {
      ...named(one),
      insuranceType: '310',
      periods: PERIODS,
    })
    expect(items).toMatchObject([{ period: '2026-11', paid: true }])
    expect(await pay(one, {}, 'TAX62')).toMatchObject({ code: 'ALREADY_PAID', receiptId: paid.id })
    expect(await pay(one, { reference: 'MERGED-1' })).toMatchObject({ id: paid.id, state: 'POSTED' })
  }
  expect(await billsOf(into)).toHaveLength(1)
  expect(await say(world, into.personNumber, CERTIFY)).toMatchObject({ total: FLEXIBLE })
  for (const { insuredId } of pair) {
    expect(await say(world, 'clerk-629900', BILLS, { insuredId })).toMatchObject({ edges: [{}] })
    expect(await say(world, 'clerk-629900', RECEIPTS, { insuredId })).toMatchObject({
      edges: [{ node: { id: paid.id } }],
    })
  }
})

test('an unpaid bill of the old record is paid by its id and by its period, and no second one is made', async () => {
  const pair = await two()
  const [from, into] = pair
  const input = { ...named(from), insuranceType: '310', periods: PERIODS }
  const { items } = await say(world, 'BANK01', BILL, { input })
  await mergeTwo(pair)
  const again = await say(world, 'BANK01', BILL, { input: { ...input, ...named(into) } })
  expect(again.items).toEqual(items)
  const byId = { insuranceType: null, period: null, bill: items[0].bill }
  expect(await pay(into, byId)).toMatchObject({ state: 'POSTED', period: '2026-10' })
  expect(await pay(into)).toMatchObject({ state: 'POSTED', period: '2026-11' })
  expect((await billsOf(into)).map((one) => one.paidAt !== null)).toEqual([true, true])
})

test('an employer’s correction after the merge is the difference to what was declared under the old record', async () => {
  const pair = await two({ enrolments: [] })
  const [from, into] = pair
  expect((await employ(world, EMPLOYER, from, { beginOn: '2026-11-01' })).code).toBeUndefined()
  const bill = () => billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
  const lines = (base: string) => [{ personNumber: into.personNumber, base }]
  const of = { month: '2026-11', pool: '629900' }
  const before = [{ personNumber: from.personNumber, base: '10000.00' }]
  const { id } = await declareMonth(world, EMPLOYER, { ...of, lines: before })
  await bill()
  const input = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-11', amount: '800.00' }
  const paid = await say(world, 'BANK01', PAY_EMPLOYER, { input: { ...input, reference: reference() } })
  expect(paid).toMatchObject({ state: 'POSTED' })
  await mergeTwo(pair)
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId: id, reason: '基数有误' })
  expect(await upload(world, EMPLOYER, draft.id, lines('12000.00'))).toMatchObject({ rejected: [] })
  await declare(world, EMPLOYER, draft.id)
  await bill()
  expect(await billsOf(into)).toMatchObject([{ amount: '160.00', credit: '40.00' }, { amount: '800.00' }])
  expect(await monthsOf(world, into)).toEqual(['2026-11'])
  const out = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId: id, reason: '未在职' })
  await upload(world, EMPLOYER, out.id, lines('0.00'))
  await declare(world, EMPLOYER, out.id)
  await bill()
  expect(await monthsOf(world, into)).toEqual([])
})

test('a paid bill of the old record is corrected by the bureau after the merge, and the person sees what is owed back', async () => {
  const pair = await two()
  const [, into] = pair
  expect(await pay(pair[0])).toMatchObject({ state: 'POSTED' })
  await mergeTwo(pair)
  const [paid] = await billsOf(into)
  expect(await correct(world, paid?.id, { nothingDue: true })).toMatchObject({ amount: `-${FLEXIBLE}` })
  expect(await monthsOf(world, into)).toEqual([])
  expect((await say(world, into.personNumber, RECEIPTS, { state: 'OVERPAID' })).edges).toHaveLength(1)
  expect((await heard(world, into)).mismatches).toEqual([])
})
