import { fenOf, quantityOf, type Fen } from '@yibao/schema/money'
import type { Bill } from './bill.ts'
import { personalAccount, type LedgerEntry } from './ledger.ts'
import type { AccountChange } from './settle.ts'
import type { FundShare, SettledAmounts, SettledLine, Settlement } from './settlement.ts'
import type { SplitInput } from './split-input.ts'

type Operator = Bill['operator']

/** Who takes a settlement back, when, and under which ids. */
export interface Reversing {
  readonly id: string
  readonly caller: string
  readonly requestId: string
  readonly now: Temporal.Instant
  /** Personal account after the reversal. */
  readonly balance: Fen
  readonly correction: boolean
  readonly keepsCounters: boolean
  /** Who did it, when that was another than who settled. */
  readonly operator?: Operator | null
}

const minus = (amount: Fen): Fen => fenOf(0n - amount)

/** The mirror image of a settlement: every amount negated, nothing decided anew. */
export function reversalOf(original: Settlement, reversing: Reversing): Settlement {
  return {
    ...original,
    ...mirroredAmounts(original),
    funds: original.funds.map(mirroredShare),
    consumed: consumedBy(original, reversing),
    id: reversing.id,
    caller: reversing.caller,
    requestId: reversing.requestId,
    settledAt: reversing.now,
    balance: reversing.balance,
    input: null,
    reverses: original.id,
    replaces: null,
    findings: [],
    correction: reversing.correction,
    keepsCounters: reversing.keepsCounters,
    ...(reversing.operator && operatorOf(reversing.operator)),
  }
}

export const operatorOf = ({ code, name, terminal }: Operator) => ({ operator: code, operatorName: name, terminal })

/** What a reversal gives back of counters: those of a closed benefit year stay as they are. */
function consumedBy({ consumed, input }: Settlement, { keepsCounters }: Reversing): Record<string, Fen> {
  const moved = keepsCounters && input !== null ? ofStay(consumed, input.care) : consumed
  return Object.fromEntries(Object.entries(moved).map(([key, amount]) => [key, minus(amount)]))
}

/** The counters of the stay: all others run over the benefit year or a part of it. */
export const ofStay = (consumed: Settlement['consumed'], { visit }: SplitInput['care']): Record<string, Fen> =>
  Object.fromEntries(
    Object.entries(consumed).filter(([key]) => `${key.slice(key.indexOf('@') + 1)}/`.startsWith(`${visit}/`)),
  )

/** What goes back to the personal accounts of one person, read off the mirrored entries. */
export const accountsOf = (insuredId: string, entries: readonly LedgerEntry[]): AccountChange[] =>
  (['CURRENT', 'HISTORY'] as const).flatMap((kind) =>
    entries
      .filter((entry) => entry.account === personalAccount(insuredId, kind))
      .map(({ amount }) => ({ kind, amount })),
  )

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

export function mirroredAmounts(of: SettledAmounts): SettledAmounts {
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
