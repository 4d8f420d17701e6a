import { fenOf, quantityOf, rateOf, unitPriceOf, type Fen } from '@yibao/schema/money'
import type { Sponsor, SplitInput, SplitLine } from '../domain/split-input.ts'

/** A split input at rest: amounts as texts, a line as a list in fixed order, so that ten lines stay under a kilobyte. */
export type StoredSplitInput = Omit<SplitInput, 'care' | 'lines' | 'counters' | 'accounts' | 'sponsors'> & {
  readonly care: Omit<SplitInput['care'], 'transfer'> & { readonly transfer?: { readonly charged: string } }
  readonly lines: readonly StoredLine[]
  readonly counters: Readonly<Record<string, string>>
  readonly accounts: { readonly current: string; readonly history: string }
  readonly sponsors?: readonly StoredSponsor[]
}

interface StoredSponsor {
  readonly insuredId: string
  readonly current: string
  readonly history: string
  readonly limit: string | null
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
  /** On a line that refunds another, and null on one that does not but is denied or reviewed. */
  refundOf?: string | null,
  /** Null on one that is not but was reviewed. */
  denied?: true | null,
  review?: readonly [inScope: string, reason: string],
]

const encodeLine = ({ serial, price, quantity, amount, approval, item, ...rest }: SplitLine): StoredLine => [
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
  ...encodeRest(rest),
]

/** What most lines have none of stands at the end, as far as it is needed. */
function encodeRest({ refundOf, denied, review }: Pick<SplitLine, 'refundOf' | 'denied' | 'review'>) {
  if (review !== undefined) return [refundOf ?? null, denied ?? null, [String(review.inScope), review.reason]] as const
  if (denied === true) return [refundOf ?? null, true] as const
  return refundOf === undefined ? ([] as const) : ([refundOf] as const)
}

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
  ...(typeof item[5] === 'string' && { refundOf: item[5] }),
  ...(item[6] === true && { denied: true }),
  ...(item[7] !== undefined && { review: { inScope: fen(item[7][0]), reason: item[7][1] } }),
})

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

const fen = (text: string): Fen => fenOf(BigInt(text))

const encodeCare = ({ transfer, ...care }: SplitInput['care']): StoredSplitInput['care'] =>
  transfer === undefined ? care : { ...care, transfer: { charged: String(transfer.charged) } }
const decodeCare = ({ transfer, ...care }: StoredSplitInput['care']): SplitInput['care'] =>
  transfer === undefined ? care : { ...care, transfer: { charged: fen(transfer.charged) } }

const encodeSponsor = ({ insuredId, current, history, limit }: Sponsor): StoredSponsor => ({
  insuredId,
  current: String(current),
  history: String(history),
  limit: limit === null ? null : String(limit),
})
const decodeSponsor = ({ insuredId, current, history, limit }: StoredSponsor): Sponsor => ({
  insuredId,
  current: fen(current),
  history: fen(history),
  limit: limit === null ? null : fen(limit),
})

/** The form in which `settlement.input` keeps what a split depended on. */
export const encodeSplitInput = ({ sponsors, ...input }: SplitInput): StoredSplitInput => ({
  ...input,
  care: encodeCare(input.care),
  lines: input.lines.map(encodeLine),
  counters: mapValues(input.counters, String),
  accounts: { current: String(input.accounts.current), history: String(input.accounts.history) },
  ...(sponsors !== undefined && { sponsors: sponsors.map(encodeSponsor) }),
})

/** Reads a stored split input; what it gives back is what was split. */
export const decodeSplitInput = ({ sponsors, ...stored }: StoredSplitInput): SplitInput => ({
  ...stored,
  care: decodeCare(stored.care),
  lines: stored.lines.map(decodeLine),
  counters: mapValues(stored.counters, fen),
  accounts: { current: fen(stored.accounts.current), history: fen(stored.accounts.history) },
  ...(sponsors !== undefined && { sponsors: sponsors.map(decodeSponsor) }),
})
