import { formatYuan } from '@yibao/schema/money'
import { split } from '@yibao/settlement/domain/split'
import { describe, expect, test } from 'vitest'
import { inputOf, type CaseBill } from './cases-input.ts'
import { allPolicies } from './cases-policies.ts'

// How three pools reduce what they pay away from home, one in each of the ways there are: points off every ratio with a table
// for those who were referred (Jiayuguan), a ratio for each type of filing (Hangjin Rear Banner), a share paid first by the
// person (Hangzhou). No worked example of theirs is published: what is expected is reckoned from the published tables by hand.

const IN_SCOPE = '20000.00'

function fundOf(policy: string, bill: Partial<CaseBill>): string {
  const found = allPolicies.find(({ id }) => id === policy)
  if (found === undefined) throw new Error(`no policy ${policy}`)
  const lines = [{ class: 'A' as const, amount: IN_SCOPE }]
  const asked = { personType: '1101', place: 'OUT_OF_PROVINCE' as const, lines, year: '2025', ...bill }
  try {
    const { payers } = split(inputOf(found, asked), allPolicies)
    const paid = payers.filter(({ payer }) => payer === 'basic').map((one) => one.paid)
    return paid.map(formatYuan).join()
  } catch (refusal) {
    return String(Reflect.get(Object(refusal), 'code'))
  }
}

const reliabilityOf = (policy: string) => {
  const { crossArea, pool } = allPolicies.find(({ id }) => id === policy) ?? {}
  return [...new Set((crossArea ?? []).map(({ source }) => pool?.sources.get(source)?.reliability))]
}

describe('Jiayuguan, by the table of its bureau: points, and a table of its own for those who are referred', () => {
  const RESIDENT = { insuranceType: '390', personType: '1501' }
  test.each([
    ['employee', { filing: 'LONG_TERM', level: 'LEVEL_3' }, '17415.00'], // (20000 − 650) × 90 %, as in the city
    ['employee', { filing: 'REFERRAL', level: 'LEVEL_3' }, '16447.50'], // × 85 %
    ['employee', { filing: 'EMERGENCY', level: 'LEVEL_2' }, '16965.00'], // (20000 − 500) × 87 %
    ['employee', { filing: 'REFERRAL', level: 'LEVEL_1' }, '17424.00'], // (20000 − 200) × 88 %
    ['employee', { filing: 'OTHER_TEMPORARY', level: 'LEVEL_3' }, '13545.00'], // (20000 − 650) × (90 − 20) %
    ['employee', { filing: 'UNFILED', level: 'LEVEL_1' }, '14271.50'], // (20000 − 450) × (93 − 20) %
    ['resident', { ...RESIDENT, filing: 'REFERRAL', level: 'LEVEL_3' }, '11160.00'], // (20000 − 2000) × 62 %
    ['resident', { ...RESIDENT, filing: 'OTHER_TEMPORARY', level: 'LEVEL_3' }, '10140.00'], // (20000 − 500) × (72 − 20) %
  ] as const)('%s %o: the fund pays %s of 20000', (who, bill, paid) => {
    expect(fundOf(`620200-${who}-inpatient`, bill)).toBe(paid)
  })
})

describe('Hangjin Rear Banner, by the reply of its government: one ratio for each type of filing', () => {
  test.each([
    [{ filing: 'LONG_TERM' }, '15040.00'], // (20000 − 1200) × 80 %
    [{ filing: 'REFERRAL' }, '15040.00'],
    [{ filing: 'EMERGENCY' }, '15040.00'],
    [{ filing: 'OTHER_TEMPORARY' }, '13160.00'], // × 70 %
    [{ filing: 'REFERRAL', admission: 2 }, '15520.00'], // (20000 − 600) × 80 %
  ] as const)('%o: the fund pays %s of 20000', (bill, paid) => {
    expect(fundOf('150826-employee-inpatient', bill)).toBe(paid)
  })

  test('of what is not filed the reply says nothing, and nothing is made up', () => {
    expect(fundOf('150826-employee-inpatient', { filing: 'UNFILED' })).toBe('CROSS_AREA_NOT_STATED')
  })
})

describe('Hangzhou, by its tables on a portal: the person first pays a share, then it is as at home', () => {
  test.each([
    [{ filing: 'REFERRAL', place: 'IN_PROVINCE' }, '14104.00'], // (20000 × 90 % − 800) × 82 %
    [{ filing: 'REFERRAL' }, '12464.00'], // (20000 × 80 % − 800) × 82 %
    [{ filing: 'OTHER_TEMPORARY', personType: '1201' }, '13072.00'], // × 86 % for the retired
    [{ filing: 'LONG_TERM' }, '15744.00'], // (20000 − 800) × 82 %, as at home
  ] as const)('%o: the fund pays %s of 20000', (bill, paid) => {
    expect(fundOf('330100-employee-inpatient', bill)).toBe(paid)
  })
})

test('each of them says how reliable its source is, and none is unverified', () => {
  expect(reliabilityOf('620200-employee-inpatient')).toEqual(['A'])
  expect(reliabilityOf('150826-employee-inpatient')).toEqual(['A'])
  // Its own tables, and of long-term filings the national rule.
  expect(reliabilityOf('330100-employee-inpatient')).toEqual(['B', 'A'])
})
