import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { healAway } from '@yibao/settlement/commands/settle-away'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, HOME_POOL, NINGBO, openAwayWorld, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { CLAIM, faultsOf, fresh, outpatientPapers, saveDraft, submit } from './claim-asking.ts'
import { saying } from './partner-world.ts'
import { clearingBetween, known } from './province-limited.ts'
import type { Data, WorldPerson } from './world.ts'

// A bill that home would pay, and that is beyond the limit of the contract, is paid in full at the window. Home had it, so the
// person claims it there without writing it down again, or it is settled directly once there is room: never both.

let world: AwayWorld
let between: ReturnType<typeof clearingBetween>
let say: ReturnType<typeof saying>
beforeAll(async () => {
  world = await openAwayWorld()
  between = clearingBetween(world)
  say = saying(() => world.place, GANSU)
  await noRoom()
})
afterAll(async () => {
  const wrong = await world.proven()
  await world.close()
  expect(wrong).toEqual([])
})

/** Nothing of 200 yuan or more fits. */
const noRoom = () => between.limitTo('1.00')
async function room(): Promise<void> {
  await between.setLimit(null)
  await known()
}

const REFUSED = `{ refusedBills(province: "33") { ... on RefusedBillConnection { edges { node { id insuredId province institutionCode
  institutionName level placePool visit careType begin end diagnoses invoice total code message { zh } refusedAt
  lines { serial name code chargeType quantity price amount time } } } } } }`
const START = `mutation ($requestId: ID!, $refusedBill: ID!) {
  startClaimFromBill(requestId: $requestId, cause: NOT_FILED, refusedBill: $refusedBill) { ${CLAIM} ... on Claim {
    total begin end visit careType place { institutionCode name level } diagnoses lines { serial name amount } } } }`

const refusedBills = async ({ personNumber }: WorldPerson): Promise<Data[]> =>
  (await world.home.as(personNumber, REFUSED)).refusedBills.edges.map(({ node }: Data) => node)
const start = async ({ personNumber }: WorldPerson, refusedBill: string): Promise<Data> =>
  (await world.home.as(personNumber, START, { requestId: fresh('start'), refusedBill })).startClaimFromBill

let bills = 0
/** Outpatient care in Ningbo for 200 yuan, the same bill whenever it is sent. */
const careOf = () => ({
  careType: '11',
  visit: fresh('V'),
  chargeBatch: 'B1',
  invoice: String(8_800_000_000 + (bills += 1)),
})
type Care = ReturnType<typeof careOf>
const settle = (person: WorldPerson, care: object) => world.settle(person, 200, care)
const refused = { __typename: 'NotAllowed', code: 'PROVINCE_LIMIT' }

async function filledIn(person: WorldPerson, { begin, end, visit }: Data): Promise<object> {
  const promised = ['REFERRAL', 'HOUSEHOLD_REGISTER'].map((kind) => ({ kind, promise: true }))
  const number = String(8_700_000_000 + (bills += 1))
  return {
    cause: 'NOT_FILED',
    place: { institutionCode: NINGBO, name: '宁波示范医院', division: '330200', level: 'LEVEL_3', designated: true },
    careType: '11',
    begin,
    end,
    visit,
    diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
    total: '200.00',
    invoices: [{ code: '33060124', number, issuedOn: end, amount: '200.00', checkCode: '1a2b3c' }],
    lines: [{ serial: '1', name: 'x', chargeType: '09', price: '200', quantity: '1', amount: '200.00', time: begin }],
    papers: [...(await outpatientPapers(world.home, person, HOME_POOL)), ...promised],
  }
}
async function submitted(person: WorldPerson, draft: Data): Promise<Data> {
  const { id: claimId, version } = draft
  const saved = await saveDraft(world.home, person.personNumber, await filledIn(person, draft), { claimId, version })
  return submit(world.home, person.personNumber, saved)
}

const exchangeOf = async ({ visit }: Care): Promise<string> =>
  (await world.place.admin.query('select exchange::text from settlement.away_bill where visit = $1', [visit])).rows[0]
    .exchange
const cancel = async (exchange: string, reason?: string): Promise<Data> => say('cancel', { exchange, reason })

test('a bill beyond the limit is kept at home, and is claimed there or settled later, not both', async () => {
  const person = await world.filedPerson()
  const care = careOf()
  const answer = await settle(person, care)
  expect(answer).toMatchObject(refused)
  const kept = await refusedBills(person)
  expect(kept).toMatchObject([
    {
      insuredId: person.insuredId,
      province: ZHEJIANG,
      institutionCode: NINGBO,
      institutionName: '宁波示范医院',
      level: 'LEVEL_3',
      placePool: '330200',
      visit: care.visit,
      careType: '11',
      invoice: care.invoice,
      total: '200.00',
      code: 'PROVINCE_LIMIT',
      lines: [{ serial: '1', amount: '200.00' }],
    },
  ])
  const [{ id }] = kept
  const draft = await start(person, id)
  expect(draft, faultsOf(draft)).toMatchObject({ state: 'DRAFT', visit: care.visit, total: '200.00' })
  expect(draft.lines).toMatchObject([{ serial: '1', name: kept[0].lines[0].name, amount: '200.00' }])
  await room()
  expect(await settle(person, care)).toMatchObject({ __typename: 'Settlement', total: '200.00' })
  expect(await refusedBills(person)).toEqual([])
  expect(faultsOf(await start(person, id))).toBe('NotAllowed SETTLED: refusedBill SETTLED')
  expect(await submitted(person, draft)).toMatchObject({ __typename: 'NotAllowed' })
  await noRoom()
}, 120_000)

test('what is claimed of a bill beyond the limit is not settled when there is room', async () => {
  const person = await world.filedPerson()
  const care = careOf()
  expect(await settle(person, care)).toMatchObject(refused)
  const [{ id }] = await refusedBills(person)
  const claim = await submitted(person, await start(person, id))
  expect(claim, faultsOf(claim)).toMatchObject({ __typename: 'Claim', state: 'SUBMITTED' })
  expect(await refusedBills(person)).toEqual([])
  await room()
  expect(await settle(person, care)).toMatchObject({ code: 'CLAIMED' })
  await noRoom()
}, 120_000)

test('a bill beyond the limit that is converted later is claimed no more', async () => {
  const person = await world.filedPerson()
  const care = careOf()
  expect(await settle(person, care)).toMatchObject(refused)
  const [{ id, end }] = await refusedBills(person)
  await room()
  const converts = { invoice: care.invoice, paidAt: end, paid: '200.00' }
  // Under another visit number, so that its old invoice alone says that it is the same bill.
  expect(await settle(person, { ...careOf(), converts })).toMatchObject({ __typename: 'Settlement' })
  expect(await refusedBills(person)).toEqual([])
  expect(faultsOf(await start(person, id))).toBe('NotAllowed SETTLED: refusedBill SETTLED')
  await noRoom()
}, 120_000)

test('a cancellation that comes again keeps one bill as it was, and one without a reason takes nothing away', async () => {
  const person = await world.filedPerson()
  const care = careOf()
  await settle(person, care)
  const kept = await refusedBills(person)
  expect(kept).toHaveLength(1)
  const exchange = await exchangeOf(care)
  for (const reason of ['PROVINCE_LIMIT', undefined, 'HOME_ANSWER_WRONG'])
    expect(await cancel(exchange, reason)).toMatchObject({ answer: { state: 'ABORTED' } })
  expect(await refusedBills(person)).toEqual(kept)
  // Sent again it is refused again: the last refusal of the bill counts, whatever is said of the first one afterwards.
  world.place.time.now = world.place.time.now.add({ minutes: 1 })
  world.home.time.now = world.home.time.now.add({ minutes: 1 })
  expect(await settle(person, care)).toMatchObject(refused)
  const [latest, ...others] = await refusedBills(person)
  expect(others).toEqual([])
  expect(latest.id).not.toBe(exchange)
  await cancel(exchange, 'PROVINCE_LIMIT')
  expect(await refusedBills(person)).toEqual([latest])
}, 120_000)

test('a bill whose cancellation arrives after its time was over at home is kept all the same', async () => {
  const person = await world.filedPerson()
  const care = careOf()
  await world.losingMessages('cancel', () => settle(person, care))
  expect(await refusedBills(person)).toEqual([])
  for (const { time } of [world.place, world.home]) time.now = time.now.add({ minutes: 15 })
  await reverseUnconfirmed(world.services.home)
  expect(await say('outcome', { exchange: await exchangeOf(care) })).toMatchObject({ answer: { state: 'ABORTED' } })
  await healAway(world.services.place)
  expect(await refusedBills(person)).toMatchObject([{ visit: care.visit, code: 'PROVINCE_LIMIT', total: '200.00' }])
}, 120_000)

test('cancellations of one bill that arrive at once keep it once, with the reason that was said', async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await world.filedPerson()
    const care = careOf()
    await world.losingMessages('cancel', () => settle(person, care))
    const exchange = await exchangeOf(care)
    const answers = await Promise.all(Array.from({ length: 6 }, () => cancel(exchange, 'HOME_ANSWER_WRONG')))
    for (const answer of answers) expect(answer).toMatchObject({ answer: { state: 'ABORTED' } })
    const [{ message, ...kept }, ...others] = await refusedBills(person)
    expect(others).toEqual([])
    expect(kept).toMatchObject({ id: exchange, code: 'HOME_ANSWER_WRONG' })
    expect(message.zh).toContain('与账单不符')
  }
}, 120_000)

test('a reason keeps nothing of a bill that is committed, that never arrived or that is none of the known ones', async () => {
  await room()
  const person = await world.filedPerson()
  const care = careOf()
  expect(await settle(person, care)).toMatchObject({ __typename: 'Settlement' })
  expect(await cancel(await exchangeOf(care), 'PROVINCE_LIMIT')).toMatchObject({ answer: { state: 'COMMITTED' } })
  await noRoom()
  const other = careOf()
  await settle(person, other)
  const kept = await refusedBills(person)
  expect(kept).toMatchObject([{ visit: other.visit }])
  const unknown = await cancel(await exchangeOf(other), 'WHATEVER')
  expect(unknown).toMatchObject({ answer: { state: 'UNKNOWN', rejection: { code: 'INVALID_INPUT' } } })
  const never = await cancel('01900000-0000-7000-8000-000000000001', 'PROVINCE_LIMIT')
  expect(never).toMatchObject({ answer: { state: 'ABORTED' } })
  expect(await refusedBills(person)).toEqual(kept)
}, 120_000)
