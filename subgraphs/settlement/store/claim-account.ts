import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimAccount } from '@yibao/drizzle/settlement-claim'
import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { readCardRules, type CardRules } from '../domain/claim-account.ts'

const FILE = join(import.meta.dirname, '..', 'banks', '100000-cards.json')
let shipped: CardRules | null = null

/** How numbers of cards and accounts are made; ships with the platform, read once. */
export const shippedCardRules = (): CardRules => (shipped ??= readCardRules(readFileSync(FILE, 'utf8')))

/** Where a claim is paid; the number is sealed. */
export type StoredClaimAccount = typeof claimAccount.$inferSelect
/** What is shown of it. */
export type ClaimAccount = Omit<StoredClaimAccount, 'sealed'>

const { sealed: _sealed, ...SHOWN } = getTableColumns(claimAccount)

/** Who an account is sealed for: a ciphertext moved to another claim opens no longer. */
export const sealOwner = ({ claimId, seq }: Pick<ClaimAccount, 'claimId' | 'seq'>): string => `${claimId}:${seq}`

export const addClaimAccount = async (tx: Tx, account: StoredClaimAccount): Promise<void> =>
  void (await tx.insert(claimAccount).values(account))

/** The latest account of each claim, which is the one that counts. */
export const listLatestAccounts = (db: ReadTx | Tx, claims: readonly string[]): Promise<ClaimAccount[]> =>
  db
    .selectDistinctOn([claimAccount.claimId], SHOWN)
    .from(claimAccount)
    .where(inArray(claimAccount.claimId, [...claims]))
    .orderBy(claimAccount.claimId, desc(claimAccount.seq))

export async function findLatestAccount(db: ReadTx | Tx, claimId: string): Promise<ClaimAccount | null> {
  return (await listLatestAccounts(db, [claimId]))[0] ?? null
}

/** Whether the person has said where the claim is to be paid. */
export const hasOwnAccount = async (tx: Tx, claimId: string): Promise<boolean> =>
  (await tx.$count(
    claimAccount,
    and(eq(claimAccount.claimId, claimId), sql`${claimAccount.enteredBy} not like 'staff:%'`),
  )) > 0

export const passAccount = async (tx: Tx, { claimId, seq }: ClaimAccount): Promise<void> =>
  void (await tx
    .update(claimAccount)
    .set({ fits: true })
    .where(and(eq(claimAccount.claimId, claimId), eq(claimAccount.seq, seq))))

/** The name of the person a record is of; null when nobody knows them any more. */
export async function findPersonName(tx: Tx, insuredId: string): Promise<string | null> {
  const { rows } = await tx.execute<{ name: string }>(sql`
    select c.name from insured.coverage_v1 c
    where c.insured_id = coalesce((select survivor_id from insured.person_alias_v1 where insured_id = ${insuredId}), ${insuredId})
    limit 1`)
  return rows[0]?.name ?? null
}
