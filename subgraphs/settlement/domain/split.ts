import assert from 'node:assert/strict'
import { fenOf, portion, rateOf, ZERO, type Fen } from '@yibao/schema/money'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { classifyLines } from './classify.ts'
import { assertIdentities } from './identities.ts'
import type { Policy } from './policy.ts'
import { resolvePolicy } from './policy-resolve.ts'
import { findPolicy } from './policy-select.ts'
import type { SplitInput } from './split-input.ts'
import type { Amounts, Fund, LineSplit, PayerSplit, SplitResult } from './split-result.ts'
import type { Parts } from './split-flow.ts'
import { runWaterfall, type Waterfall } from './split-waterfall.ts'

/** Raised by every change that alters any result; a settlement keeps the number it was computed with. */
export const ENGINE = 1

/**
 * Splits a bill between funds and person. Depends on nothing but its arguments: the same input gives the same result
 * for ever. Throws NotAllowed when the policy refuses the case or is silent about it, InvalidInput when refund lines
 * outweigh their charges; the policy named by the input must be among `policies`.
 */
export function split(input: SplitInput, policies: readonly Policy[]): SplitResult {
  const policy = findPolicy(policies, input.policy)
  assert(policy !== null, `policy ${input.policy.id} ${input.policy.version} is not loaded`)
  const resolved = resolvePolicy(policy, input)

  const lines = classifyLines(input.lines)
  const sums = sumLines(lines)
  const crossArea = portion(sums.inScope, resolved.crossAreaShare)
  const parts = moveCrossArea(sums, crossArea)
  const waterfall = runWaterfall(resolved, parts, input)
  const accountInFund = policy.pool.rules.account.countedInFund
  const amounts = amountsOf(parts, crossArea, waterfall, accountInFund)

  const { payers, consumed, accountPaid, sponsorsPaid } = waterfall
  const result = { engine: ENGINE, lines, payers, amounts, consumed, accountPaid, sponsorsPaid, accountInFund }
  assertIdentities(result, input.lines)
  return result
}

/** Level 1 of the bill. Part refunds are rounded by themselves and may outweigh a charge by a fen: refused, not bent. */
function sumLines(lines: readonly LineSplit[]): Parts {
  let selfPaid = 0n
  let overCeiling = 0n
  let firstSelfPayment = 0n
  let inScope = 0n
  for (const line of lines) {
    selfPaid += line.selfPaid
    overCeiling += line.overCeiling
    firstSelfPayment += line.firstSelfPayment
    inScope += line.inScope
  }
  if (selfPaid < 0n || overCeiling < 0n || firstSelfPayment < 0n || inScope < 0n) throw refundsOutweigh()
  return {
    selfPaid: fenOf(selfPaid),
    overCeiling: fenOf(overCeiling),
    firstSelfPayment: fenOf(firstSelfPayment),
    inScope: fenOf(inScope),
  }
}

function refundsOutweigh(): InvalidInput {
  const message = {
    zh: '退费明细的某类金额超过所退的收费，请按原数量整笔退费',
    en: 'refund lines outweigh the charges of their category; refund whole lines as they were charged',
  }
  const problem: Problem = { path: 'lines', code: 'REFUND_OUTWEIGHS_CHARGE', message }
  return InvalidInput.of([problem])
}

/** What the person pays first because of treatment outside the pool leaves the scope and is reported with the lines'. */
const moveCrossArea = (sums: Parts, crossArea: Fen): Parts =>
  crossArea === ZERO
    ? sums
    : {
        ...sums,
        inScope: fenOf(sums.inScope - crossArea),
        firstSelfPayment: fenOf(sums.firstSelfPayment + crossArea),
      }

function amountsOf(parts: Parts, crossArea: Fen, { payers, left }: Waterfall, accountInFund: boolean): Amounts {
  const { selfPaid, overCeiling, firstSelfPayment, inScope } = parts
  const total = fenOf(selfPaid + overCeiling + firstSelfPayment + inScope)
  const { hifp, cvlserv, hifes, hifmi, hifob, hifdm, maf, oth, hospital, account, mutualAid } = paidByFund(payers)
  const byFunds = hifp + cvlserv + hifes + hifmi + hifob + hifdm + maf + oth
  const fundTotal = fenOf(byFunds + (accountInFund ? account : 0n))
  const basic = payers.find(isBasic)
  return {
    total,
    selfPaid,
    overCeiling,
    firstSelfPayment,
    crossArea,
    inScope,
    deductible: basic?.deductible?.charged ?? ZERO,
    hifp,
    cvlserv,
    hifes,
    hifmi,
    hifob,
    hifdm,
    maf,
    oth,
    fundTotal,
    hospital,
    personal: fenOf(total - fundTotal - hospital),
    account,
    mutualAid,
    cash: fenOf(left.inScope + left.firstSelfPayment + left.overCeiling + left.selfPaid),
    poolRatio: basic?.bands.findLast((band) => band.part > ZERO)?.ratio ?? rateOf(0n),
  }
}

/** Whose deductible and ratio the reply names: the first fund, before which only a hospital's own part may stand. */
const isBasic = ({ fund }: PayerSplit): boolean => fund !== 'account' && fund !== 'mutualAid' && fund !== 'hospital'

function paidByFund(payers: readonly PayerSplit[]): Record<Fund, Fen> {
  const paid: Record<Fund, Fen> = {
    hifp: ZERO,
    cvlserv: ZERO,
    hifes: ZERO,
    hifmi: ZERO,
    hifob: ZERO,
    hifdm: ZERO,
    maf: ZERO,
    oth: ZERO,
    hospital: ZERO,
    account: ZERO,
    mutualAid: ZERO,
  }
  for (const payer of payers) paid[payer.fund] = fenOf(paid[payer.fund] + payer.paid)
  return paid
}
