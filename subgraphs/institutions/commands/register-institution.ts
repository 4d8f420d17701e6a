import { once } from '@yibao/drizzle/once'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readInstitution, type Institution, type InstitutionInput } from '../domain/institution.ts'
import { addInstitution } from '../store/institutions.ts'

/** Registers a hospital or pharmacy of the staff member's own pool; answers its code. */
export async function registerInstitution(
  { db, now, staff }: Context,
  { requestId, input }: { requestId: string; input: InstitutionInput },
): Promise<Institution> {
  const identity = staff()
  const at = now()
  return once(db, { identity, requestId, operation: 'registerInstitution', input, now: at }, async (tx) => {
    const institution = readInstitution(input, identity.pool)
    if (!(await addInstitution(tx, institution, at))) {
      throw NotAllowed.of({
        code: 'INSTITUTION_EXISTS',
        text: { zh: '该编码的机构已登记', en: 'an institution with this code is registered already' },
      })
    }
    return institution
  })
}
