import type { Services } from '../context.ts'
import { documentReader } from './reconcile-file.ts'
import { failReconciliation, finishReconciled } from './reconciliation-end.ts'
import type { ReconciliationFailure } from '../store/reconciliation.ts'
import { compareStep, listRunsToDo, noteRunFailure, tidyRun, type RunToDo } from '../store/reconciliation-compare.ts'

/** Lines or settlements that are compared in one statement. */
const STEP = 10_000
/** A run of the worker ends after so long and the next begins at once, so that a process told to stop need not wait. */
const RUN_MS = 5_000
const FAILURES_MAX = 5
/** A run nobody sends lines of any more is given up. */
const IDLE = Temporal.Duration.from({ hours: 24 })

type Working = Pick<Services, 'db' | 'clock' | 'logger' | 'documents'>

interface Pace {
  readonly size?: number
  readonly milliseconds?: number
  /** Whether it is files that are read, or everything else that is done; both unless given. */
  readonly part?: 'FILES' | 'REST'
  /** Reads the lines of a file in; documents are read unless given, and without either files wait. */
  readonly readFile?: ((run: RunToDo) => Promise<void>) | undefined
}

/**
 * Goes on with every reconciliation that is under way, step by step in turn, for some seconds or until nothing is left to
 * do. Any process may do so, also several at once: each step is one statement that counts once.
 */
export async function advanceReconciliations(
  services: Working,
  { size = STEP, milliseconds = RUN_MS, part, readFile = readerOf(services) }: Pace = {},
): Promise<void> {
  const end = performance.now() + milliseconds
  const isMine = (run: RunToDo): boolean => {
    const isFile = run.kind === 'FILE' && run.state === 'READING'
    return isFile ? readFile !== undefined && part !== 'REST' : part !== 'FILES'
  }
  for (;;) {
    const all = await listRunsToDo(services.db.hot, services.clock().subtract(IDLE))
    const open = all.filter(isMine)
    if (open.length === 0) return
    for (const run of open) await advance(services, run, { size, readFile })
    if (performance.now() >= end) return
  }
}

/** Reads documents, where there are any. */
const readerOf = ({ documents, ...services }: Working): Pace['readFile'] =>
  documents === undefined ? undefined : documentReader(services, documents)

const ABANDONED: ReconciliationFailure = {
  code: 'ABANDONED',
  text: { zh: '24 小时没有收到明细，已放弃', en: 'no lines have come for 24 hours; it was given up' },
  problems: [],
}
const BROKEN: ReconciliationFailure = {
  code: 'PLATFORM',
  text: { zh: '平台故障，请重新发起', en: 'a fault of the platform; start it anew' },
  problems: [],
}

type Means = Required<Pick<Pace, 'size'>> & { readonly readFile: Pace['readFile'] | undefined }

/** One step of one run. What fails is tried again some times, by whoever comes next. */
async function advance(services: Working, run: RunToDo, means: Means): Promise<void> {
  const { db, logger } = services
  try {
    await step(services, run, means)
  } catch (error) {
    logger?.error({ err: error, run: run.id }, 'a reconciliation could not go on')
    if (run.failures + 1 < FAILURES_MAX) return noteRunFailure(db.hot, run)
    await failReconciliation(services, run, BROKEN)
  }
}

async function step(services: Working, run: RunToDo, { size, readFile }: Means): Promise<void> {
  const { db, clock } = services
  if (run.kind === 'FILE' && run.state === 'READING') return readFile?.(run)
  // Nobody has sent lines of it for long.
  if (run.state === 'OPEN' || run.state === 'READING') return failReconciliation(services, run, ABANDONED)
  if (run.state !== 'COMPARING') return tidyRun(db.hot, run.id, size)
  if (run.phase !== 'DONE') return compareStep(db.hot, { run, size, at: clock() })
  return finishReconciled(services, run)
}
