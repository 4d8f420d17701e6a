import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  auditor,
  billOf,
  hospital,
  personOf,
  settle,
  settleWorld,
  staff,
  type Settlements,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
let processes: readonly Settlements[]
beforeAll(async () => {
  world = await settleWorld()
  processes = [world, await world.open(), await world.open()]
})
afterAll(async () => {
  await Promise.all(processes.slice(1).map((one) => one.close()))
  await world.close()
})

/** Lets `sponsor` pay for `beneficiary`, as insured writes it when the sponsor has agreed. */
const bind = (beneficiary: WorldPerson, sponsor: WorldPerson, place: number, yuanAYear: number | null = null) =>
  world.admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', $4, $5, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [beneficiary.insuredId, randomUUIDv7(), sponsor.insuredId, place, yuanAYear === null ? null : yuanAYear * 100],
  )

const balanceOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await world.admin.query('select balance::int as fen from settlement.account where insured_id = $1', [
    insuredId,
  ])
  return rows[0].fen / 100
}

test('relatives pay in the order of the binding what the own account cannot, each within the own limit', async () => {
  const person = await world.addPerson(20)
  const [first, second] = [await world.addPerson(500), await world.addPerson(500)]
  await bind(person, second, 2)
  await bind(person, first, 1, 30)
  // 200 yuan: deductible 100, the fund pays 70, 130 are left.
  const answer = await settle(world, 'in-order', billOf(person))
  expect(answer).toMatchObject({ account: '20.00', cash: '0.00', personal: '130.00' })
  expect([await balanceOf(person), await balanceOf(first), await balanceOf(second)]).toEqual([0, 470, 420])
  const again = await settle(world, 'limit-used-up', billOf(person))
  expect(again).toMatchObject({ account: '0.00', personal: '60.00', cash: '0.00' })
  expect([await balanceOf(first), await balanceOf(second)]).toEqual([470, 360])
})

test('a bill that does not use the account or the aid leaves relatives alone', async () => {
  const person = await world.addPerson(0)
  const sponsor = await world.addPerson(500)
  await bind(person, sponsor, 1)
  expect(await settle(world, 'no-aid', billOf(person, { useMutualAid: false }))).toMatchObject({ cash: '130.00' })
  expect(await settle(world, 'no-account', billOf(person, { useAccount: false }))).toMatchObject({ cash: '60.00' })
  expect(await balanceOf(sponsor)).toBe(500)
})

test('an annulment gives each relative back what they paid, and their promise with it', async () => {
  const person = await world.addPerson(0)
  const sponsor = await world.addPerson(500)
  await bind(person, sponsor, 1, 150)
  await settle(world, 'to-annul', billOf(person))
  expect(await balanceOf(sponsor)).toBe(370)
  await world.ask(hospital(), 'mutation { annul(requestId: "annul-aid", target: "to-annul") { __typename } }')
  expect(await balanceOf(sponsor)).toBe(500)
  expect(await settle(world, 'once-more', billOf(person))).toMatchObject({ cash: '0.00' })
})

test('the sponsor sees what was paid and not the bill; the institution sees neither name nor payment', async () => {
  const person = await world.addPerson(0)
  const sponsor = await world.addPerson(500)
  await bind(person, sponsor, 1)
  const { id } = await settle(world, 'seen', billOf(person))
  const given = `query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on Insured { mutualAidGiven { ... on MutualAidPaymentConnection { edges { node { amount place } } } } } } }`
  const paid = `query ($id: ID!) { settlement(id: $id) { __typename ... on Settlement { mutualAid mutualAidPayments { amount place } } } }`
  const seen = await world.ask<{ _entities: unknown[] }>(personOf(sponsor.insuredId), given, {
    of: [{ __typename: 'Insured', id: sponsor.insuredId }],
  })
  expect(JSON.stringify(seen)).toContain('"amount":"130.00"')
  const bySponsor = await world.ask<{ settlement: object }>(personOf(sponsor.insuredId), paid, { id })
  expect(bySponsor.settlement).toEqual({ __typename: 'NotFound' })
  const mine = { mutualAid: '130.00', mutualAidPayments: [{ amount: '130.00', place: 1 }] }
  for (const one of [personOf(person.insuredId), staff(), auditor])
    expect((await world.ask<{ settlement: object }>(one, paid, { id })).settlement).toMatchObject(mine)
  await expect(world.ask(hospital(), paid, { id })).rejects.toThrow('FORBIDDEN')
})

/** What the receipt of a settlement says, to the hospital. */
const receiptOf = async (id: string): Promise<ReturnType<typeof JSON.parse>> => {
  const query = 'query ($id: ID!) { settlement(id: $id) { ... on Settlement { receipt } } }'
  const fetched = async () =>
    (await world.ask<{ settlement: { receipt: string } }>(hospital(), query, { id })).settlement.receipt
  const receipt = await fetched()
  expect(await fetched()).toBe(receipt)
  return JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString())
}

test('no receipt tells the institution that a patient paid for another, nor that the same relative paid twice', async () => {
  const [person, sponsor] = [await world.addPerson(0), await world.addPerson(500)]
  await bind(person, sponsor, 1)
  const { id: own } = await settle(world, 'own-of-sponsor', billOf(sponsor))
  const aided = [await settle(world, 'aided-1', billOf(person)), await settle(world, 'aided-2', billOf(person))]
  const receipts = [await receiptOf(own), ...(await Promise.all(aided.map(({ id }) => receiptOf(id))))]
  const payers = receipts.flatMap(({ ledger }) =>
    ledger.entries.map(({ account }: { account: string }) => /^personal:(~[^:]+):/.exec(account)?.[1] ?? []).flat(),
  )
  expect(payers).toHaveLength(3)
  expect(new Set(payers).size).toBe(3)
  expect(payers[0]).toBe(receipts[0].person.pseudonym)
  expect(receipts[1].person.pseudonym).toBe(receipts[2].person.pseudonym)
})

test('two relatives who sponsor each other, 64 bills at once through three processes: no overdraft, no lost bill', async () => {
  const [a, b] = [await world.addPerson(1500), await world.addPerson(1500)]
  await bind(a, b, 1)
  await bind(b, a, 1)
  const bills = Array.from({ length: 64 }, (_, i) => ({ who: i % 2 === 0 ? a : b, through: processes[i % 3] ?? world }))
  const answers = await Promise.all(bills.map(({ who, through }, i) => settle(through, `each-other-${i}`, billOf(who))))
  expect(answers.map((one) => one.__typename)).toEqual(bills.map(() => 'Settlement'))
  const cash = answers.reduce((sum, one) => sum + Number(one.cash), 0)
  const fund = answers.reduce((sum, one) => sum + Number(one.fundTotal), 0)
  expect([await balanceOf(a), await balanceOf(b)]).toEqual([0, 0])
  // 64 bills of 200 yuan; the fund pays up to 500 for each of the two, the accounts held 3,000.
  expect(fund).toBe(1000)
  expect(cash).toBe(64 * 200 - 1000 - 3000)
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
