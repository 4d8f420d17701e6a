import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, settleDecided, takeBackDecided } from './claim-world.ts'
import {
  billOf,
  lineOf,
  personOf,
  settle,
  settleWorld,
  staff,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// A benefit year is closed, and care of it is claimed by hand within the twelve months there are for that.

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

const DAY = '2025-12-20'
const CLOSE = `mutation ($input: ClosePeriodInput!) { closePeriod(requestId: "close-2025", input: $input) {
  __typename ... on Rejection { code problems { path code } } } }`
const CONDITIONS = `query ($input: ClaimConditionsInput!) { claimConditions(input: $input) { __typename
  ... on ClaimConditions { isMet conditions { code met } } ... on Rejection { code } } }`
const ESTIMATE = `query ($input: ClaimInput) { claimEstimate(input: $input) { __typename
  ... on ClaimEstimate { benefitYear owed } ... on Rejection { code problems { path code } } } }`

async function close(): Promise<void> {
  const identity = { ...staff(), scopes: ['settlement:read', 'settlement:write'] } as ReturnType<typeof staff>
  const input = { kind: 'YEAR', insuranceType: '310', period: '2025' }
  expect(await world.ask(identity, CLOSE, { input })).toMatchObject({ closePeriod: { __typename: 'ClosedPeriod' } })
}
const claimOf = (person: WorldPerson): Promise<string> =>
  decidedClaim(world, person, { content: { begin: DAY, end: DAY, lines: [claimLine({ time: DAY })] } })
/** Decided anew as it was, and settled. */
async function settleAnew(id: string): Promise<void> {
  await takeBackDecided(world, id)
  expect(await claimRow(world, id)).toMatchObject({ state: 'ACCEPTED', owed: '0', settlement_id: null })
  await world.admin.query(`update settlement.claim set state = 'SETTLING', version = version + 1 where id = $1`, [id])
  await settleDecided(world, id)
}
const usedOf = async ({ insuredId }: WorldPerson): Promise<unknown> => {
  const { rows } = await world.admin.query(
    'select name, period, amount::text from settlement.counter where insured_id = $1 and amount <> 0 order by 1, 2',
    [insuredId],
  )
  return rows
}

test('care of a closed year is told to be claimable, settled by hand, and comes to the same when it is decided anew', async () => {
  const [before, after, beside] = [await world.addPerson(0), await world.addPerson(0), await world.addPerson(0)]
  const earlier = await claimOf(before)
  await settleDecided(world, earlier)
  const owed = await claimRow(world, earlier)
  expect(owed).toMatchObject({ state: 'APPROVED', owed: '7000' })
  const used = await usedOf(before)
  await close()

  const place = { name: '县医院', division: '620900', level: 'LEVEL_2' }
  const asked = { careType: '11', begin: DAY, end: DAY, place }
  const { claimConditions } = await world.ask<{ claimConditions: object }>(personOf(after.insuredId), CONDITIONS, {
    input: { ...asked, cause: 'NETWORK' },
  })
  expect(claimConditions).toMatchObject({ conditions: expect.arrayContaining([{ code: 'POLICY', met: true }]) })
  expect(await world.ask(personOf(after.insuredId), ESTIMATE, { input: { ...asked, total: '200.00' } })).toMatchObject({
    claimEstimate: { __typename: 'ClaimEstimate', benefitYear: '2025', owed: '70.00' },
  })

  // Settled after the closing, it counts in its year as it would have before.
  const later = await claimOf(after)
  await settleDecided(world, later)
  expect(await claimRow(world, later)).toMatchObject({ state: 'APPROVED', owed: '7000' })
  expect(await usedOf(after)).toEqual(used)

  for (const [id, person] of [
    [earlier, before],
    [later, after],
  ] as const) {
    await settleAnew(id)
    expect(await claimRow(world, id)).toMatchObject({ state: 'APPROVED', owed: '7000' })
    expect(await usedOf(person)).toEqual(used)
  }
  // A second one of the year is behind the deductible.
  const second = await claimOf(after)
  await settleDecided(world, second)
  expect(await claimRow(world, second)).toMatchObject({ state: 'APPROVED', owed: '14000' })

  // What a hospital sends of that year it still learns to be too late for.
  const time = `${DAY}T08:30:00+08:00`
  const bill = billOf(beside, {
    begin: `${DAY}T08:00:00+08:00`,
    end: `${DAY}T09:00:00+08:00`,
    lines: [lineOf({ time })],
  })
  expect(await settle(world, 'of-2025', bill)).toMatchObject({ code: 'YEAR_CLOSED' })
})
