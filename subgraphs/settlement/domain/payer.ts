import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import { expenseThatFills, layBands, type FixedBand } from './band.ts'
import type { CapUnit } from './policy.ts'
import type { BandPart, CapUse, Used } from './split-result.ts'

/** A payer's numbers, resolved for one kind of case. */
export interface Tariff {
  /** Null when the payer has no deductible at all. */
  readonly standard: Fen | null
  readonly bands: readonly FixedBand[]
  readonly position: 'GROSS' | 'NET'
  readonly cumulative: boolean
  /** Only caps that apply; BAND_END has the end of the last band as its amount. */
  readonly caps: readonly { readonly unit: CapUnit; readonly amount: Fen }[]
}

export interface Payment {
  readonly charged: Fen
  readonly bands: readonly BandPart[]
  readonly cap: CapUse | null
  readonly paid: Fen
  readonly copay: Fen
  readonly excess: Fen
  /** What this bill adds to the counters; `caps` in the order of the tariff. */
  readonly consumed: { readonly deductible: Fen; readonly position: Fen; readonly caps: readonly Fen[] }
}

const positive = (value: bigint): Fen => (value > 0n ? fenOf(value) : ZERO)

/**
 * The one primitive of the waterfall: of `base` the deductible takes what is left of its standard, the rest is laid on
 * the bands, and the caps cut, each in its own unit. Charged, paid, copay and excess add up to the base.
 */
export function pay(tariff: Tariff, base: Fen, used: Used): Payment {
  const gross = cut(tariff, used, base, 'FUND_AND_SELF', tariff.position === 'GROSS' ? 'BAND_END' : null)
  const charged = minFen(gross, positive((tariff.standard ?? ZERO) - used.deductible))
  const behind = fenOf(gross - charged)
  const net = cut(tariff, used, behind, 'EXPENSE_ABOVE_DEDUCTIBLE', tariff.position === 'NET' ? 'BAND_END' : null)
  const start = tariff.position === 'GROSS' ? fenOf(used.position + charged) : used.position
  const parts = layBands(tariff.bands, start, net, tariff.cumulative)
  const priced = fenOf(parts.reduce((total, part) => total + part.pay, 0n))
  const paid = cut(tariff, used, priced, 'FUND_PAID', null)
  const filled = paid < priced ? expenseThatFills(parts, paid) : net
  const cuts = { gross: fenOf(base - gross), net: fenOf(behind - net), paid: fenOf(priced - paid) }
  const within = fenOf(charged + filled)
  return {
    charged,
    bands: parts.map(({ from, to, part, ratio, pay: amount }) => ({ from, to, part, ratio, pay: amount })),
    cap: tightest(tariff, used, cuts),
    paid,
    copay: fenOf(filled - paid),
    excess: fenOf(base - within),
    consumed: {
      deductible: charged,
      position: tariff.position === 'GROSS' ? within : filled,
      caps: tariff.caps.map(({ unit }) => consumption(unit, { paid, within, filled })),
    },
  }
}

/** What of `amount` the caps of these units leave. */
function cut(tariff: Tariff, used: Used, amount: Fen, unit: CapUnit, other: CapUnit | null): Fen {
  let left = amount
  for (let i = 0; i < tariff.caps.length; i++) {
    const cap = tariff.caps[i]
    if (cap === undefined || (cap.unit !== unit && cap.unit !== other)) continue
    left = minFen(left, positive(cap.amount - (used.caps[i] ?? ZERO)))
  }
  return left
}

function consumption(unit: CapUnit, amounts: { paid: Fen; within: Fen; filled: Fen }): Fen {
  if (unit === 'FUND_PAID') return amounts.paid
  if (unit === 'FUND_AND_SELF') return amounts.within
  // BAND_END has no counter of its own: the position counts for it.
  return unit === 'BAND_END' ? ZERO : amounts.filled
}

/** The cap to report: the tightest of those that cut, or else the one with the least room. */
function tightest(tariff: Tariff, used: Used, cuts: { gross: Fen; net: Fen; paid: Fen }): CapUse | null {
  let found: CapUse | null = null
  for (let i = 0; i < tariff.caps.length; i++) {
    const cap = tariff.caps[i]
    if (cap === undefined) continue
    const before = used.caps[i] ?? ZERO
    const stage = stageOf(cap.unit, tariff.position)
    const use = { amount: cap.amount, used: before, unit: cap.unit, cut: cuts[stage] }
    if (found === null || precedes(use, found)) found = use
  }
  return found
}

const stageOf = (unit: CapUnit, position: Tariff['position']): 'gross' | 'net' | 'paid' => {
  if (unit === 'FUND_PAID') return 'paid'
  if (unit === 'FUND_AND_SELF') return 'gross'
  return unit === 'BAND_END' && position === 'GROSS' ? 'gross' : 'net'
}

const precedes = (a: CapUse, b: CapUse): boolean =>
  a.cut > ZERO === b.cut > ZERO ? a.amount - a.used < b.amount - b.used : a.cut > ZERO
