import assert from 'node:assert/strict'
import { dayOf } from '@yibao/schema/dates'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { fenOf, parseYuan, ZERO, type Fen } from '@yibao/schema/money'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { minus, NOTHING, readChoice, SHARES, type Shares } from './contribution-bill.ts'
import {
  alreadyCorrected,
  amountAboveRule,
  baseOrAmount,
  billOfEmployer,
  billOfRetired,
  notBilled,
  nothingCorrected,
} from './contribution-refusals.ts'
import { findRule, type ContributionRule } from './contribution-rule.ts'
import { isOpen, owed, readPeriod, reckon, type Amounts, type Bill } from './contribution.ts'
import { readReason } from './dispute.ts'

/** What the bureau says a bill of who pays alone should have been. */
export interface CorrectInput {
  readonly bill: string
  readonly base?: string | null | undefined
  readonly withAccount?: boolean | null | undefined
  readonly amount?: string | null | undefined
  readonly nothingDue?: boolean | null | undefined
  readonly reason: string
}

/** The same, read. */
export interface Correction {
  readonly bill: string
  readonly reason: string
  readonly due:
    | { readonly by: 'BASE'; readonly base: Fen; readonly withAccount: boolean | null }
    | { readonly by: 'AMOUNT'; readonly amount: Fen }
    | { readonly by: 'NOTHING' }
}

/** Reads a correction; throws InvalidInput that names each fault. */
export function readCorrection(input: CorrectInput): Correction {
  const problems: Problem[] = []
  const bill = input.bill.toLowerCase()
  const fault = uuidFault(bill)
  if (fault !== null) problems.push(problemAt('bill', fault))
  const reason = readReason(input.reason, 'reason', problems)
  const due = readDue(input, problems)
  InvalidInput.throwIf(problems)
  return { bill, reason, due }
}

function readDue({ base, withAccount, amount, nothingDue }: CorrectInput, problems: Problem[]): Correction['due'] {
  const named = [base != null, amount != null, nothingDue === true].filter(Boolean)
  if (named.length !== 1 || (withAccount != null && base == null)) {
    const message = {
      zh: '基数、金额、不应缴三者填其一；是否建立个人账户随基数填写',
      en: 'name one of base, amount and nothingDue, and withAccount with a base alone',
    }
    problems.push({ path: 'base', code: 'ONE_OF', message })
  }
  if (base != null) {
    const choice = readChoice({ insuranceType: '310', base }, problems)
    return { by: 'BASE', base: choice.base ?? ZERO, withAccount: withAccount ?? null }
  }
  if (amount == null) return { by: 'NOTHING' }
  const value = parseYuan(amount)
  if (value !== null && value >= 0n) return { by: 'AMOUNT', amount: value }
  problems.push({ path: 'amount', code: 'AMOUNT', message: { zh: '应为金额', en: 'must be an amount' } })
  return { by: 'AMOUNT', amount: ZERO }
}

/** A bill that the premium of an account has paid. */
export interface AccountPaid {
  readonly billId: string
  readonly premiumId: string
}

interface Situation {
  /** All bills of the person's own for the period, the first one first. */
  readonly chain: readonly Bill[]
  /** Which of them accounts have paid. */
  readonly premiums: readonly AccountPaid[]
  readonly rules: readonly ContributionRule[]
  readonly now: Temporal.Instant
  readonly by: string
  readonly newId: () => string
}

/** What a correction does. */
export interface CorrectionPlan {
  /** The bill that corrects; before it one that takes out what accounts have paid, where that goes back to them. */
  readonly made: readonly Bill[]
  /** What was not paid and is owed no longer. */
  readonly replaced: Bill | null
  readonly returned: readonly AccountPaid[]
  /** What was paid in money and is not owed now. */
  readonly owedBack: Fen
  readonly before: Fen
  readonly after: Fen
}

/** Refuses a bill that is not corrected this way: that of an employer by its declaration. */
export function requireOwn({ kind }: Bill): void {
  if (kind === 'EMPLOYEE') throw billOfEmployer()
  if (kind === 'RETIRED') throw billOfRetired()
}

/**
 * Decides what corrects a bill. While nothing of it is paid another stands instead; of what is paid the difference is
 * billed, or is owed back. What an account has paid goes back to it whole, for no account is turned into cash, and what is
 * owed then is paid anew. Each bill is corrected once, and then its correction is.
 */
export function planCorrection(named: Bill, { due, reason }: Correction, situation: Situation): CorrectionPlan {
  const { chain, premiums, rules, now, by, newId } = situation
  const [first] = chain
  const last = chain.at(-1)
  assert(first !== undefined && last !== undefined, 'a bill is among those of its period')
  if (last.id !== named.id) throw alreadyCorrected(last.id)
  const replaced = chain.find(isOpen) ?? null
  const paid = chain.filter((one) => one.paidAt !== null).reduce(plus, NOTHING)
  const standing = replaced === null ? paid : plus(paid, replaced)
  const target = targetOf(first, due, standing, rules)
  if (SHARES.every((share) => target[share] === standing[share])) throw nothingCorrected()

  const returned = owed(target) < owed(paid) ? premiums : []
  const fromAccounts = chain.filter((one) => returned.some(({ billId }) => billId === one.id)).reduce(plus, NOTHING)
  const isReturned = returned.length > 0
  const rest = minus(minus(target, paid), minus(NOTHING, fromAccounts))
  const amounts: Shares[] = isReturned ? [minus(NOTHING, fromAccounts)] : []
  if (!isReturned || SHARES.some((share) => rest[share] !== 0n)) amounts.push(rest)
  const { base, rule } = target
  const common = { ...first, base, rule, byStranger: false, madeAt: now, receiptId: null, paidAt: null }
  const made: Bill[] = []
  for (const [i, one] of amounts.entries()) {
    const link = { sequence: last.sequence + 1 + i, corrects: made.at(-1)?.id ?? named.id }
    made.push({
      ...common,
      ...one,
      ...link,
      id: newId(),
      replacedBy: null,
      reason,
      madeBy: by,
      dueOn: dueOf(first, now),
    })
  }
  const over = owed(rest) < 0n ? fenOf(0n - owed(rest)) : ZERO
  return { made, replaced, returned, owedBack: over, before: owed(standing), after: owed(target) }
}

/** The last day to pay what a correction asks for is not before the day it is made. */
function dueOf({ dueOn }: Bill, now: Temporal.Instant): Temporal.PlainDate {
  const today = dayOf(now)
  return Temporal.PlainDate.compare(dueOn, today) < 0 ? today : dueOn
}

const plus = (a: Shares, b: Shares): Shares => minus(a, minus(NOTHING, b))

type Target = Shares & Pick<Amounts, 'base' | 'rule'>

function targetOf(first: Bill, due: Correction['due'], standing: Shares, rules: readonly ContributionRule[]): Target {
  const { pool, insuranceType, personType, rule: ruled } = first
  if (due.by === 'NOTHING') return { ...NOTHING, base: null, rule: ruled }
  const begin = readPeriod(first.period)?.begin
  const rule = begin && findRule(rules, { pool, insuranceType, personType, on: begin })
  if (rule == null) throw notBilled('bill')
  const isByBase = first.base !== null
  if (isByBase && due.by === 'AMOUNT') throw baseOrAmount('amount')
  if (!isByBase && due.by === 'BASE') throw baseOrAmount('base')
  if (due.by === 'BASE') {
    const withAccount = due.withAccount ?? (standing.credit > 0n || owed(standing) === 0n)
    return reckon(rule, { base: due.base, withAccount })
  }
  const whole = reckon(rule, { base: null, withAccount: true })
  const most = fenOf(owed(whole) + whole.governmentShare)
  if (due.by === 'AMOUNT' && due.amount > most) throw amountAboveRule(most)
  const personShare = due.by === 'AMOUNT' ? due.amount : ZERO
  return { ...whole, employerShare: ZERO, personShare }
}
