import { expect, test } from 'vitest'
import { allPolicies } from '../../../test/cases-policies.ts'
import { situationsOf } from '../../../test/cases-situations.ts'
import { counterLimit, decidingDay, diseaseOf } from './counter-limit.ts'
import type { Policy } from './policy.ts'
import type { Situation } from './policy-condition.ts'
import { resolvePolicy } from './policy-resolve.ts'

/** The limits that a bill in this situation meets, by the name of their counter. */
function limitsMet(policy: Policy, situation: Situation): Map<string, bigint[]> {
  const met = new Map<string, bigint[]>()
  const note = (name: string | undefined, limit: bigint | null) => {
    if (name !== undefined && limit !== null) met.set(name, [...(met.get(name) ?? []), limit])
  }
  for (const payer of resolvePolicy(policy, situation).payers) {
    if (payer.kind === 'ACCOUNT') continue
    const { counters, tariff } = payer
    if (counters.deductible?.scope === 'YEAR') note(counters.deductible.name, tariff.standard)
    counters.caps.forEach((counter, i) => {
      const of = counter === 'POSITION' ? counters.position : counter
      if (of?.scope === 'YEAR') note(of.name, tariff.caps[i]?.amount ?? null)
    })
  }
  return met
}

test('a limit that is said is the one every bill of this person at home meets, in every policy', () => {
  let said = 0
  let open = 0
  for (const policy of allPolicies) {
    const [insuranceType = ''] = policy.insuranceTypes
    const on = policy.to ?? policy.from
    for (const situation of situationsOf(policy).filter(({ care }) => care.place === 'IN_POOL')) {
      for (const [name, limits] of limitsMet(policy, situation)) {
        const counter = { pool: policy.pool.code, insuranceType, name, period: '2026' }
        const limit = counterLimit(allPolicies, counter, {
          known: { person: situation.person, disease: situation.care.disease ?? null },
          on,
        })
        if (limit === null) open += 1
        else {
          said += 1
          expect(limits, `${policy.id} ${name}`).toContain(limit)
        }
      }
    }
  }
  expect(said).toBeGreaterThan(100)
  expect(open).toBeGreaterThan(10)
})

const day = (text: string) => Temporal.PlainDate.from(text)
const shanghai = { pool: '310000', insuranceType: '310', name: 'x', disease: null }

const on = (period: string, today: string, pool = '110000') =>
  decidingDay({ ...shanghai, pool, period }, { policies: allPolicies, today: day(today) })?.toString() ?? null

test('the rules of today say it, those of the last day for a benefit year that is over, and none for a stay', () => {
  expect(on('2026', '2026-11-22')).toBe('2026-11-22')
  expect(on('2025', '2026-11-22')).toBe('2025-12-31')
  expect(on('2026/M03900', '2026-11-22')).toBe('2026-11-22')
  expect(on('2026-03', '2026-11-22')).toBe('2026-11-22')
  expect(on('2025Q4', '2026-11-22')).toBe('2025-12-31')
  expect(on('ZY20260302001', '2026-11-22')).toBeNull()
  expect(on('2026', '2026-11-22', '999998')).toBeNull()
})

test('the disease of a counter stands in its period', () => {
  expect(diseaseOf({ ...shanghai, period: '2026/M03900' })).toBe('M03900')
  expect(diseaseOf({ ...shanghai, period: '2026-03/M03900' })).toBe('M03900')
  expect(diseaseOf({ ...shanghai, period: '2026' })).toBeNull()
  expect(diseaseOf({ ...shanghai, period: 'visit/1' })).toBeNull()
})
