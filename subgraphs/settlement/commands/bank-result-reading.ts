import { createHash } from 'node:crypto'
import { createRecordReader, type CsvRecord } from '@yibao/schema/csv-records'
import { InvalidInput, type Text } from '@yibao/schema/rejection'
import { UnreadableFile } from '@yibao/schema/text-lines'
import { answerOf, RESULT_COLUMNS, resultProblems, type BankAnswer } from '../domain/bank-file.ts'

/** A result of the bank, as text or as a document. It is read twice: whether it is whole, and then row by row. */
export interface ResultFile {
  /** The field that gives it. */
  readonly path: 'file' | 'document'
  open(): Promise<AsyncIterable<Uint8Array>>
}

/** A batch has some thousand rows; whatever has many more lines is no answer to one. */
const LINES_MAX = 100_000
const LINE_BYTES_MAX = 64 * 1024
const LF = 0x0a

/** Throws InvalidInput unless a file is whole, unchanged, and the answer to the batch. Answers the digest of its rows. */
export async function checkBankResult(file: ResultFile, batch: string): Promise<string> {
  try {
    const reading = recordsOf(file)
    let [rows, hasOther] = [0, false]
    for (let next = await reading.next(); ; next = await reading.next()) {
      if (next.done === true) {
        const { trailer, digest } = next.value
        InvalidInput.throwIf(resultProblems(file.path, { trailer, rows, hasOther, digest, batch }))
        return digest
      }
      rows += next.value.length
      hasOther ||= next.value.some(({ cells }) => cells[0] !== 'D')
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw fault(file, error.code, error.text)
    throw error
  }
}

/** The answers of a file that was checked, some at a time. */
export async function* bankAnswers(file: ResultFile): AsyncGenerator<readonly BankAnswer[]> {
  for await (const records of recordsOf(file)) yield records.map(({ line, cells }) => answerOf(line, cells))
}

interface End {
  readonly trailer: readonly string[]
  /** SHA-256 of everything before the trailer. */
  readonly digest: string
}

/** The rows of a file as they are read; at the end its trailer. No more than a piece of the file is held. */
async function* recordsOf(file: ResultFile): AsyncGenerator<readonly CsvRecord[], End> {
  const hash = createHash('sha256')
  const push = createRecordReader(',', RESULT_COLUMNS.length)
  let seen = 0
  // The last line that is not blank and blank ones after it: at the end that line is the trailer.
  let held: Buffer[] = []
  const take = (lines: readonly Buffer[]): CsvRecord[] => {
    for (const line of lines) hash.update(line)
    const texts = lines.map((line) => textOf(file, line))
    if (seen === 0 && texts.shift() !== RESULT_COLUMNS.join(',')) throw fault(file, 'HEADER', HEADER)
    seen += lines.length
    if (seen > LINES_MAX) throw fault(file, 'TOO_LONG', TOO_MANY)
    return push(texts, false)
  }
  for await (const lines of linesOf(file)) {
    held.push(...lines)
    const last = held.findLastIndex((line) => !isBlank(line))
    if (last > 0) {
      yield take(held.slice(0, last))
      held = held.slice(last)
    }
    if (held.length > LINES_MAX) throw fault(file, 'TOO_LONG', TOO_MANY)
  }
  const [trailer] = held
  if (seen === 0 || trailer === undefined) throw fault(file, 'HEADER', HEADER)
  const ended = push([textOf(file, trailer)], true)
  yield ended.slice(0, -1)
  return { trailer: ended.at(-1)?.cells ?? [], digest: hash.digest('hex') }
}

/** The lines of a file with their ends, as many at a time as a piece of it holds. */
async function* linesOf(file: ResultFile): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of await file.open()) {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece])
    const lines: Buffer[] = []
    let from = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      lines.push(bytes.subarray(from, end + 1))
      from = end + 1
    }
    rest = bytes.subarray(from)
    if (rest.length > LINE_BYTES_MAX) throw fault(file, 'TOO_LONG', LINE_TOO_LONG)
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [rest]
}

const isBlank = (line: Buffer): boolean => line.length < 8 && line.toString('latin1').trim() === ''

/** A line without its end. */
function textOf(file: ResultFile, line: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)
    return text.replace(/\r?\n$/, '')
  } catch {
    throw fault(file, 'ENCODING', ENCODING)
  }
}

const fault = ({ path }: ResultFile, code: string, message: Text): InvalidInput =>
  InvalidInput.of([{ path, code, message }])

const COLUMNS = RESULT_COLUMNS.join(',')
const HEADER: Text = { zh: `首行应为 ${COLUMNS}`, en: `must begin with ${COLUMNS}` }
const ENCODING: Text = { zh: '不是 UTF-8 编码', en: 'is not UTF-8' }
const LINE_TOO_LONG: Text = { zh: '有过长的行', en: 'has a line that is too long' }
const TOO_MANY: Text = { zh: `超过 ${LINES_MAX} 行`, en: `has more than ${LINES_MAX} lines` }
