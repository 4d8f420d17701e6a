import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import type { Services } from '../context.ts'
import { shortfallOf, shortfallText } from '../domain/reconciliation-shortfall.ts'
import {
  failRun,
  findReconciliation,
  finishRun,
  type Reconciliation,
  type ReconciliationFailure,
} from '../store/reconciliation.ts'
import type { RunToDo } from '../store/reconciliation-compare.ts'
import { findDeclaredTotals, isLastLineDifferent } from '../store/reconciliation-shortfall.ts'
import { keepReport } from './reconciliation-report.ts'

type Working = Pick<Services, 'db' | 'clock' | 'documents'>

/** Ends a comparison that has seen everything, with the file of what differs. */
export async function finishReconciled(services: Working, todo: RunToDo): Promise<void> {
  const { db, clock, documents } = services
  const { came, shortfall } = await findShortfall(db, todo)
  const isTold = todo.differences > 0 || shortfall !== null
  const notice = shortfall === null ? null : { shortfall, text: shortfallText(shortfall, came) }
  const report = documents === undefined || !isTold ? null : await keepReport(services, documents, todo, notice)
  const at = clock()
  await db.orm.transaction(async (tx) => {
    const run = await finishRun(tx, todo, { reportId: report?.id ?? null, shortfall, at })
    if (run === null) return
    await report?.add(tx)
    await tell(tx, db, run)
  })
}

/** What came of the lines of a run, and whether any are missing. */
async function findShortfall(db: Services['db'], { id, differences }: RunToDo) {
  const run = await findReconciliation(db.orm, id)
  assert(run !== null, 'a run that is worked on is there')
  const { lines, there: sums, endsInLine, expected } = run
  const isCounted = expected !== null
  const isLastDifferent = endsInLine && isCounted && (await isLastLineDifferent(db.orm, id))
  const came = { lines, sums, endsInLine, isCounted, differences, isLastDifferent }
  return { came, shortfall: shortfallOf(came, await findDeclaredTotals(db.orm, run)) }
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
  const { id, institution, state, shortfall, finishedAt: at } = run
  if (at === null || schema === 'issuer') return
  await publish(tx, schema, { topic: 'reconciliation.finished', payload: { run: id, institution, result: state }, at })
  await notify(tx, schema, {
    to: { kind: 'institution', institution },
    template: `reconciliation.${shortfall?.declared == null ? state.toLowerCase() : 'short'}`,
    data: { from: run.from.toString(), to: run.to.toString(), run: id },
    at,
    key: `reconciliation:${id}`,
  })
}
