import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { neededCounters } from './counter.ts'
import type { Policy } from './policy.ts'
import { findPolicy } from './policy-select.ts'
import { fundShareOf } from './settle.ts'
import type { Settlement } from './settlement.ts'
import type { SplitInput } from './split-input.ts'
import { split } from './split.ts'
import type { SplitResult } from './split-result.ts'

/** A settlement that was decided, not a reversal. */
export type DecidedSettlement = Settlement & { readonly input: SplitInput }

export const isDecided = (one: Settlement): one is DecidedSettlement => one.reverses === null && one.input !== null

/** What a bill comes to as the last one of its year, and on what that was reckoned. */
export interface Recomputed {
  readonly input: SplitInput
  readonly result: SplitResult
}

/**
 * Takes a bill off the end of the year: what it comes to when all other bills of the year that stand were before it. That
 * is what the fund and the person give back under RECOMPUTED.
 *
 * The counters before it are what the others consume when they are split again, each from its own stored input, one
 * after the other, as if this bill had never been. For a deductible of the year with standard `s`, of which the year's
 * bills consumed `D`, and expense behind it `N`, of which this bill has `d` and `n`, that is
 *
 *     total' = D + N − (d + n),  deductible used' = min(s, total'),  expense behind it' = total' − deductible used'
 *
 * and with caps it also knows what lies beyond them, which no counter holds. Level 1, the policy, the person and the
 * care stay those of the bill. Accounts give back no more than they gave, the person's own first.
 */
export function recompute(
  original: Pick<DecidedSettlement, 'input'>,
  others: readonly Pick<DecidedSettlement, 'input'>[],
  policies: readonly Policy[],
): Recomputed {
  const before: Record<string, Fen> = {}
  for (const { input } of others) {
    const { consumed } = split({ ...input, counters: before }, policies)
    for (const [key, amount] of Object.entries(consumed)) before[key] = fenOf((before[key] ?? 0n) + amount)
  }
  const input: SplitInput = {
    ...original.input,
    ...givenBy(original, policies),
    counters: needed(original, before, policies),
  }
  return { input, result: split(input, policies) }
}

/** What the accounts gave for a bill stands for their balances: more cannot come back. */
export function givenBy(
  { input }: Pick<DecidedSettlement, 'input'>,
  policies: readonly Policy[],
): Pick<SplitInput, 'accounts' | 'sponsors'> {
  const { accountPaid, sponsorsPaid } = split(input, policies)
  const sponsors = sponsorsPaid.map((one) => ({ ...one, limit: null }))
  return { accounts: accountPaid, ...(input.sponsors !== undefined && { sponsors }) }
}

function needed(
  { input }: Pick<DecidedSettlement, 'input'>,
  counters: Record<string, Fen>,
  policies: readonly Policy[],
) {
  const policy = findPolicy(policies, input.policy)
  const keys = policy === null ? [] : neededCounters(policy, input.care)
  return Object.fromEntries(keys.flatMap((key) => (counters[key] === undefined ? [] : [[key, counters[key]]])))
}

/** A settlement as it would stand had it been decided on this input: of it a reversal is the mirror image. */
export function asReckoned<T extends Settlement>(original: T, { input, result }: Recomputed): T {
  const funds = result.payers.filter(({ paid }) => paid !== 0n).map(fundShareOf)
  return {
    ...original,
    ...result.amounts,
    detailTotal: sum(funds.map((one) => one.paid)),
    accountInFund: result.accountInFund,
    funds,
    consumed: result.consumed,
    engine: result.engine,
    input,
  }
}
