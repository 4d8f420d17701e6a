import { NotAllowed, NotFound, type Problem, type Text } from '@yibao/schema/rejection'
import { refusedAt } from './refusals.ts'
import type { Part } from './settle-visit.ts'
import type { Visit, VisitState } from './visit.ts'

const at = (path: string, code: string, zh: string, en: string): NotAllowed => refusedAt(code, [path], { zh, en })

export const noVisit = (path = 'visit'): NotFound => NotFound.of({ zh: '该就诊', en: 'the visit' }, path)

/** How a place among the lines of a visit is named: by its serial, since these lines are not in the input. */
export const linePath = (serial: string, field = ''): string => `visit.lines[${JSON.stringify(serial)}]${field}`

/** The next step back, by the state the visit is in: every step is undone in reverse order. */
const STEPS_BACK: Readonly<Record<VisitState, { readonly code: string; readonly text: Text }>> = {
  SETTLED: {
    code: 'VISIT_SETTLED',
    text: {
      zh: '就诊已结清；请先撤销至出院的结算（中途结算不必撤销），再撤销出院',
      en: 'the visit is settled; reverse its settlement to the discharge first (none in between), then undo the discharge',
    },
  },
  DISCHARGED: {
    code: 'VISIT_DISCHARGED',
    text: { zh: '已办理出院；请先撤销出院', en: 'the patient is discharged; undo the discharge first' },
  },
  CANCELLED: {
    code: 'VISIT_CANCELLED',
    text: { zh: '就诊登记已撤销', en: 'the visit was cancelled' },
  },
  OPEN: {
    code: 'VISIT_NOT_DISCHARGED',
    text: { zh: '尚未办理出院', en: 'the patient is not discharged' },
  },
}

/** Refuses what a visit in this state does not allow, and says the step that comes first. */
export function inState({ state }: Pick<Visit, 'state'>): NotAllowed {
  const { code, text } = STEPS_BACK[state]
  return refusedAt(code, ['visit'], text)
}

export const visitExists = (): NotAllowed =>
  at('visit', 'VISIT_EXISTS', '该就诊号已登记', 'the institution has opened a visit of this number before')

export const visitInUse = (): NotAllowed =>
  at(
    'visit',
    'VISIT_IN_USE',
    '该就诊号已有直接结算的账单',
    'bills of this visit were settled without opening it; choose another number',
  )

/** A plain bill names a visit whose lines are uploaded: it is settled with all of them. */
export const visitOpen = (): NotAllowed =>
  at(
    'visit',
    'VISIT_OPEN',
    '该就诊已登记，请以 settleVisit 结算其已上传的明细',
    'the visit was opened here; settle its uploaded lines with settleVisit',
  )

export const alreadyAdmitted = (visit: string, path: string): NotAllowed =>
  at(
    path,
    'ALREADY_ADMITTED',
    `该人同一时间已在本机构住院（就诊号 ${visit}）`,
    `the person is admitted to this institution at the same time (visit ${visit})`,
  )

export const identifiedBefore = (): NotAllowed =>
  at('credential', 'VISIT_OF_ANOTHER_PERSON', '该就诊已关联另一参保人', 'the visit is that of another person')

export const visitJoined = (stay: string): NotAllowed =>
  at(
    'visit',
    'VISIT_JOINED',
    `该留观已并入住院 ${stay}，请在该次住院办理`,
    `the observation has joined the stay ${stay}; change that one`,
  )

export const noObservation = (): NotAllowed =>
  at(
    'joins',
    'NOT_AN_OBSERVATION',
    '只能并入同一人在本机构未并入的急诊留观，且本次为住院',
    'only an emergency observation of the same person in this institution can join a stay, once',
  )

export const observationTooEarly = (days: number): NotAllowed =>
  at(
    'joins',
    'OBSERVATION_TOO_EARLY',
    days === 0 ? '参保统筹区不允许留观并入住院' : `留观结束距入院超过 ${days} 天`,
    days === 0
      ? 'in the pool of the person observation does not join a stay'
      : `the observation ended more than ${days} days before the admission`,
  )

/** Whether there is such a settlement, whose it is and how it ended is told to nobody who may not know. */
export const transferNotFound = (): NotAllowed =>
  at(
    'transferredFrom',
    'TRANSFER_NOT_FOUND',
    '未找到该人转入前的住院结算',
    'names no standing settlement of a stay of this person that ended in this transfer',
  )

export const partSettled = (paths: readonly string[]): NotAllowed =>
  refusedAt('PART_SETTLED', paths, {
    zh: '该就诊已有生效的结算，请先撤销',
    en: 'a settlement of this visit stands; reverse it first',
  })

/** A discharge within what is settled in between: a later one is enough, nothing need be taken back. */
export function settledBeyond(settledTo: Temporal.Instant): NotAllowed {
  const limit = settledTo.toString({ timeZone: '+08:00', smallestUnit: 'second' })
  return refusedAt('PART_SETTLED', ['end'], {
    zh: `该住院已中途结算至 ${limit}；出院时间须晚于此，不必撤销结算`,
    en: `the stay is settled up to ${limit}; give a later end, no settlement need be reversed`,
  })
}

export const otherKind = (): NotAllowed =>
  at('careType', 'OTHER_CARE_KIND', '门诊与住院之间不能变更', 'a visit does not turn from outpatient to inpatient care')

export const linesOutside = (serials: readonly string[], path: string): NotAllowed => {
  const text = {
    zh: `${serials.length} 条明细不在起止时间之内`,
    en: `${serials.length} line(s) lie outside begin and end`,
  }
  return NotAllowed.of({ code: 'LINES_OUTSIDE_VISIT', text, problems: [problem(path, text), ...outside(serials)] })
}

const problem = (path: string, message: Text): Problem => ({ path, code: 'LINES_OUTSIDE_VISIT', message })

const outside = (serials: readonly string[]): Problem[] =>
  serials
    .slice(0, 100)
    .map((serial) => problem(linePath(serial, '.time'), { zh: '不在起止时间之内', en: 'is outside begin and end' }))

export const linesStand = (): NotAllowed =>
  at('visit', 'LINES_STAND', '尚有费用明细；请先撤销明细', 'lines were uploaded; withdraw them first')

export const stayOpen = (): NotAllowed =>
  at(
    'visit',
    'STAY_OPEN',
    '尚未办理出院；请先办理出院，或以 until 中途结算',
    'the patient is not discharged; discharge first, or give until for an interim settlement',
  )

const nothing = (zh: string, en: string) => at('visit', 'NOTHING_TO_SETTLE', zh, en)

/** Says the next step: which lines are missing, or that nothing is but the end. */
export function nothingToSettle(
  { settledTo }: Pick<Visit, 'settledTo'>,
  part: Pick<Part, 'isInterim' | 'chargeBatch'>,
) {
  if (part.chargeBatch !== null)
    return nothing(
      '该收费批次没有待结算的明细；请先以 uploadLines 上传该批次的明细',
      'this charge batch has no lines to settle; upload its lines first (uploadLines)',
    )
  if (part.isInterim)
    return nothing(
      '截至该日没有待结算的明细；请先以 uploadLines 上传明细，或给出更晚的 until',
      'there are no lines to settle up to that day; upload them first (uploadLines) or give a later until',
    )
  if (settledTo !== null)
    return nothing(
      '明细均已中途结算；如另有费用，请先以 uploadLines 上传；否则请撤销出院并重新办理出院，该次住院即为已结清',
      'all lines were settled in between; upload what is missing (uploadLines), or undo the discharge and discharge again: the stay is settled then',
    )
  return nothing(
    '没有待结算的明细；请先以 uploadLines 上传明细',
    'there are no lines to settle; upload them first (uploadLines)',
  )
}

export const untilForStays = (): NotAllowed =>
  at('until', 'NOT_A_STAY', '只有住院可以中途结算', 'only a stay is settled in between')
