import { parseRate, parseYuan, quantityOf, rateOf, unitPriceOf, type Fen } from '@yibao/schema/money'
import type { Policy } from '@yibao/settlement/domain/policy'
import type { Filing, Level, Place, SplitInput, SplitLine } from '@yibao/settlement/domain/split-input'

/** A bill as the case table writes it; what is left out does not matter to the case. */
export interface CaseBill {
  readonly lines: readonly { readonly class: 'A' | 'B' | 'C'; readonly amount: string; readonly selfPay?: string }[]
  readonly personType: string
  readonly age?: number
  readonly identities?: readonly string[]
  readonly insuranceType?: string
  readonly careType?: string
  readonly level?: Level
  readonly place?: Place
  readonly filing?: Filing
  readonly admission?: number
  readonly days?: number
  readonly year?: string
  /** Counters before the bill, in yuan. */
  readonly before?: Readonly<Record<string, string>>
  /** Account balances in yuan: current, history. */
  readonly accounts?: readonly [string, string]
  readonly useAccount?: boolean
  readonly disease?: string
  readonly birthType?: string
  readonly month?: string
  readonly civilServant?: boolean
  /** What the stay before the transfer was charged of the deductible, in yuan. */
  readonly transferred?: string
  /** Relatives' balances in yuan: current, history, and what their limit leaves. */
  readonly sponsors?: readonly (readonly [string, string, string?])[]
  readonly noFund?: true
}

export function yuan(text: string): Fen {
  const amount = parseYuan(text)
  if (amount === null) throw new Error(`no amount: ${text}`)
  return amount
}

function lineOf({ class: group, amount, selfPay }: CaseBill['lines'][number], index: number): SplitLine {
  const fen = yuan(amount)
  return {
    serial: String(index + 1),
    price: unitPriceOf(fen * 10_000n),
    quantity: quantityOf(10_000n),
    amount: fen,
    approval: 'NOT_NEEDED',
    item: {
      class: group,
      selfPayRatio: parseRate(selfPay ?? '0') ?? rateOf(0n),
      ceiling: null,
      overCeiling: 'EXCESS',
      restricted: false,
    },
  }
}

const sponsorOf = ([current, history, limit]: readonly [string, string, string?], index: number) => ({
  insuredId: `sponsor-${index + 1}`,
  current: yuan(current),
  history: yuan(history),
  limit: limit === undefined ? null : yuan(limit),
})

/** The split's input for a bill under a policy. */
export function inputOf(policy: Policy, bill: CaseBill): SplitInput {
  const [current = '0', history = '0'] = bill.accounts ?? []
  return {
    pool: policy.pool.code,
    insuranceType: bill.insuranceType ?? '310',
    policy: { id: policy.id, version: policy.version },
    person: {
      personType: bill.personType,
      age: bill.age ?? 40,
      identities: bill.identities ?? [],
      civilServant: bill.civilServant ?? false,
    },
    care: {
      careType: bill.careType ?? '21',
      emergency: false,
      level: bill.level ?? 'LEVEL_3',
      place: bill.place ?? 'IN_POOL',
      filing: bill.filing ?? 'LOCAL',
      admission: bill.admission ?? 1,
      days: bill.days ?? 1,
      year: bill.year ?? '2023',
      visit: 'V1',
      ...(bill.month !== undefined && { month: bill.month }),
      ...(bill.disease !== undefined && { disease: bill.disease }),
      ...(bill.birthType !== undefined && { birthType: bill.birthType }),
      ...(bill.transferred !== undefined && { transfer: { charged: yuan(bill.transferred) } }),
    },
    lines: bill.lines.map(lineOf),
    counters: Object.fromEntries(Object.entries(bill.before ?? {}).map(([key, amount]) => [key, yuan(amount)])),
    accounts: { current: yuan(current), history: yuan(history) },
    useAccount: bill.useAccount ?? false,
    ...(bill.sponsors !== undefined && { sponsors: bill.sponsors.map(sponsorOf) }),
    ...(bill.noFund === true && { noFund: true }),
  }
}
