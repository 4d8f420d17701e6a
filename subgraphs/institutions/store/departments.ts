import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { department } from '@yibao/drizzle/institutions-staff'
import { and, asc, eq, gt, gte, inArray, isNull, lte, or } from 'drizzle-orm'
import type { Department } from '../domain/department.ts'

const facts = {
  institution: department.institution,
  code: department.code,
  pool: department.pool,
  name: department.name,
  category: department.category,
  beds: department.beds,
  beginOn: department.beginOn,
  endOn: department.endOn,
  introduction: department.introduction,
}

/** Departments of an institution by their codes. */
export const findDepartments = (tx: ReadTx, institution: string, codes: readonly string[]): Promise<Department[]> =>
  tx
    .select(facts)
    .from(department)
    .where(and(eq(department.institution, institution), inArray(department.code, [...codes])))

interface Wanted {
  readonly institution: string
  readonly limit: number
  readonly after: string | null
  readonly category: string | null
  /** Those that are open on a day. */
  readonly on: Temporal.PlainDate | null
}

/** Departments of an institution in order of code. */
export const listDepartments = (
  tx: ReadTx,
  { institution, limit, after, category, on }: Wanted,
): Promise<Department[]> =>
  tx
    .select(facts)
    .from(department)
    .where(
      and(
        eq(department.institution, institution),
        after === null ? undefined : gt(department.code, after),
        category === null ? undefined : eq(department.category, category),
        on === null ? undefined : lte(department.beginOn, on),
        on === null ? undefined : or(isNull(department.endOn), gte(department.endOn, on)),
      ),
    )
    .orderBy(asc(department.code))
    .limit(limit)

export const addDepartments = async (tx: Tx, rows: readonly Department[], changedAt: Temporal.Instant) => {
  if (rows.length > 0) await tx.insert(department).values(rows.map((row) => ({ ...row, changedAt })))
}

const one = ({ institution, code }: Pick<Department, 'institution' | 'code'>) =>
  and(eq(department.institution, institution), eq(department.code, code))

export const saveDepartment = async (tx: Tx, row: Department, changedAt: Temporal.Instant): Promise<void> => {
  const { name, category, beds, beginOn, endOn, introduction } = row
  await tx.update(department).set({ name, category, beds, beginOn, endOn, introduction, changedAt }).where(one(row))
}

export const removeDepartment = async (tx: Tx, row: Department): Promise<void> => {
  await tx.delete(department).where(one(row))
}
