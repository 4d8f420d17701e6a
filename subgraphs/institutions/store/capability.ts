import type { Tx } from '@yibao/drizzle/connect'
import { institution } from '@yibao/drizzle/institutions'
import { capabilityEvent, levelChange } from '@yibao/drizzle/institutions-designation'
import { eq } from 'drizzle-orm'
import type { Agreement } from '../domain/agreement.ts'
import type { LevelFrom } from '../domain/capability.ts'
import type { Institution } from '../domain/institution.ts'

type CapabilityRow = typeof capabilityEvent.$inferInsert
type LevelRow = typeof levelChange.$inferInsert

/** Adds to the history of an agreement's capabilities. */
export async function addCapabilityEvent(
  tx: Tx,
  { id: agreementId, institution: code, pool }: Agreement,
  event: Omit<CapabilityRow, 'agreementId' | 'institution' | 'pool'>,
): Promise<void> {
  await tx.insert(capabilityEvent).values({ ...event, agreementId, institution: code, pool })
}

/** Adds to the history of an institution's levels. */
export async function addLevelChange(
  tx: Tx,
  { code, pool }: Institution,
  event: Omit<LevelRow, 'institution' | 'pool'>,
): Promise<void> {
  await tx.insert(levelChange).values({ ...event, institution: code, pool })
}

/** Writes the levels as those read them who settle bills. */
export const setLevels = async (tx: Tx, code: string, levels: readonly LevelFrom[]): Promise<void> => {
  await tx.update(institution).set({ levels }).where(eq(institution.code, code))
}
