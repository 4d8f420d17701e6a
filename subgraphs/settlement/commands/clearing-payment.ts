import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, sum } from '@yibao/schema/money'
import { decrypt } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { writeBankFile } from '../domain/bank-file.ts'
import { sentEntries } from '../domain/clearing-ledger.ts'
import { notPayable, transfersOf, type Part } from '../domain/clearing-payment.ts'
import type { Maybe } from '../domain/fields.ts'
import { findPayable } from '../store/clearing-bank-account.ts'
import {
  addBatch,
  countBatches,
  holdConfirmed,
  holdOpenDeposits,
  listRows,
  listSealed,
  setParts,
  type PaymentBatch,
} from '../store/clearing-payment.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { staffOf, tellStatement } from './monthly-statement.ts'

export interface PaymentBatchInput {
  readonly statements?: Maybe<readonly string[]>
  readonly releases?: Maybe<readonly string[]>
}

/**
 * Makes a batch of what is named, or of everything of the pool that is confirmed and can be paid. What it pays is in
 * transit until the bank has answered. Answers the id of the batch.
 */
export async function createPaymentBatch(
  context: Context,
  requestId: string,
  input: PaymentBatchInput,
): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'createPaymentBatch', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const { parts, isNamed } = await holdParts(tx, pool, input)
    const accounts = await findPayable(tx, pool, [...new Set(parts.map((one) => one.institution))])
    const transfers = transfersOf(parts, accounts, isNamed)
    const batch: PaymentBatch = {
      id: context.newId(now),
      pool,
      number: await nextNumber(tx, pool, now),
      rows: transfers.length,
      amount: fenOf(sum(transfers.map((one) => one.amount))),
      state: 'SENT',
      madeBy: callerOf(identity),
      madeAt: now,
    }
    const rows = transfers.map(({ institution, accountId, amount, parts: own }, i) => ({
      row: {
        id: context.newId(now),
        batchId: batch.id,
        number: i + 1,
        institution,
        pool,
        accountId,
        amount,
        state: 'SENT' as const,
        reason: null,
        bankReference: null,
        answeredAt: null,
      },
      own,
    }))
    await addBatch(
      tx,
      batch,
      rows.map(({ row }) => row),
      rows.flatMap(({ row, own }) => own.map((part) => ({ ...part, rowId: row.id, pool, open: true }))),
    )
    for (const { row } of rows) {
      const { id: source, institution, amount } = row
      const posting = { groupId: context.newId(now), kind: 'SENT' as const, source, pool, institution, amount, at: now }
      await postClearing(tx, posting, sentEntries(row, amount))
    }
    const paid = transfers.flatMap((one) => one.parts)
    for (const { id: statement } of await setParts(tx, paid, 'PAYING', now))
      await tellStatement(tx, statement, { at: now })
    return { id: batch.id }
  })
  return id
}

/** What is to be paid, held. Throws NotAllowed when something that is named is not there to be paid. */
async function holdParts(
  tx: Tx,
  pool: string,
  { statements, releases }: PaymentBatchInput,
): Promise<{ readonly parts: readonly Part[]; readonly isNamed: boolean }> {
  const isNamed = (statements ?? []).length + (releases ?? []).length > 0
  const named = (ids: Maybe<readonly string[]>, path: string): string[] | null => {
    if (!isNamed) return null
    if ((ids ?? []).some((id) => uuidFault(id) !== null)) throw notPayable(path)
    return [...new Set((ids ?? []).map((id) => id.toLowerCase()))]
  }
  const [wanted, wantedReleases] = [named(statements, 'input.statements'), named(releases, 'input.releases')]
  const confirmed = await holdConfirmed(tx, pool, wanted)
  if (wanted !== null && confirmed.length !== wanted.length) throw notPayable('input.statements')
  const open = await holdOpenDeposits(tx, pool, wantedReleases)
  if (wantedReleases !== null && open.length !== wantedReleases.length) throw notPayable('input.releases')
  const parts: Part[] = [
    ...confirmed.map(({ id, institution, transfer }) => ({
      partId: id,
      kind: 'STATEMENT' as const,
      institution,
      amount: transfer,
    })),
    ...open,
  ]
  return { parts, isNamed }
}

/** The pool, the day, and which of the day: unique, and a collision begins the request anew. */
async function nextNumber(tx: Tx, pool: string, now: Temporal.Instant): Promise<string> {
  const prefix = `${pool}${dayOf(now).toString().replaceAll('-', '')}`
  return `${prefix}${String((await countBatches(tx, prefix)) + 1).padStart(3, '0')}`
}

/** The file of a batch as the bank reads it; the same whenever it is asked for. */
export async function bankFileOf(context: Context, batch: PaymentBatch): Promise<string> {
  const { rows, accounts } = await context.read(async (tx) => {
    const found = await listRows(tx, batch.id)
    const sealed = await listSealed(
      tx,
      found.map((one) => one.accountId),
    )
    return { rows: found, accounts: new Map(sealed.map((one) => [one.id, one])) }
  })
  const lines = rows.flatMap(({ number, institution, accountId, amount }) => {
    const account = accounts.get(accountId)
    if (account === undefined) throw new Error('a row is paid to an account that is there')
    const { holder, bankName, bankCode, sealed } = account
    return [
      {
        number,
        payee: institution,
        holder,
        account: decrypt(context.secrets, sealed, accountId),
        bankName,
        bankCode,
        amount,
      },
    ]
  })
  return writeBankFile({ number: batch.number, pool: batch.pool, day: dayOf(batch.madeAt) }, lines)
}
