import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { pageOf, readPage, type Page, type PageInput } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import type { DifferenceCause } from '../domain/reconciliation.ts'
import {
  addNote,
  findDifference,
  keyOfDifference,
  listDifferences,
  listNotes,
  listResolvingRuns,
  type Difference,
  type DifferenceNote,
} from '../store/reconciliation-differences.ts'
import { findReconciliation } from '../store/reconciliation.ts'

/** A difference as it is shown, with what is known of it since; asked for the whole page at once, and only when wanted. */
export interface ShownDifference extends Difference {
  note(): Promise<DifferenceNote | null>
  resolvedBy(): Promise<string | null>
}

interface Wanted extends PageInput {
  readonly cause?: Maybe<DifferenceCause>
}

/** A page of what a run found. What is shown of persons is noted. @throws InvalidInput */
export async function differencesOf(context: Context, runId: string, args: Wanted): Promise<Page<ShownDifference>> {
  const problems: Problem[] = []
  const { size, after } = readPage(args, (key) => /^\d{1,9}$/.test(key), problems)
  InvalidInput.throwIf(problems)
  const filter = {
    runId,
    ...(args.cause != null && { cause: args.cause }),
    ...(after !== null && { after: Number(after) }),
  }
  const rows = await context.read((tx) => listDifferences(tx, filter, size + 1))
  return pageOf(show(context, rows, size), size, (one) => String(one.place))
}

/** What lies beyond the page is not read by anybody. */
function show(context: Context, rows: readonly Difference[], size: number): ShownDifference[] {
  const page = rows.slice(0, size)
  for (const { insuredId } of page) if (insuredId !== null) context.noteRead(insuredId, 'reconciliation')
  let notes: Promise<Map<string, DifferenceNote>> | undefined
  let resolving: Promise<Map<string, string>> | undefined
  return rows.map((one) => ({
    ...one,
    async note() {
      notes ??= context.read((tx) => listNotes(tx, page))
      return (await notes).get(keyOfDifference(one)) ?? null
    },
    async resolvedBy() {
      resolving ??= context.read((tx) => listResolvingRuns(tx, page))
      return (await resolving).get(keyOfDifference(one)) ?? null
    },
  }))
}

/** What somebody of an institution says to a difference. */
export interface AcknowledgeInput {
  readonly run: string
  readonly place: number
  readonly note: string
}

/** Keeps what the institution says to a difference: it is known and dealt with. The latest word counts. */
export async function acknowledgeDifference(
  context: Context,
  requestId: string,
  input: AcknowledgeInput,
): Promise<ShownDifference> {
  const identity = context.institution()
  const fields = new Fields().within('input')
  fields.words('note', input.note, { max: 500 })
  fields.check()
  const at = context.now()
  const key = { runId: input.run, place: input.place }
  const asked = { identity, requestId, operation: 'acknowledgeDifference', input, now: at }
  await once(context.db, asked, async (tx) => {
    const run = uuidFault(input.run) === null ? await findReconciliation(tx, input.run) : null
    if (run === null || run.institution !== identity.institution) throw noDifference()
    if ((await findDifference(tx, key)) === null) throw noDifference()
    await addNote(tx, { ...key, id: context.newId(at), note: input.note, notedBy: callerOf(identity), notedAt: at })
    return null
  })
  const found = await context.read((tx) => findDifference(tx, key))
  const [shown] = found === null ? [] : show(context, [found], 1)
  if (shown === undefined) throw noDifference()
  return shown
}

const noDifference = () => NotFound.of({ zh: '该差异', en: 'the difference' }, 'input')
