import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { practitioner, practitionerEvent, practitionerStanding } from '@yibao/drizzle/institutions-staff'
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Practitioner, PractitionerKind, Standing } from '../domain/practitioner.ts'

const facts = {
  institution: practitioner.institution,
  code: practitioner.code,
  pool: practitioner.pool,
  kind: practitioner.kind,
  name: practitioner.name,
  title: practitioner.title,
  department: practitioner.department,
  specialities: practitioner.specialities,
  mayPrescribe: practitioner.mayPrescribe,
  beginOn: practitioner.beginOn,
  endOn: practitioner.endOn,
}

/** Practitioners of an institution by their codes. */
export const findPractitioners = (tx: ReadTx, institution: string, codes: readonly string[]): Promise<Practitioner[]> =>
  tx
    .select(facts)
    .from(practitioner)
    .where(and(eq(practitioner.institution, institution), inArray(practitioner.code, [...codes])))

/** Whether somebody of an institution is in a department. */
export async function isStaffed(tx: ReadTx, institution: string, code: string): Promise<boolean> {
  const rows = await tx
    .select({ code: practitioner.code })
    .from(practitioner)
    .where(and(eq(practitioner.institution, institution), eq(practitioner.department, code)))
    .limit(1)
  return rows.length > 0
}

interface Wanted {
  readonly limit: number
  /** Institution and code, with a blank between, after which the page begins. */
  readonly after: string | null
  readonly institution: string | null
  readonly pool: string | null
  readonly kind: PractitionerKind | null
  readonly department: string | null
  readonly code: string | null
}

/** Practitioners in order of institution and code, as far as the reader may know them. */
export function listPractitioners(
  tx: ReadTx,
  { limit, after, institution, pool, kind, department, code }: Wanted,
): Promise<Practitioner[]> {
  const [last = '', lastCode = ''] = after?.split(' ') ?? []
  return tx
    .select(facts)
    .from(practitioner)
    .where(
      and(
        after === null
          ? undefined
          : sql`(${practitioner.institution}, ${practitioner.code}) > (${last}::bpchar, ${lastCode})`,
        institution === null ? undefined : eq(practitioner.institution, institution),
        pool === null ? undefined : eq(practitioner.pool, pool),
        kind === null ? undefined : eq(practitioner.kind, kind),
        department === null ? undefined : eq(practitioner.department, department),
        code === null ? undefined : eq(practitioner.code, code),
      ),
    )
    .orderBy(asc(practitioner.institution), asc(practitioner.code))
    .limit(limit)
}

export const addPractitioners = async (tx: Tx, rows: readonly Practitioner[], changedAt: Temporal.Instant) => {
  if (rows.length === 0) return
  await tx.insert(practitioner).values(rows.map((row) => ({ ...row, specialities: [...row.specialities], changedAt })))
}

export const savePractitioner = async (tx: Tx, row: Practitioner, changedAt: Temporal.Instant): Promise<void> => {
  const { institution, code, name, title, department, specialities, mayPrescribe, beginOn, endOn } = row
  await tx
    .update(practitioner)
    .set({ name, title, department, specialities: [...specialities], mayPrescribe, beginOn, endOn, changedAt })
    .where(and(eq(practitioner.institution, institution), eq(practitioner.code, code)))
}

/** What these persons’ standing is; who has no row was never spoken of. */
export const findStandings = (tx: ReadTx, codes: readonly string[]): Promise<Standing[]> =>
  tx
    .select()
    .from(practitionerStanding)
    .where(inArray(practitionerStanding.code, [...codes]))

/** Writes a standing and why it changed. Copies of who is suspended are out of date with its commit. */
export async function saveStanding(
  tx: Tx,
  standing: Standing,
  event: typeof practitionerEvent.$inferInsert,
): Promise<void> {
  const { status, since, points } = standing
  await tx
    .insert(practitionerStanding)
    .values(standing)
    .onConflictDoUpdate({ target: practitionerStanding.code, set: { status, since, points } })
  await tx.insert(practitionerEvent).values(event)
  if (event.action === 'POINTS') return
  await tx.execute(sql`update institutions.suspension_version set version = version + 1`)
}
