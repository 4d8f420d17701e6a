import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { transfersOf, type Part } from './clearing-payment.ts'

const part = (institution: string, amount: bigint): Part => ({
  partId: `${institution} ${amount}`,
  kind: 'STATEMENT',
  institution,
  amount: fenOf(amount),
})
const ACCOUNT = new Map([['A', 'account of A']])

test.each([
  ['nothing is there', [], 'NOTHING_TO_PAY'],
  ['no account is confirmed', [part('B', 100n)], 'NO_BANK_ACCOUNT'],
  ['more was taken back than settled', [part('A', 100n), part('A', -100n)], 'NOTHING_LEFT_TO_PAY'],
] as const)('a batch of everything says why nothing can be paid: %s', (_why, parts, code) => {
  expect(() => transfersOf(parts, ACCOUNT, false)).toThrow(expect.objectContaining({ code }))
})

test('what cannot be paid is left for a later batch as long as something can', () => {
  const parts = [part('A', 100n), part('B', 100n)]
  expect(transfersOf(parts, ACCOUNT, false)).toMatchObject([{ institution: 'A', amount: 100n }])
  expect(() => transfersOf(parts, ACCOUNT, true)).toThrow(expect.objectContaining({ code: 'NO_BANK_ACCOUNT' }))
})
