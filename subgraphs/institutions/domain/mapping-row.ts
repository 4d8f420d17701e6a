import type { Problem } from '@yibao/schema/rejection'
import { cellsOf } from './cells.ts'
import { nationalName, type Column, type Header } from './header.ts'
import { readMapping, type Mapping } from './mapping.ts'

/** Which column says what. */
const COLUMN_OF: Readonly<Record<string, Column>> = {
  ownCode: 'ownCode',
  name: 'ownName',
  beginOn: 'beginOn',
  endOn: 'endOn',
  code: 'code',
  listType: 'listType',
  approvalNumber: 'approvalNumber',
  dosageForm: 'dosageForm',
  specification: 'specification',
  pack: 'pack',
  unit: 'unit',
  note: 'note',
}

/** Reads one row of a file of an institution's own codes. Paths are national names of columns, those of 3301. */
export function readMappingRow(
  row: readonly string[],
  header: Header,
): { readonly problems: readonly Problem[]; readonly mapping: Mapping | null } {
  const cells = cellsOf(row, header)
  if (row.some((cell) => cell.includes('\uFFFD'))) {
    cells.fault('ownName', 'ENCODING', '含有无法解码的字节', 'has bytes that cannot be decoded')
  }
  const [begin, end] = [cells.day('beginOn'), cells.day('endOn')]
  if (cells.problems.length > 0) return { problems: cells.problems, mapping: null }
  const texts = Object.fromEntries(Object.entries(COLUMN_OF).map(([field, column]) => [field, cells.text(column)]))
  const given = { ...texts, beginOn: begin?.toString() ?? '', endOn: end?.toString() ?? null }
  const { problems, mapping } = readMapping({ ownCode: '', name: '', ...given })
  return {
    problems: problems.map((one) => ({
      ...one,
      path: one.path === 'code' ? 'med_list_codg' : nationalName(COLUMN_OF[one.path] ?? 'ownCode'),
    })),
    mapping,
  }
}
