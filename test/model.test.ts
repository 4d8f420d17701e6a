import { verify } from '@yibao/settlement/commands/verify'
import { assert, asyncModelRun, asyncProperty, commands } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anything, PERSONS } from './model/commands.ts'
import { addPersons, contextOf, held, type Real } from './model/real.ts'
import type { Model } from './model/state.ts'
import { settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'

const SEQUENCES = 1000
const LENGTH_MAX = 8

let world: SettleWorld
let persons: WorldPerson[]
beforeAll(async () => {
  world = await settleWorld()
  persons = await addPersons(world, SEQUENCES * PERSONS + 300)
})
afterAll(() => world.close())

test(`${SEQUENCES} random sequences of trials, bills, stays, reversals, refunds, credits and mutual aid agree with a simple model`, async () => {
  const context = contextOf(world)
  const play = asyncProperty(commands(anything, { maxCommands: LENGTH_MAX, size: 'max' }), async (sequence) => {
    // Shrinking plays more sequences than there are fresh persons; those are made when a failure needs them.
    if (persons.length < PERSONS) persons.push(...(await addPersons(world, 300)))
    const real: Real = { world, persons: persons.splice(0, PERSONS), context }
    const model: Model = {
      persons: real.persons.map(() => ({ account: 0, outpatientDeductible: 0, outpatientFund: 0, sponsors: [] })),
      bills: [],
    }
    await asyncModelRun(() => ({ model, real }), sequence)
    const { rows, ledger } = await held(real)
    expect(ledger).toBe(0)
    expect(real.persons.map(({ insuredId }) => rows.get(insuredId))).toEqual(
      real.persons.map(({ insuredId }, i) => {
        const { account, outpatientDeductible, outpatientFund } = model.persons[i] ?? { account: 0 }
        return {
          insured_id: insuredId,
          balance: account,
          entries: account,
          deductible: outpatientDeductible,
          fund: outpatientFund,
        }
      }),
    )
  })
  await assert(play, { numRuns: SEQUENCES })
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
}, 300_000)
