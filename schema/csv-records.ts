import { parse } from 'csv-parse/sync'
import type { Fault } from './ids.ts'
import { UnreadableFile } from './text-lines.ts'

/** One record of a file, with the number of the line it begins on (the header is line 1). */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
  /** The record cannot be read; its cells are empty. */
  readonly fault: Fault | null
}

/** A quoted field may hold line breaks, but a quote that was never closed must not swallow the rest of the file. */
const LINES_PER_RECORD_MAX = 20
const LINE_LENGTH_MAX = 64 * 1024

const QUOTE: Fault = {
  code: 'QUOTE',
  message: { zh: '引号未闭合或位置不对', en: 'has a quotation mark that is not closed or out of place' },
}
const TOO_LONG: Fault = { code: 'TOO_LONG', message: { zh: '一行过长', en: 'is too long' } }

const columnsFault = (found: number, width: number): Fault => ({
  code: 'COLUMNS',
  message: { zh: `有 ${found} 列，表头有 ${width} 列`, en: `has ${found} columns, the header has ${width}` },
})

const quotes = (line: string): number => line.split('"').length - 1

/**
 * Makes records out of lines as they come. A damaged record costs only its own line: reading goes on with the next
 * one, whatever its quotes look like. `first` is the number of the line it is given first.
 */
export function createRecordReader(delimiter: string, width: number, first = 2) {
  let pending: string[] = []
  let next = first

  const read = (text: string): string[][] | null => {
    try {
      return parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true })
    } catch {
      return null
    }
  }

  function one(text: string, line: number): CsvRecord | null {
    if (text.length > LINE_LENGTH_MAX) return { line, cells: [], fault: TOO_LONG }
    const parsed = read(text)
    if (parsed === null || parsed.length > 1) return { line, cells: [], fault: QUOTE }
    const cells = parsed[0] ?? []
    if (cells.every((cell) => cell.trim() === '')) return null
    return cells.length === width
      ? { line, cells, fault: null }
      : { line, cells: [], fault: columnsFault(cells.length, width) }
  }

  /** How many lines from `at` the record there takes; 0 when more lines must come first, -1 when it never closes. */
  function span(at: number, ended: boolean): number {
    let open = false
    for (let taken = 1; at + taken <= pending.length && taken <= LINES_PER_RECORD_MAX; taken += 1) {
      open = open !== (quotes(pending[at + taken - 1] ?? '') % 2 === 1)
      if (!open) return taken
    }
    return ended || pending.length - at >= LINES_PER_RECORD_MAX ? -1 : 0
  }

  /** Takes more lines and gives the records that are complete; `ended` says that no more will come. */
  function push(lines: readonly string[], ended: boolean): CsvRecord[] {
    pending = pending.length === 0 ? [...lines] : [...pending, ...lines]
    const records: CsvRecord[] = []
    let at = 0
    while (at < pending.length) {
      const taken = span(at, ended)
      if (taken === 0) break
      const line = next + at
      const record =
        taken === -1 ? { line, cells: [], fault: QUOTE } : one(pending.slice(at, at + taken).join('\n'), line)
      if (record !== null) records.push(record)
      at += taken > 1 && (record === null || record.fault === null) ? taken : 1
    }
    pending = pending.slice(at)
    next += at
    return records
  }

  return push
}

/** The cells of the first line of a file. @throws UnreadableFile when its quotation marks are out of place. */
export function headingsOf(line: string, delimiter: string): string[] {
  try {
    const [cells] = parse(line, { delimiter })
    return cells ?? []
  } catch {
    throw new UnreadableFile({ zh: '无法读取表头', en: 'the header cannot be read' })
  }
}
