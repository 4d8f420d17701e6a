import { before, parseDay } from '@yibao/schema/dates'
import { problemAt, type Fault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Granted } from './capability.ts'

export const STATUSES = ['ACTIVE', 'SUSPENDED', 'TERMINATED'] as const
export type Status = (typeof STATUSES)[number]
export const ACTIONS = ['SIGNED', 'SUSPENDED', 'RESUMED', 'TERMINATED'] as const
export type Action = (typeof ACTIONS)[number]

/** What a pool's bureau and an institution have agreed: from when to when its bills are settled, and whether now. */
export interface Agreement {
  readonly id: string
  readonly institution: string
  readonly pool: string
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  readonly status: Status
  readonly statusSince: Temporal.Instant
  /** Why it is suspended, terminated or about to be; null while nothing of it is. */
  readonly cause: 'FRAUD' | 'BREACH' | 'REQUEST' | 'OTHER' | null
  readonly suspendedUntil: Temporal.PlainDate | null
  /** First day without it, when that was decided beforehand. */
  readonly terminatesOn: Temporal.PlainDate | null
  /** Suspensions that are over, as instants. */
  readonly suspensions: readonly (readonly [from: string, to: string])[] | null
  readonly capabilities: readonly Granted[] | null
  /** The agreement this one goes on from. */
  readonly renews: string | null
}

/** One entry of the append-only history of an agreement. */
export interface AgreementEvent {
  readonly id: string
  readonly agreementId: string
  readonly action: Action
  readonly reason: string | null
  readonly legalGround: string | null
  readonly cause: 'FRAUD' | 'BREACH' | 'REQUEST' | 'OTHER' | null
  /** From which day it counts; null in entries from before this was kept. */
  readonly effectiveOn: Temporal.PlainDate | null
  /** Until when a suspension was ordered. */
  readonly untilOn: Temporal.PlainDate | null
  readonly at: Temporal.Instant
}

export interface Period {
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

const DAY: Fault = { code: 'DATE', message: { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' } }

/** Reads the period of a new agreement; throws InvalidInput with every problem. */
export function readPeriod(input: { beginOn: string; endOn?: string | null | undefined }): Period {
  const beginOn = parseDay(input.beginOn)
  const endOn = input.endOn == null ? null : parseDay(input.endOn)
  const problems: Problem[] = []
  if (beginOn === null) problems.push(problemAt('input.beginOn', DAY))
  if (endOn === null && input.endOn != null) problems.push(problemAt('input.endOn', DAY))
  if (beginOn !== null && endOn !== null && Temporal.PlainDate.compare(endOn, beginOn) < 0) {
    const message = { zh: '结束日期早于开始日期', en: 'is before beginOn' }
    problems.push({ path: 'input.endOn', code: 'DATES_REVERSED', message })
  }
  if (problems.length > 0 || beginOn === null) throw InvalidInput.of(problems)
  return { beginOn, endOn }
}

const overlap = (a: Period, b: Period): boolean =>
  (a.endOn === null || Temporal.PlainDate.compare(a.endOn, b.beginOn) >= 0) &&
  (b.endOn === null || Temporal.PlainDate.compare(b.endOn, a.beginOn) >= 0)

/** Refuses a period in which the pool and the institution already have an agreement that was not terminated. */
export function assertFree(period: Period, existing: readonly Agreement[]): void {
  if (!existing.some((one) => one.status !== 'TERMINATED' && overlap(one, period))) return
  throw NotAllowed.of({
    code: 'AGREEMENT_OVERLAPS',
    text: { zh: '该期间内已有协议', en: 'there is already an agreement in this period' },
  })
}

/** The agreement a new one goes on from: the last of the same pool that ends before it and was not terminated. */
export function renewedBy(period: Period, existing: readonly Agreement[]): string | null {
  const earlier = existing.filter(
    ({ status, endOn }) => status !== 'TERMINATED' && endOn !== null && before(endOn, period.beginOn),
  )
  const last = earlier.toSorted((a, b) => Temporal.PlainDate.compare(a.beginOn, b.beginOn)).at(-1)
  return last?.id ?? null
}

/** Whether an agreement in force goes on without a day between: the one renewed ends on the eve and holds. */
export const goesOn = (period: Period, existing: readonly Agreement[]): boolean =>
  existing.some(
    ({ status, endOn }) => status === 'ACTIVE' && endOn !== null && endOn.add({ days: 1 }).equals(period.beginOn),
  )

/**
 * Why an agreement is signed without an application: it goes on from the one before, or a stated legal ground lets the
 * bureau do without an evaluation. @throws InvalidInput, NotAllowed when there is neither
 */
export function groundsOfDirect(
  { reason, legalGround }: { reason?: string | null | undefined; legalGround?: string | null | undefined },
  isRenewal: boolean,
): Grounds | null {
  if (reason != null || legalGround != null) return readGrounds('SIGNED', { reason: reason ?? '', legalGround })
  if (isRenewal) return null
  throw NotAllowed.at('input.application', 'APPLICATION_REQUIRED', {
    zh: '须有评估合格的定点申请；续签有效协议，或填写法律依据与原因的除外',
    en: 'needs an application that passed its evaluation, unless it goes on from an agreement in force or a legal ground is given',
  })
}

export interface Grounds {
  readonly reason: string
  readonly legalGround: string | null
}

/** Reads why a status changes. Suspending and terminating need a legal ground, resuming may do without. */
export function readGrounds(
  action: Action,
  input: { reason: string; legalGround?: string | null | undefined },
): Grounds {
  const reason = input.reason.trim()
  const legalGround = input.legalGround?.trim() ?? ''
  const problems: Problem[] = []
  const wrongReason = textFault(reason, { min: 2, max: 500 })
  if (wrongReason !== null) problems.push(problemAt('input.reason', wrongReason))
  const wrongGround = textFault(legalGround, { min: action === 'RESUMED' ? 0 : 2, max: 500 })
  if (wrongGround !== null) problems.push(problemAt('input.legalGround', wrongGround))
  InvalidInput.throwIf(problems)
  return { reason, legalGround: legalGround === '' ? null : legalGround }
}

const refuse = (code: string, zh: string, en: string): never => {
  throw NotAllowed.of({ code, text: { zh, en } })
}

/** The status after an action, or a refusal: only an active agreement is suspended, only a suspended one resumed. */
export function nextStatus(status: Status, action: Exclude<Action, 'SIGNED'>): Status {
  if (status === 'TERMINATED') refuse('AGREEMENT_TERMINATED', '协议已解除', 'the agreement is terminated')
  switch (action) {
    case 'SUSPENDED':
      if (status === 'SUSPENDED') refuse('ALREADY_SUSPENDED', '协议已中止', 'the agreement is already suspended')
      return 'SUSPENDED'
    case 'RESUMED':
      if (status === 'ACTIVE') refuse('NOT_SUSPENDED', '协议未中止', 'the agreement is not suspended')
      return 'ACTIVE'
    case 'TERMINATED':
      return 'TERMINATED'
  }
}
