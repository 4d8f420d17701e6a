/** What can happen to an enrolment. */
export const EVENT_KINDS = [
  'ENTERED',
  'SUSPENDED',
  'RESUMED',
  'RETIRED',
  'TRANSFERRED_OUT',
  'TRANSFERRED_IN',
  'ENDED',
  'CORRECTED',
  'MERGED',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** What is told of a change: what, from which day, why, on what ground, by whom. */
export interface Told {
  readonly kind: EventKind
  readonly from: Temporal.PlainDate
  readonly reason?: string | null
  readonly note?: string | null
  /** The notice or article it rests on. */
  readonly source?: string | null
  readonly caller: string
  readonly at: Temporal.Instant
}

export interface EnrolmentEvent extends Required<Told> {
  readonly id: string
  readonly insuredId: string
  readonly enrolmentId: string
}

/** Who did it, without which clerk: the kind of caller, and the organisation where there is one. */
export function doneBy({ caller }: Pick<EnrolmentEvent, 'caller'>): { role: string; organisation: string | null } {
  const [role = '', organisation = null] = caller.split(':')
  return { role, organisation: role === 'staff' || role === 'employer' || role === 'institution' ? organisation : null }
}
