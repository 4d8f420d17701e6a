import { dayOf, parseDay } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { BillInput } from './bill.ts'
import { isGiven } from './fields.ts'
import { settlementNumber } from './settlement-id.ts'
import { NotSettledDirectly } from './not-settled-directly.ts'
import type { OpenedVisit } from './opened-visit.ts'
import type { SettleVisitInput, Visit, VisitLine } from './visit.ts'
import { inState, linePath, nothingToSettle, stayOpen, untilForStays, visitJoined } from './visit-refusals.ts'

const ZONE = 'Asia/Shanghai'

/** Which of the visit's lines a settlement takes: all up to a moment, or those of a charge batch. */
export interface Part {
  readonly begin: Temporal.Instant
  /** Null: up to the last line of the batch. */
  readonly end: Temporal.Instant | null
  readonly isInterim: boolean
  readonly chargeBatch: string | null
}

/**
 * Says which part of a visit is settled: a stay whole after the discharge or in between up to a day, outpatient care
 * batch by batch. Throws NotAllowed when the visit is not so far, InvalidInput for a day that cannot be.
 */
export function partOf(visit: Visit, { until, chargeBatch }: SettleVisitInput, now: Temporal.Instant): Part {
  const { state, careKind, joinedTo, dischargedAt, settledTo, linesFrom } = visit
  if (joinedTo !== null) throw visitJoined(joinedTo)
  if (state !== 'OPEN' && state !== 'DISCHARGED') throw inState(visit)
  if (careKind === 'OUTPATIENT') {
    if (isGiven(until)) throw untilForStays()
    return { begin: linesFrom, end: dischargedAt, isInterim: false, chargeBatch }
  }
  const begin = settledTo?.add({ milliseconds: 1 }) ?? linesFrom
  if (!isGiven(until)) {
    if (dischargedAt === null) throw stayOpen()
    return { begin, end: dischargedAt, isInterim: false, chargeBatch: null }
  }
  const limit = endOf(readUntil(until, { begin, now }), now)
  const isWhole = dischargedAt !== null && Temporal.Instant.compare(dischargedAt, limit) <= 0
  return { begin, end: isWhole ? dischargedAt : limit, isInterim: !isWhole, chargeBatch: null }
}

const fault = (code: string, zh: string, en: string): Problem => ({ path: 'until', code, message: { zh, en } })

function readUntil(text: string, { begin, now }: Record<'begin' | 'now', Temporal.Instant>): Temporal.PlainDate {
  const day = parseDay(text)
  if (day === null)
    throw InvalidInput.of([fault('MALFORMED', '不是有效的日期（yyyy-MM-dd）', 'is not a day (yyyy-MM-dd)')])
  if (Temporal.PlainDate.compare(day, dayOf(now)) > 0)
    throw InvalidInput.of([fault('IN_FUTURE', '不能晚于今天', 'must not lie in the future')])
  if (Temporal.PlainDate.compare(day, dayOf(begin)) < 0)
    throw InvalidInput.of([
      fault(
        'BEFORE_BEGIN',
        '不能早于入院或上次中途结算',
        'must not be before the admission or what is settled already',
      ),
    ])
  return day
}

/** The last moment of a day, or now. */
function endOf(day: Temporal.PlainDate, now: Temporal.Instant): Temporal.Instant {
  const end = day.add({ days: 1 }).toZonedDateTime(ZONE).toInstant().subtract({ milliseconds: 1 })
  return Temporal.Instant.compare(end, now) < 0 ? end : now
}

/** The lines of a part, in their order: a line that takes back another goes with that one, whenever it was taken back. */
export function linesOf({ end, isInterim }: Part, unsettled: readonly VisitLine[]): VisitLine[] {
  if (!isInterim || end === null) return [...unsettled]
  const inTime = ({ time }: VisitLine) => Temporal.Instant.compare(time, end) <= 0
  const charges = new Set(unsettled.filter((one) => one.refundOf === null && inTime(one)).map((one) => one.serial))
  return unsettled.filter(({ serial, refundOf }) => charges.has(refundOf ?? serial))
}

/** A bill made of a visit. */
export interface VisitBill {
  readonly input: BillInput
  readonly opened: OpenedVisit
}

export interface VisitBillFrame {
  readonly part: Part
  readonly lines: readonly VisitLine[]
  /** Whether every line of the visit is settled once these are. */
  readonly isLast: boolean
}

/** Makes the bill of a part of a visit. @throws NotAllowed when there is nothing to settle */
export function billOfVisit(
  visit: Visit,
  settling: SettleVisitInput,
  { part, lines, isLast }: VisitBillFrame,
): VisitBill {
  if (lines.length === 0) throw nothingToSettle(visit, part)
  const end = part.end ?? lines.map((one) => one.time).reduce(later, visit.admittedAt)
  const { visit: number, credential, operator, chargeBatch, invoice, useAccount, useMutualAid, total } = settling
  const { careType, emergency, trauma, diagnoses, disease, birthType } = visit
  const isFinal = visit.state === 'DISCHARGED' && isLast
  return {
    input: {
      credential,
      operator,
      visit: number,
      chargeBatch,
      invoice,
      useAccount,
      useMutualAid,
      total,
      quote: settling.quote,
      confirmWithin: settling.confirmWithin,
      converts: settling.converts,
      insuranceType: isGiven(settling.insuranceType) ? settling.insuranceType : visit.insuranceType,
      careType,
      emergency,
      trauma,
      diagnoses,
      disease,
      birthType,
      transferredFrom: visit.transferredFrom && settlementNumber(visit.transferredFrom),
      begin: part.begin.toString(),
      end: end.toString(),
      lines: lines.map(({ sent }) => sent),
    },
    opened: {
      version: visit.version,
      admittedAt: visit.admittedAt,
      openedAt: visit.openedAt,
      isRunning: visit.dischargedAt === null,
      insuredId: visit.insuredId,
      state: isFinal ? 'SETTLED' : visit.state,
      settledTo: part.isInterim ? part.end : visit.settledTo,
    },
  }
}

const later = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) >= 0 ? a : b

const OF_VISIT = /^(insuredPool|begin|end|careType|trauma|diagnoses|disease|birthType|transferredFrom)\b/

/**
 * A refusal of the bill in the words of whoever settles the visit, in which lines and care are not part of the input.
 * What is no refusal of the bill is given back as it is.
 */
export function inTermsOfVisit(refusal: unknown, lines: readonly { readonly serial: string }[]): unknown {
  if (!(refusal instanceof InvalidInput || refusal instanceof NotAllowed) || refusal.retryable) return refusal
  const problems = refusal.problems.map((one) => ({ ...one, path: pathOfVisit(one.path, lines) }))
  if (refusal instanceof InvalidInput) return InvalidInput.of(problems)
  const { code, text, details } = refusal
  const told = { code, text, problems, details }
  return refusal instanceof NotSettledDirectly ? new NotSettledDirectly(told) : NotAllowed.of(told)
}

function pathOfVisit(path: string, lines: readonly { readonly serial: string }[]): string {
  const [whole, index, rest = ''] = /^lines\[(\d+)\](.*)$/.exec(path) ?? []
  if (whole !== undefined) return linePath(lines[Number(index)]?.serial ?? '', rest)
  return path.startsWith('lines') || OF_VISIT.test(path) ? `visit.${path}` : path
}
