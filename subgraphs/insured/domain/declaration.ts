import { before } from '@yibao/schema/dates'
import { maxFen, minFen, parseRate, parseYuan, portion, RATE_ONE, type Fen } from '@yibao/schema/money'
import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { EnrolmentRules } from './enrolment-rules.ts'
import type { Enrolment } from './enrolment.ts'

/** What an employer says of one month and one insurance. */
export interface Declaration {
  readonly id: string
  readonly employer: string
  readonly pool: string
  readonly insuranceType: string
  /** 2026-11 */
  readonly month: string
  readonly state: 'DRAFT' | 'DECLARED'
  /** The declaration this one corrects. */
  readonly corrects: string | null
  readonly reason: string | null
  readonly heads: number | null
  readonly baseTotal: Fen | null
  readonly createdAt: Temporal.Instant
  readonly declaredAt: Temporal.Instant | null
}

/** A line that stands in a draft or in what was declared. */
export interface DeclaredLine {
  readonly insuredId: string
  readonly personType: string
  readonly base: Fen
  readonly enteredBase: Fen
  /** Of a correction: what stood before; null when the person had not been declared. */
  readonly baseBefore: Fen | null
}

/** A line as an employer uploads it: one of its people, by number. */
export interface LineInput {
  readonly personNumber: string
  readonly base: string
  readonly remove?: boolean | null | undefined
}

export const LINES_MAX = 2000

/** Nobody declares months that are further ahead than the next, or further back than these. */
const MONTHS_BACK_MAX = 36

/** Reads a month, 2026-11. */
export function readMonth(text: string, today: Temporal.PlainDate, problems: Problem[]): string {
  const fail = (code: string, zh: string, en: string) => problems.push({ path: 'month', code, message: { zh, en } })
  if (!/^20[0-9]{2}-(0[1-9]|1[0-2])$/.test(text)) fail('MONTH_FORM', '月份应为 yyyy-MM', 'must be a month yyyy-MM')
  else if (before(today.add({ months: 1 }), firstDay(text))) fail('DATE_IN_FUTURE', '月份过早申报', 'is too far ahead')
  else if (before(firstDay(text), today.subtract({ months: MONTHS_BACK_MAX }).with({ day: 1 }))) {
    fail('DATE_IN_PAST', '月份过久，请到经办机构补缴', 'is too long ago; see the bureau')
  }
  return text
}

export const firstDay = (month: string): Temporal.PlainDate => Temporal.PlainDate.from(`${month}-01`)

/** The enrolment through this employer that a month’s contribution is for: the last one that holds on a day of it. */
export function enrolmentOf(
  enrolments: readonly Enrolment[],
  { employer, pool, insuranceType, month }: Pick<Declaration, 'employer' | 'pool' | 'insuranceType' | 'month'>,
): Enrolment | null {
  const first = firstDay(month)
  const last = first.add({ months: 1 }).subtract({ days: 1 })
  const theirs = enrolments.filter(
    (one) =>
      one.employer === employer &&
      one.pool === pool &&
      one.insuranceType === insuranceType &&
      !before(last, one.beginOn) &&
      (one.endOn === null || !before(one.endOn, first)),
  )
  return theirs.at(-1) ?? null
}

interface Limits {
  readonly floor: Fen
  readonly ceiling: Fen
}

/** Between which bases contributions are paid in a month; null when the pool has published no average wage. */
export function limitsOf({ rules, wages }: EnrolmentRules, month: string): Limits | null {
  const wage = wages.find(({ from }) => from <= month)
  if (wage === undefined) return null
  const part = (ratio: string) => portion(wage.monthly, parseRate(ratio) ?? RATE_ONE)
  return { floor: part(rules.baseFloor.value), ceiling: part(rules.baseCeiling.value) }
}

const BASE_MAX = 100_000_000n

/** Reads a base; moved to the nearer limit or refused, as the pool has it. Null, and a problem, when it is none. */
export function readBase(
  text: string,
  rules: EnrolmentRules,
  { month, isCorrection }: { readonly month: string; readonly isCorrection: boolean },
  problems: Problem[],
): { readonly base: Fen; readonly enteredBase: Fen } | null {
  const fail = (code: string, zh: string, en: string): null => {
    problems.push({ path: 'base', code, message: { zh, en } })
    return null
  }
  const entered = parseYuan(text)
  if (entered === null)
    return fail('AMOUNT_FORM', '缴费基数应为两位小数以内的金额', 'must be an amount with two decimals')
  if (entered < 0n || entered > BASE_MAX) return fail('RANGE', '缴费基数超出范围', 'is out of range')
  if (entered === 0n) {
    return isCorrection
      ? { base: entered, enteredBase: entered }
      : fail('RANGE', '缴费基数须大于零', 'must be more than nothing')
  }
  const limits = limitsOf(rules, month)
  if (limits === null) return { base: entered, enteredBase: entered }
  const base = minFen(maxFen(entered, limits.floor), limits.ceiling)
  if (base !== entered && rules.rules.baseOutside.value === 'REFUSE') {
    return fail('BASE_OUTSIDE', '缴费基数超出上下限', 'is outside of the limits of the pool')
  }
  return { base, enteredBase: entered }
}

/** @throws NotAllowed unless it is a draft. */
export function requireDraft({ state }: Pick<Declaration, 'state'>, path: string): void {
  if (state === 'DRAFT') return
  throw NotAllowed.at(path, 'DECLARED_ALREADY', {
    zh: '已申报，不可更改；有误请办理更正申报',
    en: 'is declared and never changes; correct it by another declaration',
  })
}
