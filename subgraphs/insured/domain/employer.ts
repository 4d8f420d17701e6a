import { creditCodeFault } from '@yibao/schema/credit-code'
import { problemAt } from '@yibao/schema/ids'
import type { Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'

/** An employer as a pool has registered it. */
export interface Employer {
  /** Unified social credit code (GB 32100). */
  readonly creditCode: string
  readonly pool: string
  /** Number with the bureau, `emp_no`. */
  readonly empNo: string
  readonly name: string
  readonly registeredAt: Temporal.Instant
}

export interface EmployerInput {
  readonly creditCode: string
  readonly name: string
  readonly empNo?: string | null | undefined
}

/** Reads an employer and reports every fault at its field. `empNo` is null when the platform is to choose it. */
export function readEmployer(input: EmployerInput, problems: Problem[]) {
  const code = creditCodeFault(input.creditCode)
  if (code !== null) problems.push(problemAt('creditCode', code))
  const name = textFault(input.name, { min: 2, max: 200 })
  if (name !== null) problems.push(problemAt('name', name))
  const empNo = input.empNo ?? null
  if (empNo !== null && !/^[0-9A-Za-z]{1,40}$/.test(empNo)) {
    const message = { zh: '单位编号应为 1–40 位字母或数字', en: 'must be 1–40 letters and digits' }
    problems.push({ path: 'empNo', code: 'EMP_NO_FORM', message })
  }
  return { creditCode: input.creditCode, name: input.name, empNo }
}
