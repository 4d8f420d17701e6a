import { divisionFault } from '@yibao/schema/ids'
import { rateOf, unitPriceOf } from '@yibao/schema/money'
import type { Problem } from '@yibao/schema/rejection'
import { codeForm, type CodeForm } from './catalogue-code.ts'
import { CHARGE_TYPES, type Ceiling, type Item, type ItemClass, type OverCeiling, type SelfPay } from './catalogue.ts'
import { cellsOf, type Cells } from './cells.ts'
import type { Header } from './header.ts'
import type { ImportKind } from './import-job.ts'
import type { Level } from './institution.ts'
import { initials } from './pinyin.ts'

const CLASSES: Record<string, ItemClass> = {}
for (const [one, words] of [
  ['A', 'A 01 1 甲 甲类'],
  ['B', 'B 02 2 乙 乙类'],
  ['C', 'C 03 3 丙 丙类 自费'],
] as const) {
  for (const word of words.split(' ')) CLASSES[word] = one
}
const OVER: Record<string, OverCeiling> = {
  '': 'EXCESS',
  EXCESS: 'EXCESS',
  超出部分自费: 'EXCESS',
  超出部分自付: 'EXCESS',
  WHOLE_LINE: 'WHOLE_LINE',
  整项自费: 'WHOLE_LINE',
  全额自费: 'WHOLE_LINE',
}
const LEVELS: Record<string, Level | ''> = {
  '': '',
  全部: '',
  LEVEL_1: 'LEVEL_1',
  一级: 'LEVEL_1',
  LEVEL_2: 'LEVEL_2',
  二级: 'LEVEL_2',
  LEVEL_3: 'LEVEL_3',
  三级: 'LEVEL_3',
  COMMUNITY: 'COMMUNITY',
  社区: 'COMMUNITY',
  PHARMACY: 'PHARMACY',
  药店: 'PHARMACY',
}
const CHARGES: readonly string[] = Object.values(CHARGE_TYPES)

/** What one row of a file says. A row with a problem says nothing. */
export interface RowEntries {
  readonly problems: readonly Problem[]
  readonly item: Item | null
  readonly selfPay: SelfPay | null
  readonly ceiling: Ceiling | null
}

interface Key {
  readonly code: string
  readonly pool: string | null
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

/** For which pools rows are taken. */
interface Pools {
  /** Of rows that name none; null for the whole country. */
  readonly pool: string | null
  /** The only one that may stand in a row; null when any may. */
  readonly boundPool?: string | null
}

/**
 * Reads one row. A catalogue row gives an item and, where the columns are there and filled, a ratio and a ceiling
 * for its pool.
 */
export function readCatalogueRow(
  kind: ImportKind,
  row: readonly string[],
  header: Header,
  { pool, boundPool = null }: Pools,
): RowEntries {
  const cells = cellsOf(row, header)
  if (row.some((cell) => cell.includes('\uFFFD'))) {
    cells.fault('name', 'ENCODING', '含有无法解码的字节', 'has bytes that cannot be decoded')
  }
  if (cells.text('valid') === '0') {
    cells.fault(
      'valid',
      'WITHDRAWN',
      '已失效的行不导入，请填写结束日期',
      'a withdrawn row is not imported; give an end date',
    )
  }
  const form = readCode(cells)
  const key = readKey(cells, pool)
  if (boundPool !== null && key.pool !== boundPool) {
    cells.fault('pool', 'OTHER_POOL', '不是本统筹区的行', 'is not of the pool this file is imported for')
  }
  const item = kind === 'CATALOGUE' ? readItem(cells, key, form) : null
  const selfPay = wanted(cells, kind === 'SELF_PAY', 'ratio') ? readSelfPay(cells, key) : null
  const ceiling = wanted(cells, kind === 'CEILINGS', 'price') ? readCeiling(cells, key) : null
  if (item?.class === 'A' && selfPay !== null && selfPay.ratio > 0n) {
    cells.fault('ratio', 'CLASS_A_RATIO', '甲类没有先行自付', 'class A has no first self-payment')
  }
  const { problems } = cells
  return problems.length > 0
    ? { problems, item: null, selfPay: null, ceiling: null }
    : { problems, item, selfPay, ceiling }
}

const wanted = (cells: Cells, always: boolean, column: 'ratio' | 'price') => always || cells.text(column) !== ''

function readCode(cells: Cells): CodeForm | null {
  const code = cells.text('code')
  if (code === '') return cells.missing('code')
  const form = codeForm(code)
  if (form !== null) return form
  // A spreadsheet that takes the 15 digits of a service for a number drops its leading zeros.
  if (/^[0-9]{12,14}$|E\+/.test(code)) {
    return cells.fault(
      'code',
      'CODE_AS_NUMBER',
      '编码被当作数字保存，丢失了前导零',
      'was saved as a number and lost its leading zeros',
    )
  }
  return cells.fault('code', 'CODE_FORM', '不是国家医保编码的格式', 'does not have the form of a national code')
}

function readKey(cells: Cells, fallback: string | null): Key {
  const begin = cells.day('beginOn')
  if (begin === null && !cells.problems.some((one) => one.path === 'begndate')) cells.missing('beginOn')
  const endOn = cells.day('endOn')
  if (begin !== null && endOn !== null && Temporal.PlainDate.compare(endOn, begin) < 0) {
    cells.fault('endOn', 'DATES_REVERSED', '结束日期早于开始日期', 'is before the begin date')
  }
  const pool = cells.text('pool') === '' ? fallback : cells.text('pool')
  const wrong = pool === null ? null : divisionFault(pool)
  if (wrong !== null) cells.fault('pool', wrong.code, wrong.message.zh, wrong.message.en)
  return { code: cells.text('code'), pool, beginOn: begin ?? NO_DAY, endOn }
}

/** These stand in a row that is refused anyway. */
const NO_RATIO = rateOf(0n)
const NO_PRICE = unitPriceOf(0n)
const NO_DAY = Temporal.PlainDate.from('1900-01-01')

function readItem(cells: Cells, key: Key, form: CodeForm | null): Item {
  const name = cells.words('name', 200)
  if (name === null && cells.text('name') === '') cells.missing('name')
  const listType = cells.text('listType') === '' ? (form?.listTypes[0] ?? '') : cells.text('listType')
  // What follows from a wrong code is no fault of its own.
  if (form !== null && !form.listTypes.includes(listType)) {
    cells.fault('listType', 'LIST_TYPE', '目录类别与编码不符', 'does not fit the code')
  }
  const chargeType =
    cells.text('chargeType') === '' ? (form?.chargeType ?? '') : cells.text('chargeType').padStart(2, '0')
  if (!CHARGES.includes(chargeType) && (form !== null || chargeType !== '')) {
    cells.fault('chargeType', 'CHARGE_TYPE', '应为 01–14 的收费类别', 'must be a charge category 01 to 14')
  }
  return {
    ...key,
    name: name ?? '',
    listType,
    chargeType,
    class: cells.choice('class', CLASSES, '甲 乙 丙 (01 02 03)') ?? 'C',
    restricted: cells.flag('restricted'),
    essential: cells.flag('essential'),
    negotiated: cells.flag('negotiated'),
    paediatric: cells.flag('paediatric'),
    special: cells.flag('special'),
    dosageForm: cells.words('dosageForm', 100),
    specification: cells.words('specification', 200),
    unit: cells.words('unit', 50),
    note: cells.words('note', 500),
    pinyin: cells.words('pinyin', 60)?.toLowerCase() ?? initials(name ?? '').slice(0, 60),
  }
}

/** Ratios and ceilings are always a pool's own. */
function poolOf(cells: Cells, key: Key): string {
  if (key.pool === null) {
    cells.fault(
      'pool',
      'POOL_MISSING',
      '自付比例和限价须注明统筹区（列或 --pool）',
      'a ratio or a ceiling needs a pool, by column or --pool',
    )
  }
  return key.pool ?? ''
}

function readSelfPay(cells: Cells, key: Key): SelfPay {
  if (!['', '10'].includes(cells.text('ratioKind'))) {
    cells.fault(
      'ratioKind',
      'RATIO_KIND',
      '只导入先行自付比例（10）',
      'only first self-payment ratios (10) are imported',
    )
  }
  const written = cells.text('personClass').toUpperCase()
  const personClass = ['', '全部'].includes(written) ? 'ALL' : written
  if (!/^(ALL|[0-9]{2,4})$/.test(personClass)) {
    cells.fault(
      'personClass',
      'PERSON_CLASS',
      '应为 ALL 或人员类别代码的前 2–4 位',
      'must be ALL or 2 to 4 digits of a person type',
    )
  }
  return { ...key, pool: poolOf(cells, key), personClass, ratio: cells.ratio('ratio') ?? NO_RATIO }
}

function readCeiling(cells: Cells, key: Key): Ceiling {
  const level = cells.choice('level', LEVELS, 'LEVEL_1 LEVEL_2 LEVEL_3 COMMUNITY PHARMACY')
  return {
    ...key,
    pool: poolOf(cells, key),
    level: level === '' ? null : level,
    price: cells.price('price') ?? NO_PRICE,
    over: cells.choice('over', OVER, 'EXCESS WHOLE_LINE') ?? 'EXCESS',
  }
}
