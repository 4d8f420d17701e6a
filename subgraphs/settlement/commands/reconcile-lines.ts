import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import { readReconciliationLine, type ReconciliationLineInput } from '../domain/reconciliation-line.ts'
import { linesMissing, reconciliationIs, reconciliationRuns, type ScopeInput } from '../domain/reconciliation-scope.ts'
import { addRun } from '../store/reconciliation-add.ts'
import {
  beginComparison,
  failRun,
  findActiveRun,
  findReconciliation,
  type Reconciliation,
} from '../store/reconciliation.ts'
import { stageLines } from '../store/reconciliation-lines.ts'
import { statementsOf } from '../store/reconciliation-statements.ts'
import { noReconciliation, reconciliation, scopeOf } from './reconciliation.ts'

/** Lines of one call, and of one run. */
export const BATCH_MAX = 2000
export const LINES_MAX = 1_000_000

export interface StartInput extends ScopeInput {
  /** Lines that will be sent. */
  readonly count?: Maybe<number>
}

/** The number of lines that were announced. */
function readExpected(fields: Fields, count: Maybe<number>): number | null {
  if (count == null) return null
  if (count >= 0 && count <= LINES_MAX) return count
  return fields.fault('count', 'RANGE', { zh: `应在 0 与 ${LINES_MAX} 之间`, en: `must be between 0 and ${LINES_MAX}` })
}

/** Opens a run that is told its lines batch by batch, or by a document. */
export async function startRun(
  context: Context,
  asked: { readonly requestId: string; readonly operation: string; readonly input: StartInput },
  document: { readonly id: string; use(tx: Tx, run: string): Promise<void> } | null = null,
): Promise<Reconciliation> {
  const identity = context.institution()
  const { input } = asked
  const { scope, rest: expected } = await scopeOf(context, input, (fields) => readExpected(fields, input.count))
  const at = context.now()
  const { id } = await once(context.db, { ...asked, identity, now: at }, async (tx) => {
    const running = await findActiveRun(tx, scope)
    if (running !== null) throw reconciliationRuns(running)
    const run = { id: context.newId(at), scope, caller: callerOf(identity), expected, at }
    await document?.use(tx, run.id)
    await addRun(tx, { ...run, kind: document === null ? 'LINES' : 'FILE', documentId: document?.id ?? null })
    return { id: run.id }
  })
  return reconciliation(context, id)
}

/** Opens a run whose lines come in batches (3202). One at a time for the same days and types. */
export const startReconciliation = (context: Context, requestId: string, input: StartInput): Promise<Reconciliation> =>
  startRun(context, { requestId, operation: 'startReconciliation', input })

/** What became of one line of a batch. */
export interface TakenLine {
  readonly settlement: string
  readonly problems: readonly Problem[]
}

export interface TakenLines {
  readonly run: Reconciliation
  readonly lines: readonly TakenLine[]
}

/** Takes lines of a run in: each that is right is kept, each that is not comes back with the reasons. */
export async function addReconciliationLines(
  context: Context,
  requestId: string,
  { run: id, lines }: { readonly run: string; readonly lines: readonly ReconciliationLineInput[] },
): Promise<TakenLines> {
  checkBatch(lines.length)
  const asked = { requestId, operation: 'addReconciliationLines', input: { run: id, lines: lines.map(plain) } }
  const { problems } = await changeRun(context, asked, id, async (tx, run, at) => {
    if (run.state !== 'OPEN' && run.state !== 'READING') throw reconciliationIs(run.state)
    if (run.kind !== 'LINES') throw reconciliationIs(run.kind)
    const read = lines.map((one) => readReconciliationLine(one))
    const good = read.flatMap(({ line }) => (line === null ? [] : [line]))
    checkRun(run.lines + good.length)
    const numbered = good.map((line, i) => ({ number: run.lines + i + 1, line }))
    const batch = { runId: id, from: run.lines, to: run.lines + good.length, lines: numbered, unreadable: [], at }
    if (!(await stageLines(statementsOf(tx), batch))) throw reconciliationIs(run.state)
    const bad = read.flatMap((one, i) => (one.problems.length === 0 ? [] : [[String(i), one.problems] as const]))
    return { problems: Object.fromEntries<readonly Problem[]>(bad) }
  })
  return {
    run: await reconciliation(context, id),
    lines: lines.map(({ settlement }, i) => ({ settlement, problems: problems[i] ?? [] })),
  }
}

/** Fields a client left out and fields it sent empty are the same request. */
const plain = (line: ReconciliationLineInput): object =>
  Object.fromEntries(Object.entries(line).filter(([, value]) => value !== null && value !== undefined && value !== ''))

function checkBatch(count: number): void {
  const fields = new Fields().within('input')
  if (count === 0) fields.fault('lines', 'REQUIRED', { zh: '至少要有一条', en: 'needs at least one line' })
  if (count > BATCH_MAX)
    fields.fault('lines', 'TOO_MANY', { zh: `一次最多 ${BATCH_MAX} 条`, en: `takes at most ${BATCH_MAX} at once` })
  fields.check()
}

function checkRun(count: number): void {
  if (count <= LINES_MAX) return
  const fields = new Fields().within('input')
  fields.fault('lines', 'TOO_MANY', { zh: `一次对账最多 ${LINES_MAX} 条`, en: `takes at most ${LINES_MAX} in one run` })
  fields.check()
}

/** Says that all lines have come; the comparison begins. */
export async function finishReconciliation(context: Context, requestId: string, id: string): Promise<Reconciliation> {
  const asked = { requestId, operation: 'finishReconciliation', input: { run: id } }
  await changeRun(context, asked, id, async (tx, run, at) => {
    if (run.kind !== 'LINES' || (run.state !== 'OPEN' && run.state !== 'READING')) throw reconciliationIs(run.state)
    if (run.expected !== null && run.expected !== run.lines) throw linesMissing(run.expected, run.lines)
    await beginComparison(tx, id, at)
    return null
  })
  return reconciliation(context, id)
}

const CANCELLED = { code: 'CANCELLED', text: { zh: '已取消', en: 'was cancelled' }, problems: [] }

/** Gives a run up that is under way. */
export async function cancelReconciliation(context: Context, requestId: string, id: string): Promise<Reconciliation> {
  const asked = { requestId, operation: 'cancelReconciliation', input: { run: id } }
  await changeRun(context, asked, id, async (tx, run, at) => {
    if ((await failRun(tx, { id }, { failure: CANCELLED, at })) === null) throw reconciliationIs(run.state)
    return null
  })
  return reconciliation(context, id)
}

/** Changes a run of the calling institution, once for each request. */
function changeRun<T>(
  context: Context,
  asked: { readonly requestId: string; readonly operation: string; readonly input: unknown },
  id: string,
  work: (tx: Tx, run: Reconciliation, at: Temporal.Instant) => Promise<T>,
): Promise<T> {
  const identity = context.institution()
  const at = context.now()
  return once(context.db, { ...asked, identity, now: at }, async (tx) => {
    const run = uuidFault(id) === null ? await findReconciliation(tx, id) : null
    if (run === null || run.institution !== identity.institution) throw noReconciliation()
    return work(tx, run, at)
  })
}
