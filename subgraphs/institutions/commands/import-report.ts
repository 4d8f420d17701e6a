import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Statements } from '@yibao/drizzle/hot'
import type { BadRow } from '../domain/import-job.ts'
import { reportPieces } from '../store/import.ts'

// Begins with a byte-order mark, without which spreadsheets show the Chinese text as noise.
const HEAD = '\uFEFF行 line,列 column,代码 code,原因,reason\r\n'

/** A cell no spreadsheet takes for a formula: a leading =, +, -, @, tab or return is disarmed by an apostrophe. */
export function safeCell(text: string): string {
  const disarmed = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(disarmed) ? `"${disarmed.replaceAll('"', '""')}"` : disarmed
}

/**
 * What the report says of some rows, packed: one line for each fault, with line number and column. What stood in the cell
 * is not repeated, since the file may be one that should never have come here.
 */
export function packReport(rows: readonly BadRow[]): Buffer {
  const lines = rows.flatMap(({ line, problems }) =>
    problems.map(({ path, code, message }) => [`${line}`, path, code, message.zh, message.en].map(safeCell).join(',')),
  )
  return gzipSync(`${lines.join('\r\n')}\r\n`, { level: 1 })
}

/** The report of an import, piece by piece. */
export async function* reportOf(db: Statements, id: string): AsyncGenerator<Buffer> {
  yield Buffer.from(HEAD)
  for await (const piece of reportPieces(db, id)) yield gunzipSync(piece)
}

/** Writes the report into a file, also when there was nothing to report, in place of that of an earlier try. */
export const writeReport = (db: Statements, id: string, file: string): Promise<void> =>
  pipeline(Readable.from(reportOf(db, id)), createWriteStream(file))
