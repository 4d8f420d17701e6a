import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, settleDecided } from './claim-world.ts'
import {
  billOf,
  HOSPITAL,
  hospital,
  personOf,
  settle,
  settleWorld,
  staff,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const ESTIMATE = `query ($claimId: ID, $insuredId: ID, $input: ClaimInput) {
  claimEstimate(claimId: $claimId, insuredId: $insuredId, input: $input) {
    __typename
    ... on ClaimEstimate {
      insuredPool benefitYear place filing level levelTaken designatedTaken total inScope owed personal takenWhole takenWholeAmount
      payers { payer name { zh } paid standard deductible cap used left }
      explanation { lines { serial step { rule formula } } person { formula } }
    }
    ... on Rejection { code problems { path code } }
  }
}`

interface Estimated {
  readonly __typename: string
  readonly owed: string
  readonly code: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}

const PLACE = { name: '县医院', division: '620900', level: 'LEVEL_2' }
const INPUT = { careType: '11', begin: '2026-11-20', end: '2026-11-20', place: PLACE, total: '300.00' }

async function estimate({ insuredId }: WorldPerson, asked: object): Promise<Estimated> {
  const answer = await world.ask<{ claimEstimate: Estimated }>(personOf(insuredId), ESTIMATE, asked)
  return answer.claimEstimate
}

test('before any paper there is, a person sees what to expect, the cap, and what of it is used and left', async () => {
  const person = await world.addPerson(0)
  await settle(world, 'used-before', billOf(person))
  expect(await estimate(person, { input: INPUT })).toMatchObject({
    __typename: 'ClaimEstimate',
    insuredPool: '620900',
    benefitYear: '2026',
    place: 'IN_POOL',
    filing: 'LOCAL',
    level: 'LEVEL_3',
    levelTaken: true,
    designatedTaken: false,
    total: '300.00',
    owed: '210.00',
    personal: '90.00',
    // Without lines all of it counts as in scope, and that is said.
    takenWhole: ['1'],
    takenWholeAmount: '300.00',
    payers: [
      {
        payer: 'basic',
        paid: '210.00',
        standard: '100.00',
        deductible: '0.00',
        cap: '500.00',
        used: '70.00',
        left: '430.00',
      },
    ],
  })
})

test('what is left under the cap bounds the amount, and the counters are those of the year of the care', async () => {
  const person = await world.addPerson(0)
  expect(await estimate(person, { input: { ...INPUT, total: '5000.00' } })).toMatchObject({
    owed: '500.00',
    payers: [{ used: '0.00', left: '500.00' }],
  })
  await settle(world, 'this-year-first', billOf(person))
  const last = { ...INPUT, begin: '2025-12-20', end: '2025-12-20' }
  expect(await estimate(person, { input: last })).toMatchObject({
    benefitYear: '2025',
    owed: '140.00',
    payers: [{ deductible: '100.00', used: '0.00' }],
  })
})

test('lines that have a code are reckoned by the catalogue, the others whole', async () => {
  const person = await world.addPerson(0)
  const line = {
    serial: '1',
    name: '乙类药',
    code: 'XB01',
    price: '20.00',
    quantity: '10',
    amount: '200.00',
    time: '2026-11-20',
  }
  const unknown = { ...line, serial: '2', name: '某药', code: null, price: '10.00', amount: '100.00' }
  const strange = { ...line, serial: '3', name: '某药', code: 'NOSUCH', price: '1.00', amount: '10.00' }
  const found = await estimate(person, { input: { ...INPUT, total: '310.00', lines: [line, unknown, strange] } })
  expect(found).toMatchObject({ inScope: '290.00', takenWhole: ['2', '3'], takenWholeAmount: '110.00', owed: '133.00' })
})

test('an institution only the claimant says the level of is taken for one of level 3, and for a designated one, and that is said', async () => {
  const person = await world.addPerson(0)
  const input = { ...INPUT, place: { name: '某医院', division: '620900' } }
  expect(await estimate(person, { input })).toMatchObject({
    level: 'LEVEL_3',
    levelTaken: true,
    designatedTaken: false,
  })
  const said = { ...INPUT, place: { ...PLACE, designated: true } }
  expect(await estimate(person, { input: said })).toMatchObject({
    level: 'LEVEL_3',
    levelTaken: true,
    designatedTaken: true,
  })
  const known = { ...INPUT, place: { institutionCode: HOSPITAL } }
  expect(await estimate(person, { input: known })).toMatchObject({
    level: 'LEVEL_2',
    levelTaken: false,
    designatedTaken: false,
  })
})

test('the estimate of a claim is what settling it comes to, and asking moves nothing', async () => {
  const person = await world.addPerson(100)
  const lines = [claimLine({ code: 'XB01' }), claimLine({ serial: '2', code: 'XC01' })]
  const id = await decidedClaim(world, person, { content: { lines, total: '400.00' } })
  const before = await claimRow(world, id)
  const { owed } = await estimate(person, { claimId: id })
  expect(await claimRow(world, id)).toEqual(before)
  await settleDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ owed: String(Math.round(Number(owed) * 100)) })
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

test('what cannot be paid says why, and what is missing is named', async () => {
  const person = await world.addPerson(0)
  const away = { ...INPUT, place: { name: '省医院', division: '620100', level: 'LEVEL_3' } }
  expect(await estimate(person, { input: away })).toMatchObject({ code: 'CROSS_AREA_REFUSED' })
  expect(await estimate(person, { input: { ...away, emergency: true } })).toMatchObject({ owed: '140.00' })
  const { total: _total, ...noTotal } = INPUT
  expect(await estimate(person, { input: noTotal })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'input.total', code: 'REQUIRED' }],
  })
  expect(await estimate(person, { input: { ...INPUT, careType: '99' } })).toMatchObject({
    problems: [{ path: 'input.careType' }],
  })
  expect(await estimate(person, {})).toMatchObject({ problems: [{ path: 'input', code: 'ONE_OF' }] })
  expect(await estimate(person, { claimId: 'nothing', input: null })).toMatchObject({ code: 'NOT_FOUND' })
})

test('nobody sees what another person’s claim would come to', async () => {
  const [person, other] = [await world.addPerson(0), await world.addPerson(0)]
  const id = await decidedClaim(world, person)
  expect(await estimate(other, { claimId: id })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await estimate(other, { insuredId: person.insuredId, input: INPUT })).toMatchObject({ code: 'NOT_FOUND' })
  const atWindow = { insuredId: person.insuredId, input: INPUT }
  const ask = async (identity: Parameters<SettleWorld['ask']>[0]) =>
    (await world.ask<{ claimEstimate: Estimated }>(identity, ESTIMATE, atWindow)).claimEstimate
  expect(await ask(staff())).toMatchObject({ owed: '140.00' })
  expect(await ask(staff('620100'))).toMatchObject({ code: 'NOT_FOUND' })
  await expect(ask(hospital())).rejects.toThrow()
})
