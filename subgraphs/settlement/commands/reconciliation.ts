import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import type { ReconciliationScope } from '../domain/reconciliation.ts'
import { readScope, type ScopeInput } from '../domain/reconciliation-scope.ts'
import { findReconciliation, type Reconciliation } from '../store/reconciliation.ts'
import { listAgencies } from '../store/reconciliation-totals.ts'

/** A run of which somebody asks. Throws NotFound for whoever may not know. */
export async function reconciliation(context: Context, id: string): Promise<Reconciliation> {
  const found = uuidFault(id) === null ? await context.read((tx) => findReconciliation(tx, id)) : null
  if (found === null) throw noReconciliation()
  return found
}

export const noReconciliation = () => NotFound.of({ zh: '该对账', en: 'the reconciliation' }, 'id')

/** Reads what the calling institution reconciles; further faults are found by `more`. @throws InvalidInput */
export async function scopeOf<T>(
  context: Context,
  input: ScopeInput,
  more: (fields: Fields, scope: ReconciliationScope | null) => T,
): Promise<{ scope: ReconciliationScope; rest: T }> {
  const { institution } = context.institution()
  const agencies = await listAgencies(context.db.hot, institution)
  const fields = new Fields().within('input')
  const scope = readScope(fields, input, { institution, agencies, now: context.now() })
  const rest = more(fields, scope)
  fields.check()
  if (scope === null) throw new Error('a scope without a fault can be read')
  return { scope, rest }
}
