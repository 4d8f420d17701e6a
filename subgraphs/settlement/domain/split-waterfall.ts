import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import { counterKey, Counters } from './counter.ts'
import { pay, type Used } from './payer.ts'
import type { Category } from './policy.ts'
import type { ResolvedAccount, ResolvedFund, ResolvedPolicy } from './policy-resolve.ts'
import type { SplitInput } from './split-input.ts'
import type { PayerSplit } from './split-result.ts'

/** The sums of level 1 by category, the cross-area share already moved from scope to first self-payment. */
export type Parts = Readonly<Record<Category, Fen>>

/** What the waterfall leaves behind. */
export interface Waterfall {
  readonly payers: readonly PayerSplit[]
  readonly consumed: Readonly<Record<string, Fen>>
  readonly accountPaid: { readonly current: Fen; readonly history: Fen }
  /** What nobody paid. */
  readonly left: Parts
}

/** A bill on its way down the payers. */
interface Flow {
  readonly input: SplitInput
  readonly left: Record<Category, Fen>
  readonly counters: Counters
  /** What earlier fund payers left of their copay and beyond their cap, not yet taken by a later payer. */
  readonly open: Map<string, { copay: Fen; excess: Fen }>
  /** The deductible of the basic payer, for accounts that may not pay it. */
  deductible: Fen
  readonly balance: { current: Fen; history: Fen }
}

/** Runs the parts of a bill down the payers in the policy's order. */
export function runWaterfall(policy: ResolvedPolicy, parts: Parts, input: SplitInput): Waterfall {
  const flow: Flow = {
    input,
    left: { ...parts },
    counters: new Counters(input.counters),
    open: new Map(),
    deductible: ZERO,
    balance: { ...input.accounts },
  }
  const payers: PayerSplit[] = []
  for (const payer of policy.payers) {
    if (payer.kind === 'FUND') payers.push(runFund(flow, payer))
    else if (input.useAccount || payer.payer.use === 'COMPULSORY') payers.push(runAccount(flow, payer))
  }
  const { current, history } = flow.balance
  const accountPaid = {
    current: fenOf(input.accounts.current - current),
    history: fenOf(input.accounts.history - history),
  }
  return { payers, consumed: flow.counters.consumed, accountPaid, left: flow.left }
}

function runFund(flow: Flow, resolved: ResolvedFund): PayerSplit {
  const { payer, tariff } = resolved
  const base = minFen(baseOf(flow, resolved), sumOf(flow.left, resolved.draws))
  const keys = keysOf(flow, resolved)
  const used = usedBefore(flow.counters, keys)
  const standard = standardOf(flow, resolved)
  const payment = pay(standard === tariff.standard ? tariff : { ...tariff, standard }, base, used)
  const { charged, bands, cap, paid, copay, excess, consumed } = payment
  flow.counters.add(keys.deductible, consumed.deductible)
  flow.counters.add(keys.position, consumed.position)
  keys.caps.forEach(({ key, adds }, i) => flow.counters.add(adds ? key : null, consumed.caps[i] ?? ZERO))
  if (flow.open.size === 0) flow.deductible = charged
  takeFromOpen(flow, resolved, paid)
  flow.open.set(payer.id, { copay, excess })
  take(flow.left, resolved.draws, paid)
  const deductible = standard === null ? null : { standard, used: used.deductible, charged }
  const { id, fund, fundPayType } = payer
  return { payer: id, fund, fundPayType, base, deductible, bands, cap, paid, copay, excess }
}

function baseOf({ open, left }: Flow, { payer: { base }, draws }: ResolvedFund): Fen {
  if (base.kind === 'REMAINING') return sumOf(left, draws)
  if (base.kind === 'EXCESS') return open.get(base.payer)?.excess ?? ZERO
  return fenOf(base.payers.reduce((total, id) => total + (open.get(id)?.copay ?? ZERO), 0n))
}

/** What a later payer takes over of an earlier one's copay or excess is no longer open to the next. */
function takeFromOpen({ open }: Flow, { payer: { base } }: ResolvedFund, paid: Fen): void {
  if (base.kind === 'REMAINING') return
  let rest = paid
  for (const id of base.kind === 'EXCESS' ? [base.payer] : base.payers) {
    const followed = open.get(id)
    if (followed === undefined) continue
    const part = base.kind === 'EXCESS' ? 'excess' : 'copay'
    const taken = minFen(followed[part], rest)
    followed[part] = fenOf(followed[part] - taken)
    rest = fenOf(rest - taken)
  }
}

/** In a long stay the standard is due again for every begun block of days. */
function standardOf({ input }: Flow, { tariff, daysPerStandard }: ResolvedFund): Fen | null {
  if (tariff.standard === null || daysPerStandard === null) return tariff.standard
  return fenOf(tariff.standard * BigInt(Math.ceil(input.care.days / daysPerStandard)))
}

interface Keys {
  readonly deductible: string | null
  readonly position: string | null
  /** BAND_END reads the position's key but never adds to it. */
  readonly caps: readonly { readonly key: string | null; readonly adds: boolean }[]
}

function keysOf({ input }: Flow, { counters }: ResolvedFund): Keys {
  const key = (counter: ResolvedFund['counters']['position']) =>
    counter === null ? null : counterKey(counter.name, counter.scope, input.care)
  return {
    deductible: key(counters.deductible),
    position: key(counters.position),
    caps: counters.caps.map((counter) =>
      counter === 'POSITION' ? { key: key(counters.position), adds: false } : { key: key(counter), adds: true },
    ),
  }
}

function usedBefore(counters: Counters, keys: Keys): Used {
  return {
    deductible: counters.read(keys.deductible),
    position: counters.read(keys.position),
    caps: keys.caps.map(({ key }) => counters.read(key)),
  }
}

function runAccount(flow: Flow, { payer, draws, paysInScope, paysDeductible }: ResolvedAccount): PayerSplit {
  const { left, balance, deductible } = flow
  const reserved = reservedInScope(left.inScope, deductible, { paysInScope, paysDeductible })
  const base = fenOf(sumOf(left, draws) - (draws.includes('inScope') ? reserved : 0n))
  const current = payer.balance === 'HISTORY' ? ZERO : minFen(base, balance.current)
  const history = payer.balance === 'CURRENT' ? ZERO : minFen(fenOf(base - current), balance.history)
  const paid = fenOf(current + history)
  const amount = fenOf(
    (payer.balance === 'HISTORY' ? ZERO : balance.current) + (payer.balance === 'CURRENT' ? ZERO : balance.history),
  )
  balance.current = fenOf(balance.current - current)
  balance.history = fenOf(balance.history - history)
  left.inScope = fenOf(left.inScope - reserved)
  take(left, draws, paid)
  left.inScope = fenOf(left.inScope + reserved)
  return {
    payer: payer.id,
    fund: 'account',
    fundPayType: payer.fundPayType,
    base,
    deductible: null,
    bands: [],
    cap: { amount, used: ZERO, unit: 'BALANCE', cut: fenOf(base - paid) },
    paid,
    copay: ZERO,
    excess: fenOf(base - paid),
  }
}

/** The in-scope part an account must leave alone: the deductible, or everything but the deductible. */
function reservedInScope(
  inScope: Fen,
  deductible: Fen,
  { paysInScope, paysDeductible }: { paysInScope: boolean; paysDeductible: boolean },
): Fen {
  const charged = minFen(deductible, inScope)
  return fenOf((paysDeductible ? ZERO : charged) + (paysInScope ? ZERO : fenOf(inScope - charged)))
}

function sumOf(left: Parts, categories: readonly Category[]): Fen {
  let total = 0n
  for (const category of categories) total += left[category]
  return fenOf(total)
}

/** Takes what was paid from the categories in their order. */
function take(left: Record<Category, Fen>, categories: readonly Category[], paid: Fen): void {
  let rest = paid
  for (const category of categories) {
    const part = minFen(left[category], rest)
    left[category] = fenOf(left[category] - part)
    rest = fenOf(rest - part)
  }
}
