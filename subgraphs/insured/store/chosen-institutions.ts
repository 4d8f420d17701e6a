import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { chosenInstitution } from '@yibao/drizzle/insured-credential'
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Choice } from '../domain/chosen-institution.ts'

type Db = ReadTx | Tx

const asChoice = ({ choiceId: id, ...row }: typeof chosenInstitution.$inferSelect): Choice => ({ ...row, id })

/** What these persons chose as far as the reader may see it, oldest first. */
export async function findChoices(db: Db, insuredIds: readonly string[]): Promise<Choice[]> {
  const rows = await db
    .select()
    .from(chosenInstitution)
    .where(inArray(chosenInstitution.insuredId, [...insuredIds]))
    .orderBy(asc(chosenInstitution.beginOn), asc(chosenInstitution.choiceId))
  return rows.map(asChoice)
}

export async function findChoice(db: Db, id: string): Promise<Choice | null> {
  const [row] = await db.select().from(chosenInstitution).where(eq(chosenInstitution.choiceId, id))
  return row === undefined ? null : asChoice(row)
}

/** Adds a choice. The database vetoes the same institution twice on a day. */
export async function addChoice(tx: Tx, { id, ...one }: Choice): Promise<void> {
  await tx.insert(chosenInstitution).values({ ...one, choiceId: id })
}

/** Writes that a choice ended or was taken back; nothing else of it ever changes. */
export async function saveChoice(
  tx: Tx,
  { id, insuredId, endOn, endReason, endedAt, withdrawn }: Choice,
): Promise<void> {
  await tx
    .update(chosenInstitution)
    .set({ endOn, endReason, endedAt, withdrawn })
    .where(and(eq(chosenInstitution.insuredId, insuredId), eq(chosenInstitution.choiceId, id)))
}

/** The level of an institution's agreement in force on a day; null without one. */
export async function findLevel(tx: Tx, institution: string, on: Temporal.PlainDate): Promise<string | null> {
  const day = on.toString()
  const { rows } = await tx.execute<{ level: string }>(sql`
    select level from institutions.designation_v1 where institution = ${institution} and status = 'ACTIVE'
      and begin_on <= ${day} and (end_on is null or end_on >= ${day}) limit 1`)
  return rows[0]?.level ?? null
}
