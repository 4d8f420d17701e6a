import type { Tx } from '@yibao/drizzle/connect'
import { coverage } from '@yibao/drizzle/insured'
import { asc, eq } from 'drizzle-orm'
import type { Enrolment } from '../domain/coverage.ts'

/** What covers a person, from the view that insured publishes; the employees' insurance first. */
export const findCoverage = (tx: Tx, insuredId: string): Promise<Enrolment[]> =>
  tx
    .select({
      pool: coverage.pool,
      insuranceType: coverage.insuranceType,
      personType: coverage.personType,
      status: coverage.status,
      beginOn: coverage.beginOn,
      endOn: coverage.endOn,
    })
    .from(coverage)
    .where(eq(coverage.insuredId, insuredId))
    .orderBy(asc(coverage.insuranceType), asc(coverage.beginOn))
