import assert from 'node:assert/strict'
import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import type { Policy, Scope } from './policy.ts'
import type { SplitInput } from './split-input.ts'

type Care = Pick<SplitInput['care'], 'year' | 'visit' | 'month' | 'disease'>

/** What a counter is called, over what it runs, and whether each disease has its own. */
export interface CounterOf {
  readonly name: string
  readonly scope: Scope
  readonly perDisease: boolean
}

/**
 * Key of a counter, `name@period`: the benefit year, the calendar quarter (`2026Q1`) or month (`2026-03`), or the visit for
 * counters that run over one stay; with the disease behind it (`2026/M03900`) where each has its own.
 */
export function counterKey({ name, scope, perDisease }: CounterOf, care: Care): string {
  const period = periodOf(scope, care)
  return perDisease && care.disease !== undefined ? `${name}@${period}/${care.disease}` : `${name}@${period}`
}

function periodOf(scope: Scope, { year, visit, month }: Care): string {
  if (scope === 'YEAR') return year
  if (scope !== 'MONTH' && scope !== 'QUARTER') return visit
  assert(month !== undefined, 'a counter by month needs the month of the bill')
  return scope === 'MONTH' ? month : `${month.slice(0, 4)}Q${Math.ceil(Number(month.slice(5)) / 3)}`
}

/** The keys of all counters a policy may read or add to, so that they can be fetched before the split. */
export function neededCounters(policy: Policy, care: Care): string[] {
  const keys = new Set<string>()
  for (const payer of policy.payers) {
    if (payer.kind === 'ACCOUNT') continue
    for (const stage of [payer.deductible, payer.bands, ...payer.caps]) {
      if (stage === null || stage.counter === null) continue
      keys.add(counterKey({ ...stage, name: stage.counter }, care))
    }
  }
  return [...keys]
}

/** What was consumed before the bill and by it. Payers of one bill that share a counter see each other. */
export class Counters {
  readonly consumed: Record<string, Fen> = {}
  readonly #before: Readonly<Record<string, Fen>>

  constructor(before: Readonly<Record<string, Fen>>) {
    this.#before = before
  }

  read(key: string | null): Fen {
    if (key === null) return ZERO
    const added = this.consumed[key]
    const before = this.#before[key] ?? ZERO
    return added === undefined ? before : fenOf(before + added)
  }

  add(key: string | null, amount: Fen): void {
    if (key === null || amount === ZERO) return
    this.consumed[key] = fenOf((this.consumed[key] ?? ZERO) + amount)
  }
}
