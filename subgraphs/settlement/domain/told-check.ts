import { fenOf, sum, type Fen } from '@yibao/schema/money'
import type { ToldBill, ToldLine } from './away.ts'
import { brokenIdentities } from './identities.ts'
import { mirroredAmounts } from './reverse.ts'
import type { SettledLine, Settlement } from './settlement.ts'
import { AMOUNTS } from './verify.ts'
import { recordsOf } from './visit-elsewhere.ts'

/** The parts of a line, which add up to its amount. */
export type Parts = Pick<ToldLine, 'serial' | 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope'>

/**
 * What of a told settlement cannot be, in words for the log: what the place knows itself, and what must hold of amounts
 * whoever reckons them. Empty when it can be settled so.
 */
export function faultsOfTold(told: ToldBill, said: { readonly province: string; readonly lines: readonly Parts[] }) {
  const faults = [...faultsOfAmounts(told), ...faultsOfLines(told, said.lines)]
  if (told.reverses !== null) faults.push('reverses')
  if (!told.pool.startsWith(said.province)) faults.push('pool')
  return faults
}

/** The same of a reversal: a pool may reckon anew who gives back how much, but not the bill and its lines. */
export function faultsOfReversal(
  told: ToldBill,
  { original, lines, home }: { original: Settlement; lines: readonly SettledLine[]; home: string },
): string[] {
  const mirror: ToldBill = {
    ...told,
    ...mirroredAmounts(told),
    funds: told.funds.map((one) => ({ ...one, base: minus(one.base), paid: minus(one.paid) })),
    lines: told.lines.map((one) => ({ ...one, ...mirroredParts(one) })),
  }
  const faults: string[] = [...faultsOfAmounts(mirror), ...faultsOfLines(mirror, lines)]
  faults.push(...BILLED.filter((name) => mirror[name] !== original[name]))
  if (told.reverses !== home) faults.push('reverses')
  if (told.pool !== original.pool) faults.push('pool')
  if (![told.insuredId, ...recordsOf(told)].includes(original.insuredId)) faults.push('insuredId')
  return faults
}

/** What the lines come to, which nothing at home changes later. */
const BILLED = ['total', 'selfPaid', 'overCeiling', 'firstSelfPayment', 'crossArea', 'inScope'] as const

const minus = (amount: Fen): Fen => fenOf(0n - amount)

const mirroredParts = (of: Parts) => ({
  selfPaid: minus(of.selfPaid),
  overCeiling: minus(of.overCeiling),
  firstSelfPayment: minus(of.firstSelfPayment),
  inScope: minus(of.inScope),
})

/** The identities of every settlement, and nothing below zero. */
function faultsOfAmounts(told: ToldBill): string[] {
  const { funds, detailTotal, fundTotal, account, accountInFund, mutualAid, hospital } = told
  const faults: string[] = [...brokenIdentities(told, accountInFund)]
  faults.push(...[...AMOUNTS, 'balance' as const].filter((name) => told[name] < 0n))
  if (funds.some(({ base, paid }) => base < 0n || paid < 0n)) faults.push('funds')
  if (funds.some(({ fundPayType }) => !/^[1-9][0-9]{5}$/.test(fundPayType))) faults.push('fundPayType')
  // I5: payers that are no fund have their rows beside those that are.
  const paid = fundTotal + (accountInFund ? 0n : account) + mutualAid + hospital
  if (sum(funds.map((one) => one.paid)) !== detailTotal || detailTotal !== paid) faults.push('detailTotal')
  return faults
}

/**
 * Each line as it was said, or wholly the person's own: home leaves what it does not cover, or what its audit denies, to
 * the person. What is not for the usual area moves from in scope to what is paid first.
 */
function faultsOfLines(told: ToldBill, said: readonly Parts[]): string[] {
  if (told.lines.length !== said.length) return ['lines']
  const faults = told.lines.flatMap((line, i) => {
    const own = said[i]
    return own !== undefined && line.serial === own.serial && (isSame(line, own) || isOwnPaid(line, own))
      ? []
      : [`lines[${i}]`]
  })
  const of = (name: 'inScope' | 'firstSelfPayment') => sum(told.lines.map((one) => one[name]))
  const total = sum(said.map(amountOf))
  if (total !== told.total) faults.push('total')
  if (of('inScope') !== told.inScope + told.crossArea) faults.push('inScope')
  if (of('firstSelfPayment') !== told.firstSelfPayment - told.crossArea) faults.push('firstSelfPayment')
  return faults
}

const amountOf = (of: Parts): Fen => fenOf(of.selfPaid + of.overCeiling + of.firstSelfPayment + of.inScope)

const isSame = (a: Parts, b: Parts): boolean =>
  a.selfPaid === b.selfPaid &&
  a.overCeiling === b.overCeiling &&
  a.firstSelfPayment === b.firstSelfPayment &&
  a.inScope === b.inScope

const isOwnPaid = (line: Parts, said: Parts): boolean =>
  line.selfPaid === amountOf(said) && line.overCeiling === 0n && line.firstSelfPayment === 0n && line.inScope === 0n
