import type { Context } from '../context.ts'
import type { Settlement } from '../domain/settlement.ts'
import type { InstitutionElsewhereRow } from '../store/beside-settlement.ts'

/** What was told of the institution with a bill of another province, or with the one a reversal takes back; else null. */
export async function institutionElsewhereOf(
  { load }: Context,
  { id, reverses, otherProvince }: Pick<Settlement, 'id' | 'reverses' | 'otherProvince'>,
): Promise<InstitutionElsewhereRow | null> {
  if (otherProvince === null) return null
  const [told] = await load.institutionsElsewhere.load(reverses ?? id)
  return told ?? null
}
