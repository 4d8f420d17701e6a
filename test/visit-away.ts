import { setTimeout as wait } from 'node:timers/promises'
import { HOME_POOL } from './away-world.ts'
import { CLASS_A, lineInput } from './world-bill.ts'
import type { WorldPerson } from './world.ts'

// What a hospital sends of a stay of somebody insured in another province.

const BEGIN = '2026-11-10T09:00:00+08:00'
export const END = '2026-11-20T10:00:00+08:00'

let numbers = 0
export const nextVisit = () => `KS${(numbers += 1)}`

export const credentialOf = ({ identityNumber: value }: WorldPerson) => ({ kind: 'IDENTITY_CARD', value })
const operator = { code: 'op1', terminal: 'COUNTER' }
export const diagnoses = [{ code: 'K35.900', name: '急性阑尾炎' }]

export const admission = (visit: string, person: WorldPerson | null, change: object = {}) => ({
  visit,
  ...(person !== null && { credential: credentialOf(person) }),
  insuredPool: HOME_POOL,
  operator,
  careType: '21',
  begin: BEGIN,
  diagnoses,
  ...change,
})
export const charges = (...yuan: number[]) =>
  yuan.map((price, i) => lineInput({ code: CLASS_A, price }, i, '2026-11-12T09:00:00+08:00'))
export const settlementOf = (visit: string, person: WorldPerson, total: string, change: object = {}) => ({
  visit,
  credential: credentialOf(person),
  operator,
  chargeBatch: 'B1',
  useAccount: true,
  total,
  ...change,
})

/** Waits for what a worker does. */
export async function eventually(holds: () => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      return await holds()
    } catch (error) {
      if (round === 100) throw error
      await wait(100)
    }
  }
}
