import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { bankAccount, bankAccountConfirmation } from '@yibao/drizzle/settlement-clearing-payment'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'

/** Where an institution is paid; the number is sealed. */
export type StoredBankAccount = typeof bankAccount.$inferSelect
/** What is shown of it. */
export type BankAccount = Omit<StoredBankAccount, 'sealed'>
export type Confirmation = typeof bankAccountConfirmation.$inferSelect

const SHOWN = {
  id: bankAccount.id,
  institution: bankAccount.institution,
  holder: bankAccount.holder,
  bankName: bankAccount.bankName,
  bankCode: bankAccount.bankCode,
  masked: bankAccount.masked,
  enteredBy: bankAccount.enteredBy,
  enteredAt: bankAccount.enteredAt,
}

export const addBankAccount = async (tx: Tx, account: StoredBankAccount): Promise<void> =>
  void (await tx.insert(bankAccount).values(account))

/** The accounts of an institution the reader may see, the latest first. */
export const listBankAccounts = async (
  db: ReadTx,
  { institution, before }: { readonly institution: string; readonly before: string | null },
  limit: number,
): Promise<BankAccount[]> =>
  db
    .select(SHOWN)
    .from(bankAccount)
    .where(and(eq(bankAccount.institution, institution), before === null ? undefined : lt(bankAccount.id, before)))
    .orderBy(desc(bankAccount.id))
    .limit(limit)

export async function findBankAccount(db: ReadTx | Tx, id: string): Promise<BankAccount | null> {
  const [row] = await db.select(SHOWN).from(bankAccount).where(eq(bankAccount.id, id))
  return row ?? null
}

/** Who has confirmed these accounts, as far as the reader may see. */
export const listConfirmations = async (db: ReadTx, accounts: readonly string[]): Promise<Confirmation[]> =>
  db
    .select()
    .from(bankAccountConfirmation)
    .where(inArray(bankAccountConfirmation.accountId, [...accounts]))
    .orderBy(bankAccountConfirmation.at)

/** Adds a confirmation; false when this caller has confirmed it before. */
export async function addConfirmation(tx: Tx, one: Confirmation): Promise<boolean> {
  const added = await tx.insert(bankAccountConfirmation).values(one).onConflictDoNothing().returning()
  return added.length === 1
}

/** Whether a pool pays an institution: by an agreement, or by a statement it has of it. */
export async function isPaidBy(tx: Tx, institution: string, pool: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select where institutions.is_designated(${institution}, ${pool}) or exists (
      select from settlement.monthly_statement where institution = ${institution} and pool = ${pool})`)
  return rows.length > 0
}

/** How many of a bureau's staff must have confirmed an account before it pays to it. */
export const CONFIRMATIONS_NEEDED = 2

/** The latest account of each institution that a pool may pay to. */
export async function findPayable(
  tx: Tx,
  pool: string,
  institutions: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (institutions.length === 0) return new Map()
  const confirmed = sql`(select count(*) from ${bankAccountConfirmation}
    where ${bankAccountConfirmation.accountId} = ${bankAccount.id} and ${bankAccountConfirmation.pool} = ${pool})`
  const rows = await tx
    .selectDistinctOn([bankAccount.institution], { institution: bankAccount.institution, id: bankAccount.id })
    .from(bankAccount)
    .where(and(inArray(bankAccount.institution, [...institutions]), sql`${confirmed} >= ${CONFIRMATIONS_NEEDED}`))
    .orderBy(bankAccount.institution, desc(bankAccount.id))
  return new Map(rows.map(({ institution, id }) => [institution, id]))
}
