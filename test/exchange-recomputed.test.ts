import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LINE, PLACE } from './exchange-world.ts'
import { hospitalOf, POOLS, reverseWorld } from './reverse-world.ts'
import { bill, CLASS_A } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// A pool that reckons anew what is taken back keeps money for a bill of another province, which is then not committed. The
// place has nothing of it, so at home nothing of it may be left either, whatever was settled meanwhile.

let world: Awaited<ReturnType<typeof reverseWorld>>
beforeAll(async () => {
  world = await reverseWorld()
})
afterAll(() => world.close())

const say = (type: string, message: object): Promise<Data> => {
  const settlement = world.platform.subgraphs.find((one) => one.name === 'settlement')
  return settlement?.internal?.(`exchange.${type}`, { province: '51', message }, 'trace') as Promise<Data>
}

/** A bill of 200 yuan from Sichuan, which is the deductible of the year. */
async function reserved({ identityNumber: value, cardNumber }: WorldPerson): Promise<string> {
  const exchange = randomUUIDv7()
  const made = bill({ card: cardNumber, lines: [{ code: CLASS_A, price: 200 }] })
  const said = {
    ...made,
    emergency: true,
    institution: 'H51010000001',
    credential: { kind: '02', value },
    operator: { ...made.operator, terminal: '1' },
    confirmWithin: 10,
  }
  expect(await say('reserve', { exchange, bill: said, place: PLACE, lines: [LINE] })).toMatchObject({
    state: 'RESERVED',
    settlement: { amounts: { deductible: '200.00', fundTotal: '0.00' } },
  })
  return exchange
}

test('what was kept and is not committed goes back to the fen, though a later bill would make another sum of it', async () => {
  const person = await world.addInsured('RECOMPUTED')
  const exchange = await reserved(person)
  // Behind the deductible, which the other bill has taken, the fund pays 70 %.
  expect(await world.settle(hospitalOf('RECOMPUTED'), person, 300)).toMatchObject({ fundTotal: '210.00' })
  expect(await say('cancel', { exchange })).toMatchObject({ state: 'ABORTED' })
  const { rows } = await world.admin.query(
    `select account, sum(amount)::int as fen from settlement.ledger_entry where insured_id = $1 group by 1
     having sum(amount) <> 0 order by 1`,
    [person.insuredId],
  )
  expect(rows).toEqual([
    { account: `fund:${POOLS.RECOMPUTED}:310:310100`, fen: -21_000 },
    { account: `payable:institution:${hospitalOf('RECOMPUTED')}`, fen: 21_000 },
  ])
  expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 0, 'outpatient-fund': 210 })
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
