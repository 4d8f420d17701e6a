import { expect, test } from 'vitest'
import { safeCell } from './import-report.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['a,b', '"a,b"'],
  ['说"引号"', '"说""引号"""'],
  ['=a,b', `"'=a,b"`],
  ['hilist_code', 'hilist_code'],
])('%j is written as %j, which no spreadsheet computes', (text, cell) => expect(safeCell(text)).toBe(cell))
