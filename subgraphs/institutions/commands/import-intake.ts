import type { Statements } from '@yibao/drizzle/hot'
import { createRecordReader, headingsOf, type CsvRecord } from '@yibao/schema/csv-records'
import { problemAt } from '@yibao/schema/ids'
import { readCatalogueRow } from '../domain/catalogue-row.ts'
import { delimiterOf, nationalName, readHeader, type Header } from '../domain/header.ts'
import type { BadRow, ImportJob } from '../domain/import-job.ts'
import { readMappingRow } from '../domain/mapping-row.ts'
import { stageRows, unstage, type StagedRow, type Unstaged } from '../store/import.ts'
import { ceilingRow, itemRow, mappingRow, selfPayRow } from '../store/import-targets.ts'

/** Some records of a file that are staged together, and which line they reach. */
export interface Batch {
  readonly records: readonly CsvRecord[]
  readonly position: number
  readonly bytes: number
  /** Nothing comes after it. */
  readonly ended: boolean
  readonly mayBeTruncated: boolean
}

/** What one row of a file says, as rows on their way into tables. A row with a problem says nothing. */
type ReadRow = (record: CsvRecord) => { readonly rows: readonly StagedRow[]; readonly problems: BadRow['problems'] }

const RECORDS = 1000

interface Lines {
  readonly lines: readonly string[]
  readonly bytes: number
  readonly ended: boolean
}

/** What the header says of a file, and its records in batches, from the line after `job.position` on. */
export interface Intake {
  readonly ignoredColumns: number
  readonly read: ReadRow
  /** Whether a row must have a code of the catalogue. */
  readonly mustBeKnown: boolean
  readonly batches: AsyncGenerator<Batch>
}

/** @throws InvalidInput or UnreadableFile when the header is not one of a file of the kind. */
export async function openIntake(job: ImportJob, source: AsyncIterable<Lines>): Promise<Intake> {
  const parts = source[Symbol.asyncIterator]()
  let first = await parts.next()
  while (first.done !== true && first.value.lines.length === 0 && !first.value.ended) first = await parts.next()
  const given: Lines = first.done === true ? { lines: [], bytes: 0, ended: true } : first.value
  const [head = '', ...rest] = given.lines
  const delimiter = delimiterOf(head)
  const header = readHeader(headingsOf(head, delimiter), job.kind)
  const from = Math.max(1, job.position)
  const push = createRecordReader(delimiter, header.width, from + 1)
  const stream = { push, first: { ...given, lines: rest }, parts, from }
  return {
    ignoredColumns: header.ignored,
    mustBeKnown: job.kind === 'SELF_PAY' || job.kind === 'CEILINGS',
    read: (record) =>
      record.fault === null ? readRecord(job, record, header) : { rows: [], problems: [problemAt('', record.fault)] },
    batches: batchesOf(stream),
  }
}

function readRecord(job: ImportJob, { line, cells }: CsvRecord, header: Header): ReturnType<ReadRow> {
  if (job.kind === 'MAPPING') {
    const { problems, mapping } = readMappingRow(cells, header)
    return { rows: mapping === null ? [] : [mappingRow(line, mapping)], problems }
  }
  const { item, selfPay, ceiling, problems } = readCatalogueRow(job.kind, cells, header, job)
  const rows = [
    ...(item === null ? [] : [itemRow(line, item)]),
    ...(selfPay === null ? [] : [selfPayRow(line, selfPay)]),
    ...(ceiling === null ? [] : [ceilingRow(line, ceiling)]),
  ]
  return { rows, problems }
}

interface Stream {
  readonly push: (lines: readonly string[], ended: boolean) => CsvRecord[]
  readonly first: Lines
  readonly parts: AsyncIterator<Lines>
  /** The last line that is not read again. */
  readonly from: number
}

/**
 * A batch reaches to the line before the next record, so the last record that is known waits for the next one: only
 * then is it certain how many lines it takes.
 */
async function* batchesOf({ push, first, parts, from }: Stream): AsyncGenerator<Batch> {
  let waiting: CsvRecord[] = []
  let seen = 1
  let part: Lines = first
  try {
    for (;;) {
      const skipped = Math.min(part.lines.length, Math.max(0, from - seen))
      seen += part.lines.length
      const mayBeTruncated = part.ended && part.lines.length > 0
      const records = push(part.lines.slice(skipped), part.ended)
      if (mayBeTruncated) markTruncated(records)
      waiting.push(...records)
      const { bytes, ended } = part
      // What comes last is given whole.
      for (let next = ended ? undefined : waiting[RECORDS]; next !== undefined; next = waiting[RECORDS]) {
        yield { records: waiting.slice(0, RECORDS), position: next.line - 1, bytes, ended, mayBeTruncated }
        waiting = waiting.slice(RECORDS)
      }
      if (ended) {
        yield { records: waiting, position: Math.max(from, seen), bytes, ended, mayBeTruncated }
        return
      }
      const more = await parts.next()
      part = more.done === true ? { lines: [], bytes, ended: true } : more.value
    }
  } finally {
    await parts.return?.()
  }
}

function markTruncated(records: CsvRecord[]): void {
  const last = records.at(-1)
  if (last?.fault?.code === 'COLUMNS') records.splice(-1, 1, { ...last, fault: TRUNCATED })
}

/** Stages the good rows of a batch and answers the bad ones. */
export async function stageBatch(
  tx: Statements,
  id: string,
  { read, mustBeKnown }: Intake,
  { records }: Batch,
): Promise<BadRow[]> {
  const rows: StagedRow[] = []
  const bad: BadRow[] = []
  for (const record of records) {
    const found = read(record)
    if (found.problems.length > 0) bad.push({ line: record.line, problems: found.problems })
    else rows.push(...found.rows)
  }
  const refused = repeatedOrUnknown(await stageRows(tx, id, rows, mustBeKnown), rows)
  await unstage(
    tx,
    id,
    refused.map(({ line }) => line),
  )
  return [...bad, ...refused].toSorted((a, b) => a.line - b.line)
}

/**
 * A row is refused when its code is unknown, when it contradicts an earlier row of the same key, or when it says
 * nothing new. A row that repeats an item to give it a ratio for one more person class is good.
 */
function repeatedOrUnknown(unstaged: readonly Unstaged[], rows: readonly StagedRow[]): BadRow[] {
  if (unstaged.length === 0) return []
  const given = Map.groupBy(rows, (row) => row.line)
  return [...Map.groupBy(unstaged, (one) => one.line)].flatMap(([line, missing]) => {
    const worst = missing.find((one) => !one.same) ?? missing[0]
    if (worst === undefined || (worst.same && missing.length < (given.get(line)?.length ?? 0))) return []
    const fault = worst.earlier === null ? UNKNOWN_CODE : repeats(worst.earlier)
    return [{ line, problems: [problemAt(nationalName(worst.target === 'mapping' ? 'ownCode' : 'code'), fault)] }]
  })
}

const TRUNCATED = {
  code: 'TRUNCATED',
  message: {
    zh: '最后一行不完整，文件可能被截断',
    en: 'is the last line and not complete; the file may have been cut off',
  },
}
const UNKNOWN_CODE = { code: 'UNKNOWN_CODE', message: { zh: '目录中没有该编码', en: 'is not in the catalogue' } }
const repeats = (line: number) => ({
  code: 'REPEATED_KEY',
  message: { zh: `与第 ${line} 行的键相同`, en: `has the same key as line ${line}` },
})
