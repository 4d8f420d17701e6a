import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import { counterKey, Counters } from './counter.ts'
import { pay } from './payer.ts'
import type { TransferRule } from './policy.ts'
import type { ResolvedFund, ResolvedPolicy } from './policy-resolve.ts'
import { runAccount, runMutualAid } from './split-account.ts'
import { sumOf, take, type Flow, type Parts } from './split-flow.ts'
import type { SplitInput } from './split-input.ts'
import type { PayerSplit, SponsorPaid, Used } from './split-result.ts'

/** What the waterfall leaves behind. */
export interface Waterfall {
  readonly payers: readonly PayerSplit[]
  readonly consumed: Readonly<Record<string, Fen>>
  readonly accountPaid: { readonly current: Fen; readonly history: Fen }
  readonly sponsorsPaid: readonly SponsorPaid[]
  /** What nobody paid. */
  readonly left: Parts
}

/** Runs the parts of a bill down the payers in the policy's order. */
export function runWaterfall(policy: ResolvedPolicy, parts: Parts, input: SplitInput): Waterfall {
  const flow: Flow = {
    input,
    left: { ...parts },
    counters: new Counters(input.counters),
    open: new Map(),
    deductible: null,
    balance: { ...input.accounts },
  }
  const payers: PayerSplit[] = []
  for (const payer of policy.payers) {
    if (payer.kind === 'ACCOUNT') {
      if (input.useAccount || payer.payer.use === 'COMPULSORY') payers.push(runAccount(flow, payer))
    } else if (input.noFund !== true) payers.push(runFund(flow, payer))
  }
  const aid = givesMutualAid(policy, input) ? runMutualAid(flow, policy.mutualAid, input.sponsors ?? []) : null
  if (aid !== null) payers.push(aid.split)
  const { current, history } = flow.balance
  const accountPaid = {
    current: fenOf(input.accounts.current - current),
    history: fenOf(input.accounts.history - history),
  }
  const { counters, left } = flow
  return { payers, consumed: counters.consumed, accountPaid, sponsorsPaid: aid?.sponsorsPaid ?? NOBODY, left }
}

const NOBODY: readonly SponsorPaid[] = []

/** Whether bound relatives are asked: some are given, and the pool has mutual aid for the person's insurance. */
export const givesMutualAid = ({ policy }: ResolvedPolicy, { sponsors, insuranceType }: SplitInput): boolean =>
  sponsors !== undefined && policy.pool.rules.mutualAid.insuranceTypes.includes(insuranceType)

function runFund(flow: Flow, resolved: ResolvedFund): PayerSplit {
  const { payer, tariff } = resolved
  const base = minFen(baseOf(flow, resolved), sumOf(flow.left, resolved.draws))
  const keys = keysOf(flow, resolved)
  const used = usedBefore(flow.counters, keys)
  const standard = standardOf(flow.input, resolved)
  const payment = pay(standard === tariff.standard ? tariff : { ...tariff, standard }, base, used)
  const { charged, bands, cap, paid, copay, excess, consumed } = payment
  flow.counters.add(keys.deductible, consumed.deductible)
  flow.counters.add(keys.position, consumed.position)
  keys.caps.forEach(({ key, adds }, i) => flow.counters.add(adds ? key : null, consumed.caps[i] ?? ZERO))
  if (payer.fund !== 'hospital') flow.deductible ??= charged
  takeFromOpen(flow, resolved, paid)
  flow.open.set(payer.id, { copay, excess })
  take(flow.left, resolved.draws, paid)
  const deductible = standard === null ? null : { standard, used: used.deductible, charged }
  const { id, fund, fundPayType } = payer
  return { payer: id, fund, fundPayType, base, deductible, bands, used, cap, paid, copay, excess }
}

function baseOf({ open, left }: Pick<Flow, 'open' | 'left'>, { payer: { base }, draws }: ResolvedFund): Fen {
  if (base.kind === 'REMAINING') return sumOf(left, draws)
  if (base.kind === 'EXCESS') return open.get(base.payer)?.excess ?? ZERO
  return fenOf(base.payers.reduce((total, id) => total + (open.get(id)?.copay ?? ZERO), 0n))
}

/** What a later payer takes over of an earlier one's copay or excess is no longer open to the next. */
export function takeFromOpen({ open }: Pick<Flow, 'open'>, { payer: { base } }: ResolvedFund, paid: Fen): void {
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

/**
 * The standard of this bill: in a long stay it is due again for every begun block of days, and of a stay that goes on from
 * another hospital the pool says what is still due.
 */
function standardOf({ care }: SplitInput, { payer, tariff, daysPerStandard }: ResolvedFund): Fen | null {
  if (tariff.standard === null) return null
  const { standard } = tariff
  const whole = daysPerStandard === null ? standard : fenOf(standard * BigInt(blocksOf(care.days, daysPerStandard)))
  const rule = payer.deductible?.transfer ?? 'NEW'
  return care.transfer === undefined ? whole : afterTransfer(whole, care.transfer.charged, rule)
}

/** How many blocks of days a stay has begun. */
export const blocksOf = (days: number, daysPerStandard: number): number => Math.ceil(days / daysPerStandard)

function afterTransfer(standard: Fen, charged: Fen, rule: TransferRule): Fen {
  if (rule === 'NEW') return standard
  return rule === 'NONE' || charged >= standard ? ZERO : fenOf(standard - charged)
}

interface Keys {
  readonly deductible: string | null
  readonly position: string | null
  /** BAND_END reads the position's key but never adds to it. */
  readonly caps: readonly { readonly key: string | null; readonly adds: boolean }[]
}

function keysOf({ input }: Flow, { counters }: ResolvedFund): Keys {
  const key = (counter: ResolvedFund['counters']['position']) =>
    counter === null ? null : counterKey(counter, input.care)
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
