import { fenOf, rateOf } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { inputOf } from '../../../test/cases-input.ts'
import { allPolicies } from '../../../test/cases-policies.ts'
import { assertIdentities, bandHolds, brokenIdentities } from './identities.ts'
import { split } from './split.ts'

const policy = allPolicies.find((one) => one.id === '110000-employee-inpatient')
if (policy === undefined) throw new Error('Beijing is shipped')
const input = inputOf(policy, {
  lines: [
    { class: 'A', amount: '150000' },
    { class: 'B', amount: '300', selfPay: '0.1' },
    { class: 'C', amount: '70' },
  ],
  personType: '1201',
  accounts: ['20', '30'],
  useAccount: true,
})
const result = split(input, allPolicies)

describe('the identities', () => {
  test('hold of a split', () => expect(() => assertIdentities(result, input.lines)).not.toThrow())
  test('break when any one amount is a fen off', () => {
    const { poolRatio, crossArea, deductible, ...amounts } = result.amounts
    for (const [name, amount] of Object.entries(amounts)) {
      const wrong = { ...result.amounts, [name]: fenOf(amount + 1n) }
      expect(() => assertIdentities({ ...result, amounts: wrong }, input.lines)).toThrow(/identities broken/)
    }
    expect([poolRatio, crossArea, deductible]).toHaveLength(3)
  })
  test('break when a payer’s row or a line is a fen off', () => {
    const payers = result.payers.map((one, i) => (i === 1 ? { ...one, paid: fenOf(one.paid + 1n) } : one))
    expect(() => assertIdentities({ ...result, payers }, input.lines)).toThrow(/I5/)
    const lines = result.lines.map((one, i) => (i === 1 ? { ...one, inScope: fenOf(one.inScope + 1n) } : one))
    expect(() => assertIdentities({ ...result, lines }, input.lines)).toThrow(/I6/)
  })
  test('follow the pool’s switch when it counts the account as fund money', () => {
    const { amounts } = result
    const fundTotal = fenOf(amounts.fundTotal + amounts.account)
    const personal = fenOf(amounts.personal - amounts.account)
    expect(brokenIdentities({ ...amounts, fundTotal, personal }, true)).toEqual([])
    expect(brokenIdentities({ ...amounts, fundTotal, personal }, false)).not.toEqual([])
  })
  test('a deductible above the scope is told apart (I7)', () =>
    expect(brokenIdentities({ ...result.amounts, deductible: fenOf(result.amounts.inScope + 1n) }, false)).toEqual([
      'I7',
    ]))
})

test('each band pays part × ratio, half up (I8)', () => {
  for (const { bands } of result.payers) for (const band of bands) expect(bandHolds(band)).toBe(true)
  expect(bandHolds({ from: fenOf(0n), to: null, part: fenOf(5n), ratio: rateOf(5000n), pay: fenOf(2n) })).toBe(false)
})
