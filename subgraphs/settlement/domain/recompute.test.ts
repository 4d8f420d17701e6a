import { fenOf, minFen, type Fen } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inputOf, yuan } from '../../../test/cases-input.ts'
import { policyOf } from '../../../test/cases-policies.ts'
import { recompute } from './recompute.ts'
import { split } from './split.ts'

const STANDARD = yuan('200')
const YEAR = (name: string) => ({ scope: 'YEAR', counter: name, source: 'case' })

/** One deductible of the year, one ratio behind it, and a cap on fund money. */
const policies = policyOf({
  payers: [
    {
      id: 'basic',
      name: { zh: '统筹', en: 'basic' },
      kind: 'FUND',
      fund: 'hifp',
      fundPayType: '310100',
      base: { kind: 'REMAINING', of: ['inScope'] },
      deductible: { standard: '200', ...YEAR('deductible') },
      bands: { position: 'NET', table: [{ ratio: '0.5' }], ...YEAR('expense') },
      caps: [{ unit: 'FUND_PAID', amount: '1000', ...YEAR('paid') }],
      source: 'case',
    },
  ],
})

/** A bill of so many times ten yuan in scope. */
function billOf(tens: number, counters: Readonly<Record<string, Fen>>) {
  const [policy] = policies
  if (policy === undefined) throw new Error('no policy')
  return {
    input: { ...inputOf(policy, { lines: [{ class: 'A', amount: `${tens}0` }], personType: '1101' }), counters },
  }
}

/** Settles bills one after the other. */
function settleAll(amounts: readonly number[]) {
  const used: Record<string, Fen> = {}
  return amounts.map((tens) => {
    const bill = billOf(tens, { ...used })
    const { consumed } = split(bill.input, policies)
    for (const [key, amount] of Object.entries(consumed)) used[key] = fenOf((used[key] ?? 0n) + amount)
    return { ...bill, consumed, used: { ...used } }
  })
}

const sumOf = (bills: readonly { readonly consumed: Readonly<Record<string, Fen>> }[], name: string): bigint =>
  bills.reduce((total, { consumed }) => {
    const key = Object.keys(consumed).find((one) => one.startsWith(`${name}@`))
    return total + (key === undefined ? 0n : (consumed[key] ?? 0n))
  }, 0n)

const valueOf = (counters: Readonly<Record<string, Fen>>, name: string): bigint =>
  Object.entries(counters).find(([key]) => key.startsWith(`${name}@`))?.[1] ?? 0n

/** A year of bills, and which of them is taken off. */
const years = fc
  .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
  .chain((amounts) => fc.tuple(fc.constant(amounts), fc.nat({ max: amounts.length - 1 })))

test('below the cap the counters before it are the year’s less what is the bill’s: the deductible first, then the rest', () => {
  fc.assert(
    fc.property(years, ([amounts, i]) => {
      fc.pre(amounts.reduce((total, tens) => total + tens, 0) <= 200)
      const bills = settleAll(amounts)
      const bill = bills[i]
      if (bill === undefined) throw new Error('no bill')
      const { input } = recompute(
        bill,
        bills.filter((one) => one !== bill),
        policies,
      )
      const total = sumOf(bills, 'deductible') + sumOf(bills, 'expense')
      const left = total - sumOf([bill], 'deductible') - sumOf([bill], 'expense')
      const used = minFen(STANDARD, fenOf(left))
      expect(valueOf(input.counters, 'deductible')).toBe(used)
      expect(valueOf(input.counters, 'expense')).toBe(left - used)
    }),
  )
})

test('what is taken back leaves the fund with what it would have paid for the others alone, also at the cap', () => {
  fc.assert(
    fc.property(years, ([amounts, i]) => {
      const bills = settleAll(amounts)
      const bill = bills[i]
      if (bill === undefined) throw new Error('no bill')
      const others = bills.filter((one) => one !== bill)
      const { result } = recompute(bill, others, policies)
      const alone = settleAll(amounts.filter((_, other) => other !== i))
      expect(sumOf(bills, 'paid') - sumOf([result], 'paid')).toBe(sumOf(alone, 'paid'))
      expect(sumOf(bills, 'deductible') - sumOf([result], 'deductible')).toBe(sumOf(alone, 'deductible'))
    }),
  )
})
