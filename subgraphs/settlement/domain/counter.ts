import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import type { Policy, Scope } from './policy.ts'
import type { SplitInput } from './split-input.ts'

type Care = Pick<SplitInput['care'], 'year' | 'visit'>

/** Key of a counter, `name@period`: the benefit year, or the visit for counters that run over one stay. */
export const counterKey = (name: string, scope: Scope, care: Care): string =>
  `${name}@${scope === 'YEAR' ? care.year : care.visit}`

/** The keys of all counters a policy may read or add to, so that they can be fetched before the split. */
export function neededCounters(policy: Policy, care: Care): string[] {
  const keys = new Set<string>()
  for (const payer of policy.payers) {
    if (payer.kind === 'ACCOUNT') continue
    for (const stage of [payer.deductible, payer.bands, ...payer.caps]) {
      if (stage !== null && stage.counter !== null) keys.add(counterKey(stage.counter, stage.scope, care))
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
