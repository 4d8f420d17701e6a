import { before } from '@yibao/schema/dates'
import { addWorkingDays, isWorkingDay } from '@yibao/schema/working-days'
import { firstDay } from './declaration.ts'
import type { EnrolmentRules } from './enrolment-rules.ts'

export type DeclarationStep = 'DUE' | 'OVERDUE'

/** What employers that have not declared a month are told on a day. */
export interface DeclarationCall {
  readonly month: string
  readonly step: DeclarationStep
  /** The last day to declare it. */
  readonly dueOn: Temporal.PlainDate
}

/** The last day to declare a month. Holidays of the month can move it into the next. */
export function declarationDueOn({ rules }: Pick<EnrolmentRules, 'rules'>, month: string): Temporal.PlainDate {
  const { value } = rules.declarationDue
  const first = firstDay(month)
  if ('workingDay' in value) return addWorkingDays(first.subtract({ days: 1 }), value.workingDay).day
  return addWorkingDays(first.with({ day: value.day }), 0).day
}

/** The months employers are told of on a day: the last one and this one, once due soon and once overdue. */
export function callsOf(pool: Pick<EnrolmentRules, 'rules'>, today: Temporal.PlainDate): DeclarationCall[] {
  return [today.subtract({ months: 1 }), today].flatMap((day): DeclarationCall[] => {
    const month = day.toPlainYearMonth().toString()
    const dueOn = declarationDueOn(pool, month)
    if (before(dueOn, today)) return [{ month, step: 'OVERDUE', dueOn }]
    const from = workingDaysBefore(dueOn, pool.rules.declarationReminderWorkingDays.value)
    return before(today, from) ? [] : [{ month, step: 'DUE', dueOn }]
  })
}

function workingDaysBefore(day: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let from = day
  for (let left = count; left > 0;) {
    from = from.subtract({ days: 1 })
    if (isWorkingDay(from)) left -= 1
  }
  return from
}
