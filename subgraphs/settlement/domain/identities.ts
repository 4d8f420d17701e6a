import assert from 'node:assert/strict'
import { portion } from '@yibao/schema/money'
import type { SplitLine } from './split-input.ts'
import type { Amounts, LineSplit, SplitResult } from './split-result.ts'

/** The identities that hold on real replies of the national platform. I8 holds per band, before the cap. */
export type IdentityName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'NOT_NEGATIVE' | 'LINES'

/** The identities among the amounts of one settlement that do not hold; empty when all is well. */
export function brokenIdentities(a: Amounts, accountInFund: boolean): IdentityName[] {
  const funds = a.hifp + a.cvlserv + a.hifes + a.hifmi + a.hifob + a.hifdm + a.maf + a.oth
  // Where the pool counts the account as fund money, the personal part is what remains without it.
  const inFund = accountInFund ? a.account : 0n
  const inPerson = accountInFund ? 0n : a.account
  const broken: IdentityName[] = []
  if (a.total !== a.selfPaid + a.overCeiling + a.firstSelfPayment + a.inScope) broken.push('I1')
  if (a.total !== a.fundTotal + a.personal + a.hospital) broken.push('I2')
  if (a.personal !== inPerson + a.mutualAid + a.cash) broken.push('I3')
  if (a.fundTotal !== funds + inFund) broken.push('I4')
  if (a.deductible > a.inScope) broken.push('I7')
  return broken
}

/** Everything that must hold of a result before it leaves the engine; a failure is a bug, never a refusal. */
export function assertIdentities(result: SplitResult, lines: readonly SplitLine[]): void {
  const { amounts } = result
  const broken = [
    ...brokenIdentities(amounts, result.accountInFund),
    ...brokenRows(result),
    ...brokenLines(result.lines, lines, amounts),
  ]
  assert(broken.length === 0, `identities broken: ${broken.join(', ')}`)
}

/** I5: the rows of `setldetail` add up; I8: each row is the rounded product; nothing is negative. */
function brokenRows({ amounts, payers, accountInFund }: SplitResult): IdentityName[] {
  const broken: IdentityName[] = []
  let paid = 0n
  for (const payer of payers) {
    paid += payer.paid
    if (payer.paid < 0n || payer.copay < 0n || payer.excess < 0n) broken.push('NOT_NEGATIVE')
  }
  const account = accountInFund ? 0n : amounts.account
  if (paid !== amounts.fundTotal + account + amounts.mutualAid + amounts.hospital) broken.push('I5')
  if (amounts.cash < 0n || amounts.inScope < 0n || amounts.total < 0n) broken.push('NOT_NEGATIVE')
  return broken
}

/** I6 on every line, and the lines' sums in the settlement. */
function brokenLines(splits: readonly LineSplit[], lines: readonly SplitLine[], amounts: Amounts): IdentityName[] {
  const broken: IdentityName[] = []
  let inScope = 0n
  let firstSelfPayment = 0n
  for (let i = 0; i < splits.length; i++) {
    const split = splits[i]
    const line = lines[i]
    if (split === undefined || line === undefined) continue
    inScope += split.inScope
    firstSelfPayment += split.firstSelfPayment
    if (line.amount !== split.selfPaid + split.overCeiling + split.firstSelfPayment + split.inScope) broken.push('I6')
  }
  const moved = amounts.crossArea
  if (inScope !== amounts.inScope + moved || firstSelfPayment !== amounts.firstSelfPayment - moved) broken.push('LINES')
  return broken
}

/** I8 of one band as priced for this bill alone: pay is part × ratio, half up. */
export const bandHolds = (band: SplitResult['payers'][number]['bands'][number]): boolean =>
  band.pay === portion(band.part, band.ratio)
