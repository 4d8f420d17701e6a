import { uuidFault } from '@yibao/schema/ids'
import { parseDay, parseInstant } from '@yibao/schema/dates'
import { parseYuan, type Fen } from '@yibao/schema/money'
import { z } from 'zod'
import { PREFUND_STATES } from '../domain/prefund.ts'

// What two provinces' platforms say to each other about money beside the bills themselves (decisions/028). Amounts are texts
// in yuan, moments RFC 3339; what a message holds beyond this is refused.

const read = <T>(parse: (text: string) => T | null, what: string) =>
  z.string().transform((text, faults): T => {
    const value = parse(text)
    if (value !== null) return value
    faults.addIssue({ code: 'custom', message: `is no ${what}`, input: text })
    return z.NEVER
  })
const yuan = read<Fen>(parseYuan, 'amount')
const instant = read(parseInstant, 'moment')
const uuid = read((text) => (uuidFault(text) === null ? text.toLowerCase() : null), 'UUID')
const day = read(parseDay, 'day')
const words = (max: number) => z.string().min(1).max(max)

/** The place of treatment has deducted something of a bill, or withdraws that; home is owed it back. */
export const deductionMessage = z.strictObject({
  id: uuid,
  exchange: uuid,
  /** Negative when it withdraws another. */
  amount: yuan,
  reason: words(30),
  words: words(1000),
  withdraws: uuid.nullable(),
  decidedAt: instant,
})
export type DeductionMessage = z.output<typeof deductionMessage>

/** What the other side has done about a prefund, one that is paid with the paper and transfer. */
export const prefundMessage = z
  .strictObject({
    id: uuid,
    state: z.enum(PREFUND_STATES),
    amount: yuan.refine((amount) => amount > 0n, 'is not more than nothing'),
    paperNumber: words(100).nullable(),
    bankReference: words(64).nullable(),
    paidOn: day.nullable(),
    words: words(1000).nullable(),
  })
  .refine(
    ({ state, ...paid }) =>
      state !== 'PAID' || (paid.paperNumber !== null && paid.bankReference !== null && paid.paidOn !== null),
    'is paid without a paper or a transfer',
  )
export type PrefundMessage = z.output<typeof prefundMessage>
