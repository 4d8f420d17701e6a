import { randomUUIDv7 } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { isTextKey } from '@yibao/schema/page'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { assertFree, readPeriod, type Agreement } from '../domain/agreement.ts'
import { addAgreement, addEvent, findAgreement, findAgreements } from '../store/agreements.ts'
import { findInstitutions } from '../store/institutions.ts'

interface Input {
  readonly institution: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

/**
 * Signs an agreement between the staff member's pool and an institution of whatever pool. `once` is serializable, so of
 * two clerks who sign at the same time one finds the period taken.
 */
export async function agree(
  { db, now, staff, read }: Context,
  { requestId, input }: { requestId: string; input: Input },
): Promise<Agreement> {
  const identity = staff()
  const at = now()
  const id = await once(db, { identity, requestId, operation: 'agree', input, now: at }, async (tx) => {
    const period = readPeriod(input)
    const known = isTextKey(input.institution)
    const [institution] = known ? await findInstitutions(tx, [input.institution]) : []
    if (institution === undefined) throw NotFound.of({ zh: '该机构', en: 'the institution' }, 'input.institution')
    const existing = await findAgreements(tx, [institution.code])
    assertFree(
      period,
      existing.filter((one) => one.pool === identity.pool),
    )

    const agreement: Agreement = {
      id: randomUUIDv7(),
      institution: institution.code,
      pool: identity.pool,
      ...period,
      status: 'ACTIVE',
      statusSince: at,
    }
    await addAgreement(tx, agreement)
    const event = { id: randomUUIDv7(), action: 'SIGNED' as const, grounds: null, actor: callerOf(identity), at }
    await addEvent(tx, agreement, event)
    return agreement.id
  })
  return answer(await read((tx) => findAgreement(tx, id)))
}

/** An agreement that was just written is there. */
export function answer(agreement: Agreement | null): Agreement {
  if (agreement === null) throw new Error('a written agreement is gone')
  return agreement
}
