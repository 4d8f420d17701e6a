import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { readCatalogueRow } from './catalogue-row.ts'
import { delimiterOf, readHeader } from './header.ts'
import type { ImportKind } from './import-job.ts'

const HEAD = '编码,名称,甲乙丙,开始日期,结束日期,限制使用,先行自付比例,限价,超限处理方式,医院等级,统筹区'
const GOOD = 'XJ01CAA040A001010102699,阿莫西林片,乙,2025-01-01,,否,0.1,12.5,,,620200'

function rowOf(text: string, { kind = 'CATALOGUE', head = HEAD, pool = null }: Partial<Wanted> = {}) {
  return readCatalogueRow(kind, text.split(','), readHeader(head.split(','), kind), { pool })
}
interface Wanted {
  kind: ImportKind
  head: string
  pool: string | null
}

/** The good row with one column changed, as the faults it gives. */
const faults = (column: string, value: string, wanted?: Partial<Wanted>) => {
  const at = HEAD.split(',').indexOf(column)
  const row = GOOD.split(',').with(at, value).join(',')
  return rowOf(row, wanted).problems.map(({ path, code }) => `${path} ${code}`)
}

test('a good row gives an item, a ratio and a ceiling', () => {
  const { problems, item, selfPay, ceiling } = rowOf(GOOD)
  expect(problems).toEqual([])
  expect(item).toMatchObject({ class: 'B', listType: '101', chargeType: '09', pinyin: 'amxlp', pool: '620200' })
  expect(selfPay).toMatchObject({ ratio: 1000n, personClass: 'ALL', pool: '620200' })
  expect(ceiling).toMatchObject({ price: 12_500_000n, over: 'EXCESS', level: null })
})

test.each([
  ['编码', '', 'hilist_code REQUIRED'],
  ['编码', 'XJ01', 'hilist_code CODE_FORM'],
  ['编码', '1102000010000', 'hilist_code CODE_AS_NUMBER'],
  ['编码', '1.102E+12', 'hilist_code CODE_AS_NUMBER'],
  ['名称', '', 'hilist_name REQUIRED'],
  ['名称', '阿莫\uFFFD片', 'hilist_name ENCODING'],
  ['甲乙丙', '丁', 'chrgitm_lv VALUE'],
  ['开始日期', '', 'begndate REQUIRED'],
  ['开始日期', '2025-02-30', 'begndate DATE'],
  ['结束日期', '2024-12-31', 'enddate DATES_REVERSED'],
  ['限制使用', '也许', 'lmt_used_flag FLAG'],
  ['先行自付比例', '1.0001', 'selfpay_prop RATIO_RANGE'],
  ['先行自付比例', '-0.1', 'selfpay_prop RATIO_RANGE'],
  ['先行自付比例', '0.12345', 'selfpay_prop RATIO'],
  ['先行自付比例', '10%', 'selfpay_prop RATIO'],
  ['限价', '0', 'hilist_pric_uplmt_amt PRICE_RANGE'],
  ['限价', '-3', 'hilist_pric_uplmt_amt PRICE_RANGE'],
  ['限价', '1.2345678', 'hilist_pric_uplmt_amt PRICE'],
  ['超限处理方式', '不知道', 'overlmt_dspo_way VALUE'],
  ['医院等级', '四级', 'hosp_lv VALUE'],
  ['统筹区', '990000', 'poolarea_no DIVISION_UNKNOWN'],
])('%s “%s” is refused as %s', (column, value, fault) => {
  expect(faults(column, value).some((one) => one.startsWith(fault))).toBe(true)
})

test('class A has no first self-payment', () => {
  expect(faults('甲乙丙', '甲')).toEqual(['selfpay_prop CLASS_A_RATIO'])
})

test('a ratio without a pool is refused, and taken with the pool of the import', () => {
  expect(faults('统筹区', '')).toContain('poolarea_no POOL_MISSING')
  expect(faults('统筹区', '', { pool: '620100' })).toEqual([])
})

test.each(['2025-01-01', '2025/1/1', '20250101', '2025-01-01 00:00:00'])('%s is the same day', (day) => {
  expect(rowOf(GOOD.replace('2025-01-01', day)).item?.beginOn.toString()).toBe('2025-01-01')
})

test('9999-12-31 means until further notice', () => {
  expect(rowOf(GOOD.replace('2025-01-01,,', '2025-01-01,9999-12-31,')).item?.endOn).toBeNull()
})

test('all faults of a row are found at once', () => {
  const { problems } = rowOf('XJ01,,丁,2025-13-01,,2,2,0,?,五级,1')
  expect(problems.length).toBeGreaterThanOrEqual(9)
})

test('national field names, Chinese names and remarks in brackets are the same columns', () => {
  const header = readHeader(['hilist_code', ' 名称（必填） ', 'CHRGITM_LV', 'begndate', '其他'], 'CATALOGUE')
  expect([...header.at.keys()]).toEqual(['code', 'name', 'class', 'beginOn'])
  expect(header.ignored).toBe(1)
})

const refusal = (cells: string[], kind: ImportKind) => {
  try {
    readHeader(cells, kind)
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.problems.map(({ path, code }) => `${path} ${code}`)
  }
}

test('a header that lacks a column or has it twice is refused by name', () => {
  expect(refusal(['编码', '姓名'], 'CATALOGUE')).toEqual([
    'hilist_name COLUMN_MISSING',
    'chrgitm_lv COLUMN_MISSING',
    'begndate COLUMN_MISSING',
  ])
  expect(refusal(['编码', 'code', '自付比例', '开始日期'], 'SELF_PAY')).toEqual(['hilist_code COLUMN_TWICE'])
})

test('the delimiter is the one that makes known headings', () => {
  expect(delimiterOf('编码\t名称\t甲乙丙')).toBe('\t')
  expect(delimiterOf('编码;名称;甲乙丙')).toBe(';')
  expect(delimiterOf('"编码","名称"')).toBe(',')
})
