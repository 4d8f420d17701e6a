import { open, type FileHandle } from 'node:fs/promises'
import type { Problem } from '@yibao/schema/rejection'

export interface BadRow {
  readonly line: number
  readonly problems: readonly Problem[]
}

/** A cell no spreadsheet takes for a formula: a leading =, +, -, @, tab or return is disarmed by an apostrophe. */
export function safeCell(text: string): string {
  const disarmed = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(disarmed) ? `"${disarmed.replaceAll('"', '""')}"` : disarmed
}

/**
 * The report of an import: one line for each fault, with line number and column. What stood in the cell is not
 * repeated, since the file may be one that should never have come here. It begins with a byte-order mark, without
 * which spreadsheets show the Chinese text as noise.
 */
export function createReport(file: string) {
  let handle: FileHandle | null = null
  const opened = async (): Promise<FileHandle> => {
    if (handle !== null) return handle
    handle = await open(file, 'w')
    await handle.write('\uFEFF行 line,列 column,代码 code,原因,reason\r\n')
    return handle
  }
  return {
    async add(rows: readonly BadRow[]): Promise<void> {
      const lines = rows.flatMap(({ line, problems }) =>
        problems.map(({ path, code, message }) =>
          [`${line}`, path, code, message.zh, message.en].map(safeCell).join(','),
        ),
      )
      if (lines.length > 0) await (await opened()).write(`${lines.join('\r\n')}\r\n`)
    },
    /** Leaves a report even when there was nothing to report, in place of that of an earlier try. */
    finish: async () => void (await opened()),
    close: async () => handle?.close(),
  }
}
