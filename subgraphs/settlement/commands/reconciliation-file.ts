import { createRecordReader, headingsOf, type CsvRecord } from '@yibao/schema/csv-records'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'
import { checkSignature, encodingOf, linesOf, UnreadableFile } from '@yibao/schema/text-lines'
import type { Services } from '../context.ts'
import { delimiterOfLines, readLineRecord, readLinesHeader, type LinesHeader } from '../domain/reconciliation-header.ts'
import { beginComparison, type ReconciliationFailure } from '../store/reconciliation.ts'
import type { RunToDo } from '../store/reconciliation-compare.ts'
import { stageLines, type NumberedLine, type UnreadableLine } from '../store/reconciliation-lines.ts'
import { BATCH_MAX, LINES_MAX } from './reconcile-lines.ts'
import { failReconciliation } from './reconciliation-end.ts'

type Working = Pick<Services, 'db' | 'clock'>

/** Opens the bytes of a file from the start. It is read twice: its encoding first. */
export type OpenFile = () => Promise<AsyncIterable<Uint8Array>>

/**
 * Reads the lines of a file into a run, batch by batch, each with the note how far it has come: whoever reads it again
 * after a process died begins after the last batch. Memory does not grow with the file. At the end the comparison begins.
 */
export async function readLinesFile(services: Working, run: RunToDo, open: OpenFile): Promise<void> {
  try {
    const read = await takeAll(services, run, open)
    if (read === null) return
    const missing = run.expected !== null && run.expected !== read.lines
    if (missing) return await failReconciliation(services, { id: run.id }, linesMissing(run.expected ?? 0, read.lines))
    await services.db.orm.transaction((tx) => beginComparison(tx, run.id, services.clock(), read.endsInLine))
  } catch (error) {
    const failure = failureOf(error)
    if (failure === null) throw error
    await failReconciliation(services, { id: run.id }, failure)
  }
}

/** Null when another process went on with the run meanwhile. */
async function takeAll(
  { db, clock }: Working,
  run: RunToDo,
  open: OpenFile,
): Promise<{ lines: number; endsInLine: boolean } | null> {
  const encoding = await encodingOf(checked(await open()))
  let position = run.lines
  let seen = 0
  let endsInLine = false
  for await (const records of recordsOf(linesOf(await open(), encoding))) {
    endsInLine = records.endsInLine
    for (let at = 0; at < records.records.length; at += BATCH_MAX) {
      const batch = records.records.slice(at, at + BATCH_MAX)
      const fresh = batch.slice(Math.max(0, position - seen))
      seen += batch.length
      if (fresh.length === 0) continue
      if (seen > LINES_MAX) throw new UnreadableFile(TOO_MANY)
      const read = readRecords(fresh, records.header)
      const taken = { runId: run.id, from: position, to: seen, ...read, at: clock() }
      if (!(await stageLines(db.hot, taken))) return null
      position = seen
    }
  }
  return { lines: seen, endsInLine }
}

const TOO_MANY = {
  zh: `超过 ${LINES_MAX} 行，请按日拆分`,
  en: `it has more than ${LINES_MAX} lines; send the days one by one`,
}

/** The same bytes; refuses what is no text. */
async function* checked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of chunks) {
    if (size === 0) checkSignature(chunk)
    size += chunk.length
    yield chunk
  }
  if (size === 0) throw new UnreadableFile({ zh: '文件为空', en: 'the file is empty' })
}

interface Records {
  readonly header: LinesHeader
  readonly records: readonly CsvRecord[]
  /** The file ends here, and its last line has no line break. */
  readonly endsInLine: boolean
}

async function* recordsOf(parts: ReturnType<typeof linesOf>): AsyncGenerator<Records> {
  let header: LinesHeader | null = null
  let push: ReturnType<typeof createRecordReader> | null = null
  for await (const { lines, ended } of parts) {
    let body = lines
    if (header === null || push === null) {
      const [first, ...rest] = lines
      if (first === undefined && !ended) continue
      const delimiter = delimiterOfLines(first ?? '')
      header = readLinesHeader(headingsOf(first ?? '', delimiter))
      push = createRecordReader(delimiter, header.width)
      body = rest
    }
    const records = push(body, ended)
    const last = records.at(-1)
    const endsInLine = ended && lines.length > 0
    // The last line has no line break and fewer columns than it should have.
    if (endsInLine && last?.fault?.code === 'COLUMNS') throw new UnreadableFile(CUT_OFF)
    yield { header, records, endsInLine }
  }
}

const CUT_OFF = {
  zh: '最后一行不完整，文件可能被截断',
  en: 'its last line is not complete: it may have been cut off',
}

function readRecords(records: readonly CsvRecord[], header: LinesHeader) {
  const lines: NumberedLine[] = []
  const unreadable: UnreadableLine[] = []
  for (const { line: number, cells, fault } of records) {
    const read = fault === null ? readLineRecord(cells, header) : { line: null, problems: [problemAt('', fault)] }
    if (read.line === null) unreadable.push({ number, problems: read.problems })
    else lines.push({ number, line: read.line })
  }
  return { lines, unreadable }
}

const linesMissing = (expected: number, found: number): ReconciliationFailure => ({
  code: 'LINES_MISSING',
  text: {
    zh: `应有 ${expected} 行，文件中有 ${found} 行，可能被截断`,
    en: `${expected} lines were announced and the file has ${found}: it may have been cut off`,
  },
  problems: [],
})

function failureOf(error: unknown): ReconciliationFailure | null {
  if (error instanceof UnreadableFile) return { code: error.code, text: error.text, problems: [] }
  if (!(error instanceof InvalidInput)) return null
  return { code: 'UNREADABLE_FILE', text: error.text, problems: error.problems }
}
