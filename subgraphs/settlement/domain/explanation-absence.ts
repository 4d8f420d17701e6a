import { ZERO, type Fen } from '@yibao/schema/money'
import type { Explanation } from './explain.ts'
import type { SettledLine, Settlement } from './settlement.ts'

/** Why a settlement has no explanation. */
export const ABSENCES = {
  DECIDES_NOTHING: '冲正原样退回，不另作决定。 A reversal gives back what was decided; it decides nothing.',
  NOT_RECKONED:
    '重算结果与已存金额不符，以已存金额为准。 It is not reckoned again as it was stored; the stored amounts hold.',
  HOME_UNREACHABLE: '参保地平台未答复，请稍后再查。 The platform of the insurance does not answer now; ask again.',
  HOME_HAS_NONE: '参保地平台不能说明此结算。 The platform of the insurance has no explanation of it.',
  CONTRADICTS:
    '参保地所作说明与本地结算金额不符，不予显示。 What the platform of the insurance told does not come to what is settled here.',
} as const
export type Absence = keyof typeof ABSENCES

/** Why a settlement came out as it did, or why that is not said. */
export type Explained =
  | { readonly explanation: Explanation; readonly absence: null }
  | { readonly explanation: null; readonly absence: Absence }

export const absent = (absence: Absence): Explained => ({ explanation: null, absence })

/** Whether a settlement, or the reversal of one, was decided on the platform of another province, which can explain it. */
export const isToldByHome = ({ input, otherProvince, pool }: Settlement): boolean =>
  input === null && otherProvince !== null && pool.startsWith(otherProvince)

/**
 * Whether what another platform told explains this very settlement: every line and every payer comes to what is settled
 * here, and nobody else pays. A reversal has them negated.
 */
export function explains(
  told: Explanation,
  { funds, personal, reverses }: Pick<Settlement, 'funds' | 'personal' | 'reverses'>,
  lines: readonly Pick<SettledLine, 'serial' | 'inScope'>[],
): boolean {
  const here = (amount: Fen): bigint => (reverses === null ? amount : 0n - amount)
  const paid = new Map(funds.map((one) => [one.payer, one.paid]))
  const paying = told.payers.filter((one) => one.paid !== ZERO)
  return (
    told.person.result === here(personal) &&
    paying.length === funds.length &&
    paying.every((one) => one.paid === here(paid.get(one.payer) ?? ZERO)) &&
    told.lines.length === lines.length &&
    told.lines.every(({ serial, step }, i) => {
      const line = lines[i]
      return line !== undefined && line.serial === serial && step.result === here(line.inScope)
    })
  )
}
