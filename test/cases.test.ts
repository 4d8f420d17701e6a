import { fenOf, formatYuan, rateOf, type Fen } from '@yibao/schema/money'
import { brokenIdentities } from '@yibao/settlement/domain/identities'
import type { Policy } from '@yibao/settlement/domain/policy'
import { split } from '@yibao/settlement/domain/split'
import type { Amounts, PayerSplit } from '@yibao/settlement/domain/split-result'
import { describe, expect, test } from 'vitest'
import table from './cases.json' with { type: 'json' }
import { inputOf, yuan, type CaseBill } from './cases-input.ts'
import { allPolicies, policyOf } from './cases-policies.ts'

/** Published reimbursement sums and real replies. Each runs through the engine, is checked as it stands, or says why not. */
interface Case {
  readonly id: string
  readonly title: string
  readonly source: string
  readonly usable: string
  readonly note?: string
  readonly runs?: readonly Run[]
  readonly identities?: Readonly<Record<string, string>>
  readonly excluded?: string
}

interface Run {
  readonly shipped?: string
  readonly policy?: { readonly payers: unknown; readonly crossArea?: unknown }
  readonly bill: CaseBill
  readonly amounts: Readonly<Record<string, string>>
  readonly payers?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

const cases = table as unknown as readonly Case[]
const IDS = `WE-01 WE-03 WE-04 WE-07 WE-09 WE-10 WE-14 WE-15 WE-17 WE-18 WE-20 WE-22 WE-24 WE-26 WE-29a WE-30 WE-31
  WE-32 WE-33 WE-34 WE-35 WE-37a WE-37b WE-38a WE-38b WE-39 WE-40 WE-41a WE-41c WE-42c WE-43 WE-44a WE-45 WE-46 WE-47
  WE-49 WE-53 WE-55 WE-58 WE-60 WE-61b WE-61c WE-63 WE-64 PL-01 PL-03 PL-05 PL-06`

test('the table lists all 48 published cases, each with its source, and each run, checked or excluded with a reason', () => {
  expect(cases.map((one) => one.id)).toEqual(IDS.split(/\s+/))
  for (const { source, runs, identities, excluded } of cases) {
    expect(source).not.toBe('')
    expect([runs, identities, excluded].filter((one) => one !== undefined)).toHaveLength(1)
  }
})

describe.each(cases.filter((one) => one.runs !== undefined))('$id $title', ({ runs }) => {
  test.each(runs ?? [])('comes out to the fen', (run) => {
    const [policies, policy] = policyFor(run)
    const result = split(inputOf(policy, run.bill), policies)
    const actual = Object.fromEntries(Object.keys(run.amounts).map((name) => [name, amountOf(result.amounts, name)]))
    expect(actual).toEqual(normal(run.amounts))
    for (const [id, figures] of Object.entries(run.payers ?? {})) {
      const payer = result.payers.find((one) => one.payer === id)
      expect(payer).toBeDefined()
      if (payer === undefined) continue
      const found = Object.keys(figures).map((name) => [name, FIGURES[name]?.(payer)])
      expect(Object.fromEntries(found)).toEqual(normal(figures))
    }
  })
})

test.each(cases.filter((one) => one.identities !== undefined))(
  '$id $title satisfies the identities',
  ({ identities }) => {
    const amounts = Object.fromEntries(Object.entries(identities ?? {}).map(([name, amount]) => [name, yuan(amount)]))
    expect(brokenIdentities({ ...NOTHING, ...amounts }, false)).toEqual([])
  },
)

test('one changed fen in a published reply breaks an identity', () => {
  const reply = cases.find((one) => one.id === 'PL-03')?.identities ?? {}
  for (const changed of Object.keys(reply)) {
    const amounts = Object.entries(reply).map(([name, amount]) => [
      name,
      fenOf(yuan(amount) + (name === changed ? 1n : 0n)),
    ])
    expect(brokenIdentities({ ...NOTHING, ...Object.fromEntries(amounts) }, false)).not.toEqual([])
  }
})

/** Named in a shipped file, or made of the payers the case prints. */
function policyFor({ shipped, policy }: Run): [readonly Policy[], Policy] {
  const policies = policy === undefined ? allPolicies : policyOf(policy)
  const found = policies.find((one) => one.id === (shipped ?? '999999-case'))
  if (found === undefined) throw new Error(`no policy ${shipped}`)
  return [policies, found]
}

const total = (amounts: readonly Fen[]) => formatYuan(fenOf(amounts.reduce((sum, one) => sum + one, 0n)))

/** What a case may say about a payer. */
const FIGURES: Readonly<Record<string, (payer: PayerSplit) => string | string[]>> = {
  base: (payer) => formatYuan(payer.base),
  paid: (payer) => formatYuan(payer.paid),
  copay: (payer) => formatYuan(payer.copay),
  excess: (payer) => formatYuan(payer.excess),
  net: (payer) => total(payer.bands.map((band) => band.part)),
  priced: (payer) => total(payer.bands.map((band) => band.pay)),
  cut: (payer) => formatYuan(payer.cap?.cut ?? fenOf(0n)),
  left: (payer) => formatYuan(fenOf((payer.cap?.amount ?? 0n) - payer.paid)),
  bandPays: (payer) => payer.bands.map((band) => formatYuan(band.pay)),
  bandCopays: (payer) => payer.bands.map((band) => formatYuan(fenOf(band.part - band.pay))),
}

const amountOf = (amounts: Amounts, name: string) =>
  formatYuan(fenOf(BigInt(Object.entries(amounts).find(([key]) => key === name)?.[1] ?? -1n)))

/** "13160" and "13160.00" are the same figure. */
const normal = (figures: Readonly<Record<string, string | readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [
      name,
      typeof figure === 'string' ? formatYuan(yuan(figure)) : figure.map((one) => formatYuan(yuan(one))),
    ]),
  )

const zero = fenOf(0n)
const NOTHING: Amounts = {
  total: zero,
  selfPaid: zero,
  overCeiling: zero,
  firstSelfPayment: zero,
  crossArea: zero,
  inScope: zero,
  deductible: zero,
  hifp: zero,
  cvlserv: zero,
  hifes: zero,
  hifmi: zero,
  hifob: zero,
  hifdm: zero,
  maf: zero,
  oth: zero,
  fundTotal: zero,
  hospital: zero,
  personal: zero,
  account: zero,
  mutualAid: zero,
  cash: zero,
  poolRatio: rateOf(0n),
}
