/** Looks at a content piece by piece, as it streams by. */
export interface TextCheck {
  write(piece: Uint8Array): void
  /** What the text is; null when it is none. */
  end(): 'text/csv' | 'text/plain' | null
}

const ENCODINGS = ['utf-8', 'gb18030'] as const
const LINES = 5
const HEAD_CHARACTERS = 64 * 1024
// eslint-disable-next-line no-control-regex
const CONTROL = /[\0-\u0008\u000B\u000C\u000E-\u001F\u007F]/

/**
 * Tells whether bytes are text in UTF-8 or GB 18030, the two encodings in use, without control characters; and whether
 * it has columns: its first lines have the same number of commas, tabs or carets, at least one.
 */
export function checkText(): TextCheck {
  const decoders = ENCODINGS.map((name) => ({
    decoder: new TextDecoder(name, { fatal: true }),
    head: '',
    isText: true,
  }))

  function feed(piece: Uint8Array | undefined): void {
    for (const one of decoders) {
      if (!one.isText) continue
      try {
        const text = one.decoder.decode(piece, { stream: piece !== undefined })
        if (CONTROL.test(text)) one.isText = false
        if (one.head.length < HEAD_CHARACTERS) one.head += text
      } catch {
        one.isText = false
      }
    }
  }

  return {
    write: feed,
    end() {
      feed(undefined)
      const found = decoders.find((one) => one.isText)
      if (found === undefined) return null
      return hasColumns(found.head) ? 'text/csv' : 'text/plain'
    },
  }
}

function hasColumns(head: string): boolean {
  const lines = head.split(/\r?\n/).filter((line) => line !== '')
  const first = lines.slice(0, LINES)
  return [',', '\t', '^', '|'].some((separator) => {
    const counts = new Set(first.map((line) => line.replaceAll(/"[^"]*"/g, '').split(separator).length))
    return counts.size === 1 && !counts.has(1)
  })
}
