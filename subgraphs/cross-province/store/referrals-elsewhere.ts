import type { Tx } from '@yibao/drizzle/connect'
import { referral } from '@yibao/drizzle/cross-province'
import { incomingReferral, outgoingReferral } from '@yibao/drizzle/cross-province-referral'
import { and, eq, lte, sql } from 'drizzle-orm'
import type { ElectronicReferral } from '../domain/referral.ts'
import { inTurn } from './in-turn.ts'

type Key = { readonly insuredId: string; readonly referralId: string }

/** Notes that home, on another platform, has to be told of a referral. */
export async function addOutgoing(tx: Tx, one: Key & { readonly nextAt: Temporal.Instant }): Promise<void> {
  await tx.insert(outgoingReferral).values(one)
}

/** Referrals that home is to be told of, or asked about, now; those that waited longest first. */
export async function findOutgoing(
  tx: Tx,
  { at, limit }: { readonly at: Temporal.Instant; readonly limit: number },
): Promise<(ElectronicReferral & { readonly attempts: number })[]> {
  const rows = await tx
    .select({ referral, attempts: outgoingReferral.attempts })
    .from(outgoingReferral)
    .innerJoin(
      referral,
      and(eq(referral.insuredId, outgoingReferral.insuredId), eq(referral.referralId, outgoingReferral.referralId)),
    )
    .where(
      and(
        lte(outgoingReferral.nextAt, at),
        eq(referral.state, 'SIGNED'),
        sql`exists (select from cross_province.partner p where p.province = left(${referral.pool}, 2)::bpchar)`,
      ),
    )
    .orderBy(inTurn(sql`left(${referral.pool}, 2)`, outgoingReferral.nextAt))
    .limit(limit)
  return rows.map(({ referral: { referralId: id, ...row }, attempts }) => ({ ...row, id, attempts }))
}

/** Notes what became of telling home. */
export async function noteOutgoing(
  tx: Tx,
  { insuredId, referralId }: Key,
  said: { readonly attempts: number; readonly nextAt: Temporal.Instant; readonly receivedAt?: Temporal.Instant },
): Promise<void> {
  const { receivedAt, ...rest } = said
  await tx
    .update(outgoingReferral)
    .set({
      ...rest,
      ...(receivedAt && {
        receivedAt: sql`coalesce(${outgoingReferral.receivedAt}, ${receivedAt.toString()}::timestamptz)`,
      }),
    })
    .where(and(eq(outgoingReferral.insuredId, insuredId), eq(outgoingReferral.referralId, referralId)))
}

/** Keeps who a referral of another province came from, and by which keys it is verified. */
export async function addIncoming(tx: Tx, one: typeof incomingReferral.$inferInsert): Promise<void> {
  await tx.insert(incomingReferral).values(one)
}

/** Whether the platform of a province is known here. */
export async function isPartner(tx: Tx, province: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from cross_province.partner where province = ${province}::text::bpchar`)
  return rows.length > 0
}

/** Name and pool of a hospital here, and its public keys by these ids, also those it has retired since. */
export async function findSigner(
  tx: Tx,
  { institution, kids }: { readonly institution: string; readonly kids: readonly string[] },
): Promise<{ readonly name: string; readonly pool: string; readonly keys: { kid: string; x: string }[] }> {
  const { rows: hospitals } = await tx.execute<{ name: string; pool: string }>(sql`
    select name, pool from institutions.designation_v1 where institution = ${institution} order by end_on desc limit 1`)
  const { rows: keys } = await tx.execute<{ kid: string; x: string }>(sql`
    select kid, public_key->>'x' as x from settlement.signing_key_v1
    where institution = ${institution} and kid = any(${sql.param(kids)})`)
  const [hospital] = hospitals
  const { name, pool } = hospital ?? { name: '', pool: '' }
  return { name, pool, keys: keys.map(({ kid, x }) => ({ kid, x })) }
}
