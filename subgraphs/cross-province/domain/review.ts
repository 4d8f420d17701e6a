import { before, dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { addWorkingDays } from '@yibao/schema/working-days'
import { isWaiting, type Filing, type FilingTerms, type Stage } from './filing.ts'
import { kindOf, touches, type FilingRules } from './rules.ts'

type Standing = Pick<Filing, 'stage' | 'dueOn' | 'dueProvisional' | 'certifier' | 'effectiveFrom' | 'decidedAt'>

/** Where a filing begins: with the agency of the other place, in the queue of the home pool, or confirmed by rule. */
export function begun(terms: FilingTerms, rules: FilingRules, now: Temporal.Instant): Standing {
  const kind = kindOf(terms)
  if (rules.certification[kind] === 'REQUIRED') {
    return { ...waiting('AWAITING_CERTIFICATION', rules, now), certifier: terms.destination.padEnd(6, '0') }
  }
  if (rules.decision[kind] === 'REVIEW') return { ...waiting('UNDER_REVIEW', rules, now), certifier: null }
  return { ...confirmed(terms, now), certifier: null }
}

const WAITS = { AWAITING_CERTIFICATION: 'certificationWorkingDays', UNDER_REVIEW: 'reviewWorkingDays' } as const

function waiting(stage: keyof typeof WAITS, rules: FilingRules, now: Temporal.Instant) {
  const { day: dueOn, provisional: dueProvisional } = addWorkingDays(dayOf(now), rules[WAITS[stage]])
  return { stage, dueOn, dueProvisional, effectiveFrom: null, decidedAt: null }
}

const NOT_DUE = { dueOn: null, dueProvisional: false, escalatedAt: null }

function confirmed({ beginOn }: Pick<FilingTerms, 'beginOn'>, now: Temporal.Instant) {
  const effectiveFrom = before(dayOf(now), beginOn) ? startOf(beginOn) : now
  return { ...NOT_DUE, stage: 'CONFIRMED' as const, effectiveFrom, decidedAt: now }
}

const startOf = (day: Temporal.PlainDate): Temporal.Instant => day.toZonedDateTime('Asia/Shanghai').toInstant()

/** What the agency of the other place has certified: the home pool decides next, by rule or by its staff. */
export function certify(filing: Filing, rules: FilingRules, now: Temporal.Instant): Filing {
  requireStage(filing, ['AWAITING_CERTIFICATION'])
  const next =
    rules.decision[kindOf(filing)] === 'REVIEW' ? waiting('UNDER_REVIEW', rules, now) : confirmed(filing, now)
  return { ...filing, escalatedAt: null, ...next, certifiedAt: now }
}

/** The same where the rules let it be confirmed of itself and yet it cannot be: the staff of home decide. */
export function certifyForReview(filing: Filing, rules: FilingRules, now: Temporal.Instant): Filing {
  requireStage(filing, ['AWAITING_CERTIFICATION'])
  return { ...filing, escalatedAt: null, ...waiting('UNDER_REVIEW', rules, now), certifiedAt: now }
}

/** What is decided for the person: after the other place has certified, unless that one let its time go by. */
export function confirm(filing: Filing, now: Temporal.Instant): Filing {
  requireStage(filing, filing.escalatedAt === null ? ['UNDER_REVIEW'] : ['AWAITING_CERTIFICATION', 'UNDER_REVIEW'])
  return { ...filing, ...confirmed(filing, now) }
}

/** What is decided against the person: by the home pool, or because the other place did not certify. */
export function refuse(filing: Filing, now: Temporal.Instant): Filing {
  requireStage(filing, ['AWAITING_CERTIFICATION', 'UNDER_REVIEW'])
  return { ...filing, ...NOT_DUE, stage: 'REFUSED', decidedAt: now }
}

/** What the person takes back before it is decided. */
export const withdraw = (filing: Filing, now: Temporal.Instant): Filing => ({
  ...filing,
  ...NOT_DUE,
  stage: 'WITHDRAWN',
  decidedAt: now,
})

/** What nobody decided in time. */
export const isOverdue = (filing: Filing, today: Temporal.PlainDate): boolean =>
  isWaiting(filing) && filing.dueOn !== null && before(filing.dueOn, today)

/** What becomes of a filing that is overdue: approved where the rules say so, else brought before everything else. */
export const escalate = (filing: Filing, now: Temporal.Instant): Filing => ({ ...filing, escalatedAt: now })

/** The old filing as a confirmed change leaves it: it ends where the new one begins. */
export function replacedBy(old: Filing, fresh: Filing, now: Temporal.Instant): Filing {
  const today = dayOf(now)
  // At another place the old one holds until the change is confirmed; at the same place the new one covers those days.
  const late = !touches(old.destination, fresh.destination) && before(fresh.beginOn, today)
  return { ...old, cancelledFrom: late ? today : fresh.beginOn, cancelledAt: now, replacedBy: fresh.id }
}

function requireStage({ stage }: Filing, stages: readonly Stage[]): void {
  if (stages.includes(stage)) return
  throw NotAllowed.at('filingId', 'FILING_STAGE', {
    zh: '该备案当前状态不能办理此步骤',
    en: 'is in a state that does not allow this step',
  })
}
