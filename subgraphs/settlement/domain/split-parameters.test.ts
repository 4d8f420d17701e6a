import { formatYuan } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { inputOf, type CaseBill } from '../../../test/cases-input.ts'
import { allPolicies } from '../../../test/cases-policies.ts'
import { neededCounters } from './counter.ts'
import { explain } from './explain.ts'
import { split } from './split.ts'

function settled(id: string, bill: Partial<CaseBill> & { readonly amount?: string }) {
  const policy = allPolicies.find((one) => one.id === id)
  if (policy === undefined) throw new Error(`no policy ${id}`)
  const { amount = '10000', ...rest } = bill
  const input = inputOf(policy, { lines: [{ class: 'A', amount }], personType: '1101', ...rest })
  const result = split(input, allPolicies)
  const amounts = Object.fromEntries(
    Object.entries(result.amounts).flatMap(([name, one]) => (one === 0n ? [] : [[name, formatYuan(one)]])),
  )
  return { policy, input, result, amounts, explanation: explain(input, result, allPolicies) }
}
const inpatient = (bill: Partial<CaseBill> & { readonly amount?: string }) => settled('131199-employee-inpatient', bill)
const pharmacy = (level: CaseBill['level'] & string) =>
  settled('629900-employee-pharmacy', {
    careType: '41',
    level,
    amount: '700',
    useAccount: true,
    accounts: ['50', '0'],
  }).amounts
const visit = (bill: Partial<CaseBill> & { readonly amount?: string }) =>
  settled('131199-employee-chronic', { careType: '14', disease: 'M03900', month: '2026-03', year: '2026', ...bill })
const birth = (birthType: string, lines: CaseBill['lines']) =>
  settled('131199-employee-maternity', { careType: '52', birthType, lines }).amounts

describe('a single disease with a quota', () => {
  const appendix = { careType: '26', disease: 'K35800' }
  test('leaves what exceeds the quota to the hospital, and the rest is split as any stay', () =>
    expect(settled('131199-employee-single-disease', appendix).amounts).toMatchObject({
      hospital: '2000.00',
      deductible: '800.00',
      hifp: '6120.00',
      poolRatio: '85.00',
      cash: '1880.00',
    }))
  test('below the quota is a stay like any other', () =>
    expect(settled('131199-employee-single-disease', { ...appendix, amount: '5000' }).result.amounts.hospital).toBe(0n))
  test('is refused for a disease the policy names no quota for', () =>
    expect(() => settled('131199-employee-single-disease', { careType: '26', disease: 'J18900' })).toThrow(
      expect.objectContaining({ code: 'POLICY_SILENT' }),
    ))
})

describe('maternity', () => {
  const bill: CaseBill['lines'] = [
    { class: 'A', amount: '4500' },
    { class: 'C', amount: '500' },
  ]
  test('with a quota leaves nothing of what exceeds it to the person', () =>
    expect(birth('1', bill)).toMatchObject({ hospital: '1000.00', hifp: '3500.00', cash: '500.00' }))
  test('with a limit leaves what exceeds it to the person', () => {
    expect(birth('5', bill)).toMatchObject({ hifp: '2500.00', cash: '2500.00' })
    expect(birth('5', bill)).not.toHaveProperty('hospital')
  })
})

describe('chronic care', () => {
  test('counts each disease by itself, by year, quarter and month', () => {
    const { policy, input, result } = visit({ amount: '500' })
    expect(neededCounters(policy, input.care)).toEqual([
      'chronic-deductible@2026/M03900',
      'chronic-month@2026-03/M03900',
      'chronic-quarter@2026Q1/M03900',
    ])
    expect(result.consumed).toEqual({
      'chronic-deductible@2026/M03900': 30_000n,
      'chronic-month@2026-03/M03900': 16_000n,
      'chronic-quarter@2026Q1/M03900': 20_000n,
    })
  })
  test('stops at the cap of the month, and of the quarter', () => {
    const before = { 'chronic-deductible@2026/M03900': '300' }
    expect(visit({ amount: '500', before }).amounts).toMatchObject({ hifp: '200.00' })
    const quarter = { ...before, 'chronic-quarter@2026Q1/M03900': '650' }
    expect(visit({ amount: '500', before: quarter }).amounts).toMatchObject({ hifp: '40.00' })
    expect(visit({ amount: '500', before: quarter, month: '2026-04' }).amounts).toMatchObject({ hifp: '200.00' })
  })
  test('of another disease has a cap of its own', () =>
    expect(visit({ amount: '900', disease: 'M01600' }).amounts).toMatchObject({ hifp: '480.00' }))
})

describe('a stay that goes on from another hospital', () => {
  test('is charged what its standard is higher', () => {
    expect(inpatient({ transferred: '600' }).amounts).toMatchObject({ deductible: '400.00' })
    expect(inpatient({ transferred: '600' }).explanation.payers[0]?.steps.map((one) => one.formula)).toContain(
      'max(0.00, 1,000.00 − 600.00) = 400.00',
    )
    expect(inpatient({ transferred: '1000', level: 'LEVEL_2' }).amounts).not.toHaveProperty('deductible')
  })
  test('is charged nothing where the pool says so', () =>
    expect(
      settled('131199-employee-single-disease', { careType: '26', disease: 'K35800', transferred: '100' }).amounts,
    ).not.toHaveProperty('deductible'))
  test('is charged the whole where the pool says nothing', () =>
    expect(settled('620200-employee-inpatient', { transferred: '600' }).amounts).toMatchObject({
      deductible: '650.00',
    }))
})

describe('family mutual aid', () => {
  const bill = { useAccount: true, accounts: ['300', '0'] } as const
  test('pays after the own account, relatives in their order, current before history, within their limits', () => {
    const { amounts, result } = inpatient({
      ...bill,
      sponsors: [
        ['100', '50'],
        ['900', '0', '200'],
        ['5000', '0'],
      ],
    })
    expect(amounts).toMatchObject({ account: '300.00', mutualAid: '2050.00' })
    expect(amounts).not.toHaveProperty('cash')
    expect(result.sponsorsPaid).toEqual([
      { insuredId: 'sponsor-1', current: 10_000n, history: 5_000n },
      { insuredId: 'sponsor-2', current: 20_000n, history: 0n },
      { insuredId: 'sponsor-3', current: 170_000n, history: 0n },
    ])
    expect(result.payers.at(-1)).toMatchObject({ fund: 'mutualAid', fundPayType: '310201', paid: 205_000n })
  })
  test('leaves out of scope what the pool does not let it pay', () => {
    const lines: CaseBill['lines'] = [{ class: 'C', amount: '700' }]
    expect(inpatient({ lines, sponsors: [['5000', '0']] }).amounts).toMatchObject({ cash: '700.00' })
  })
  test('is told by number, without a name and without the balance that is left', () => {
    const { explanation } = inpatient({
      ...bill,
      sponsors: [
        ['0', '0'],
        ['5000', '0'],
      ],
    })
    const aid = explanation.payers.find((one) => one.payer === 'mutual-aid')
    expect(aid?.steps.map(({ rule, text, formula }) => [rule, text.en, formula])).toEqual([
      ['BASE_MUTUAL_AID', 'what an account may pay of what is left', '10,000.00 − 7,650.00 − 300.00 = 2,050.00'],
      ['MUTUAL_AID', 'paid by bound relative 2', 'min(2,050.00, 2,050.00) = 2,050.00'],
      ['PAID', 'paid by mutual aid', '2,050.00 = 2,050.00'],
    ])
  })
  test('is not for an insurance type without it', () => {
    const { result, explanation } = inpatient({ insuranceType: '340', sponsors: [['5000', '0']] })
    expect(result.sponsorsPaid).toEqual([])
    expect(explanation.skipped.at(-1)?.step.rule).toBe('SKIPPED_NO_MUTUAL_AID')
  })
})

describe('what a check denied', () => {
  test('as a line is paid by the person', () => {
    const { input } = inpatient({})
    const lines = input.lines.map((line) => ({ ...line, denied: true as const }))
    const result = split({ ...input, lines }, allPolicies)
    expect(result.lines[0]).toMatchObject({ rule: 'DENIED', selfPaid: 1_000_000n })
    expect(result.amounts.cash).toBe(1_000_000n)
  })
  test('as a whole is paid by no fund, but may be by accounts', () => {
    const { amounts, result, explanation } = inpatient({ noFund: true, useAccount: true, accounts: ['300', '0'] })
    expect(amounts).toMatchObject({ account: '300.00', cash: '9700.00' })
    expect(result.consumed).toEqual({})
    expect(explanation.skipped.map(({ payer, step }) => [payer, step.rule])).toEqual([
      ['basic', 'SKIPPED_DENIED'],
      ['large-amount', 'SKIPPED_DENIED'],
    ])
  })
})

describe('the demonstration pool', () => {
  test('pays a poor resident’s stay from five purses: basic, serious illness, hospital, assistance and its second tier', () => {
    const bill = { personType: '1501', insuranceType: '390', amount: '2000000', identities: ['2302'] }
    expect(settled('629900-resident-inpatient', bill).result.payers.map((one) => [one.payer, one.paid > 0n])).toEqual([
      ['basic', true],
      ['serious-illness', true],
      ['hospital-waiver', true],
      ['assistance', true],
      ['tilt', true],
    ])
  })
  test('pays a civil servant’s stay from basic pool, subsidy, account and relatives', () => {
    const { result } = settled('629900-employee-inpatient', {
      amount: '500000',
      civilServant: true,
      useAccount: true,
      accounts: ['500', '0'],
      sponsors: [['800', '0']],
    })
    expect(result.payers.map((one) => [one.fund, one.paid > 0n])).toEqual([
      ['hifp', true],
      ['cvlserv', true],
      ['account', true],
      ['mutualAid', true],
    ])
  })
  test('pays a prescription at the level of the prescriber, and a purchase without one from the account alone', () => {
    expect(pharmacy('LEVEL_2')).toMatchObject({
      deductible: '200.00',
      hifp: '300.00',
      account: '50.00',
      cash: '350.00',
    })
    expect(pharmacy('LEVEL_3')).toMatchObject({ hifp: '275.00' })
    expect(pharmacy('PHARMACY')).toMatchObject({ account: '50.00', cash: '650.00' })
  })
})
