import { fenOf, portion, RATE_ONE, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import type { BandPart } from './split-result.ts'

/** A band whose ratio has been resolved for one kind of case. */
export interface FixedBand {
  readonly from: Fen
  readonly to: Fen | null
  readonly ratio: Rate
}

/** One band's part of a bill, with the position inside the band where the part begins. */
interface Laid extends BandPart {
  readonly offset: Fen
}

/**
 * Lays `amount` on the bands from position `start` on. Each band's pay is rounded half up: for this bill's part, or,
 * cumulatively, as the difference of the rounded pay after and before this bill, so that many small bills of a year
 * add up to the same as one.
 */
export function layBands(bands: readonly FixedBand[], start: Fen, amount: Fen, cumulative: boolean): Laid[] {
  const parts: Laid[] = []
  if (amount === ZERO) return parts
  const end = start + amount
  for (const { from, to, ratio } of bands) {
    if (to !== null && to <= start) continue
    if (from >= end) break
    const low = from > start ? from : start
    const high = to !== null && to < end ? to : end
    const part = fenOf(high - low)
    const offset = cumulative ? fenOf(low - from) : ZERO
    const pay = cumulative ? fenOf(portion(fenOf(high - from), ratio) - portion(offset, ratio)) : portion(part, ratio)
    parts.push({ from, to, part, ratio, pay, offset })
  }
  return parts
}

/**
 * The smallest expense whose pay fills `room`; what lies beyond it was not paid for because the cap was full. `room`
 * must not exceed what the parts pay.
 */
export function expenseThatFills(parts: readonly Laid[], room: Fen): Fen {
  let left: bigint = room
  let expense = 0n
  for (const { part, pay, ratio, offset } of parts) {
    if (left === 0n) break
    if (pay >= left) return fenOf(expense + smallestPart(left + portion(offset, ratio), ratio) - offset)
    left -= pay
    expense += part
  }
  return fenOf(expense)
}

/** The smallest part p with half-up(p × ratio) ≥ pay: p × ratio + 0.5 ≥ pay. */
function smallestPart(pay: bigint, ratio: Rate): bigint {
  const numerator = pay * RATE_ONE - RATE_ONE / 2n
  return numerator <= 0n ? 0n : (numerator + ratio - 1n) / ratio
}
