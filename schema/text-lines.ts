import type { Text } from './rejection.ts'

export type Encoding = 'utf-8' | 'gb18030'

/** The file as a whole cannot be read; nothing of it was taken. */
export class UnreadableFile extends Error {
  readonly text: Text
  readonly code: string
  constructor(text: Text, code = 'UNREADABLE_FILE') {
    super(text.en)
    this.text = text
    this.code = code
  }
}

/** Longer than any line can be; bounds the memory a wrong file takes. */
const LINE_MAX = 1024 * 1024

const SIGNATURES: readonly { bytes: readonly number[]; zh: string; en: string }[] = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    zh: '这是 Excel 工作簿或压缩包，请另存为 CSV 或解压',
    en: 'this is an Excel workbook or an archive; save it as CSV or unpack it',
  },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    zh: '这是 Excel 工作簿，请另存为 CSV',
    en: 'this is an Excel workbook; save it as CSV',
  },
  { bytes: [0x1f, 0x8b], zh: '这是压缩文件，请先解压', en: 'this is a compressed file; unpack it first' },
  { bytes: [0xff, 0xfe], zh: '编码为 UTF-16，请另存为 UTF-8', en: 'the file is UTF-16; save it as UTF-8' },
  { bytes: [0xfe, 0xff], zh: '编码为 UTF-16，请另存为 UTF-8', en: 'the file is UTF-16; save it as UTF-8' },
]

/** Throws UnreadableFile when the first bytes of a file are those of something that is no text. */
export function checkSignature(start: Uint8Array): void {
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte))
  if (found !== undefined) throw new UnreadableFile({ zh: found.zh, en: found.en })
}

/**
 * Which of the two encodings the file has. It is read once to the end, since the first Chinese character may stand far
 * down. A file of UTF-8 with a few damaged bytes stays UTF-8, and the damaged rows are reported; read as GB18030 it
 * would become other characters without a word.
 */
export async function encodingOf(chunks: AsyncIterable<Uint8Array>): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8')
  let broken = 0
  let whole = 0
  const count = (text: string) => {
    broken += text.split('\uFFFD').length - 1
    whole += text.match(/[\u0080-\uFFFC]/g)?.length ?? 0
  }
  for await (const chunk of chunks) count(decoder.decode(chunk, { stream: true }))
  count(decoder.decode())
  return broken === 0 || broken * 4 < whole ? 'utf-8' : 'gb18030'
}

/** The lines of a file, as many at a time as a chunk holds, with the bytes read so far. The last one ends it. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<{ lines: string[]; bytes: number; ended: boolean }> {
  const decoder = new TextDecoder(encoding)
  let rest = ''
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    const text = rest + decoder.decode(chunk, { stream: true })
    const lines = text.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > LINE_MAX)
      throw new UnreadableFile({ zh: '没有换行，不是 CSV', en: 'it has no line breaks; this is no CSV' })
    yield { lines, bytes, ended: false }
  }
  rest += decoder.decode()
  yield { lines: rest === '' ? [] : [rest.replace(/\r$/, '')], bytes, ended: true }
}
