import { fenOf, sum, ZERO, type Fen } from '@yibao/schema/money'
import type { Category } from './policy.ts'
import type { AccountDraws, ResolvedAccount, ResolvedFund } from './policy-resolve.ts'
import { added, less, yuan } from './explain-step.ts'
import { reservedInScope } from './split-account.ts'
import { sumOf, take, type Parts } from './split-flow.ts'
import type { Amounts, PayerSplit } from './split-result.ts'
import { takeFromOpen } from './split-waterfall.ts'

/** A payer that took part, with the policy's numbers for it; mutual aid has no payer of its own in a policy. */
export interface Taking {
  readonly split: PayerSplit
  readonly resolved: ResolvedFund | ResolvedAccount | AccountDraws
}

/** What stood before each payer, told again from what each of them paid. */
interface Before {
  readonly left: Parts
  /** The part in scope an account leaves alone. */
  readonly reserved: Fen
  /** Of the payers it follows: what was open of their copay or excess at first, and before this payer. */
  readonly followed: readonly { readonly whole: Fen; readonly open: Fen }[]
}

/**
 * How the base of each payer comes about: of the parts it looks at what payers before it left, or what it takes over of
 * theirs. The bill is run down the payers once, when the first of these is read.
 */
export function baseFormulas(amounts: Amounts, takings: readonly Taking[]): (index: number) => string {
  let told: readonly Before[] | null = null
  return (index) => {
    told ??= tell(amounts, takings)
    return formulaOf(amounts, takings, told, index)
  }
}

function formulaOf(amounts: Amounts, takings: readonly Taking[], told: readonly Before[], index: number): string {
  const taking = takings[index]
  const before = told[index]
  if (taking === undefined || before === undefined) return '0.00'
  const { draws } = taking.resolved
  const whole = added(draws.map((category) => amounts[category]))
  const takenBy = told
    .slice(0, index)
    .map((one, i) => fenOf(sumOf(one.left, draws) - sumOf(told[i + 1]?.left ?? one.left, draws)))
  const left = less(whole, [...takenBy, before.reserved])
  if (before.followed.length === 0) return left
  const open = before.followed.map((one) => less(yuan(one.whole), [fenOf(one.whole - one.open)])).join(' + ')
  return sum(before.followed.map((one) => one.open)) <= sumOf(before.left, draws) ? open : `min(${open}, ${left})`
}

function tell(amounts: Amounts, takings: readonly Taking[]): Before[] {
  const left: Record<Category, Fen> = {
    inScope: amounts.inScope,
    firstSelfPayment: amounts.firstSelfPayment,
    overCeiling: amounts.overCeiling,
    selfPaid: amounts.selfPaid,
  }
  const open = new Map<string, { copay: Fen; excess: Fen }>()
  const first = new Map<string, { copay: Fen; excess: Fen }>()
  let deductible: Fen | null = null
  return takings.map(({ split, resolved }) => {
    const fund = 'tariff' in resolved ? resolved : null
    const reserved = 'tariff' in resolved ? ZERO : reservedInScope(left, deductible ?? ZERO, resolved)
    const followed = fund === null ? [] : followedBy(fund, first, open)
    const before: Before = { left: { ...left }, reserved, followed }
    left.inScope = fenOf(left.inScope - reserved)
    take(left, resolved.draws, split.paid)
    left.inScope = fenOf(left.inScope + reserved)
    if (fund !== null) {
      if (split.fund !== 'hospital') deductible ??= split.deductible?.charged ?? ZERO
      takeFromOpen({ open }, fund, split.paid)
      first.set(split.payer, { copay: split.copay, excess: split.excess })
      open.set(split.payer, { copay: split.copay, excess: split.excess })
    }
    return before
  })
}

type Open = ReadonlyMap<string, { readonly copay: Fen; readonly excess: Fen }>

function followedBy({ payer: { base } }: ResolvedFund, first: Open, open: Open): Before['followed'] {
  if (base.kind === 'REMAINING') return []
  const part = base.kind === 'EXCESS' ? 'excess' : 'copay'
  const ids = base.kind === 'EXCESS' ? [base.payer] : base.payers
  return ids.flatMap((id) => {
    const whole = first.get(id)?.[part]
    const now = open.get(id)?.[part]
    return whole === undefined || now === undefined ? [] : [{ whole, open: now }]
  })
}
