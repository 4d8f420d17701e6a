import { parseDay } from '@yibao/schema/dates'
import { parseRate, parseUnitPrice, type Rate, type UnitPrice } from '@yibao/schema/money'
import type { Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { nationalName, type Column, type Header } from './header.ts'

const FLAGS: Record<string, boolean> = { 1: true, 0: false, '': false, 是: true, 否: false, y: true, n: false }

/** A day as spreadsheets write it: 2025-01-01, 2025/1/1, 20250101, with or without midnight. */
function spreadsheetDay(text: string): Temporal.PlainDate | null {
  const match = /^(\d{4})([-/]?)(\d{1,2})\2(\d{1,2})(?: 0?0:00(?::00)?)?$/.exec(text)
  if (match === null) return null
  const [, year = '', separator, month = '', day = ''] = match
  if (separator === '' && month.length + day.length !== 4) return null
  return parseDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
}

/**
 * The cells of one row by column name, read into values. Every fault becomes a problem whose path is the national
 * name of the column; the reader then returns null and goes on, so that one pass finds all faults of the row.
 */
export function cellsOf(cells: readonly string[], header: Header) {
  const problems: Problem[] = []
  const text = (column: Column): string => cells[header.at.get(column) ?? -1]?.trim() ?? ''
  const fault = (column: Column, code: string, zh: string, en: string): null => {
    problems.push({ path: nationalName(column), code, message: { zh, en } })
    return null
  }
  const missing = (column: Column) => fault(column, 'REQUIRED', '不能为空', 'is required')

  function words(column: Column, max: number): string | null {
    const value = text(column)
    if (value === '') return null
    const wrong = textFault(value, { min: 1, max })
    if (wrong === null) return value
    return fault(column, wrong.code, wrong.message.zh, wrong.message.en)
  }

  function day(column: Column): Temporal.PlainDate | null {
    const value = text(column)
    // 9999-12-31 is how many systems write "until further notice".
    if (value === '' || value.startsWith('9999')) return null
    return spreadsheetDay(value) ?? fault(column, 'DATE', '不是有效日期，应如 2025-01-01', 'is no day like 2025-01-01')
  }

  function flag(column: Column): boolean {
    const value = FLAGS[text(column).toLowerCase()]
    return value ?? fault(column, 'FLAG', '应为 1/0 或 是/否', 'must be 1 or 0') ?? false
  }

  /** The value a word stands for; a word that is not in the table is a fault. */
  function choice<T>(column: Column, table: Readonly<Record<string, T>>, expected: string): T | null {
    const value = table[text(column).toUpperCase()]
    return value === undefined ? fault(column, 'VALUE', `应为 ${expected}`, `must be one of ${expected}`) : value
  }

  function ratio(column: Column): Rate | null {
    const value = parseRate(text(column))
    if (value === null)
      return fault(
        column,
        'RATIO',
        '应为最多四位小数的比例，如 0.05',
        'must be a ratio with at most four decimals, like 0.05',
      )
    if (value < 0n || value > 10_000n)
      return fault(column, 'RATIO_RANGE', '比例应在 0 与 1 之间', 'must be between 0 and 1')
    return value
  }

  function price(column: Column): UnitPrice | null {
    const value = parseUnitPrice(text(column))
    if (value === null)
      return fault(column, 'PRICE', '应为最多六位小数的金额', 'must be a price in yuan with at most six decimals')
    if (value <= 0n) return fault(column, 'PRICE_RANGE', '应大于 0', 'must be more than zero')
    return value
  }

  return { problems, text, fault, missing, words, day, flag, choice, ratio, price }
}

export type Cells = ReturnType<typeof cellsOf>
