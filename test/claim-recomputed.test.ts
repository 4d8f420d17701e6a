import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, settleDecided, takeBackDecided } from './claim-world.ts'
import { hospitalOf, POOLS, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import type { SettleWorld } from './settle-world.ts'
import { CLASS_A } from './world-bill.ts'

// Where a pool reckons what an institution takes back as the last bill of its year, a claim goes back as it was settled all the same.

let world: ReverseWorld
beforeAll(async () => {
  world = await reverseWorld()
}, 120_000)
afterAll(() => world.close())

test('all of what a claim was owed goes back, so that nothing is lost of what it is owed when it is decided anew', async () => {
  const pool = POOLS.RECOMPUTED
  // One connection, as of the worlds of one subgraph.
  const admin = await world.admin.connect()
  const here = {
    admin,
    db: world.platform.databases.settlement,
    secrets: world.keys as SettleWorld['secrets'],
    time: world.time,
  }
  const person = await world.addInsured('RECOMPUTED')
  const institution = hospitalOf('RECOMPUTED', 1)
  const place = { institution, name: '虚构医院', division: pool, level: null, designated: true }
  const lines = [claimLine({ code: CLASS_A, price: '300.00', quantity: '1', amount: '300.00' })]
  const id = await decidedClaim(here, person, { pool, content: { place, lines, total: '300.00' } })
  await settleDecided(here, id)
  // 300 less the deductible of 200, of that 70 %.
  expect(await claimRow(here, id)).toMatchObject({ state: 'APPROVED', owed: '7000' })
  const direct = await world.settle(hospitalOf('RECOMPUTED', 2), person, 300)
  expect(direct).toMatchObject({ deductible: '0.00', pool: '210.00' })

  const posted = async (): Promise<unknown> => {
    const { rows } = await world.admin.query(
      `select e.account, sum(e.amount)::text as amount from settlement.ledger_entry e
       join settlement.settlement s on s.insured_id = e.insured_id and s.id = e.group_id
       where s.claim_id = $1 group by 1 having sum(e.amount) <> 0`,
      [id],
    )
    return rows
  }
  await takeBackDecided(here, id)
  expect(await posted()).toEqual([])
  expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 0 })
  await world.admin.query(`update settlement.claim set state = 'SETTLING', version = version + 1 where id = $1`, [id])
  await settleDecided(here, id)
  expect(await claimRow(here, id)).toMatchObject({ state: 'APPROVED', owed: '7000' })
  admin.release()
  expect((await verify(here.db, () => {})).mismatches).toEqual([])
})
