import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'

/** What was settled comes to. */
export interface ExchangeSums {
  readonly count: number
  readonly total: Fen
  readonly fund: Fen
  /** Personal accounts, the person's and those of relatives. */
  readonly account: Fen
}

/** The sums of one pool of the insured. */
export interface PoolSums extends ExchangeSums {
  readonly pool: string
}

/** A committed bill, or the reversal of one, as one side has it. */
export interface ExchangeRow {
  readonly exchange: string
  /** Of a reversal: the exchange of the bill. */
  readonly of: string | null
  /** The bureau whose business it is on this side. */
  readonly owner: string
  readonly total: Fen
  readonly fund: Fen
  readonly account: Fen
}

/** The same as the other side tells it. */
export type ToldRow = Omit<ExchangeRow, 'owner'>

export type DifferenceCause = 'ONLY_HERE' | 'ONLY_THERE' | 'AMOUNTS_DIFFER' | 'REVERSED_HERE' | 'REVERSED_THERE'
export type ExchangeRunState = 'BALANCED' | 'DIFFERENT' | 'UNANSWERED' | 'FAILED'
/** Why what the other platform answered cannot be its books, so that there is nothing to compare. */
export type ExchangeRunTrouble = 'ROWS_OUT_OF_ORDER' | 'TOO_MANY_ROWS'

/**
 * Bills of a day between two provinces that are read at most. ASSUMED: some 650,000 a day were settled directly between all
 * provinces in 2024, and no two of them have more than a small part of these.
 */
export const DAY_ROWS_MAX = 200_000

/** Why a page of a day's bills cannot follow what was read; null when it can. Each bill comes once, by its exchange. */
export function troubleOf(
  page: readonly Pick<ToldRow, 'exchange'>[],
  { after, read }: { readonly after: string | null; readonly read: number },
): ExchangeRunTrouble | null {
  const before = [after ?? '', ...page.map((one) => one.exchange)]
  if (page.some(({ exchange }, i) => exchange <= (before[i] ?? ''))) return 'ROWS_OUT_OF_ORDER'
  return read + page.length > DAY_ROWS_MAX ? 'TOO_MANY_ROWS' : null
}

/** What is wrong about a bill as both sides have it; null when they agree. */
export function causeOf(here: ToldRow | null, there: ToldRow | null): DifferenceCause | null {
  if (here === null && there === null) return null
  if (there === null) return here?.of === null ? 'ONLY_HERE' : 'REVERSED_HERE'
  if (here === null) return there.of === null ? 'ONLY_THERE' : 'REVERSED_THERE'
  const same =
    here.total === there.total && here.fund === there.fund && here.account === there.account && here.of === there.of
  return same ? null : 'AMOUNTS_DIFFER'
}

/** Whether both sides have settled the same, pool by pool. */
export function agree(here: readonly PoolSums[], there: readonly PoolSums[]): boolean {
  const line = ({ pool, count, total, fund, account }: PoolSums) => `${pool} ${count} ${total} ${fund} ${account}`
  const of = (sums: readonly PoolSums[]) =>
    sums
      .filter((one) => one.count > 0)
      .map(line)
      .toSorted()
      .join('\n')
  return of(here) === of(there)
}

/** The sums of all pools. */
export const sumPools = (pools: readonly PoolSums[]): ExchangeSums =>
  pools.reduce<ExchangeSums>(
    (all, one) => ({
      count: all.count + one.count,
      total: fenOf(all.total + one.total),
      fund: fenOf(all.fund + one.fund),
      account: fenOf(all.account + one.account),
    }),
    { count: 0, total: ZERO, fund: ZERO, account: ZERO },
  )

export const noDifference = (): NotFound => NotFound.of({ zh: '该差异', en: 'the difference' }, 'difference')

export const resolvedAlready = (): NotAllowed =>
  NotAllowed.at('difference', 'RESOLVED', {
    zh: '双方已一致，无需处理',
    en: 'both sides agree by now; nothing is left to be said of it',
  })
