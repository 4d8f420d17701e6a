import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { agreesWith } from './check-apply.ts'
import { awayEntries, isDecidedElsewhere } from './away.ts'
import { brokenIdentities } from './identities.ts'
import { entriesOf, type LedgerEntry } from './ledger.ts'
import type { Policy } from './policy.ts'
import { ofStay } from './reverse.ts'
import { fundShareOf } from './settle.ts'
import type { SettledLine, Settlement } from './settlement.ts'
import type { SplitInput } from './split-input.ts'
import { ENGINE, split } from './split.ts'
import { differingAmounts, differingKeys, differingParts } from './verify.ts'

/** Something stored that is not what it should be. */
export interface Mismatch {
  readonly table: string
  readonly row: string
  readonly what: string
}

/** A settlement with all that hangs below it. */
export interface StoredSettlement {
  readonly settlement: Settlement
  readonly lines: readonly SettledLine[]
  /** Null when they were put away: they were compared before. */
  readonly entries: readonly LedgerEntry[] | null
}

export const HOME = 'settlement.settlement'

/** Reckons a settlement again from its stored input and names everything that differs. */
export function verifySettlement(stored: StoredSettlement, policies: readonly Policy[]): Mismatch[] {
  const { settlement } = stored
  const { id, input } = settlement
  const wrong = (what: string): Mismatch[] => [{ table: HOME, row: id, what }]
  if (isDecidedElsewhere(settlement))
    return [...compareEntries(stored, awayEntries(settlement)), ...compareSums(stored)]
  if (input === null) return wrong('has no input it could be reckoned from')
  if (settlement.engine !== ENGINE) return wrong(`engine ${settlement.engine} is not known to this version`)
  try {
    return [...compareSplit(stored, input, policies), ...compareLines(stored, input), ...compareSums(stored)]
  } catch (error) {
    return wrong(`cannot be reckoned from its input: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function compareSplit(stored: StoredSettlement, input: SplitInput, policies: readonly Policy[]) {
  const { settlement, lines } = stored
  const { id } = settlement
  const result = split(input, policies)
  const found: Mismatch[] = []
  const differs = (what: readonly string[]) => {
    if (what.length > 0) found.push({ table: HOME, row: id, what: `${what.join(', ')}: not what its input gives` })
  }
  differs(differingAmounts(settlement, result.amounts))
  if (settlement.poolRatio !== result.amounts.poolRatio) differs(['poolRatio'])
  if (settlement.accountInFund !== result.accountInFund) differs(['accountInFund'])
  const consumed = settlement.keepsCounters ? ofStay(result.consumed, input.care) : result.consumed
  differs(differingKeys(settlement.consumed, consumed).map((key) => `consumed ${key}`))
  const shares = result.payers.filter((one) => one.paid !== 0n).map(fundShareOf)
  if (plain(shares) !== plain(settlement.funds)) differs(['funds'])
  if (!agreesWith(input, settlement.findings)) differs(['findings'])
  const { current, history } = input.accounts
  const left = current + history - result.accountPaid.current - result.accountPaid.history
  if (settlement.balance !== left) differs(['balance'])
  result.lines.forEach((reckoned, i) => {
    const line = lines[i]
    const parts = line === undefined ? ['line'] : differingParts(line, reckoned)
    if (parts.length > 0) found.push(lineMismatch(id, i, `${parts.join(', ')}: not what the input gives`))
  })
  return [...found, ...compareEntries(stored, entriesOf(settlement, result))]
}

function compareEntries(
  { settlement: { id, insuredId }, entries }: Pick<StoredSettlement, 'settlement' | 'entries'>,
  due: readonly LedgerEntry[],
): Mismatch[] {
  if (entries === null) return []
  return differingEntries(entries, due).map(({ insuredId: owner, account }) => ({
    table: 'settlement.ledger_entry',
    row: `${id} ${account}`,
    what: `of ${owner} is not what the settlement of ${insuredId} gives`,
  }))
}

/** What a line says beside its parts must be what was split. */
function compareLines({ settlement, lines }: StoredSettlement, input: SplitInput): Mismatch[] {
  if (lines.length !== input.lines.length)
    return [
      {
        table: 'settlement.settlement_line',
        row: settlement.id,
        what: `${lines.length} lines, ${input.lines.length} in the input`,
      },
    ]
  return lines.flatMap((line, i) => {
    const given = input.lines[i]
    const same =
      given !== undefined &&
      line.serial === given.serial &&
      line.price === given.price &&
      line.quantity === given.quantity &&
      line.amount === given.amount &&
      line.approval === given.approval &&
      line.class === given.item.class &&
      line.selfPayRatio === given.item.selfPayRatio &&
      line.ceiling === given.item.ceiling &&
      line.restricted === given.item.restricted
    return same ? [] : [lineMismatch(settlement.id, i, 'not what its settlement’s input says')]
  })
}

const lineMismatch = (id: string, index: number, what: string): Mismatch => ({
  table: 'settlement.settlement_line',
  row: `${id} ${index + 1}`,
  what,
})

/** Sums over rows: lines to the total, shares to their total, and the identities among the columns. */
function compareSums({ settlement, lines }: StoredSettlement): Mismatch[] {
  const { id, funds, detailTotal, total } = settlement
  const found = [...brokenIdentities(settlement, settlement.accountInFund)].map(
    (name) => `identity ${name} does not hold`,
  )
  if (sum(lines.map((line) => line.amount)) !== total) found.push('total: not the sum of its lines')
  if (sum(funds.map((one) => one.paid)) !== detailTotal) found.push('detailTotal: not the sum of funds')
  return found.map((what) => ({ table: HOME, row: id, what }))
}

const entryKey = ({ insuredId, account }: LedgerEntry): string => `${insuredId} ${account}`

function sumsOf(entries: readonly LedgerEntry[]): Record<string, Fen> {
  const amounts: Record<string, Fen> = {}
  for (const entry of entries) amounts[entryKey(entry)] = fenOf((amounts[entryKey(entry)] ?? 0n) + entry.amount)
  return amounts
}

/** One entry of each owner and account in which two groups of entries differ. */
export function differingEntries(a: readonly LedgerEntry[], b: readonly LedgerEntry[]): LedgerEntry[] {
  const differing = new Set(differingKeys(sumsOf(a), sumsOf(b)))
  return [...new Map([...a, ...b].map((entry) => [entryKey(entry), entry])).values()].filter((one) =>
    differing.has(entryKey(one)),
  )
}

/** Any value as a text that is the same for the same content. */
export const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
