import { formatYuan, quantityOf } from '@yibao/schema/money'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import { describe, expect, test } from 'vitest'
import { inputOf, yuan, type CaseBill } from '../../../test/cases-input.ts'
import { allPolicies, policyOf } from '../../../test/cases-policies.ts'
import { neededCounters } from './counter.ts'
import { split } from './split.ts'

/** A payer of the policy format with what most tests need. */
const payer = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  name: { zh: id, en: id },
  kind: 'FUND',
  fund: 'hifp',
  fundPayType: '310100',
  base: { kind: 'REMAINING', of: ['inScope'] },
  bands: flat('0.5'),
  source: 'case',
  ...more,
})
const flat = (ratio: string) => ({ position: 'NET', scope: 'BILL', table: [{ ratio }], source: 'case' })
const account = (more: Record<string, unknown> = {}) => ({
  id: 'account',
  name: { zh: '账户', en: 'account' },
  kind: 'ACCOUNT',
  fundPayType: '310200',
  balance: 'ALL',
  use: 'OPTIONAL',
  source: 'case',
  ...more,
})
const deductible = (standard: unknown, more: Record<string, unknown> = {}) => ({
  standard,
  scope: 'BILL',
  source: 'case',
  ...more,
})
const bill = (inScope: string, more: Partial<CaseBill> = {}): CaseBill => ({
  lines: [{ class: 'A', amount: inScope }],
  personType: '1101',
  ...more,
})

/** Splits a bill by payers written in the policy format. */
function run(payers: readonly unknown[], one: CaseBill, crossArea: unknown = []) {
  const policies = policyOf({ payers, crossArea })
  const [policy] = policies
  if (policy === undefined) throw new Error('no policy')
  return split(inputOf(policy, one), policies)
}
const paid = (result: ReturnType<typeof split>) => result.payers.map((one) => formatYuan(one.paid))

describe('the waterfall', () => {
  test('a later payer takes over what exceeds the cap of an earlier one', () => {
    const capped = payer('basic', { caps: [{ unit: 'FUND_AND_SELF', amount: '1000', scope: 'BILL', source: 'case' }] })
    const large = payer('large', { fund: 'hifob', base: { kind: 'EXCESS', payer: 'basic' }, bands: flat('0.8') })
    expect(paid(run([capped, large], bill('3000')))).toEqual(['500.00', '1600.00'])
  })
  test('a supplementary payer pays from the copay of those before, and a second one from what it left', () => {
    const half = (id: string) => payer(id, { fund: 'hifes', base: { kind: 'COPAY', payers: ['basic'] } })
    const basic = payer('basic', { deductible: deductible('200') })
    expect(paid(run([basic, half('first'), half('second')], bill('1000')))).toEqual(['400.00', '200.00', '100.00'])
  })
  test('a payer may look at first self-payments too', () => {
    const of = ['inScope', 'firstSelfPayment', 'overCeiling', 'selfPaid']
    const aid = payer('aid', { fund: 'maf', base: { kind: 'REMAINING', of }, bands: flat('1') })
    const lines = [
      { class: 'B' as const, amount: '100', selfPay: '0.1' },
      { class: 'C' as const, amount: '7' },
    ]
    expect(paid(run([payer('basic'), aid], bill('0', { lines })))).toEqual(['45.00', '62.00'])
  })
  test('a payer whose condition does not hold is left out', () => {
    const aid = payer('aid', { fund: 'maf', when: { identity: ['23'] } })
    expect(run([payer('basic'), aid], bill('100')).payers).toHaveLength(1)
    expect(run([payer('basic'), aid], bill('100', { identities: ['2303'] })).payers).toHaveLength(2)
  })
  test('the hospital’s own share counts neither as fund nor as person', () => {
    const waiver = payer('waiver', { fund: 'hospital', fundPayType: '999996', bands: flat('0.1') })
    const { amounts } = run([payer('basic'), waiver], bill('100'))
    expect([amounts.fundTotal, amounts.hospital, amounts.personal]).toEqual([5000n, 500n, 4500n])
  })
  test('payers of one bill that share a counter see each other', () => {
    const cap = { unit: 'FUND_PAID', amount: '60', scope: 'YEAR', counter: 'paid', source: 'case' }
    const result = run([payer('one', { caps: [cap] }), payer('two', { caps: [cap] })], bill('100'))
    expect(paid(result)).toEqual(['50.00', '10.00'])
    expect(result.consumed).toEqual({ 'paid@2023': 6000n })
  })
})

describe('counters', () => {
  const yearly = payer('basic', { deductible: deductible('200', { scope: 'YEAR', counter: 'deductible' }) })
  test('a deductible of the year is charged across bills, by the key of the year', () => {
    expect(run([yearly], bill('150')).consumed).toEqual({ 'deductible@2023': 15000n })
    expect(run([yearly], bill('150', { before: { 'deductible@2023': '150' } })).amounts.deductible).toBe(5000n)
    expect(run([yearly], bill('150', { before: { 'deductible@2022': '150' } })).amounts.deductible).toBe(15000n)
  })
  test('a deductible of the stay is due once for the parts of the same stay', () => {
    const stay = payer('basic', { deductible: deductible('200', { scope: 'STAY', counter: 'stay-deductible' }) })
    expect(run([stay], bill('500', { before: { 'stay-deductible@V1': '200' } })).amounts.deductible).toBe(0n)
    expect(run([stay], bill('500', { before: { 'stay-deductible@V0': '200' } })).amounts.deductible).toBe(20000n)
  })
  test.each([
    [1, '200.00'],
    [90, '200.00'],
    [91, '400.00'],
    [181, '600.00'],
  ])('in a stay of %i days a deductible of 90 days comes to %s', (days, charged) => {
    const long = payer('basic', { deductible: deductible('200', { scope: 'DAYS', days: 90, counter: 'long' }) })
    expect(formatYuan(run([long], bill('5000', { days })).amounts.deductible)).toBe(charged)
  })
  test('all keys a policy may need are known before the split', () => {
    const [policy] = policyOf({ payers: [yearly] })
    if (policy === undefined) throw new Error('no policy')
    expect(neededCounters(policy, { year: '2023', visit: 'V1' })).toEqual(['deductible@2023'])
  })
})

describe('the personal account', () => {
  const twoBalances = { accounts: ['30', '100'] as const, useAccount: true }
  test('pays current money before that of earlier years, and only when asked', () => {
    const { accountPaid, amounts } = run([payer('basic'), account()], bill('100', twoBalances))
    expect([accountPaid.current, accountPaid.history, amounts.cash]).toEqual([3000n, 2000n, 0n])
    expect(run([payer('basic'), account()], bill('100', { ...twoBalances, useAccount: false })).amounts.account).toBe(
      0n,
    )
  })
  test('standing first it pays before the deductible, asked or not, and only its own balance', () => {
    const first = account({ balance: 'CURRENT', use: 'COMPULSORY', pays: ['inScope'] })
    const basic = payer('basic', { deductible: deductible('20') })
    const { accountPaid, amounts } = run([first, basic], bill('100', { accounts: ['30', '100'] }))
    expect([accountPaid.current, accountPaid.history, amounts.deductible, amounts.hifp]).toEqual([
      3000n,
      0n,
      2000n,
      2500n,
    ])
  })
  test('leaves what the pool does not let it pay', () => {
    const lines = [
      { class: 'B' as const, amount: '100', selfPay: '0.1' },
      { class: 'C' as const, amount: '7' },
    ]
    const basic = payer('basic', { deductible: deductible('20') })
    const cash = (pays: readonly string[]) =>
      run([basic, account({ pays })], bill('0', { lines, accounts: ['999', '0'], useAccount: true })).amounts.cash
    expect(cash(['inScope'])).toBe(yuan('37'))
    expect(cash(['deductible'])).toBe(yuan('52'))
    expect(cash(['inScope', 'deductible'])).toBe(yuan('17'))
    expect(cash(['inScope', 'deductible', 'firstSelfPayment'])).toBe(yuan('7'))
    expect(cash(['inScope', 'deductible', 'firstSelfPayment', 'selfPaid'])).toBe(0n)
  })
})

describe('treatment outside the pool', () => {
  const away = { place: 'OUT_OF_PROVINCE' as const, filing: 'REFERRAL' as const }
  const basic = payer('basic', { deductible: deductible('200'), bands: flat('0.8') })
  test('points lower the ratio of the named payers', () => {
    const points = [{ model: 'POINTS', drop: '0.1', payers: ['basic'], source: 'case' }]
    expect(paid(run([basic], bill('1200', away), points))).toEqual(['700.00'])
    expect(paid(run([basic], bill('1200'), points))).toEqual(['800.00'])
  })
  test('points never make a ratio negative', () => {
    const points = [{ model: 'POINTS', drop: '0.9', payers: ['basic'], source: 'case' }]
    expect(paid(run([basic], bill('1200', away), points))).toEqual(['0.00'])
  })
  test('a first self-payment leaves the scope and is reported with the lines’ own', () => {
    const share = [{ model: 'FIRST_SELF_PAYMENT', share: '0.1', source: 'case' }]
    const { amounts, lines } = run([basic], bill('1200', away), share)
    expect([amounts.crossArea, amounts.firstSelfPayment, amounts.inScope, amounts.hifp]).toEqual([
      12000n,
      12000n,
      108000n,
      70400n,
    ])
    expect(lines[0]?.inScope).toBe(120000n)
  })
  test('an own table replaces deductible and ratio', () => {
    const tables = [{ payer: 'basic', deductible: '700', table: [{ ratio: '0.6' }] }]
    expect(paid(run([basic], bill('1200', away), [{ model: 'OWN_TABLE', tables, source: 'case' }]))).toEqual(['300.00'])
  })
  test.each([
    ['is refused where the policy refuses it', [{ model: 'REFUSED', source: 'case' }], 'CROSS_AREA_REFUSED'],
    ['is refused where the policy says nothing', [], 'CROSS_AREA_NOT_STATED'],
  ])('%s', (_, rules, code) => {
    expect(() => run([basic], bill('100', away), rules)).toThrow(expect.objectContaining({ code }))
  })
  test('a long-term filing has the benefits of home by the national rule', () =>
    expect(paid(run([basic], bill('1200', { ...away, filing: 'LONG_TERM' })))).toEqual(['800.00']))
})

describe('what cannot be split', () => {
  test('a case the policy is silent about names what it lacks', () => {
    const level = [{ when: { level: ['LEVEL_1'] }, value: '0.9' }]
    const run3 = () => run([payer('basic', { bands: { ...flat('0'), table: [{ ratio: level }] } })], bill('100'))
    expect(run3).toThrow(NotAllowed)
    expect(run3).toThrow(/POLICY_SILENT.*basic\.bands/)
  })
  test('refund lines that outweigh their charges are refused', () => {
    const policies = policyOf({ payers: [payer('basic')] })
    const [policy] = policies
    if (policy === undefined) throw new Error('no policy')
    const input = inputOf(policy, bill('100', { lines: [{ class: 'A', amount: '100' }] }))
    const [line] = input.lines
    if (line === undefined) throw new Error('no line')
    const refund = { ...line, serial: '2', quantity: quantityOf(-10_000n), amount: yuan('-150') }
    expect(() => split({ ...input, lines: [line, refund] }, policies)).toThrow(InvalidInput)
    const partial = { ...refund, amount: yuan('-40') }
    expect(split({ ...input, lines: [line, partial] }, policies).amounts.hifp).toBe(3000n)
  })
})

test('every shipped policy is loaded once for each day it is in force', () => {
  const keys = allPolicies.map((one) => `${one.id} ${one.version}`)
  expect(new Set(keys).size).toBe(keys.length)
})
