import type { Tx } from '@yibao/drizzle/connect'
import type { Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import { line as normalLine } from '../domain/normal-form.ts'
import { LINES_MAX } from '../domain/read-lines.ts'
import { readUpload, type LineOutcome } from '../domain/upload-lines.ts'
import type { UploadLinesInput, Visit } from '../domain/visit.ts'
import { inState } from '../domain/visit-refusals.ts'
import { addLines, isBatchSettled, listRelated } from '../store/visit-lines.ts'
import { loadVisit } from './load-visit.ts'
import { changeOnce, type VisitChanged } from './visit-change.ts'
import { rulesFor } from './visit-rules.ts'

/** What an upload came to, line by line. */
export interface Upload {
  readonly visit: Visit
  readonly lines: readonly (LineOutcome & { readonly serial: string })[]
}

/** What of it is kept with the request: a letter for each line, and the problems of those given back. */
type Kept = { readonly states: string; readonly problems: { readonly [index: string]: readonly Problem[] } }

const LETTERS = { ACCEPTED: 'A', KNOWN: 'K', REJECTED: 'R' } as const
const STATES = { A: 'ACCEPTED', K: 'KNOWN', R: 'REJECTED' } as const

/**
 * Takes lines in while a visit runs (2204, 2301): each that is right is kept, each that is not comes back with the
 * reasons. A line that was taken in before with the same content is known and not taken in again.
 */
export async function uploadLines(context: Context, requestId: string, input: UploadLinesInput): Promise<Upload> {
  const { visit, chargeBatch, lines } = input
  const plain = { visit, chargeBatch, lines: lines.map(normalLine) }
  const asked = { requestId, operation: 'uploadLines', input: plain, visit }
  const kept = await changeOnce<Kept>(context, asked, async (tx, before, at) =>
    takeIn(context, tx, { before, input, at }),
  )
  return {
    visit: await loadVisit(context, visit),
    lines: lines.map(({ serial }, i) => ({
      serial,
      state: STATES[kept.states.charAt(i) as keyof typeof STATES],
      problems: kept.problems[i] ?? [],
    })),
  }
}

interface Taking {
  readonly before: Visit
  readonly input: UploadLinesInput
  readonly at: Temporal.Instant
}

async function takeIn(context: Context, tx: Tx, { before, input, at }: Taking): Promise<VisitChanged<Kept>> {
  if (before.state !== 'OPEN' && before.state !== 'DISCHARGED') throw inState(before)
  const chargeBatch = readBatch(before, input)
  const { catalogue, rules } = await rulesFor(context, before.pool)
  const { outcomes, lines } = readUpload(input.lines, {
    visit: before,
    now: at,
    chargeBatch,
    isBatchSettled: before.careKind === 'OUTPATIENT' && (await isBatchSettled(tx, before, chargeBatch ?? '')),
    stored: await related(tx, before, input),
    knowsItem: (code) => catalogue.codes.has(code),
    decimals: rules?.lineDecimals.value ?? null,
  })
  await addLines(tx, before, lines, at)
  const problems = outcomes.flatMap((one, i) => (one.problems.length === 0 ? [] : [[String(i), one.problems] as const]))
  const result = {
    states: outcomes.map(({ state }) => LETTERS[state]).join(''),
    problems: Object.fromEntries(problems),
  }
  return { after: lines.length === 0 ? null : { ...before, nextLine: before.nextLine + lines.length }, result }
}

/** Faults that concern the upload as a whole. @throws InvalidInput */
function readBatch({ careKind }: Visit, { chargeBatch, lines }: UploadLinesInput): string | null {
  const fields = new Fields()
  const batch =
    careKind === 'OUTPATIENT'
      ? fields.text('chargeBatch', chargeBatch, { max: 30, ascii: true })
      : fields.optional('chargeBatch', chargeBatch, { max: 30, ascii: true })
  if (lines.length === 0) fields.fault('lines', 'REQUIRED', { zh: '至少要有一条明细', en: 'needs at least one line' })
  if (lines.length > LINES_MAX)
    fields.fault('lines', 'TOO_MANY', { zh: `一次最多 ${LINES_MAX} 条`, en: `takes at most ${LINES_MAX} at once` })
  fields.check()
  return batch
}

/** Serials the database can have: what is none is a fault of its line. */
const isSerial = (text: string | null | undefined): text is string => /^[\x21-\x7e]{1,30}$/.test(text ?? '')

const related = (tx: Tx, visit: Visit, { lines }: UploadLinesInput) =>
  listRelated(tx, visit, {
    serials: lines.map((one) => one.serial).filter(isSerial),
    charges: [...new Set(lines.map((one) => one.refundOf).filter(isSerial))],
  })
