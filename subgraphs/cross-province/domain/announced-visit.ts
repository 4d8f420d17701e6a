import type { AdmissionInput, StayChangeInput, StayDischargeInput } from './read-stay.ts'
import type { Diagnosis, DischargeWay, Stay, StayTerms } from './stay.ts'

/** A stay of somebody insured elsewhere as settlement keeps it, where its lines are uploaded. */
export interface OpenedVisit extends StayTerms {
  readonly id: string
  readonly institution: string
  readonly visit: string
  readonly version: string
  readonly insuredId: string
  readonly insuredPool: string
  readonly dischargedAt: Temporal.Instant | null
  readonly dischargeWay: DischargeWay | null
  readonly state: 'OPEN' | 'DISCHARGED' | 'SETTLED' | 'CANCELLED'
}

/** What has to be announced next for home to know of a visit what settlement knows. */
export type Announcement =
  | { readonly verb: 'announceAdmission'; readonly input: AdmissionInput }
  | { readonly verb: 'announceChange'; readonly input: StayChangeInput }
  | { readonly verb: 'announceDischarge'; readonly input: StayDischargeInput }

const change = (input: StayChangeInput): Announcement => ({ verb: 'announceChange', input })

/** The next step towards what settlement knows; null when home was told all of it, or there is nothing to tell. */
export function nextAnnouncement(visit: OpenedVisit, stay: Stay | null): Announcement | null {
  const { visit: number, state, dischargedAt, dischargeWay } = visit
  if (stay === null || stay.state === 'REFUSED') return admission(visit)
  if (stay.state === 'CANCELLED') return null
  if (stay.state === 'DISCHARGED' && dischargedAt === null) return change({ visit: number, takesBack: 'DISCHARGE' })
  if (state === 'CANCELLED') return change({ visit: number, takesBack: 'ADMISSION' })
  const corrected = correction(visit, stay)
  if (corrected !== null) return change({ visit: number, ...corrected })
  if (dischargedAt === null || dischargeWay === null) return null
  if (isSame(dischargedAt, stay.dischargedAt) && dischargeWay === stay.dischargeWay) return null
  return { verb: 'announceDischarge', input: { visit: number, end: dischargedAt.toString(), way: dischargeWay } }
}

/** An admission is announced with a diagnosis; without one it waits. */
function admission(visit: OpenedVisit): Announcement | null {
  const { insuredPool, insuredId, visit: number, careType, admittedAt, diagnoses, department, state } = visit
  if (state === 'CANCELLED' || diagnoses.length === 0) return null
  const terms = { careType, begin: admittedAt.toString(), department: sayable(department), diagnoses: plain(diagnoses) }
  return { verb: 'announceAdmission', input: { insuredPool, insuredId, visit: number, ...terms } }
}

/** What of the terms is other than was announced; null when nothing is. */
function correction(visit: OpenedVisit, stay: Stay): Omit<StayChangeInput, 'visit'> | null {
  const department = sayable(visit.department)
  const changed = {
    ...(visit.careType !== stay.careType && { careType: visit.careType }),
    ...(!isSame(visit.admittedAt, stay.admittedAt) && { begin: visit.admittedAt.toString() }),
    ...(department !== null && department !== stay.department && { department }),
    ...(said(visit.diagnoses) !== said(stay.diagnoses) && { diagnoses: plain(visit.diagnoses) }),
  }
  return Object.keys(changed).length === 0 ? null : changed
}

/** A message says departments by codes; a hospital may have entered its name. */
const sayable = (department: string | null): string | null =>
  department !== null && /^[\x21-\x7e]{1,30}$/.test(department) ? department : null

const plain = (diagnoses: readonly Diagnosis[]): Diagnosis[] => diagnoses.map(({ code, name }) => ({ code, name }))
const said = (diagnoses: readonly Diagnosis[]): string => JSON.stringify(plain(diagnoses))

const isSame = (a: Temporal.Instant, b: Temporal.Instant | null): boolean =>
  b !== null && Temporal.Instant.compare(a, b) === 0
