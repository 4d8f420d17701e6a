import { before, parseDay } from '@yibao/schema/dates'
import { problemAt, type Fault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { nextStatus, readGrounds, type Action, type Agreement, type Grounds } from './agreement.ts'
import type { DesignationRules } from './designation-rules.ts'

/** Why an agreement is suspended or terminated: fraud, another breach, the institution's own wish, anything else. */
export const CAUSES = ['FRAUD', 'BREACH', 'REQUEST', 'OTHER'] as const
export type Cause = (typeof CAUSES)[number]

export interface ChangeInput {
  readonly reason: string
  readonly legalGround?: string | null | undefined
  readonly cause?: Cause | null | undefined
  readonly until?: string | null | undefined
  readonly from?: string | null | undefined
}

/** What an action makes of an agreement, and what its history says of it. */
export interface Change {
  readonly agreement: Agreement
  readonly grounds: Grounds
  readonly cause: Cause | null
  readonly effectiveOn: Temporal.PlainDate
  readonly untilOn: Temporal.PlainDate | null
}

interface Moment {
  readonly at: Temporal.Instant
  readonly today: Temporal.PlainDate
  readonly limits: DesignationRules['limits']
}

type Done = Exclude<Action, 'SIGNED'>

/**
 * Suspends, resumes or terminates an agreement: at once, or terminates it from a day to come, of which settlement learns
 * by its last day. Throws InvalidInput or NotAllowed.
 */
export function changeAgreement(agreement: Agreement, action: Done, input: ChangeInput, moment: Moment): Change {
  const grounds = readGrounds(action, input)
  const { from, untilOn } = readDays(action, input, moment)
  const status = nextStatus(agreement.status, action)
  const cause = action === 'RESUMED' ? null : (input.cause ?? 'OTHER')
  const { at, today } = moment
  if (from !== null)
    return { agreement: ending(agreement, from, cause), grounds, cause, effectiveOn: from, untilOn: null }
  const changed: Agreement = {
    ...agreement,
    status,
    statusSince: at,
    cause: agreement.terminatesOn !== null && cause === null ? agreement.cause : cause,
    suspendedUntil: untilOn,
    terminatesOn: action === 'TERMINATED' ? null : agreement.terminatesOn,
    suspensions: action === 'RESUMED' ? suspensionsOf(agreement, at) : agreement.suspensions,
  }
  return { agreement: changed, grounds, cause, effectiveOn: today, untilOn }
}

const suspensionsOf = ({ suspensions, statusSince }: Agreement, at: Temporal.Instant): Agreement['suspensions'] => [
  ...(suspensions ?? []),
  [statusSince.toString(), at.toString()],
]

function ending(agreement: Agreement, from: Temporal.PlainDate, cause: Cause | null): Agreement {
  const endOn = from.subtract({ days: 1 })
  if (before(endOn, agreement.beginOn)) throw notBegun()
  if (agreement.endOn !== null && before(agreement.endOn, endOn)) throw endsBefore()
  return { ...agreement, endOn, terminatesOn: from, cause }
}

const notBegun = () =>
  NotAllowed.at('input.from', 'AGREEMENT_NOT_BEGUN', {
    zh: '协议在该日前尚未开始，请立即解除',
    en: 'the agreement has not begun by then; terminate it at once instead',
  })

const endsBefore = () =>
  NotAllowed.at('input.from', 'AGREEMENT_ENDS_BEFORE', {
    zh: '协议在该日前已到期',
    en: 'the agreement ends before that day anyway',
  })

const DAY: Fault = { code: 'DATE', message: { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' } }
const PAST: Fault = { code: 'NOT_AHEAD', message: { zh: '应晚于今天', en: 'must lie after today' } }
const MISPLACED: Fault = {
  code: 'NOT_FOR_THIS',
  message: { zh: '此操作不使用该项', en: 'does not belong to this action' },
}

interface Days {
  /** The first day without the agreement; null: at once. */
  readonly from: Temporal.PlainDate | null
  readonly untilOn: Temporal.PlainDate | null
}

function readDays(action: Done, input: ChangeInput, { today, limits }: Moment): Days {
  const problems: Problem[] = []
  const read = (name: 'until' | 'from', of: Done): Temporal.PlainDate | null => {
    const text = input[name]
    if (text == null) return null
    const day = parseDay(text)
    const fault = action !== of ? MISPLACED : day === null ? DAY : before(today, day) ? null : PAST
    if (fault !== null) problems.push(problemAt(`input.${name}`, fault))
    return day
  }
  const untilOn = read('until', 'SUSPENDED')
  const from = read('from', 'TERMINATED')
  if (action === 'RESUMED' && input.cause != null) problems.push(problemAt('input.cause', MISPLACED))
  if (action === 'SUSPENDED' && input.cause === 'FRAUD' && problems.length === 0)
    problems.push(...fraudProblems(untilOn, today, limits))
  InvalidInput.throwIf(problems)
  return { from, untilOn }
}

/** For fraud the regulation says how long at least and at most. */
function fraudProblems(
  until: Temporal.PlainDate | null,
  today: Temporal.PlainDate,
  { fraudSuspensionMonthsMin: min, fraudSuspensionMonthsMax: max }: Moment['limits'],
): Problem[] {
  const first = today.add({ months: min.value })
  const last = today.add({ months: max.value })
  if (until !== null && !before(until, first) && !before(last, until)) return []
  const message = {
    zh: `欺诈骗保的中止期为 ${min.value} 至 ${max.value} 个月，应在 ${first.toString()} 至 ${last.toString()} 之间`,
    en: `for fraud it is suspended for ${min.value} to ${max.value} months: ${first.toString()} to ${last.toString()}`,
  }
  return [{ path: 'input.until', code: 'FRAUD_PERIOD', message }]
}
