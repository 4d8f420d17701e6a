import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { referral } from '@yibao/drizzle/cross-province'
import type { PageWanted } from '@yibao/schema/page'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { ElectronicReferral, ReferralState } from '../domain/referral.ts'

const asReferral = ({ referralId: id, ...row }: typeof referral.$inferSelect): ElectronicReferral => ({ ...row, id })

/** The referrals with these ids, as far as the reader may see them. */
export async function findReferrals(tx: ReadTx, ids: readonly string[]): Promise<ElectronicReferral[]> {
  const rows = await tx
    .select()
    .from(referral)
    .where(inArray(referral.referralId, [...ids]))
  return rows.map(asReferral)
}

/** Every referral the reader may see, latest first, one more than the page holds. */
export async function listReferrals(
  tx: ReadTx,
  { size, after }: PageWanted,
  state: ReferralState | null,
): Promise<ElectronicReferral[]> {
  const rows = await tx
    .select()
    .from(referral)
    .where(
      and(
        after === null ? undefined : lt(referral.referralId, after),
        state === null ? undefined : eq(referral.state, state),
      ),
    )
    .orderBy(desc(referral.referralId))
    .limit(size + 1)
  return rows.map(asReferral)
}

export const addReferral = async (tx: Tx, { id: referralId, ...rest }: ElectronicReferral): Promise<void> => {
  await tx.insert(referral).values({ ...rest, referralId })
}

/** Writes how far a referral has come; what was signed never changes. */
export async function saveReferral(tx: Tx, one: ElectronicReferral): Promise<void> {
  const { id, insuredId, state, officeSignature, officeKeyId, officeSignedAt, decidedBy, decidedAt } = one
  const { refusal, revokedAt, usedBy } = one
  await tx
    .update(referral)
    .set({ state, officeSignature, officeKeyId, officeSignedAt, decidedBy, decidedAt, refusal, revokedAt, usedBy })
    .where(and(eq(referral.insuredId, insuredId), eq(referral.referralId, id)))
}

/** A public key of an institution that still signs, from the view that settlement publishes. */
export interface SigningKey {
  readonly kid: string
  readonly publicKey: Readonly<Record<string, string>>
}

export async function findSigningKeys(tx: Tx, institution: string): Promise<SigningKey[]> {
  const { rows } = await tx.execute<{ kid: string; public_key: Record<string, string> }>(sql`
    select kid, public_key from settlement.signing_key_v1
    where institution = ${institution} and retired_at is null`)
  return rows.map(({ kid, public_key: publicKey }) => ({ kid, publicKey }))
}

/** Whether a person showed an institution a credential on a day. */
export async function wasPresent(tx: Tx, of: { insuredId: string; institution: string; day: Temporal.PlainDate }) {
  const { rows } = await tx.execute(sql`
    select from insured.presence_v1
    where insured_id = ${of.insuredId} and institution = ${of.institution} and day = ${of.day.toString()}`)
  return rows.length > 0
}

/** Whether a doctor works at an institution on a day and is not suspended. */
export async function isDoctorOf(tx: Tx, of: { doctor: string; institution: string; day: Temporal.PlainDate }) {
  const on = of.day.toString()
  const { rows } = await tx.execute(sql`
    select from institutions.practitioner_v1
    where code = ${of.doctor} and institution = ${of.institution} and kind = 'DOCTOR' and status = 'ACTIVE'
      and begin_on <= ${on} and (end_on is null or end_on >= ${on})`)
  return rows.length > 0
}
