import { addWorkingDays, type CountedDay } from '@yibao/schema/working-days'
import { uuidFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Criterion, DesignationRules } from './designation-rules.ts'

export const STATES = [
  'SUBMITTED',
  'RETURNED',
  'UNDER_EVALUATION',
  'EVALUATED',
  'AGREED',
  'REJECTED',
  'WITHDRAWN',
] as const
export type State = (typeof STATES)[number]

export const STEPS = [
  'SUBMITTED',
  'RETURNED',
  'CORRECTED',
  'ACCEPTED',
  'EVALUATED',
  'AGREED',
  'REJECTED',
  'WITHDRAWN',
] as const
export type Step = (typeof STEPS)[number]

/** What the institution says to one condition of designation. */
export interface Answer {
  readonly criterion: string
  readonly value: string
  /** Id of the document that proves it. */
  readonly document: string | null
}

export interface Missing {
  readonly criterion: string
  readonly reason: string
}

export interface Score {
  readonly criterion: string
  readonly score: number
  readonly note: string | null
}

/** An application of an institution to be designated in a pool, as it stands. */
export interface Application {
  readonly id: string
  readonly institution: string
  readonly pool: string
  readonly state: State
  readonly answers: readonly Answer[]
  readonly note: string | null
  /** What the bureau found missing, while it is returned. */
  readonly missing: readonly Missing[] | null
  readonly scores: readonly Score[] | null
  readonly passed: boolean | null
  /** By when the bureau takes the next step. */
  readonly dueOn: Temporal.PlainDate | null
  readonly dueProvisional: boolean
  readonly agreementId: string | null
  readonly submittedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
}

/** One step that was taken; steps are only ever added. */
export interface ApplicationEvent {
  readonly id: string
  readonly applicationId: string
  readonly action: Step
  readonly reason: string | null
  readonly at: Temporal.Instant
}

/** From which states a step is taken, and where it leads. */
const WAYS: Readonly<Record<Exclude<Step, 'SUBMITTED'>, { readonly from: readonly State[]; readonly to: State }>> = {
  RETURNED: { from: ['SUBMITTED'], to: 'RETURNED' },
  CORRECTED: { from: ['RETURNED'], to: 'SUBMITTED' },
  ACCEPTED: { from: ['SUBMITTED'], to: 'UNDER_EVALUATION' },
  EVALUATED: { from: ['UNDER_EVALUATION'], to: 'EVALUATED' },
  AGREED: { from: ['EVALUATED'], to: 'AGREED' },
  REJECTED: { from: ['SUBMITTED', 'EVALUATED'], to: 'REJECTED' },
  WITHDRAWN: { from: ['SUBMITTED', 'RETURNED', 'UNDER_EVALUATION', 'EVALUATED'], to: 'WITHDRAWN' },
}

/** The state after a step. @throws NotAllowed when the application does not stand where the step begins */
export function nextState(state: State, step: Exclude<Step, 'SUBMITTED'>): State {
  const { from, to } = WAYS[step]
  if (from.includes(state)) return to
  throw NotAllowed.at('input.application', 'APPLICATION_STATE', {
    zh: `申请处于 ${state}，不能进行此操作`,
    en: `the application is ${state}, from which this step is not taken`,
  })
}

const counted = ({ day, provisional }: CountedDay): Due => ({ dueOn: day, dueProvisional: provisional })

interface Due {
  readonly dueOn: Temporal.PlainDate | null
  readonly dueProvisional: boolean
}

/** By when the bureau takes the next step: it says within working days what is missing, and evaluates within months. */
export function dueAfter(state: State, today: Temporal.PlainDate, { limits }: DesignationRules): Due {
  if (state === 'SUBMITTED') return counted(addWorkingDays(today, limits.correctionWorkingDays.value))
  if (state === 'UNDER_EVALUATION')
    return { dueOn: today.add({ months: limits.evaluationMonths.value }), dueProvisional: false }
  return { dueOn: null, dueProvisional: false }
}

/** The earlier applications of the institution in the pool that failed their evaluation, and when. */
export interface Failed {
  readonly at: Temporal.PlainDate
}

/** After a failed evaluation an institution puts things right first. @throws NotAllowed saying until when */
export function checkReapplying(
  failed: readonly Failed[],
  today: Temporal.PlainDate,
  { limits }: DesignationRules,
): void {
  const last = failed
    .map(({ at }) => at)
    .toSorted((a, b) => Temporal.PlainDate.compare(a, b))
    .at(-1)
  if (last === undefined) return
  const months = failed.length > 1 ? limits.exclusionMonths.value : limits.rectificationMonths.value
  const from = last.add({ months })
  if (Temporal.PlainDate.compare(from, today) <= 0) return
  throw NotAllowed.of({
    code: 'REAPPLY_TOO_EARLY',
    text: {
      zh: `评估未通过，${from.toString()} 起可再次申请`,
      en: `the evaluation failed; it may apply again from ${from.toString()}`,
    },
    details: { from: from.toString() },
  })
}

export interface AnswerInput {
  readonly criterion: string
  readonly value: string
  readonly document?: string | null | undefined
}

/** Reads the answers to the conditions for institutions of one kind. Every required one must be answered, each once. */
export function readAnswers(given: readonly AnswerInput[], criteria: readonly Criterion[]): Answer[] {
  const problems: Problem[] = []
  const answers = given.slice(0, 100).map(({ criterion, value, document = null }, i): Answer => {
    const at = `input.answers[${i}]`
    if (!criteria.some(({ id }) => id === criterion)) problems.push(unknownCriterion(`${at}.criterion`))
    if (given.findIndex((one) => one.criterion === criterion) < i) problems.push(twice(`${at}.criterion`))
    const text = value.trim()
    const wrong = textFault(text, { min: 1, max: 2000 })
    if (wrong !== null) problems.push(problemAt(`${at}.value`, wrong))
    const fault = document === null ? null : uuidFault(document)
    if (fault !== null) problems.push(problemAt(`${at}.document`, fault))
    return { criterion, value: text, document }
  })
  for (const { id, required, text } of criteria) {
    if (!required || given.some(({ criterion }) => criterion === id)) continue
    const message = { zh: `缺少“${text.zh}”（${id}）`, en: `lacks ${id}: ${text.en}` }
    problems.push({ path: 'input.answers', code: 'CRITERION_UNANSWERED', message })
  }
  InvalidInput.throwIf(problems)
  return answers
}

/** Reads what is missing from an application that is returned. @throws InvalidInput */
export function readMissing(given: readonly Missing[], criteria: readonly Criterion[]): Missing[] {
  const problems: Problem[] = []
  if (given.length === 0) {
    const message = { zh: '至少指出一项', en: 'must name something' }
    problems.push({ path: 'input.missing', code: 'REQUIRED', message })
  }
  const missing = given.slice(0, 100).map((one, i) => {
    const at = `input.missing[${i}]`
    if (!criteria.some(({ id }) => id === one.criterion)) problems.push(unknownCriterion(`${at}.criterion`))
    const reason = one.reason.trim()
    const wrong = textFault(reason, { min: 2, max: 500 })
    if (wrong !== null) problems.push(problemAt(`${at}.reason`, wrong))
    return { criterion: one.criterion, reason }
  })
  InvalidInput.throwIf(problems)
  return missing
}

/** Reads a reason in somebody's words. @throws InvalidInput */
export function readReason(text: string): string {
  const reason = text.trim()
  const wrong = textFault(reason, { min: 2, max: 500 })
  if (wrong !== null) throw InvalidInput.of([problemAt('input.reason', wrong)])
  return reason
}

export const unknownCriterion = (path: string): Problem => ({
  path,
  code: 'CRITERION_UNKNOWN',
  message: { zh: '该类机构没有此条件', en: 'is no condition for institutions of this kind' },
})

export const twice = (path: string): Problem => ({
  path,
  code: 'CRITERION_TWICE',
  message: { zh: '重复', en: 'is named twice' },
})
