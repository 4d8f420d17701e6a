import type { Conversion } from './conversion.ts'
import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { entriesOf, mirrored, type LedgerEntry } from './ledger.ts'
import { asReckoned, type DecidedSettlement, type Recomputed } from './recompute.ts'
import { belowZero } from './reversal-refusals.ts'
import { accountsOf, reversalOf, reversedLines, type Reversing } from './reverse.ts'
import { counterChanges, type AccountChange, type CounterChange } from './settle.ts'
import type { SettledLine, Settlement } from './settlement.ts'
import type { SponsorChange } from './sponsor.ts'

/** What a reversal is decided on. */
export interface Purse {
  readonly version: bigint
  /** Times of the latest changes of the money of all persons concerned. */
  readonly times: readonly Temporal.Instant[]
  readonly accounts: { readonly current: Fen; readonly history: Fen }
  /** By counter key, those of the settlement's pool and insurance. */
  readonly counters: Readonly<Record<string, Fen>>
  /** The reversal, when the settlement was reversed already. */
  readonly reversal: string | null
  /** What the settlement took from relatives' accounts, with the versions of their money now. */
  readonly sponsors: readonly SponsorChange[]
  /** The invoice that was converted into the settlement. */
  readonly conversion: Conversion | null
  readonly closings: bigint
  readonly monthClosed: boolean
  readonly yearClosed: boolean
}

/** A settlement that is taken back, with what hangs below it. */
export interface Original {
  readonly settlement: DecidedSettlement
  readonly lines: readonly SettledLine[]
  readonly entries: readonly LedgerEntry[]
}

/** Everything the reversal of a settlement changes. */
export interface TakenBack {
  readonly settlement: Settlement
  readonly lines: readonly SettledLine[]
  readonly entries: readonly LedgerEntry[]
  readonly accounts: readonly AccountChange[]
  readonly counters: readonly CounterChange[]
  readonly sponsors: readonly SponsorChange[]
}

/** Under which ids, when and by whom a settlement is taken back; `path` is where the request names it. */
export interface TakeBackFrame extends Pick<Reversing, 'id' | 'caller' | 'requestId' | 'now' | 'operator'> {
  readonly path: string
}

/**
 * Takes a settlement back: in mirror image, or as it was reckoned anew. In a closed benefit year the counters stay, so
 * there is nothing to reckon either; not of a claim, which counts in its year whenever it is settled, and so again. Throws
 * NotAllowed when a counter would fall below zero.
 */
export function takeBack(
  { settlement: original, lines, entries: posted }: Original,
  purse: Purse,
  recomputed: Recomputed | null,
  frame: TakeBackFrame,
): TakenBack {
  const { insuredId } = original
  const entries = mirrored(recomputed === null ? posted : entriesOf(original, recomputed.result))
  const accounts = accountsOf(insuredId, entries)
  const { current, history } = purse.accounts
  const mirror = reversalOf(recomputed === null ? original : asReckoned(original, recomputed), {
    ...frame,
    balance: fenOf(current + history + sum(accounts.map((one) => one.amount))),
    correction: purse.monthClosed || purse.yearClosed,
    keepsCounters: purse.yearClosed && original.claimId === null,
  })
  for (const [key, amount] of Object.entries(mirror.consumed))
    if ((purse.counters[key] ?? 0n) + amount < 0n) throw belowZero(frame.path)
  return {
    settlement: { ...mirror, input: recomputed?.input ?? null },
    lines: reversedLines(lines),
    entries,
    accounts,
    counters: counterChanges(mirror.consumed),
    sponsors: sponsorsBack(purse.sponsors, recomputed),
  }
}

/** What goes back to relatives, as changes with the amounts negated. */
function sponsorsBack(sponsors: readonly SponsorChange[], recomputed: Recomputed | null): SponsorChange[] {
  const given = new Map(recomputed?.result.sponsorsPaid.map((one) => [one.insuredId, one]))
  return sponsors.flatMap((one) => {
    const { current, history } = recomputed === null ? one : (given.get(one.sponsorId) ?? NOTHING)
    if (current + history === 0n) return []
    return [{ ...one, current: fenOf(0n - current), history: fenOf(0n - history) }]
  })
}

const NOTHING = { current: fenOf(0n), history: fenOf(0n) }
