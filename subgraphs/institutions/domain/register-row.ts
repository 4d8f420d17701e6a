import { before, parseDay } from '@yibao/schema/dates'
import { problemAt, type Fault } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'

/** Rows of one upload. */
export const ROWS_MAX = 500

export const ROW_STATES = ['ACCEPTED', 'KNOWN', 'REJECTED'] as const

/**
 * What became of one row of an upload: taken in, known with the same content, or given back with the reasons. Which row is
 * said by the place: what a client sent as a code may be a text no database keeps.
 */
export interface RowOutcome {
  readonly state: (typeof ROW_STATES)[number]
  readonly problems: readonly Problem[]
}

/** @throws InvalidInput for an upload without rows or with too many */
export function checkRows(rows: readonly unknown[], path: string): void {
  if (rows.length > 0 && rows.length <= ROWS_MAX) return
  const message = { zh: `应有 1 至 ${ROWS_MAX} 条`, en: `must have 1 to ${ROWS_MAX} rows` }
  throw InvalidInput.of([{ path, code: 'ROWS', message }])
}

const DAY: Fault = { code: 'DATE', message: { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' } }

/** Reads the fields of one row and gathers what is wrong with them. */
export class RowReader {
  readonly problems: Problem[] = []
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  fault(field: string, fault: Fault | null): void {
    if (fault !== null) this.problems.push(problemAt(`${this.#path}.${field}`, fault))
  }

  text(field: string, value: string, limits: { min: number; max: number }): string {
    const text = value.trim()
    this.fault(field, textFault(text, limits))
    return text
  }

  optional(field: string, value: string | null | undefined, max: number): string | null {
    const text = this.text(field, value ?? '', { min: 0, max })
    return text === '' ? null : text
  }

  /** The first and the last day of a row; the epoch stands for a first day that is none. */
  period(row: { readonly beginOn: string; readonly endOn?: string | null | undefined }) {
    const beginOn = parseDay(row.beginOn)
    const endOn = row.endOn == null ? null : parseDay(row.endOn)
    if (beginOn === null) this.fault('beginOn', DAY)
    if (endOn === null && row.endOn != null) this.fault('endOn', DAY)
    if (beginOn !== null && endOn !== null && before(endOn, beginOn)) this.fault('endOn', REVERSED)
    return { beginOn: beginOn ?? EPOCH, endOn }
  }
}

const EPOCH = Temporal.PlainDate.from('1970-01-01')

const REVERSED: Fault = {
  code: 'DATES_REVERSED',
  message: { zh: '结束日期早于开始日期', en: 'is before beginOn' },
}

interface Row {
  readonly code: string
}

/** A row as it was read, with what is wrong with it. */
export interface ReadRow<T extends Row> {
  readonly row: T
  readonly problems: readonly Problem[]
}

/**
 * What becomes of each row of an upload: a code counts once in it, what is known with the same content is left alone, and
 * what is known otherwise is changed by its own mutation, never by an upload sent twice.
 */
export function sortRows<T extends Row>(
  read: readonly ReadRow<T>[],
  path: string,
  known: (row: T) => 'SAME' | 'OTHER' | 'NEW',
): { readonly outcomes: RowOutcome[]; readonly added: T[] } {
  const seen = new Set<string>()
  const added: T[] = []
  const outcomes = read.map(({ row, problems }, i): RowOutcome => {
    const { code } = row
    const at = (fault: Fault): RowOutcome => ({
      state: 'REJECTED',
      problems: [...problems, problemAt(`${path}[${i}].code`, fault)],
    })
    if (seen.has(code)) return at(TWICE)
    seen.add(code)
    if (problems.length > 0) return { state: 'REJECTED', problems }
    const state = known(row)
    if (state === 'OTHER') return at(EXISTS)
    if (state === 'NEW') added.push(row)
    return { state: state === 'NEW' ? 'ACCEPTED' : 'KNOWN', problems: [] }
  })
  return { outcomes, added }
}

const TWICE: Fault = { code: 'CODE_TWICE', message: { zh: '本次上传中重复', en: 'stands in this upload twice' } }
const EXISTS: Fault = {
  code: 'EXISTS_OTHERWISE',
  message: { zh: '已登记且内容不同，请用变更', en: 'is registered with other content; change it instead' },
}
