import { fenOf, quantityOf, rateOf, unitPriceOf, type Fen } from '@yibao/schema/money'
import type { SplitInput, SplitLine } from '../domain/split-input.ts'

/** A split input at rest: amounts as texts, a line as a list in fixed order, so that ten lines stay under a kilobyte. */
export type StoredSplitInput = Omit<SplitInput, 'lines' | 'counters' | 'accounts'> & {
  readonly lines: readonly StoredLine[]
  readonly counters: Readonly<Record<string, string>>
  readonly accounts: { readonly current: string; readonly history: string }
}

type StoredLine = readonly [
  serial: string,
  price: string,
  quantity: string,
  amount: string,
  approval: SplitLine['approval'],
  itemClass: SplitLine['item']['class'],
  selfPayRatio: string,
  ceiling: string | null,
  overCeiling: SplitLine['item']['overCeiling'],
  restricted: boolean,
  /** Only on a line that refunds another. */
  refundOf?: string,
]

const encodeLine = ({ serial, price, quantity, amount, approval, item, refundOf }: SplitLine): StoredLine => [
  serial,
  String(price),
  String(quantity),
  String(amount),
  approval,
  item.class,
  String(item.selfPayRatio),
  item.ceiling === null ? null : String(item.ceiling),
  item.overCeiling,
  item.restricted,
  ...(refundOf === undefined ? ([] as const) : ([refundOf] as const)),
]

const decodeLine = ([serial, price, quantity, amount, approval, ...item]: StoredLine): SplitLine => ({
  serial,
  price: unitPriceOf(BigInt(price)),
  quantity: quantityOf(BigInt(quantity)),
  amount: fenOf(BigInt(amount)),
  approval,
  item: {
    class: item[0],
    selfPayRatio: rateOf(BigInt(item[1])),
    ceiling: item[2] === null ? null : unitPriceOf(BigInt(item[2])),
    overCeiling: item[3],
    restricted: item[4],
  },
  ...(item[5] !== undefined && { refundOf: item[5] }),
})

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

const fen = (text: string): Fen => fenOf(BigInt(text))

/** The form in which `settlement.input` keeps what a split depended on. */
export const encodeSplitInput = (input: SplitInput): StoredSplitInput => ({
  ...input,
  lines: input.lines.map(encodeLine),
  counters: mapValues(input.counters, String),
  accounts: { current: String(input.accounts.current), history: String(input.accounts.history) },
})

/** Reads a stored split input; what it gives back is what was split. */
export const decodeSplitInput = (stored: StoredSplitInput): SplitInput => ({
  ...stored,
  lines: stored.lines.map(decodeLine),
  counters: mapValues(stored.counters, fen),
  accounts: { current: fen(stored.accounts.current), history: fen(stored.accounts.history) },
})
