import { before, overlap } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { isSpecialIdentity } from './code-tables.ts'
import type { Enrolment, SpecialIdentity } from './enrolment.ts'
import { readDay, readPeriod, reversed } from './period.ts'

export interface SpecialIdentityInput {
  readonly enrolmentId: string
  readonly type: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
  readonly evidence: string
}

export interface NewIdentity extends SpecialIdentity {
  /** What it rests on: number of the decision or of the certificate. */
  readonly evidence: string
}

/** Reads a special identity, reporting every fault at its field. */
export function readSpecialIdentity(input: SpecialIdentityInput): NewIdentity {
  const problems: Problem[] = []
  if (!isSpecialIdentity(input.type)) {
    const message = { zh: '人员身份类别代码不存在', en: 'is no known special identity' }
    problems.push({ path: 'type', code: 'IDENTITY_TYPE_UNKNOWN', message })
  }
  const { begin, end } = readPeriod(input, '', problems)
  const fault = textFault(input.evidence, { min: 2, max: 200 })
  if (fault !== null) problems.push(problemAt('evidence', fault))
  InvalidInput.throwIf(problems)
  const { type, evidence } = input
  // A day that is none has been refused.
  return { type, evidence, from: begin ?? Temporal.PlainDate.from(input.beginOn), to: end }
}

const spanOf = ({ from, to }: SpecialIdentity) => ({ beginOn: from, endOn: to })

/** Guards an identity against the enrolment it is of, and the same identity on a same day. @throws NotAllowed */
export function checkSpecialIdentity(one: SpecialIdentity, { beginOn, endOn, identities }: Enrolment): void {
  if (before(one.from, beginOn) || (endOn !== null && (one.to === null || before(endOn, one.to)))) {
    refuse('beginOn', 'OUTSIDE_ENROLMENT', '超出参保关系的起止日期', 'lies partly outside the enrolment')
  }
  if (identities.some((other) => other.type === one.type && overlap(spanOf(other), spanOf(one)))) {
    refuse('beginOn', 'IDENTITY_OVERLAP', '该身份在此期间已有登记', 'shares a day with the same identity')
  }
}

/** The last day an identity gets; one that is set can only be brought forward. @throws InvalidInput, NotAllowed */
export function endSpecialIdentity(one: SpecialIdentity | undefined, endOn: string): Temporal.PlainDate {
  if (one === undefined) refuse('type', 'NO_SUCH_IDENTITY', '没有该身份登记', 'the enrolment has no such identity')
  const problems: Problem[] = []
  const day = readDay(endOn, 'endOn', problems)
  if (day !== null && before(day, one.from)) problems.push(reversed('endOn'))
  InvalidInput.throwIf(problems)
  const end = day ?? one.from
  if (one.to !== null && !before(end, one.to)) {
    refuse('endOn', 'IDENTITY_ENDED', '该身份届时已终止', 'the identity ends by then anyway')
  }
  return end
}

function refuse(path: string, code: string, zh: string, en: string): never {
  throw NotAllowed.at(path, code, { zh, en })
}
