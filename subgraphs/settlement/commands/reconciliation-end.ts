import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import type { Services } from '../context.ts'
import { failRun, finishRun, type Reconciliation, type ReconciliationFailure } from '../store/reconciliation.ts'
import type { RunToDo } from '../store/reconciliation-compare.ts'
import { keepReport } from './reconciliation-report.ts'

type Working = Pick<Services, 'db' | 'clock' | 'documents'>

/** Ends a comparison that has seen everything, with the file of what differs. */
export async function finishReconciled(services: Working, todo: RunToDo): Promise<void> {
  const { db, clock, documents } = services
  const report = documents === undefined || todo.differences === 0 ? null : await keepReport(services, documents, todo)
  const at = clock()
  await db.orm.transaction(async (tx) => {
    const run = await finishRun(tx, todo, { reportId: report?.id ?? null, at })
    if (run === null) return
    await report?.add(tx)
    await tell(tx, db, run)
  })
}

/** Ends a run without a result, unless it is over or went on meanwhile. */
export async function failReconciliation(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  run: { readonly id: string; readonly version?: number },
  failure: ReconciliationFailure,
): Promise<void> {
  const at = clock()
  await db.orm.transaction(async (tx) => {
    const ended = await failRun(tx, run, { failure, at })
    if (ended !== null) await tell(tx, db, ended)
  })
}

/** Tells the other subgraphs, and the institution, what came of a run. */
async function tell(tx: Tx, { schema }: Services['db'], run: Reconciliation): Promise<void> {
  const { id, institution, state, finishedAt: at } = run
  if (at === null || schema === 'issuer') return
  await publish(tx, schema, { topic: 'reconciliation.finished', payload: { run: id, institution, result: state }, at })
  await notify(tx, schema, {
    to: { kind: 'institution', institution },
    template: `reconciliation.${state.toLowerCase()}`,
    data: { from: run.from.toString(), to: run.to.toString(), run: id },
    at,
    key: `reconciliation:${id}`,
  })
}
