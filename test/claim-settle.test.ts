import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimContent, claimLine, claimRow, decidedClaim, settleDecided, takeBackDecided } from './claim-world.ts'
import { billOf, personOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

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
