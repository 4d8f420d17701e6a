import type { ReadTx } from '@yibao/drizzle/connect'
import { enrolment, person } from '@yibao/drizzle/insured'
import { and, asc, eq, gt, gte, isNull, lte, or } from 'drizzle-orm'

export interface EmployeesWanted {
  readonly employer: string
  readonly pool: string
  readonly insuranceType?: string | null
  readonly name?: string | null
  readonly personNumber?: string | null
  /** Only those whose enrolment holds on this day. */
  readonly on?: Temporal.PlainDate | null
  readonly after: string | null
}

/** Enrolments through an employer, in the order they were entered. */
export function listEmployees(
  tx: ReadTx,
  { employer, pool, insuranceType, name, personNumber, on, after }: EmployeesWanted,
  limit: number,
): Promise<{ insuredId: string; enrolmentId: string }[]> {
  const holding =
    on == null ? undefined : and(lte(enrolment.beginOn, on), or(isNull(enrolment.endOn), gte(enrolment.endOn, on)))
  return tx
    .select({ insuredId: enrolment.insuredId, enrolmentId: enrolment.enrolmentId })
    .from(enrolment)
    .innerJoin(person, eq(person.insuredId, enrolment.insuredId))
    .where(
      and(
        eq(enrolment.employer, employer),
        eq(enrolment.pool, pool),
        isNull(enrolment.voidedAt),
        holding,
        insuranceType == null ? undefined : eq(enrolment.insuranceType, insuranceType),
        name == null ? undefined : eq(person.name, name),
        personNumber == null ? undefined : eq(person.personNumber, personNumber),
        after === null ? undefined : gt(enrolment.enrolmentId, after),
      ),
    )
    .orderBy(asc(enrolment.enrolmentId))
    .limit(limit)
}
