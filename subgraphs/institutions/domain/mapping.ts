import { parseDay } from '@yibao/schema/dates'
import { NotFound, type Problem, type Text } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { codeForm } from './catalogue-code.ts'

/** What an institution says of one of its own codes (3301). */
export interface Mapping {
  readonly ownCode: string
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  /** The national code; null when the institution has not mapped it yet. */
  readonly code: string | null
  /** National `list_type`, there with the code. */
  readonly listType: string | null
  readonly name: string
  readonly approvalNumber: string | null
  readonly dosageForm: string | null
  readonly specification: string | null
  readonly pack: string | null
  readonly unit: string | null
  readonly note: string | null
}

type Given = string | null | undefined

export interface MappingInput {
  readonly ownCode: string
  readonly name: string
  readonly beginOn: string
  readonly endOn?: Given
  readonly code?: Given
  readonly listType?: Given
  readonly approvalNumber?: Given
  readonly dosageForm?: Given
  readonly specification?: Given
  readonly pack?: Given
  readonly unit?: Given
  readonly note?: Given
}

/** Rows of one call. */
export const MAPPINGS_MAX = 2000

/** Lengths of the national message, 3301. */
const LENGTHS = {
  ownCode: 150,
  name: 200,
  approvalNumber: 100,
  dosageForm: 100,
  specification: 200,
  pack: 100,
  unit: 50,
  note: 500,
} as const

const word = (given: Given): string | null => {
  const trimmed = given?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}

type Say = (path: string, code: string, message: Text) => null

const REQUIRED = { zh: '不能为空', en: 'is required' }
const DAY = { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' }

/** Reads one mapping; with problems it says nothing. Paths are names of the input's fields. */
export function readMapping(input: MappingInput): {
  readonly problems: readonly Problem[]
  readonly mapping: Mapping | null
} {
  const problems: Problem[] = []
  const say: Say = (path, code, message) => {
    problems.push({ path, code, message })
    return null
  }
  const words = (path: keyof typeof LENGTHS): string | null => {
    const value = word(input[path])
    const wrong = value === null ? null : textFault(value, { min: 1, max: LENGTHS[path] })
    return wrong === null ? value : say(path, wrong.code, wrong.message)
  }
  const day = (path: 'beginOn' | 'endOn'): Temporal.PlainDate | null => {
    const value = word(input[path])
    // 9999-12-31 is how many systems write "until further notice".
    if (value === null || (path === 'endOn' && value.startsWith('9999'))) return null
    return parseDay(value) ?? say(path, 'DATE', DAY)
  }

  const [ownCode, name, beginOn, endOn] = [words('ownCode'), words('name'), day('beginOn'), day('endOn')]
  if (word(input.ownCode) === null) say('ownCode', 'REQUIRED', REQUIRED)
  if (word(input.name) === null) say('name', 'REQUIRED', REQUIRED)
  if (word(input.beginOn) === null) say('beginOn', 'REQUIRED', REQUIRED)
  if (beginOn !== null && endOn !== null && Temporal.PlainDate.compare(endOn, beginOn) < 0) {
    say('endOn', 'DATES_REVERSED', { zh: '结束日期早于开始日期', en: 'is before the begin date' })
  }
  const { code, listType } = readCode(input, say)
  const rest = {
    approvalNumber: words('approvalNumber'),
    dosageForm: words('dosageForm'),
    specification: words('specification'),
    pack: words('pack'),
    unit: words('unit'),
    note: words('note'),
  }
  if (problems.length > 0 || ownCode === null || name === null || beginOn === null) return { problems, mapping: null }
  return { problems, mapping: { ownCode, name, beginOn, endOn, code, listType, ...rest } }
}

function readCode(input: MappingInput, say: Say): Pick<Mapping, 'code' | 'listType'> {
  const code = word(input.code)
  if (code === null) return { code: null, listType: null }
  const form = codeForm(code)
  if (form === null) {
    say('code', 'CODE_FORM', { zh: '不是国家医保编码的格式', en: 'does not have the form of a national code' })
    return { code, listType: null }
  }
  const listType = word(input.listType) ?? form.listTypes[0] ?? null
  if (listType !== null && form.listTypes.includes(listType)) return { code, listType }
  say('listType', 'LIST_TYPE', { zh: '目录类别与编码不符', en: 'does not fit the code' })
  return { code, listType: null }
}

/** What became of one row of an upload. */
export type MappingOutcome = 'ADDED' | 'CHANGED' | 'UNCHANGED' | 'REFUSED'

/** Why an own code will cost somebody money, or soon. */
export const UNMAPPED_REASONS = [
  'USED_UNMAPPED',
  'LISTED_UNMAPPED',
  'USED_OTHERWISE',
  'CODE_UNKNOWN',
  'CODE_ENDS',
  'MAPPING_ENDS',
] as const
export type UnmappedReason = (typeof UNMAPPED_REASONS)[number]

export const noMapping = (): NotFound => NotFound.of({ zh: '该对照', en: 'the mapping' }, 'ownCode')
