import { before, holdsOn, overlap } from '@yibao/schema/dates'
import { fenOf, parseYuan, sum, ZERO, type Fen } from '@yibao/schema/money'
import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import { INSURANCE_TYPES } from './code-tables.ts'
import {
  dueOn,
  isStanding,
  owed,
  placeAmong,
  readPeriod,
  reckon,
  type Amounts,
  type Bill,
  type Choice,
} from './contribution.ts'
import { notBilled, outsideWindow } from './contribution-refusals.ts'
import { findRule, type ContributionRule } from './contribution-rule.ts'
import type { Enrolment } from './enrolment.ts'

/** For what somebody pays who pays alone: a flexible employee or a resident. */
export interface ChargeInput {
  readonly insuranceType: string
  readonly base?: string | null | undefined
  readonly withAccount?: boolean | null | undefined
}

/**
 * A bill binds whom it is for, and unpaid it suspends them. So somebody who names another person chooses neither base nor
 * account for them and bills no month but the current one; banks and counters do, where the person stands. Any other
 * month that is billed they pay by its bill. Throws NotAllowed.
 */
export function checkStranger(
  { base, withAccount }: ChargeInput,
  periods: readonly string[],
  today: Temporal.PlainDate,
): void {
  const chosen = base != null ? 'base' : withAccount != null ? 'withAccount' : null
  if (chosen !== null) {
    throw NotAllowed.at(chosen, 'NOT_YOURS_TO_CHOOSE', {
      zh: '代他人缴费不能选择缴费基数和是否建立个人账户',
      en: 'who pays for somebody else chooses neither base nor account for them',
    })
  }
  const month = today.toPlainYearMonth().toString()
  const months = periods.filter((period) => period.length === month.length)
  if (months.some((period) => period > month)) {
    throw NotAllowed.at('period', 'MONTH_AHEAD', {
      zh: '代他人缴费只能缴当月，以后的月份须由本人、银行或经办窗口办理',
      en: 'a month to come is billed to the person, at a bank or a counter',
    })
  }
  if (months.some((period) => period < month)) {
    throw NotAllowed.at('period', 'MONTH_OVER', {
      zh: '已过去的月份须由本人、银行或经办窗口缴费',
      en: 'a month that is over is billed to the person, at a bank or a counter',
    })
  }
}

/** Reads the choices of somebody who pays alone and reports every fault at its field. */
export function readChoice(input: ChargeInput, problems: Problem[]): Choice {
  if (!INSURANCE_TYPES.has(input.insuranceType)) {
    const message = { zh: '险种代码不存在', en: 'is no known insurance type' }
    problems.push({ path: 'insuranceType', code: 'INSURANCE_TYPE_UNKNOWN', message })
  }
  const base = input.base == null ? null : parseYuan(input.base)
  if (input.base != null && (base === null || base <= 0n)) {
    problems.push({
      path: 'base',
      code: 'AMOUNT',
      message: { zh: '应为大于零的金额', en: 'must be an amount above zero' },
    })
  }
  return { base, withAccount: input.withAccount ?? true }
}

/** Reports a period that is none. */
export function checkPeriod(period: string, path: string, problems: Problem[]): void {
  if (readPeriod(period) !== null) return
  const message = { zh: '应为年月 yyyy-MM 或年 yyyy', en: 'must be a month yyyy-MM or a year yyyy' }
  problems.push({ path, code: 'PERIOD_FORM', message })
}

interface Situation {
  readonly rules: readonly ContributionRule[]
  /** Of the person. */
  readonly enrolments: readonly Enrolment[]
  readonly today: Temporal.PlainDate
  readonly now: Temporal.Instant
  readonly id: string
  /** All bills of the person and period there are. */
  readonly existing: readonly Bill[]
  /** Where the period stands in the input. */
  readonly path: string
}

interface Charge extends Choice {
  readonly insuredId: string
  readonly insuranceType: string
  readonly period: string
}

/**
 * Whether somebody who pays alone is still to be billed for a period, of which these are all bills. A month an employer owes
 * or has paid for is not billed to the person as well; one an employer has declared by mistake and taken back is, and one
 * whose bill was withdrawn with the enrolment it was made for.
 */
export function isToCharge(bills: readonly Bill[]): boolean {
  const standing = bills.filter(isStanding)
  return standing.every((one) => one.employer !== null) && sum(standing.map(owed)) <= 0n
}

/** The bill of somebody who pays alone; refused when the period is not one they can pay for. */
export function charge(one: Charge, { rules, enrolments, existing, today, now, id, path }: Situation): Bill {
  const period = readPeriod(one.period)
  if (period === null) throw outsideWindow(path)
  const enrolment = enrolmentFor(enrolments, one.insuranceType, period, today)
  if (enrolment === null) throw notBilled(path)
  const { pool, personType, insuranceType } = enrolment
  const rule = findRule(rules, { pool, insuranceType, personType, on: period.begin })
  if (rule === null || (rule.kind !== 'FLEXIBLE' && rule.kind !== 'RESIDENT')) throw notBilled(path)
  if ((rule.kind === 'RESIDENT') !== (period.kind === 'YEAR') || !isOpen(rule, period, today)) throw outsideWindow(path)

  const { insuredId } = one
  const blank = { employer: null, receiptId: null, paidAt: null }
  return {
    ...blank,
    ...placeAmong(existing, { insuredId, pool, insuranceType, period: one.period }),
    ...reckon(rule, one),
    id,
    insuredId,
    pool,
    insuranceType,
    period: one.period,
    kind: rule.kind,
    personType,
    dueOn: dueOn(rule, period),
    madeAt: now,
  }
}

/** A bill a stranger made, as whom it is for wants it: their own from now on. */
export function claim(bill: Bill, choice: Choice, rules: readonly ContributionRule[]): Bill {
  const { pool, insuranceType, personType } = bill
  const period = readPeriod(bill.period)
  const rule = period && findRule(rules, { pool, insuranceType, personType, on: period.begin })
  return { ...bill, ...(rule === null ? {} : reckon(rule, choice)), byStranger: false }
}

type Period = NonNullable<ReturnType<typeof readPeriod>>

/**
 * What covers the person in the period. Residents pay before the year begins, so for a year what covers them today does as
 * well; a month that nothing covers is owed nothing.
 */
function enrolmentFor(
  enrolments: readonly Enrolment[],
  insuranceType: string,
  { kind, begin }: Period,
  today: Temporal.PlainDate,
) {
  const isYear = kind === 'YEAR'
  const end = begin.add(isYear ? { years: 1 } : { months: 1 }).subtract({ days: 1 })
  const mine = enrolments.filter((one) => one.insuranceType === insuranceType)
  return (
    mine.findLast((one) => overlap(one, { beginOn: begin, endOn: end })) ??
    (isYear ? mine.findLast((one) => holdsOn(one, today)) : null) ??
    null
  )
}

function isOpen({ concentrated, window }: ContributionRule, { begin }: Period, today: Temporal.PlainDate): boolean {
  if (concentrated !== undefined) {
    const opens = Temporal.PlainDate.from({ ...concentrated.from, year: begin.year - 1 })
    return !before(today, opens) && today.year <= begin.year
  }
  const { back, ahead } = window ?? { back: 0, ahead: 0 }
  const month = today.with({ day: 1 })
  return !before(begin, month.subtract({ months: back })) && !before(month.add({ months: ahead }), begin)
}

/** A line of a declared month: of what base contributions are paid. */
export interface DeclaredLine {
  readonly insuredId: string
  readonly employer: string
  readonly pool: string
  readonly insuranceType: string
  readonly month: string
  readonly personType: string
  /** Zero in a correction that takes the person out. */
  readonly base: Fen
}

/**
 * The bill of a declared line: the first of the month, or the difference to those before it; null when there is none.
 * `existing` are all bills of the person and month. What another employer, another pool or the person pays stands for
 * itself.
 */
export function billDeclared(
  line: DeclaredLine,
  existing: readonly Bill[],
  { rules, now, id }: Pick<Situation, 'rules' | 'now' | 'id'>,
): Bill | null {
  const period = readPeriod(line.month)
  const { insuredId, employer, pool, insuranceType, personType } = line
  const rule = period && findRule(rules, { pool, insuranceType, personType, on: period.begin })
  if (period === null || rule === null || rule.kind !== 'EMPLOYEE') return null
  const whole = reckon(rule, { base: line.base, withAccount: true })
  const due = line.base === 0n ? NOTHING : whole
  const declared = existing.filter(
    (one) => one.employer === employer && one.pool === pool && one.insuranceType === insuranceType,
  )
  const amounts = declared.reduce(minus, due)
  if (SHARES.every((share) => amounts[share] === 0n)) return null
  return {
    ...amounts,
    base: line.base === 0n ? null : whole.base,
    rule: whole.rule,
    id,
    insuredId,
    pool,
    insuranceType,
    period: line.month,
    sequence: Math.max(-1, ...declared.map((one) => one.sequence)) + 1,
    kind: 'EMPLOYEE',
    personType,
    employer,
    dueOn: dueOn(rule, period),
    corrects: declared[0]?.id ?? null,
    madeAt: now,
    receiptId: null,
    paidAt: null,
  }
}

export const SHARES = ['employerShare', 'personShare', 'governmentShare', 'credit'] as const
export type Shares = Pick<Amounts, (typeof SHARES)[number]>
export const NOTHING: Shares = { employerShare: ZERO, personShare: ZERO, governmentShare: ZERO, credit: ZERO }
export const minus = (a: Shares, b: Shares): Shares => ({
  employerShare: fenOf(a.employerShare - b.employerShare),
  personShare: fenOf(a.personShare - b.personShare),
  governmentShare: fenOf(a.governmentShare - b.governmentShare),
  credit: fenOf(a.credit - b.credit),
})
