import { NotAllowed } from '@yibao/schema/rejection'

export const DISCHARGE_WAYS = ['1', '2', '3', '4', '5', '9'] as const
export type DischargeWay = (typeof DISCHARGE_WAYS)[number]

export interface Diagnosis {
  readonly code: string
  readonly name: string
}

/** What is said of a stay when it begins, and can be corrected. */
export interface StayTerms {
  /** National `med_type` of inpatient care. */
  readonly careType: string
  readonly department: string | null
  /** The main one first. */
  readonly diagnoses: readonly Diagnosis[]
  readonly admittedAt: Temporal.Instant
}

/** `REFUSED` at the place alone: home did not take the admission. */
export type StayState = 'ADMITTED' | 'DISCHARGED' | 'CANCELLED' | 'REFUSED'

/** A stay away from home, as both provinces keep it. */
export interface Stay extends StayTerms {
  readonly state: StayState
  readonly dischargedAt: Temporal.Instant | null
  readonly dischargeWay: DischargeWay | null
}

/** What a change says; null stays as it was. */
export type StayChange = { readonly [Field in keyof StayTerms]: StayTerms[Field] | null } & {
  /** The admission was a mistake, or the person has not left after all. */
  readonly takesBack: 'ADMISSION' | 'DISCHARGE' | null
}

export interface Discharge {
  readonly dischargedAt: Temporal.Instant
  readonly way: DischargeWay
  /** Those at discharge; null when they stay as they were. */
  readonly diagnoses: readonly Diagnosis[] | null
}

/** A stay in the other province, of a person insured here. */
export interface StayElsewhere extends Stay {
  readonly id: string
  readonly insuredId: string
  readonly pool: string | null
  readonly province: string
  readonly institution: string
  readonly institutionName: string
  readonly visit: string
  readonly state: Exclude<StayState, 'REFUSED'>
  readonly recordedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
}

/** A stay here, of a person insured in another province. */
export interface IncomingStay extends Stay {
  readonly id: string
  readonly institution: string
  readonly pool: string
  readonly visit: string
  readonly insuredPool: string
  /** On the platform there. */
  readonly insuredId: string
  readonly announcedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
}

const refuse = (path: string, code: string, zh: string, en: string): never => {
  throw NotAllowed.at(path, code, { zh, en })
}

/** What a change makes of a stay. @throws NotAllowed when it is at another step, or its times run backwards */
export function change<S extends Stay>(stay: S, { takesBack, ...said }: StayChange): S {
  checkStanding(stay)
  if (takesBack === 'ADMISSION') {
    if (stay.state === 'DISCHARGED')
      refuse('takesBack', 'STAY_DISCHARGED', '已办理出院，请先撤销出院', 'is discharged; take the discharge back first')
    return { ...stay, state: 'CANCELLED' }
  }
  if (takesBack === 'DISCHARGE' && stay.state !== 'DISCHARGED')
    refuse('takesBack', 'STAY_NOT_DISCHARGED', '尚未办理出院', 'is not discharged')
  const kept = takesBack === 'DISCHARGE' ? { ...stay, ...NOT_DISCHARGED } : stay
  const changed = {
    ...kept,
    careType: said.careType ?? stay.careType,
    department: said.department ?? stay.department,
    diagnoses: said.diagnoses ?? stay.diagnoses,
    admittedAt: said.admittedAt ?? stay.admittedAt,
  }
  checkTimes(changed)
  return changed
}

const NOT_DISCHARGED = { state: 'ADMITTED', dischargedAt: null, dischargeWay: null } as const

/** Ends a stay; said again it corrects the end. @throws NotAllowed */
export function discharge<S extends Stay>(stay: S, { dischargedAt, way, diagnoses }: Discharge): S {
  checkStanding(stay)
  const end = { state: 'DISCHARGED' as const, dischargedAt, dischargeWay: way, diagnoses: diagnoses ?? stay.diagnoses }
  const ended = { ...stay, ...end }
  checkTimes(ended)
  return ended
}

function checkStanding({ state }: Stay): void {
  if (state === 'CANCELLED') refuse('visit', 'STAY_CANCELLED', '入院登记已撤销', 'was cancelled')
  if (state === 'REFUSED')
    refuse('visit', 'STAY_REFUSED', '参保地未受理该入院，请重新办理', 'was not taken by home; announce it anew')
}

function checkTimes({ admittedAt, dischargedAt }: Stay): void {
  if (dischargedAt === null || Temporal.Instant.compare(admittedAt, dischargedAt) <= 0) return
  refuse('end', 'BEFORE_BEGIN', '出院时间早于入院时间', 'the discharge is before the admission')
}

/** A card is shown on the day of the admission or later, when none was at hand; offices open late. */
const SHOWN_DAYS_BEFORE = 2

/** From which day on a credential that was shown lets an institution elsewhere announce the stay. */
export const shownFrom = (admittedOn: Temporal.PlainDate): Temporal.PlainDate =>
  admittedOn.subtract({ days: SHOWN_DAYS_BEFORE })

/** Who announces a stay has seen the person. @throws NotAllowed */
export function checkShown(isShown: boolean): void {
  if (isShown) return
  refuse(
    'insuredId',
    'NOT_SHOWN',
    '该机构近日未出示此人的凭证，请先查询参保人信息或解码电子凭证',
    'showed no credential of this person these days; ask for the person by a credential first',
  )
}

/** The platform of a province speaks for the institutions of that province alone. @throws NotAllowed */
export function checkSender(province: string, { institution, pool }: { institution: string; pool: string }): void {
  if (institution.slice(1, 3) === province && pool.slice(0, 2) === province) return
  refuse(
    'institution',
    'INSTITUTION_ELSEWHERE',
    '医药机构不在发送方省份内',
    'the institution lies outside of the province that announces',
  )
}

/** One visit is one stay. @throws NotAllowed */
export function checkNewVisit(isKnown: boolean): void {
  if (!isKnown) return
  refuse('visit', 'VISIT_EXISTS', '该就诊号已有住院登记', 'is announced already under this number')
}
