import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { before, dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Enrolment } from '../domain/enrolment.ts'
import type { NextEnrolment } from '../domain/enrolment-change.ts'
import { ARREARS_CALLER, findOwedOf, findSuspender, noteStep } from '../store/arrears.ts'
import { suspendForArrears } from '../store/enrolment-change.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'

/**
 * Suspends at once who is enrolled while what counts against the enrolment is owed: nobody gets round arrears by an end and
 * a new beginning. The platform lets it go on once everything is paid. Answers the id of what is suspended, or null.
 */
export async function suspendEntered(tx: Tx, entered: NextEnrolment, at: Temporal.Instant): Promise<string | null> {
  const { insuredId, pool, insuranceType, personType, beginOn, endOn } = entered
  const today = dayOf(at)
  if (personType.startsWith('12') || (endOn !== null && before(endOn, today))) return null
  const dueOn = today.subtract({ days: enrolmentRules(pool).rules.arrearsGraceDays.value })
  const owed = await findOwedOf(tx, entered, dueOn)
  if (owed === null) return null
  await noteStep(tx, 'SUSPENDED', owed.bills, at)
  const from = before(beginOn, today) ? today : beginOn
  const because = { note: owed.periods.join('、'), source: null, caller: ARREARS_CALLER, at }
  const [id = null] = await suspendForArrears(tx, { insuredId, pool, insuranceType, from, ...because })
  if (id === null) return null
  const told = { template: 'enrolment.arrears', data: { pool, day: from.toString() }, key: `enrolment.arrears:${id}` }
  await notify(tx, 'insured', { to: { kind: 'person', insuredId }, ...told, at })
  return id
}

/** @throws NotAllowed when an employer enrols anew whom the bureau has suspended for its arrears. */
export async function refuseLifting(tx: Tx, entered: NextEnrolment, existing: readonly Enrolment[]): Promise<void> {
  const { pool, insuranceType, employer } = entered
  const last = existing.findLast(
    (one) => one.pool === pool && one.insuranceType === insuranceType && one.employer === employer,
  )
  if (last?.suspendReason !== 'ARREARS' || (await findSuspender(tx, last)) === ARREARS_CALLER) return
  throw onlyTheBureau('employer')
}

export const onlyTheBureau = (path: string): NotAllowed =>
  NotAllowed.at(path, 'ARREARS_OF_BUREAU', {
    zh: '欠费暂停与恢复由经办机构办理',
    en: 'arrears are set and lifted by the bureau',
  })
