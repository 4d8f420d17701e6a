import { before, parseDay } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { StandingAction } from './practitioner.ts'

export interface JudgementInput {
  readonly institution: string
  readonly code: string
  readonly action: StandingAction
  readonly points?: number | null | undefined
  readonly reason: string
  readonly legalGround?: string | null | undefined
  readonly until?: string | null | undefined
}

const POINTS_MAX = 12

/** Reads what a bureau decides about a person: why, on which ground, until when. @throws InvalidInput */
export function readJudgement(input: JudgementInput, today: Temporal.PlainDate) {
  const { action, points = null, until = null } = input
  const problems: Problem[] = []
  const reason = input.reason.trim()
  const wrong = textFault(reason, { min: 2, max: 500 })
  if (wrong !== null) problems.push(problemAt('input.reason', wrong))
  const ground = input.legalGround?.trim() ?? ''
  const fault = textFault(ground, { min: action === 'SUSPENDED' ? 2 : 0, max: 500 })
  if (fault !== null) problems.push(problemAt('input.legalGround', fault))
  const least = action === 'POINTS' ? 1 : 0
  if ((points ?? 0) < least || (points ?? 0) > POINTS_MAX) {
    const message = { zh: `应在 ${least} 与 ${POINTS_MAX} 之间`, en: `must be ${least} to ${POINTS_MAX}` }
    problems.push({ path: 'input.points', code: 'RANGE', message })
  }
  const untilOn = until === null ? null : parseDay(until)
  if (until !== null && (untilOn === null || action !== 'SUSPENDED' || !before(today, untilOn))) {
    const message = { zh: '仅用于中止，且须晚于今天', en: 'is for a suspension alone, and must lie after today' }
    problems.push({ path: 'input.until', code: 'UNTIL', message })
  }
  InvalidInput.throwIf(problems)
  return { action, points: points ?? 0, reason, legalGround: ground === '' ? null : ground, untilOn }
}
