import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { application, applicationEvent } from '@yibao/drizzle/institutions-designation'
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm'
import type { Application, ApplicationEvent, State } from '../domain/application.ts'

/** An application by its id; null when there is none. */
export async function findApplication(tx: ReadTx, id: string): Promise<Application | null> {
  const [one] = await tx.select().from(application).where(eq(application.id, id))
  return one ?? null
}

/** The applications of an institution in a pool. */
export const findApplications = (tx: ReadTx, institution: string, pool: string): Promise<Application[]> =>
  tx
    .select()
    .from(application)
    .where(and(eq(application.institution, institution), eq(application.pool, pool)))

interface Wanted {
  readonly limit: number
  /** The id before which the page begins. */
  readonly before: string | null
  readonly state: State | null
  readonly institution: string | null
  readonly pool: string | null
}

/** Applications, the latest first. */
export const listApplications = (
  tx: ReadTx,
  { limit, before, state, institution, pool }: Wanted,
): Promise<Application[]> =>
  tx
    .select()
    .from(application)
    .where(
      and(
        before === null ? undefined : lt(application.id, before),
        state === null ? undefined : eq(application.state, state),
        institution === null ? undefined : eq(application.institution, institution),
        pool === null ? undefined : eq(application.pool, pool),
      ),
    )
    .orderBy(desc(application.id))
    .limit(limit)

export const addApplication = async (tx: Tx, one: Application): Promise<void> => {
  await tx.insert(application).values(one)
}

/** Writes what a step made of an application. */
export async function saveApplication(tx: Tx, one: Application): Promise<void> {
  const { state, answers, missing, scores, passed, dueOn, dueProvisional, agreementId, changedAt } = one
  await tx
    .update(application)
    .set({ state, answers, missing, scores, passed, dueOn, dueProvisional, agreementId, changedAt })
    .where(eq(application.id, one.id))
}

type EventRow = typeof applicationEvent.$inferInsert

/** Adds a step to the history of an application. */
export async function addStep(
  tx: Tx,
  { id: applicationId, institution, pool }: Application,
  event: Omit<EventRow, 'applicationId' | 'institution' | 'pool'>,
): Promise<void> {
  await tx.insert(applicationEvent).values({ ...event, applicationId, institution, pool })
}

/** The steps of these applications as far as the reader may know them, oldest first. */
export const findSteps = (tx: ReadTx, applications: readonly string[]): Promise<ApplicationEvent[]> =>
  tx
    .select({
      id: applicationEvent.id,
      applicationId: applicationEvent.applicationId,
      action: applicationEvent.action,
      reason: applicationEvent.reason,
      at: applicationEvent.at,
    })
    .from(applicationEvent)
    .where(inArray(applicationEvent.applicationId, [...applications]))
    .orderBy(asc(applicationEvent.at), asc(applicationEvent.id))
