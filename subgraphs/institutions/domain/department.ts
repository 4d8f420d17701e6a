import type { Fault } from '@yibao/schema/ids'
import { identityInText } from '@yibao/schema/text'
import { RowReader, type ReadRow } from './register-row.ts'

/** A department of a hospital (3401). */
export interface Department {
  readonly institution: string
  /** `hosp_dept_codg` */
  readonly code: string
  readonly pool: string
  /** `hosp_dept_name` */
  readonly name: string
  /** `caty`, the national code of the speciality. */
  readonly category: string
  /** `aprv_bed_cnt` */
  readonly beds: number
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  /** `itro` */
  readonly introduction: string | null
}

export interface DepartmentInput {
  readonly code: string
  readonly name: string
  readonly category: string
  readonly beds: number
  readonly beginOn: string
  readonly endOn?: string | null | undefined
  readonly introduction?: string | null | undefined
}

const BEDS_MAX = 100_000

const CODE: Fault = {
  code: 'DEPARTMENT_CODE',
  message: { zh: '应为 1–30 位字母、数字、点、横线', en: 'must be 1–30 letters, digits, dots and dashes' },
}
const CATEGORY: Fault = {
  code: 'CATEGORY_FORM',
  message: { zh: '应为国家科别代码，如 A03 或 A03.01', en: 'must be a national speciality code, A03 or A03.01' },
}
const BEDS: Fault = {
  code: 'RANGE',
  message: { zh: `应在 0 与 ${BEDS_MAX} 之间`, en: `must be 0 to ${BEDS_MAX}` },
}

/** Reads one department; what is wrong comes beside it. */
export function readDepartment(
  input: DepartmentInput,
  path: string,
  { institution, pool }: Pick<Department, 'institution' | 'pool'>,
): ReadRow<Department> {
  const reader = new RowReader(path)
  const { code, category, beds } = input
  if (!/^[0-9A-Za-z_.-]{1,30}$/.test(code)) reader.fault('code', CODE)
  else reader.fault('code', identityInText(code))
  if (!/^[A-Z][0-9]{2}(\.[0-9]{2}){0,2}$/.test(category)) reader.fault('category', CATEGORY)
  if (beds < 0 || beds > BEDS_MAX) reader.fault('beds', BEDS)
  const row = {
    institution,
    code,
    pool,
    name: reader.text('name', input.name, { min: 1, max: 100 }),
    category,
    beds,
    ...reader.period(input),
    introduction: reader.optional('introduction', input.introduction, 500),
  }
  return { row, problems: reader.problems }
}

/** Whether two departments say the same. */
export const sameDepartment = (a: Department, b: Department): boolean =>
  a.name === b.name &&
  a.category === b.category &&
  a.beds === b.beds &&
  a.introduction === b.introduction &&
  a.beginOn.equals(b.beginOn) &&
  (a.endOn?.toString() ?? null) === (b.endOn?.toString() ?? null)
