import { fenOf, quantityOf, type Fen } from '@yibao/schema/money'
import type { FundShare, SettledAmounts, SettledLine, Settlement } from './settlement.ts'

/** Who takes a settlement back, when, and under which ids. */
export interface Reversing {
  readonly id: string
  readonly caller: string
  readonly requestId: string
  readonly now: Temporal.Instant
  /** Personal account after the reversal. */
  readonly balance: Fen
}

const minus = (amount: Fen): Fen => fenOf(0n - amount)

/** The mirror image of a settlement: every amount negated, nothing decided anew. */
export function reversalOf(original: Settlement, reversing: Reversing): Settlement {
  return {
    ...original,
    ...mirroredAmounts(original),
    funds: original.funds.map(mirroredShare),
    consumed: Object.fromEntries(Object.entries(original.consumed).map(([key, amount]) => [key, minus(amount)])),
    id: reversing.id,
    caller: reversing.caller,
    requestId: reversing.requestId,
    settledAt: reversing.now,
    balance: reversing.balance,
    input: null,
    reverses: original.id,
  }
}

/** The lines of a reversal: the same items, quantities and amounts negated. */
export const reversedLines = (lines: readonly SettledLine[]): SettledLine[] =>
  lines.map((line) => ({
    ...line,
    quantity: quantityOf(0n - line.quantity),
    amount: minus(line.amount),
    selfPaid: minus(line.selfPaid),
    overCeiling: minus(line.overCeiling),
    firstSelfPayment: minus(line.firstSelfPayment),
    inScope: minus(line.inScope),
  }))

const mirroredShare = (share: FundShare): FundShare => ({ ...share, base: minus(share.base), paid: minus(share.paid) })

function mirroredAmounts(of: SettledAmounts): SettledAmounts {
  return {
    total: minus(of.total),
    selfPaid: minus(of.selfPaid),
    overCeiling: minus(of.overCeiling),
    firstSelfPayment: minus(of.firstSelfPayment),
    crossArea: minus(of.crossArea),
    inScope: minus(of.inScope),
    deductible: minus(of.deductible),
    hifp: minus(of.hifp),
    cvlserv: minus(of.cvlserv),
    hifes: minus(of.hifes),
    hifmi: minus(of.hifmi),
    hifob: minus(of.hifob),
    hifdm: minus(of.hifdm),
    maf: minus(of.maf),
    oth: minus(of.oth),
    fundTotal: minus(of.fundTotal),
    hospital: minus(of.hospital),
    personal: minus(of.personal),
    account: minus(of.account),
    mutualAid: minus(of.mutualAid),
    cash: minus(of.cash),
    detailTotal: minus(of.detailTotal),
  }
}
