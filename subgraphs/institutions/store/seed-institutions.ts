import { randomUUIDv7 } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { agreement, agreementEvent, institution } from '@yibao/drizzle/institutions'
import type { Period } from '../domain/agreement.ts'
import type { Institution } from '../domain/institution.ts'

/** Adds the institutions that are not there yet, each with its agreement; returns how many those were. */
export async function insertInstitutions(
  tx: Tx,
  rows: readonly { readonly institution: Institution; readonly period: Period }[],
  now: Temporal.Instant,
): Promise<number> {
  if (rows.length === 0) return 0
  const added = await tx
    .insert(institution)
    .values(rows.map((row) => ({ ...row.institution, registeredAt: now })))
    .onConflictDoNothing()
    .returning({ code: institution.code })
  const codes = new Set(added.map(({ code }) => code))
  const agreements = rows
    .filter((row) => codes.has(row.institution.code))
    .map(({ institution: { code, pool }, period }) => ({
      id: randomUUIDv7(),
      institution: code,
      pool,
      ...period,
      status: 'ACTIVE' as const,
      statusSince: now,
    }))
  if (agreements.length === 0) return 0
  await tx.insert(agreement).values(agreements)
  await tx.insert(agreementEvent).values(
    agreements.map(({ id, institution: code, pool }) => ({
      id: randomUUIDv7(),
      agreementId: id,
      institution: code,
      pool,
      action: 'SIGNED' as const,
      actor: 'seed',
      at: now,
    })),
  )
  return agreements.length
}
