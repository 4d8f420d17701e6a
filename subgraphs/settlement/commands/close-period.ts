import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import {
  alreadyClosed,
  checkOver,
  endOf,
  readClosePeriod,
  type ClosedPeriod,
  type ClosePeriodInput,
} from '../domain/closed-period.ts'
import { rulesOf } from '../domain/policy-select.ts'
import { addClosedPeriod } from '../store/closed-periods.ts'

/**
 * Closes a declared month of an institution, or a benefit year, of the staff member's pool: what is taken back of it from
 * now on is a correction. Throws NotAllowed when it is not over or closed already.
 */
export async function closePeriod(context: Context, requestId: string, input: ClosePeriodInput): Promise<ClosedPeriod> {
  const { identity } = context
  assert(identity?.kind === 'staff', 'only staff reaches this')
  const { db, policies } = context
  const now = context.now()
  const { list } = await policies.latest()
  return once(db, { identity, requestId, operation: 'closePeriod', input, now }, async (tx) => {
    const period = readClosePeriod(input, identity.pool)
    const { kind, pool, scope } = period
    checkOver(endOf(period, kind === 'YEAR' ? rulesOf(list, pool).benefitYear : FIRST_OF_JANUARY), now)
    if (!(await addClosedPeriod(tx, period, { closedBy: callerOf(identity), closedAt: now }))) throw alreadyClosed()
    return { kind, pool, scope, period: period.period }
  })
}

const FIRST_OF_JANUARY = { month: 1, day: 1 }
