import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  dispensingBill,
  pharmacy,
  prescriptionWorld,
  review,
  revoke,
  show,
  type PrescriptionWorld,
} from './prescription-world.ts'
import { billOf, hospital, OTHER_PHARMACY, settle, type Settlements } from './settle-world.ts'

// What meets at the database meets there from several processes: each has a queue of its own.

let world: PrescriptionWorld
let processes: readonly Settlements[]
beforeAll(async () => {
  world = await prescriptionWorld()
  processes = [world, await world.open()]
})
afterAll(async () => {
  await processes[1]?.close()
  await world.close()
})

const PHARMACIES = [pharmacy(), pharmacy(OTHER_PHARMACY)]
const ROUNDS = 12

async function reviewedByBoth(): Promise<string> {
  const number = await world.issued()
  await review(world, number, world.patient, { identity: pharmacy(OTHER_PHARMACY) })
  return number
}

/** Each pharmacy settles a bill for so many packages in a process of its own, at the same moment. */
const bothDispense = (round: number, number: string, quantity: number) =>
  Promise.all(
    processes.map((process, i) => {
      const bill = billOf(world.patient, dispensingBill(number, quantity))
      return settle(process, `race-${round}-${i}-${number}`, bill, PHARMACIES[i])
    }),
  )

test('two pharmacies, one prescription, the same second: one dispenses, the other is refused and nothing moved', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const number = await reviewedByBoth()
    const before = await money()
    const answers = await bothDispense(round, number, 10)
    const settled = answers.filter((one) => one.__typename === 'Settlement')
    expect(settled, JSON.stringify(answers)).toHaveLength(1)
    expect(answers.find((one) => one.__typename !== 'Settlement')).toMatchObject({
      code: 'PRESCRIPTION_USED',
      problems: [{ path: 'lines[0].ePrescription', code: 'PRESCRIPTION_USED' }],
    })
    expect(await money()).toEqual({ ...before, balance: before.balance - 200_00, settlements: before.settlements + 1 })
    expect(await world.left(number)).toEqual(['0.0000'])
  }
})

test('parts that fit together are both dispensed', async () => {
  const number = await reviewedByBoth()
  const answers = await bothDispense(0, number, 5)
  expect(answers.map((one) => one.__typename)).toEqual(['Settlement', 'Settlement'])
  expect(await world.left(number)).toEqual(['0.0000'])
})

test('a revocation and a bill at the same moment: one of them counts, never both', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const number = await world.issued()
    const [revoked, settled] = await Promise.all([
      revoke(processes[round % 2] ?? world, number),
      settle(world, `revoke-race-${round}`, billOf(world.patient, dispensingBill(number, 1)), pharmacy()),
    ])
    const isSettled = settled.__typename === 'Settlement'
    expect(revoked.__typename === 'Prescription', JSON.stringify([revoked, settled])).toBe(!isSettled)
    expect([revoked.code, settled.code]).toContain(isSettled ? 'PRESCRIPTION_DISPENSED' : 'PRESCRIPTION_REVOKED')
    const { state, use } = await show(world, number, hospital())
    expect([state, use]).toEqual(isSettled ? ['VALID', 'PARTLY_USED'] : ['REVOKED', 'UNUSED'])
  }
})

test('one package for two persons at the same moment is paid once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const other = await world.newPatient()
    const codes = [`8${round}1`, `8${round}2`]
    const answers = await Promise.all(
      [world.patient, other].map((whose, i) => {
        const traceCodes = i === 0 ? codes : codes.toReversed()
        const bill = billOf(whose, dispensingBill(null, 2, { traceCodes }))
        return settle(processes[i] ?? world, `package-${round}-${i}`, bill, PHARMACIES[i])
      }),
    )
    expect(answers.filter((one) => one.__typename === 'Settlement')).toHaveLength(1)
    expect(answers.find((one) => one.__typename !== 'Settlement')).toMatchObject({
      code: 'TRACE_CODE_PAID',
      problems: [{ path: 'lines[0].traceCodes[0]' }, { path: 'lines[0].traceCodes[1]' }],
    })
  }
})

test('after all of this every settlement, sum, prescription and package agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

/** What the patient has, and how many settlements there are of them. */
async function money(): Promise<{ balance: number; settlements: number; entries: number }> {
  const { rows } = await world.admin.query(
    `select (select sum(balance)::int from settlement.account where insured_id = $1) as balance,
       (select count(*)::int from settlement.settlement where insured_id = $1) as settlements,
       (select sum(amount)::int from settlement.ledger_entry where insured_id = $1) as entries`,
    [world.patient.insuredId],
  )
  return rows[0]
}
