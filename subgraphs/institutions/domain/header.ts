import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { ImportKind } from './import-job.ts'

/** Names a column may have in a file; the first is the national field name, which reports use. */
const NAMES = {
  code: ['hilist_code', 'med_list_codg', '医保目录编码', '医疗目录编码', '目录编码', '国家编码', '编码', 'code'],
  name: ['hilist_name', '医保目录名称', '目录名称', '项目名称', '药品名称', '名称', 'name'],
  listType: ['list_type', '目录类别', 'list type'],
  chargeType: ['med_chrgitm_type', '医疗收费项目类别', '收费项目类别', '收费类别', 'charge type'],
  class: ['chrgitm_lv', '收费项目等级', '甲乙丙', '类别', '等级', 'class'],
  restricted: ['lmt_used_flag', '限制使用标志', '限制使用', 'restricted'],
  beginOn: ['begndate', '开始日期', '生效日期', 'begin'],
  endOn: ['enddate', '结束日期', '失效日期', 'end'],
  pool: ['poolarea_no', '统筹区', '统筹区编码', 'pool'],
  essential: ['bas_medn_flag', '基本药物标志', '基本药物', 'essential'],
  negotiated: ['hi_nego_drug_flag', '医保谈判药品标志', '谈判药品', 'negotiated'],
  paediatric: ['chld_medc_flag', '儿童用药标志', '儿童用药', 'paediatric'],
  special: ['list_sp_item_flag', '目录特项标志', '特项', 'special'],
  valid: ['vali_flag', '有效标志', 'valid'],
  dosageForm: ['dosform', '剂型', 'dosage form'],
  specification: ['spec', '规格', 'specification'],
  unit: ['prcunt', '计价单位', '单位', 'unit'],
  note: ['memo', '备注', '限定支付范围', 'note'],
  pinyin: ['pinyin', '拼音助记码', '拼音'],
  ratio: ['selfpay_prop', '自付比例', '先行自付比例', 'ratio'],
  personClass: ['selfpay_prop_psn_type', '医保目录自付比例人员类别', '人员类别', 'person class'],
  ratioKind: ['selfpay_prop_type', '目录自付比例类别'],
  price: ['hilist_pric_uplmt_amt', 'pric_uplmt_amt', '医保目录定价上限金额', '定价上限金额', '限价', 'ceiling'],
  over: ['overlmt_dspo_way', '医保目录超限处理方式', '超限处理方式', 'over'],
  level: ['hosp_lv', '医院等级', '机构等级', 'level'],
  ownCode: ['fixmedins_hilist_id', '医药机构目录编码', '定点医药机构目录编码', '院内编码', '机构内编码', 'own code'],
  ownName: ['fixmedins_hilist_name', '医药机构目录名称', '定点医药机构目录名称', '院内名称', '机构内名称', 'own name'],
  approvalNumber: ['aprvno', '批准文号', 'approval number'],
  pack: ['pacspec', '包装规格', 'pack'],
} as const

export type Column = keyof typeof NAMES

const REQUIRED: Record<ImportKind, readonly Column[]> = {
  CATALOGUE: ['code', 'name', 'class', 'beginOn'],
  SELF_PAY: ['code', 'ratio', 'beginOn'],
  CEILINGS: ['code', 'price', 'beginOn'],
  MAPPING: ['ownCode', 'ownName', 'beginOn'],
}

const isColumn = (name: string): name is Column => name in NAMES

const BY_NAME: ReadonlyMap<string, Column> = new Map(
  Object.keys(NAMES)
    .filter(isColumn)
    .flatMap((column) => NAMES[column].map((name) => [name, column] as const)),
)

/** The national field name of a column. */
export const nationalName = (column: Column): string => NAMES[column][0]

/** A heading as people write it: spaces around, capitals, a remark in brackets behind. */
const plain = (cell: string): string =>
  cell
    .trim()
    .toLowerCase()
    .replace(/\s*[(（].*[)）]$/, '')

/** The delimiter of a file, by what makes most of its first line into known headings. */
export function delimiterOf(firstLine: string): ',' | '\t' | ';' {
  const known = (delimiter: string) =>
    firstLine.split(delimiter).filter((cell) => BY_NAME.has(plain(cell.replaceAll('"', '')))).length
  return ([',', '\t', ';'] as const).reduce((best, one) => (known(one) > known(best) ? one : best))
}

export interface Header {
  /** Where each known column stands. */
  readonly at: ReadonlyMap<Column, number>
  readonly width: number
  /** How many headings are not known and were left aside. */
  readonly ignored: number
}

/** Reads the headings of a file; throws InvalidInput naming each column that is missing or there twice. */
export function readHeader(cells: readonly string[], kind: ImportKind): Header {
  const at = new Map<Column, number>()
  const problems: Problem[] = []
  for (const [index, cell] of cells.entries()) {
    const column = BY_NAME.get(plain(cell))
    if (column === undefined) continue
    if (at.has(column)) {
      const message = { zh: '该列出现两次', en: 'stands twice in the header' }
      problems.push({ path: nationalName(column), code: 'COLUMN_TWICE', message })
    }
    at.set(column, index)
  }
  for (const column of REQUIRED[kind].filter((one) => !at.has(one))) {
    const names = NAMES[column].join(' / ')
    const message = { zh: `缺少该列，可用的列名：${names}`, en: `is missing; names it may have: ${names}` }
    problems.push({ path: nationalName(column), code: 'COLUMN_MISSING', message })
  }
  InvalidInput.throwIf(problems)
  return { at, width: cells.length, ignored: cells.length - at.size }
}
