import { createReadStream } from 'node:fs'
import type { Database } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { createRecordReader, headingsOf, type CsvRecord } from '@yibao/schema/csv-records'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'
import { encodingOf, linesOf, type Encoding } from '@yibao/schema/text-lines'
import { readRow } from '../domain/catalogue-row.ts'
import type { Ceiling, Item, SelfPay } from '../domain/catalogue.ts'
import { delimiterOf, nationalName, readHeader, type FileKind, type Header } from '../domain/header.ts'
import {
  ceilingRow,
  itemRow,
  mergeStaged,
  openStaging,
  selfPayRow,
  stage,
  unstage,
  type Merged,
  type Staged,
  type Unstaged,
} from '../store/import.ts'
import { createReport, type BadRow } from './import-report.ts'
import { inspect } from './read-text.ts'

export interface ImportOptions {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly file: string
  readonly kind: FileKind
  /** Pool of rows that name none; null makes catalogue rows valid in the whole country. */
  readonly pool: string | null
  /** Where the bad rows are written. */
  readonly reportFile: string
  readonly progress?: (state: { rows: number; bytes: number; bytesTotal: number }) => void
}

export interface ImportSummary extends Merged {
  readonly encoding: Encoding
  /** Rows with something in them, without the header. */
  readonly rows: number
  readonly bad: number
  /** How often each fault occurred, by code. */
  readonly faults: Readonly<Record<string, number>>
  /** Columns whose heading is not known; their cells were left aside. */
  readonly ignoredColumns: number
  /** The last line has no line break: the file may have been cut off. */
  readonly mayBeTruncated: boolean
}

const ROWS_PER_BATCH = 1000

/**
 * Takes a CSV file into the catalogue: every good row, in one transaction, and a report of each bad row beside it.
 * Memory does not grow with the file. The same file again changes nothing and leaves the version as it is.
 *
 * @throws UnreadableFile or InvalidInput when the file as a whole is not of the kind; nothing is changed then.
 */
export async function importCatalogue(options: ImportOptions): Promise<ImportSummary> {
  const { db, file, pool } = options
  const poolFault = pool === null ? null : divisionFault(pool)
  if (poolFault !== null) throw InvalidInput.of([problemAt('pool', poolFault)])
  const bytesTotal = await inspect(file)
  const encoding = await encodingOf(createReadStream(file))
  const report = createReport(options.reportFile)
  try {
    return await db.hot.begin(async (tx) => {
      await openStaging(tx)
      const intake = createIntake(options, tx, report)
      for await (const part of linesOf(createReadStream(file), encoding)) {
        await intake.take(part.lines, part.ended)
        options.progress?.({ rows: intake.rows(), bytes: part.bytes, bytesTotal })
      }
      await report.finish()
      const merged = await mergeStaged(tx, options.clock())
      return { ...merged, encoding, ...intake.summary() }
    })
  } finally {
    await report.close()
  }
}

/** What happens to the lines of one file, from the header to the staging tables. */
function createIntake(
  { kind, pool }: ImportOptions,
  tx: Statements,
  report: { add(rows: readonly BadRow[]): Promise<void> },
) {
  let header: Header | null = null
  let read: ReturnType<typeof createRecordReader> | null = null
  let rows = 0
  let bad = 0
  let mayBeTruncated = false
  const faults: Record<string, number> = {}

  async function reject(rejected: readonly BadRow[]): Promise<void> {
    bad += rejected.length
    for (const { code } of rejected.flatMap((row) => row.problems)) faults[code] = (faults[code] ?? 0) + 1
    await report.add(rejected)
  }

  async function takeRecords(records: readonly CsvRecord[], known: Header): Promise<void> {
    const rejected: BadRow[] = []
    const items: Staged<Item>[] = []
    const selfPays: Staged<SelfPay>[] = []
    const ceilings: Staged<Ceiling>[] = []
    for (const { line, cells, fault } of records) {
      const entries = fault === null ? readRow(kind, cells, known, pool) : null
      const problems = entries?.problems ?? (fault === null ? [] : [problemAt('', fault)])
      if (problems.length > 0) rejected.push({ line, problems })
      if (entries?.item != null) items.push({ line, value: entries.item })
      if (entries?.selfPay != null) selfPays.push({ line, value: entries.selfPay })
      if (entries?.ceiling != null) ceilings.push({ line, value: entries.ceiling })
    }
    const unstaged = [
      ...(await stage(tx, 'catalogue_item', items.map(itemRow))),
      ...(await stage(tx, 'self_pay', selfPays.map(selfPayRow))),
      ...(await stage(tx, 'ceiling', ceilings.map(ceilingRow))),
    ]
    const refused = repeatedOrUnknown(unstaged, [...items, ...selfPays, ...ceilings])
    await unstage(
      tx,
      refused.map(({ line }) => line),
    )
    rows += records.length
    await reject([...rejected, ...refused].toSorted((a, b) => a.line - b.line))
  }

  async function take(lines: readonly string[], ended: boolean): Promise<void> {
    let body = lines
    if (header === null || read === null) {
      const [first, ...rest] = lines
      if (first === undefined && !ended) return
      const delimiter = delimiterOf(first ?? '')
      header = readHeader(headingsOf(first ?? '', delimiter), kind)
      read = createRecordReader(delimiter, header.width)
      body = rest
    }
    if (ended) mayBeTruncated = lines.length > 0
    const records = read(body, ended)
    const last = records.at(-1)
    if (mayBeTruncated && last?.fault?.code === 'COLUMNS') records.splice(-1, 1, { ...last, fault: TRUNCATED })
    for (let at = 0; at < records.length; at += ROWS_PER_BATCH) {
      await takeRecords(records.slice(at, at + ROWS_PER_BATCH), header)
    }
  }

  const summary = () => ({ rows, bad, faults, ignoredColumns: header?.ignored ?? 0, mayBeTruncated })
  return { take, summary, rows: () => rows }
}

/**
 * A row is refused when its code is unknown, when it contradicts an earlier row of the same key, or when it says
 * nothing new. A row that repeats an item to give it a ratio for one more person class is good.
 */
function repeatedOrUnknown(unstaged: readonly Unstaged[], entries: readonly { line: number }[]): BadRow[] {
  const given = Map.groupBy(entries, (entry) => entry.line)
  return [...Map.groupBy(unstaged, (one) => one.line)].flatMap(([line, missing]) => {
    const worst = missing.find((one) => !one.same) ?? missing[0]
    if (worst === undefined || (worst.same && missing.length < (given.get(line)?.length ?? 0))) return []
    const fault = worst.earlier === null ? UNKNOWN_CODE : repeats(worst.earlier)
    return [{ line, problems: [problemAt(nationalName('code'), fault)] }]
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
