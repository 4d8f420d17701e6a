import type { Database } from '@yibao/drizzle/connect'
import { readPeriod } from './domain/agreement.ts'
import { readInstitution, type InstitutionInput } from './domain/institution.ts'
import { insertInstitutions } from './store/seed-institutions.ts'

/** An institution with what a demo, a test or a bench needs of it. */
export interface SeedInstitution extends InstitutionInput {
  readonly pool: string
  /** First day of its agreement with its own pool, which is open-ended. */
  readonly agreedFrom: string
}

/**
 * Adds institutions with an agreement each, by the same checks as `registerInstitution` and `agree`, in one statement.
 * Institutions that are there already are left as they are. Returns how many were added.
 *
 * @throws InvalidInput naming the fields of the first wrong one; nothing was added then.
 */
export async function seedInstitutions(
  db: Database,
  institutions: readonly SeedInstitution[],
  now: Temporal.Instant,
): Promise<number> {
  const read = institutions.map((one) => ({
    institution: readInstitution(one, one.pool),
    period: readPeriod({ beginOn: one.agreedFrom }),
  }))
  return db.orm.transaction((tx) => insertInstitutions(tx, read, now))
}
