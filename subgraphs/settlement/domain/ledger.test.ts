import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { entriesOf, mirrored, openingEntries } from './ledger.ts'
import type { PayerSplit, SplitResult } from './split-result.ts'

const posting = {
  insuredId: 'p',
  pool: '620200',
  insuranceType: '310',
  institution: 'H62020000001',
  otherProvince: null,
  claimId: null,
}

const payer = (fund: PayerSplit['fund'], fundPayType: string, paid: bigint): PayerSplit => ({
  payer: fund,
  fund,
  fundPayType,
  base: fenOf(0n),
  deductible: null,
  bands: [],
  used: null,
  cap: null,
  paid: fenOf(paid),
  copay: fenOf(0n),
  excess: fenOf(0n),
})
const result = (
  payers: PayerSplit[],
  current: bigint,
  history: bigint,
): Pick<SplitResult, 'payers' | 'accountPaid'> => ({
  payers,
  accountPaid: { current: fenOf(current), history: fenOf(history) },
})

test('funds and account give, the institution is owed the sum, the hospital’s own part moves nothing', () => {
  const payers = [
    payer('hifp', '310100', 700n),
    payer('hifob', '330100', 200n),
    payer('hifob', '330100', 50n),
    payer('hospital', '999996', 99n),
    payer('account', '310200', 30n),
  ]
  expect(entriesOf(posting, result(payers, 20n, 10n))).toEqual([
    { insuredId: 'p', account: 'fund:620200:310:310100', amount: -700n },
    { insuredId: 'p', account: 'fund:620200:310:330100', amount: -250n },
    { insuredId: 'p', account: 'personal:p:CURRENT', amount: -20n },
    { insuredId: 'p', account: 'personal:p:HISTORY', amount: -10n },
    { insuredId: 'p', account: 'payable:institution:H62020000001', amount: 980n },
  ])
})

test('what a relative gives stands in the relative’s name', () => {
  const sponsorsPaid = [{ insuredId: 's', current: fenOf(0n), history: fenOf(70n) }]
  expect(entriesOf(posting, { ...result([], 30n, 0n), sponsorsPaid })).toEqual([
    { insuredId: 'p', account: 'personal:p:CURRENT', amount: -30n },
    { insuredId: 's', account: 'personal:s:HISTORY', amount: -70n },
    { insuredId: 'p', account: 'payable:institution:H62020000001', amount: 100n },
  ])
})

test('for an institution that another province’s platform pays, that province is owed the sum', () => {
  const away = { ...posting, institution: 'H51010000001', otherProvince: '51' }
  expect(entriesOf(away, result([payer('hifp', '310100', 700n)], 0n, 0n))).toEqual([
    { insuredId: 'p', account: 'fund:620200:310:310100', amount: -700n },
    { insuredId: 'p', account: 'payable:province:620200:51', amount: 700n },
  ])
})

test('for a claim the person who has paid is owed the sum by the pool, and the institution nothing', () => {
  const claimed = { ...posting, claimId: 'c' }
  expect(entriesOf(claimed, result([payer('hifp', '310100', 700n)], 0n, 0n))).toEqual([
    { insuredId: 'p', account: 'fund:620200:310:310100', amount: -700n },
    { insuredId: 'p', account: 'payable:claim:620200', amount: 700n },
  ])
})

test('a bill paid in cash alone leaves no entries', () => {
  expect(entriesOf(posting, result([payer('hifp', '310100', 0n)], 0n, 0n))).toEqual([])
})

test('an opening and a mirror image balance', () => {
  const opening = openingEntries('p', 'CURRENT', { pool: '620200', balance: fenOf(500n) })
  expect(opening.map((one) => one.amount)).toEqual([500n, -500n])
  expect(mirrored(opening).map((one) => one.amount)).toEqual([-500n, 500n])
})
