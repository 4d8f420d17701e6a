import { once } from '@yibao/drizzle/once'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readDepartment, sameDepartment, type DepartmentInput } from '../domain/department.ts'
import { checkRows, sortRows, type RowOutcome } from '../domain/register-row.ts'
import { addDepartments, findDepartments, removeDepartment, saveDepartment } from '../store/departments.ts'
import { findOwnInstitution } from './own-institution.ts'
import { isStaffed } from '../store/practitioners.ts'

/** Takes in departments of the institution that asks (3401, 3401A): each that is right is kept, each that is not comes back. */
export async function uploadDepartments(
  { db, now, own }: Context,
  { requestId, departments }: { requestId: string; departments: readonly DepartmentInput[] },
): Promise<RowOutcome[]> {
  const identity = own()
  const at = now()
  const asked = { identity, requestId, operation: 'uploadDepartments', input: departments, now: at }
  return once(db, asked, async (tx) => {
    checkRows(departments, 'departments')
    const place = await findOwnInstitution(tx, identity)
    const read = departments.map((one, i) => readDepartment(one, `departments[${i}]`, place))
    const codes = departments.map(({ code }) => code).filter(isTextKey)
    const stored = new Map((await findDepartments(tx, place.institution, codes)).map((one) => [one.code, one]))
    const { outcomes, added } = sortRows(read, 'departments', (row) => {
      const before = stored.get(row.code)
      if (before === undefined) return 'NEW'
      return sameDepartment(before, row) ? 'SAME' : 'OTHER'
    })
    await addDepartments(tx, added, at)
    return outcomes
  })
}

/** Changes a department (3402); closing it is giving it a last day. Answers its code. */
export async function changeDepartment(
  { db, now, own }: Context,
  { requestId, input }: { requestId: string; input: DepartmentInput },
): Promise<string> {
  const identity = own()
  const at = now()
  return once(db, { identity, requestId, operation: 'changeDepartment', input, now: at }, async (tx) => {
    const place = await findOwnInstitution(tx, identity)
    const { row, problems } = readDepartment(input, 'input', place)
    InvalidInput.throwIf(problems)
    const [before] = await findDepartments(tx, place.institution, [row.code])
    if (before === undefined) throw none()
    await saveDepartment(tx, row, at)
    return row.code
  })
}

/** Revokes a department that was entered by mistake (3403). Answers its code. */
export async function revokeDepartment(
  { db, now, own }: Context,
  { requestId, code }: { requestId: string; code: string },
): Promise<string> {
  const identity = own()
  return once(db, { identity, requestId, operation: 'revokeDepartment', input: { code }, now: now() }, async (tx) => {
    const [before] = isTextKey(code) ? await findDepartments(tx, identity.institution, [code]) : []
    if (before === undefined) throw none()
    if (await isStaffed(tx, identity.institution, code)) throw staffed()
    await removeDepartment(tx, before)
    return code
  })
}

const none = () => NotFound.of({ zh: '该科室', en: 'the department' }, 'code')

const staffed = () =>
  NotAllowed.at('code', 'DEPARTMENT_STAFFED', {
    zh: '科室仍有登记人员，请改为填写结束日期',
    en: 'somebody is registered in it; give it a last day instead',
  })
