import { describe, expect, test } from 'vitest'
import { inputOf, type CaseBill } from '../../../test/cases-input.ts'
import { allPolicies } from '../../../test/cases-policies.ts'
import { explain } from './explain.ts'
import { split } from './split.ts'

function explained(id: string, bill: CaseBill) {
  const policy = allPolicies.find((one) => one.id === id)
  if (policy === undefined) throw new Error(`no policy ${id}`)
  const input = inputOf(policy, bill)
  return explain(input, split(input, allPolicies), allPolicies)
}
const beijing = explained('110000-employee-inpatient', {
  lines: [
    { class: 'A', amount: '164411.81' },
    { class: 'B', amount: '452', selfPay: '0.05' },
    { class: 'C', amount: '70' },
  ],
  personType: '1201',
  admission: 2,
  before: { 'inpatient-expense@2023': '2627.82' },
})
const steps = (payer: string) => beijing.payers.find((one) => one.payer === payer)?.steps ?? []

describe('an explanation', () => {
  test('names the policy version and the engine', () => {
    expect(beijing.policy).toMatchObject({ id: '110000-employee-inpatient', version: '2023-01-01' })
    expect(beijing.engine).toBe(1)
  })
  test('says of each line which rule gave what', () =>
    expect(beijing.lines.map(({ step }) => [step.rule, step.formula])).toEqual([
      ['SPLIT', '164,411.81 = 164,411.81'],
      ['SPLIT', '452.00 − 22.60 = 429.40'],
      ['CLASS_C', '70.00 − 70.00 = 0.00'],
    ]))
  test('shows deductible, bands and cap of a payer with the numbers of the bill', () =>
    expect(steps('basic').map(({ rule, formula }) => [rule, formula])).toEqual([
      ['BASE_REMAINING', '164,841.21 = 164,841.21'],
      ['CAP_FUND_AND_SELF', 'min(164,841.21, max(0.00, 100,000.00 − 2,627.82)) = 97,372.18'],
      ['DEDUCTIBLE', 'min(97,372.18, max(0.00, 650.00 − 0.00)) = 650.00'],
      ['ABOVE_DEDUCTIBLE', '97,372.18 − 650.00 = 96,722.18'],
      ['POSITION', '650.00 = 650.00'],
      ['BAND_GROSS', '(30,000.00 − 650.00) × 91 % = 26,708.50'],
      ['BAND_GROSS', '(40,000.00 − 30,000.00) × 94 % = 9,400.00'],
      ['BAND_GROSS', '(97,372.18 − 40,000.00) × 97 % = 55,651.01'],
      ['PAID', '26,708.50 + 9,400.00 + 55,651.01 = 91,759.51'],
      ['COPAY', '96,722.18 − 91,759.51 = 4,962.67'],
      ['EXCESS', '164,841.21 − 650.00 − 96,722.18 = 67,469.03'],
    ]))
  test('says how each part out of scope came about', () =>
    expect(beijing.lines.map(({ parts }) => parts.map(({ rule, formula }) => `${rule} ${formula}`))).toEqual([
      [],
      ['LINE_FIRST_SELF_PAYMENT 452.00 × 5 % = 22.60'],
      ['LINE_SELF_PAID 70.00 = 70.00'],
    ]))
  test('proves that nothing was lost between lines, parts, payers and total', () =>
    expect(beijing.proof.map(({ rule, formula }) => `${rule} ${formula}`)).toEqual([
      'SUM_SELF_PAID 70.00 = 70.00',
      'SUM_OVER_CEILING 0.00 = 0.00',
      'SUM_FIRST_SELF_PAYMENT 22.60 = 22.60',
      'SUM_IN_SCOPE 164,411.81 + 429.40 = 164,841.21',
      'SUM_TOTAL 70.00 + 22.60 + 164,841.21 = 164,933.81',
      'SUM_FUNDS 91,759.51 + 53,975.22 + 9,228.24 = 154,962.97',
      'SUM_PAYERS 91,759.51 + 53,975.22 + 9,228.24 + 9,970.84 = 164,933.81',
    ]))
  test('says why a payer of the policy took no part', () =>
    expect(beijing.skipped.map(({ payer, step }) => [payer, step.rule])).toEqual([['account', 'SKIPPED_NOT_ASKED']]))
  test('speaks of what is left only after somebody has paid', () =>
    expect(beijing.payers.flatMap((one) => one.steps)[0]?.text.en).not.toContain('left'))
  test('has a source beside every step of a payer', () => {
    for (const { steps: all } of beijing.payers)
      for (const step of all) expect(step.source?.reliability).toMatch(/[ABC]/)
  })
  test('speaks Chinese and English', () => {
    const texts = [
      ...beijing.lines.map((one) => one.step),
      ...beijing.payers.flatMap((one) => one.steps),
      beijing.person,
    ]
    for (const { text } of texts) {
      expect(text.zh).toMatch(/\p{Script=Han}/u)
      expect(text.en).not.toMatch(/\p{Script=Han}/u)
    }
  })
  test('closes with what the person bears', () =>
    expect(beijing.person.formula).toBe('164,933.81 − 154,962.97 − 0.00 = 0.00 + 0.00 + 9,970.84'))
})

describe('treatment elsewhere is explained', () => {
  const bill: CaseBill = { lines: [{ class: 'A', amount: '10000' }], personType: '1101', place: 'OUT_OF_PROVINCE' }
  const ruleOf = (filing: CaseBill['filing'] & string) =>
    explained('620200-employee-inpatient', { ...bill, filing }).crossArea
  test('as a first self-payment', () =>
    expect(explained('330100-employee-inpatient', { ...bill, filing: 'REFERRAL' }).crossArea).toMatchObject({
      rule: 'CROSS_AREA_FIRST_SELF_PAYMENT',
      formula: '10,000.00 × 20 % = 2,000.00',
      result: 200_000n,
    }))
  test('as points, as an own table, as at home', () => {
    expect(ruleOf('UNFILED')).toMatchObject({
      rule: 'CROSS_AREA_POINTS',
      text: { en: 'treated elsewhere, ratio lowered by 20 points' },
      formula: '10,000.00 × 0 % = 0.00',
    })
    expect(ruleOf('REFERRAL')?.rule).toBe('CROSS_AREA_OWN_TABLE')
    expect(ruleOf('LONG_TERM')).toMatchObject({
      rule: 'CROSS_AREA_AS_LOCAL',
      formula: '10,000.00 × 0 % = 0.00',
      result: 0n,
    })
  })
  test('and not at all at home', () =>
    expect(explained('620200-employee-inpatient', { ...bill, place: 'IN_POOL' }).crossArea).toBeNull())
})
