import { dayOf, parseDay } from '@yibao/schema/dates'
import { divisionFault } from '@yibao/schema/ids'
import { NotAllowed } from '@yibao/schema/rejection'
import { careKindOfClearing, CLEARING_CODES } from './clearing-type.ts'
import { INSURANCE_TYPE, isGiven, type Fields, type Maybe } from './fields.ts'
import type { ReconciliationScope } from './reconciliation.ts'
import { idFloor } from './settlement-id.ts'

const ZONE = 'Asia/Shanghai'
/** A month is what is declared at once. */
const DAYS_MAX = 31

/** What an institution says it reconciles. */
export interface ScopeInput {
  readonly from: string
  readonly to: string
  readonly insuranceType: string
  readonly clearingType: string
  readonly agency?: Maybe<string>
}

interface Asking {
  readonly institution: string
  /** The pools the institution has or had an agreement with. */
  readonly agencies: readonly string[]
  readonly now: Temporal.Instant
}

/** Reads a scope; its faults are added to `fields`, and it is null when there are any. */
export function readScope(fields: Fields, input: ScopeInput, asking: Asking): ReconciliationScope | null {
  const from = readDay(fields, 'from', input.from)
  const to = readDay(fields, 'to', input.to)
  const insuranceType = fields.text('insuranceType', input.insuranceType, { max: 3, ...INSURANCE_TYPE })
  const clearingType =
    careKindOfClearing(input.clearingType) === null
      ? fields.oneOf('clearingType', input.clearingType, CLEARING_CODES)
      : input.clearingType
  const agency = readAgency(fields, input.agency, asking.agencies)
  if (from !== null && to !== null) checkDays(fields, { from, to, today: dayOf(asking.now) })
  if (from === null || to === null || insuranceType === null || clearingType === null || agency === null) return null
  const { institution } = asking
  const before = floorOf(to.add({ days: 1 }))
  return { institution, agency, insuranceType, clearingType, from, to, first: floorOf(from), before }
}

const floorOf = (day: Temporal.PlainDate): string => idFloor(day.toZonedDateTime(ZONE).toInstant())

function readDay(fields: Fields, name: 'from' | 'to', value: string): Temporal.PlainDate | null {
  const day = parseDay(value)
  if (day === null)
    return fields.fault(name, 'MALFORMED', { zh: '不是有效的日期（yyyy-MM-dd）', en: 'is not a day (yyyy-MM-dd)' })
  // No settlement is older, and no id either.
  if (day.year >= 2000) return day
  return fields.fault(name, 'RANGE', { zh: '不能早于 2000 年', en: 'must not lie before 2000' })
}

interface Days {
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
  readonly today: Temporal.PlainDate
}

function checkDays(fields: Fields, { from, to, today }: Days): void {
  const days = from.until(to).days + 1
  if (days < 1) fields.fault('from', 'AFTER_TO', { zh: '不能晚于 to', en: 'must not be after to' })
  if (days > DAYS_MAX)
    fields.fault('to', 'TOO_LONG', { zh: `期间最多 ${DAYS_MAX} 天`, en: `must lie within ${DAYS_MAX} days` })
  if (Temporal.PlainDate.compare(to, today) > 0)
    fields.fault('to', 'IN_FUTURE', { zh: '不能晚于今天', en: 'must not lie after today' })
}

function readAgency(fields: Fields, value: Maybe<string>, known: readonly string[]): string | null {
  if (isGiven(value)) {
    const fault = divisionFault(value)
    return fault === null ? value : fields.fault('agency', fault.code, fault.message)
  }
  const [only, ...others] = known
  if (only !== undefined && others.length === 0) return only
  return fields.fault('agency', 'REQUIRED', {
    zh: '须填写清算经办机构：本机构与多个或没有统筹区签有协议',
    en: 'is required: the institution has agreements with several pools, or with none',
  })
}

/** Another run of the same scope is under way. */
export const reconciliationRuns = (run: string): NotAllowed =>
  NotAllowed.of({
    code: 'RECONCILIATION_RUNS',
    text: {
      zh: `同一期间和类别的对账 ${run} 正在进行，完成或取消后再发起`,
      en: `the reconciliation ${run} of the same days and types is under way; finish or cancel it first`,
    },
    details: { run },
  })

/** A run that takes no more lines, or none yet. */
export const reconciliationIs = (state: string): NotAllowed =>
  NotAllowed.of({
    code: 'RECONCILIATION_STATE',
    text: {
      zh: `对账状态为 ${state}，不能进行此操作`,
      en: `the reconciliation is ${state}, which does not allow this`,
    },
    details: { state },
  })

/** Lines are missing: what was announced has not arrived. */
export const linesMissing = (expected: number, found: number): NotAllowed =>
  NotAllowed.of({
    code: 'LINES_MISSING',
    text: {
      zh: `应有 ${expected} 条，收到 ${found} 条；补齐后再完成`,
      en: `${expected} lines were announced and ${found} have come; add those that are missing`,
    },
  })
