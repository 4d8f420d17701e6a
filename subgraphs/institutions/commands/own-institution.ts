import type { Tx } from '@yibao/drizzle/connect'
import type { Identity } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import { findInstitutions } from '../store/institutions.ts'

/** The institution that asks, with the pool on whose ground it stands. @throws NotFound when no bureau registered it */
export async function findOwnInstitution(
  tx: Tx,
  { institution: code }: Extract<Identity, { kind: 'institution' }>,
): Promise<{ readonly institution: string; readonly pool: string }> {
  const [found] = await findInstitutions(tx, [code])
  if (found === undefined)
    throw NotFound.of({ zh: '本机构的登记', en: 'the registration of the institution' }, 'institution')
  return { institution: code, pool: found.pool }
}
