import { dayOf } from '@yibao/schema/dates'
import type { Visit } from './visit.ts'
import { noObservation, observationTooEarly } from './visit-refusals.ts'

interface Joining {
  readonly days: number
  readonly lastLineAt: Temporal.Instant | null
  /** The ids of the person of the stay. */
  readonly records: readonly string[]
}

/**
 * Lets an emergency observation join the stay it led to: its unsettled lines become lines of the stay, whose lines may
 * then begin with it. Throws NotAllowed when it is none of this person, or ended too long before the admission.
 */
export function joinObservation(
  stay: Visit,
  observation: Visit | null,
  { days, lastLineAt, records }: Joining,
): { readonly stay: Visit; readonly observation: Visit } {
  if (observation === null || !canJoin(stay, observation, records)) throw noObservation()
  const end = observation.dischargedAt ?? lastLineAt ?? observation.admittedAt
  const apart = dayOf(end).until(dayOf(stay.admittedAt), { largestUnit: 'days' }).days
  if (days === 0 || apart > days) throw observationTooEarly(days)
  const { linesFrom, nextLine } = observation
  const isEarlier = Temporal.Instant.compare(linesFrom, stay.admittedAt) < 0
  return {
    stay: { ...stay, joins: observation.visit, linesFrom: isEarlier ? linesFrom : stay.admittedAt, nextLine },
    observation: { ...observation, joinedTo: stay.visit },
  }
}

const canJoin = (
  stay: Visit,
  { careKind, emergency, insuredId, state, joinedTo, admittedAt }: Visit,
  records: readonly string[],
): boolean =>
  stay.careKind === 'INPATIENT' &&
  careKind === 'OUTPATIENT' &&
  emergency &&
  insuredId !== null &&
  records.includes(insuredId) &&
  joinedTo === null &&
  (state === 'OPEN' || state === 'DISCHARGED') &&
  Temporal.Instant.compare(admittedAt, stay.admittedAt) <= 0
