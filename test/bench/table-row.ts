/** What it is, what was measured, what it should be, and whether it is; null when nothing can be said. */
export type Row =
  | readonly [name: string, measured: string]
  | readonly [name: string, measured: string, target: string, isMet: boolean | null]

/** Rows under each other; those with a target say whether it is met. */
export function formatRow(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  const measured = Math.max(...rows.filter((row) => row.length === 4).map(([, text]) => text.length), 0)
  return rows
    .map(([name, text, target, isMet]) => {
      const start = `${name.padEnd(width)}  ${text}`
      if (target === undefined) return start
      const verdict = isMet === null || isMet === undefined ? '' : isMet ? '  met' : '  NOT MET'
      return `${start.padEnd(width + 2 + measured)}  target ${target}${verdict}`
    })
    .join('\n')
}
