import type { Context, Services } from '../context.ts'
import { collectPage, endRun, holdRun, listCollecting, nextPage } from '../store/clearing-run.ts'
import {
  addStatements,
  adoptWaiting,
  declareStatement,
  listStatements,
  listWaitingKeys,
  newStatement,
} from '../store/monthly-statement.ts'
import { giveBackReversed } from './give-back.ts'
import { tellStatement } from './monthly-statement.ts'

/** What collecting needs of the process. */
type Collecting = Pick<Services, 'db' | 'clock' | 'newId' | 'clearing'>

/** Settlements looked at in one transaction: a few dozen milliseconds, in which nobody who settles waits. */
const PAGE = 5000
/** A request goes on collecting this long; a month of some 100,000 settlements is declared when it is answered. */
const REQUEST_MS = 3000
const STATEMENTS_MAX = 1000

/**
 * Collects a run until it is done or the request has taken long enough. What was deducted of reversed settlements is given
 * back before, so that it stands beside the reversals.
 */
export async function collectRun(context: Context, run: string, institution: string | null): Promise<void> {
  const end = performance.now() + REQUEST_MS
  await giveBackReversed(context, institution)
  while (await collectOnce(context, run)) if (performance.now() > end) return
}

/** Goes on with every run that is not done, whoever began it. */
export async function collectAll(services: Collecting): Promise<void> {
  for (const run of await listCollecting(services.db.orm)) {
    while (await collectOnce(services, run));
  }
}

/**
 * Takes one step of a run in a transaction of its own; false when it is done. Wherever the process dies, the next step
 * goes on after the last one that was committed.
 */
export async function collectOnce(collecting: Collecting, id: string, size: number = PAGE): Promise<boolean> {
  const { db, clock, newId, clearing } = collecting
  const now = clock()
  return db.orm.transaction(async (tx) => {
    const run = await holdRun(tx, id)
    if (run === null) return false
    const { last, keys } = await nextPage(tx, run, size)
    if (last !== null) {
      await addStatements(
        tx,
        keys.map((key) => newStatement(run, key, newId(now))),
      )
      await collectPage(tx, run, last)
      return true
    }
    const waiting = await listWaitingKeys(tx, run)
    await addStatements(
      tx,
      waiting.map((key) => newStatement(run, key, newId(now))),
    )
    for (const statement of await listStatements(tx, { runId: id }, STATEMENTS_MAX)) {
      await adoptWaiting(tx, statement)
      await declareStatement(tx, statement.id, clearing.depositOf(statement.pool).ratio)
      await tellStatement(tx, statement.id, { at: now })
    }
    await endRun(tx, id)
    return false
  })
}
