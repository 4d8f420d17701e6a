import { uuidFault, problemAt } from '@yibao/schema/ids'
import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'

/** The kinds of records that can be disputed. */
export const SUBJECTS = ['DECLARATION_LINE', 'ENROLMENT', 'CONTRIBUTION'] as const
export type Subject = (typeof SUBJECTS)[number]

export type DisputeState = 'OPEN' | 'UPHELD' | 'REJECTED' | 'WITHDRAWN'

/** What an employer or a person says is wrong about a record of their own. */
export interface Dispute {
  readonly id: string
  readonly pool: string
  readonly insuredId: string
  readonly employer: string | null
  readonly subject: Subject
  readonly subjectId: string
  readonly openedAs: 'EMPLOYER' | 'PERSON'
  readonly reason: string
  readonly openedAt: Temporal.Instant
  /** By when it is to be decided. */
  readonly dueOn: Temporal.PlainDate
  readonly state: DisputeState
  readonly decision: string | null
  readonly decidedAt: Temporal.Instant | null
  /** The entry that corrects the record. */
  readonly correctedBy: string | null
}

export interface DisputeEvent {
  readonly id: string
  readonly disputeId: string
  readonly kind: 'OPENED' | Exclude<DisputeState, 'OPEN'>
  readonly note: string
  readonly caller: string
  readonly at: Temporal.Instant
}

/** Reads why in somebody’s own words; a fault is added at `path`. */
export function readReason(text: string, path: string, problems: Problem[]): string {
  const fault = textFault(text, { min: 2, max: 500 })
  if (fault !== null) problems.push(problemAt(path, fault))
  return text
}

/** Reads an id; null, and a fault at `path`, when it is none. */
export function readId(text: string, path: string, problems: Problem[]): string | null {
  const fault = uuidFault(text)
  if (fault !== null) problems.push(problemAt(path, fault))
  return fault === null ? text.toLowerCase() : null
}

/** @throws NotAllowed unless it is open. */
export function requireOpen({ state }: Pick<Dispute, 'state'>): void {
  if (state === 'OPEN') return
  throw NotAllowed.at('disputeId', 'DISPUTE_CLOSED', { zh: '该争议已办结', en: 'the dispute is closed' })
}
