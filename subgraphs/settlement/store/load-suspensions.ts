import type { Database } from '@yibao/drizzle/connect'
import type { Suspension, Suspensions } from '../domain/suspended-staff.ts'
import { readAtOneVersion } from './versioned.ts'
import { readVersions } from './versions.ts'

interface Row {
  readonly code: string
  readonly since: string
  readonly until: string | null
}

/** Reads who is or was suspended, and when; a country has a few thousand of them. */
export async function loadSuspensions({ hot }: Pick<Database, 'hot'>): Promise<Suspensions> {
  const version = async () => (await readVersions(hot)).suspensions
  const { version: of, found } = await readAtOneVersion(version, async () =>
    hot.unsafe<Row>(`
      select code, to_json(since) #>> '{}' as since, to_json(until) #>> '{}' as until
      from institutions.practitioner_suspension_v1`),
  )
  const byCode = new Map<string, Suspension[]>()
  for (const { code, since, until } of found) {
    const one = { since: Temporal.Instant.from(since), until: until === null ? null : Temporal.Instant.from(until) }
    byCode.set(code, [...(byCode.get(code) ?? []), one])
  }
  return { version: of, byCode }
}
