import { before, holdsOn, type Span } from '@yibao/schema/dates'

/** Which of the two lists a disease stands on; the special ones are the grave. */
export const DISEASE_KINDS = ['CHRONIC', 'SPECIAL'] as const
export type DiseaseKind = (typeof DISEASE_KINDS)[number]

/** What a registration says, checked. */
export interface RegistrationTerms extends Span {
  readonly insuranceType: string
  /** `opsp_dise_code`. */
  readonly disease: string
  readonly name: string
  readonly kind: DiseaseKind
  /** Where the person chose to be treated for it; null: wherever there is an agreement. */
  readonly institutions: readonly string[] | null
  /** The hospital that found the disease, on which day. */
  readonly certifiedBy: string
  readonly certifiedOn: Temporal.PlainDate
  readonly doctorCode: string
  readonly doctorName: string
}

/** That a person is treated for a chronic or special disease at the ratios of its own (人员慢特病备案). */
export interface Registration extends RegistrationTerms {
  readonly id: string
  readonly insuredId: string
  readonly pool: string
  /** The institution that asked for it; null when the bureau entered it. */
  readonly requestedBy: string | null
  readonly registeredAt: Temporal.Instant
  readonly endReason: string | null
  readonly endedAt: Temporal.Instant | null
  /** Entered by mistake: it never held. */
  readonly withdrawn: boolean
}

export type RegistrationState = 'PENDING' | 'IN_FORCE' | 'ENDED' | 'WITHDRAWN'

/** What a registration is on a day, for people to read. */
export function stateOn(registration: Registration, day: Temporal.PlainDate): RegistrationState {
  if (registration.withdrawn) return 'WITHDRAWN'
  if (holdsOn(registration, day)) return 'IN_FORCE'
  return before(day, registration.beginOn) ? 'PENDING' : 'ENDED'
}
