import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { compareSums } from '../domain/reconciliation.ts'
import { bothSides, readTotals, sumDays, type DaySumsInput, type SumsInput } from '../domain/reconcile-totals.ts'
import type { ScopeInput } from '../domain/reconciliation-scope.ts'
import type { Maybe } from '../domain/fields.ts'
import type { Reconciliation } from '../store/reconciliation.ts'
import { addTotalsRun } from '../store/reconciliation-add.ts'
import { sumAndKeep } from '../store/reconciliation-totals.ts'
import { reconciliation, scopeOf } from './reconciliation.ts'

/** What an institution reconciles by its sums (3201). */
export interface ReconcileTotalsInput extends ScopeInput, SumsInput {
  readonly refunds?: Maybe<boolean>
  readonly days?: Maybe<readonly DaySumsInput[]>
}

/**
 * Compares the sums of a scope with those of the calling institution (3201). When all are equal every settlement of the
 * scope is reconciled, since details are asked for only where sums differ.
 */
export async function reconcileTotals(
  context: Context,
  requestId: string,
  input: ReconcileTotalsInput,
): Promise<Reconciliation> {
  const identity = context.institution()
  const { scope, rest: read } = await scopeOf(context, input, (fields, found) => readTotals(fields, input, found))
  if (read === null) throw new Error('totals without a fault can be read')
  const at = context.now()
  const refunds = input.refunds ?? null
  const asked = { identity, requestId, operation: 'reconcileTotals', input, now: at }
  const { id } = await once(context.db, asked, async (tx) => {
    const run = { id: context.newId(at), scope, refunds, there: read.there, at }
    const days = await sumAndKeep(tx, run)
    const here = sumDays(days.map((one) => one.here))
    const isBalanced = compareSums(here, read.there) === 'BALANCED'
    await addTotalsRun(tx, { ...run, caller: callerOf(identity), here, days: bothSides(days, read), isBalanced })
    const payload = { run: run.id, institution: scope.institution, result: isBalanced ? 'BALANCED' : 'DIFFERENT' }
    await publish(tx, context.db.schema, { topic: 'reconciliation.finished', payload, at })
    return { id: run.id }
  })
  return reconciliation(context, id)
}
