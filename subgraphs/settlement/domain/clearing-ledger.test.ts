import { fenOf, sum } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  claimEntries,
  deductionEntries,
  depositEntries,
  differenceEntries,
  dueEntries,
  forfeitEntries,
  paidEntries,
  poolPaidEntries,
  poolReceivedEntries,
  rejectedEntries,
  releaseEntries,
  returnedEntries,
  sentEntries,
} from './clearing-ledger.ts'

const parties = { institution: 'H62990000001', pool: '629900' }
const positive = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(fenOf)
const any = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(fenOf)
const total = (entries: readonly { readonly amount: ReturnType<typeof fenOf> }[]) =>
  sum(entries.map((one) => one.amount))

test('every posting of clearing adds up to zero, whatever the amount and its sign', () => {
  fc.assert(
    fc.property(any, (amount) => {
      for (const post of [depositEntries, releaseEntries, sentEntries, paidEntries, rejectedEntries, returnedEntries]) {
        expect(total(post(parties, amount))).toBe(0n)
      }
      expect(total(differenceEntries(parties, amount, 'fund:629900:310:310100'))).toBe(0n)
    }),
  )
})

test('deductions go back to the funds that paid, to none more than it paid, however many there are', () => {
  const funds = fc.array(positive, { minLength: 1, maxLength: 4 })
  const shares = fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(funds, shares, (paid, each) => {
      let left = paid.map((amount, i) => ({ account: `fund:629900:310:3${i}0100`, amount }))
      for (const share of each) {
        const open = sum(left.map((one) => one.amount))
        const amount = fenOf((open * share) / 10_000n)
        if (amount === 0n) continue
        const entries = deductionEntries(parties, amount, left)
        expect(total(entries)).toBe(0n)
        expect(entries[0]?.amount).toBe(0n - amount)
        const back = new Map(entries.slice(1).map((one) => [one.account, one.amount]))
        left = left.map((one) => ({ ...one, amount: fenOf(one.amount - (back.get(one.account) ?? 0n)) }))
        expect(left.every((one) => one.amount >= 0n)).toBe(true)
        expect(sum(left.map((one) => one.amount))).toBe(open - amount)
      }
    }),
  )
})

test('what is forfeited of a deposit goes to funds to the fen, to none of which nothing was kept', () => {
  const kept = fc.array(any, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(kept, positive, (amounts, more) => {
      const funds = [...amounts, more].map((amount, i) => ({ account: `fund:629900:3${i}0:310100`, amount }))
      const entries = forfeitEntries(parties, more, funds)
      expect(total(entries)).toBe(0n)
      expect(entries[0]?.amount).toBe(0n - more)
      const without = funds.filter((one) => one.amount <= 0n).map((one) => one.account)
      expect(entries.slice(1).every((one) => one.amount > 0n && !without.includes(one.account))).toBe(true)
    }),
  )
})

test('what was sent, rejected, sent again, paid, returned, and paid at last is paid once; nothing is owed, nothing in transit', () => {
  fc.assert(
    fc.property(positive, (amount) => {
      const paid = [sentEntries, paidEntries]
      const steps = [sentEntries, rejectedEntries, ...paid, returnedEntries, ...paid].flatMap((post) =>
        post(parties, amount),
      )
      const held = Map.groupBy(steps, (one) => one.account)
      expect(total(held.get('payable:institution:H62990000001') ?? [])).toBe(0n - amount)
      expect(total(held.get('transit:629900') ?? [])).toBe(0n)
      expect(total(held.get('bank:629900') ?? [])).toBe(amount)
    }),
  )
})

const held = (entries: ReturnType<typeof dueEntries>, account: string) =>
  total(entries.filter((one) => one.account === account))

test('in the books of either pool nothing is left once a statement between them was confirmed, paid and received', () => {
  const between = { institution: 'H62010000001', creditor: '620100', debtor: '629900' }
  fc.assert(
    fc.property(any, (amount) => {
      const debtor = [...dueEntries({ ...between, pool: '629900' }, amount), ...poolPaidEntries(between, amount)]
      const creditor = [
        ...claimEntries({ ...between, pool: '620100' }, amount),
        ...poolReceivedEntries(between, amount),
      ]
      for (const entries of [debtor, creditor]) expect(total(entries)).toBe(0n)
      expect(held(debtor, 'due:629900:620100')).toBe(0n)
      expect(held(creditor, 'claim:620100:629900')).toBe(0n)
      expect(held(debtor, 'payable:institution:H62010000001')).toBe(0n - amount)
      expect(held(creditor, 'payable:institution:H62010000001')).toBe(amount)
      expect(held(debtor, 'bank:629900')).toBe(amount)
      expect(held(creditor, 'bank:620100')).toBe(0n - amount)
    }),
  )
})
