import type { Tx } from '@yibao/drizzle/connect'
import { identity } from '@yibao/drizzle/insured'
import { decrypt, type Secrets } from '@yibao/schema/secrets'
import { inArray } from 'drizzle-orm'

/** The identity numbers of persons, opened, in the order asked. Throws for a person that has none. */
export async function findIdentityNumbers(
  orm: Pick<Tx, 'select'>,
  secrets: Secrets,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await orm
    .select()
    .from(identity)
    .where(inArray(identity.insuredId, [...ids]))
  const sealed = new Map(rows.map((row) => [row.insuredId, row.numberSealed]))
  return ids.map((id) => {
    const bytes = sealed.get(id)
    if (bytes === undefined) throw new Error('a person without a sealed identity number')
    return decrypt(secrets, bytes, id)
  })
}
