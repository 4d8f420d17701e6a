import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { encrypt, lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { maskAccount, readBankAccount, type BankAccountInput } from '../domain/clearing-bank-account.ts'
import { addBankAccount, addConfirmation, findBankAccount, isPaidBy } from '../store/clearing-bank-account.ts'
import { staffOf } from './monthly-statement.ts'

/** An institution says where it is to be paid; the number is kept encrypted. Answers the id of the account. */
export async function enterBankAccount(context: Context, requestId: string, input: BankAccountInput): Promise<string> {
  const identity = context.institution()
  const { secrets } = context
  const now = context.now()
  // The digest of a request is stored, so the number is in it by its keyed hash.
  const digested = { ...input, number: lookupHash(secrets, 'bank-account', input.number).toString('hex') }
  const request = { identity, requestId, operation: 'enterBankAccount', input: digested, now }
  const { id } = await once(context.db, request, async (tx) => {
    const { number, ...rest } = readBankAccount(input)
    const account = context.newId(now)
    await addBankAccount(tx, {
      ...rest,
      id: account,
      institution: identity.institution,
      sealed: encrypt(secrets, number, account),
      masked: maskAccount(number),
      enteredBy: callerOf(identity),
      enteredAt: now,
    })
    return { id: account }
  })
  return id
}

/** One of the two of a bureau's staff who must confirm an account before anything is paid to it. */
export async function confirmBankAccount(context: Context, requestId: string, account: string): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'confirmBankAccount', input: { account }, now }
  const { id } = await once(context.db, request, async (tx) => {
    const found = uuidFault(account) === null ? await findBankAccount(tx, account.toLowerCase()) : null
    if (found === null || !(await isPaidBy(tx, found.institution, pool)))
      throw NotFound.of({ zh: '该收款账户', en: 'the bank account' }, 'account')
    const { id: accountId, institution } = found
    const added = await addConfirmation(tx, { accountId, institution, pool, caller: callerOf(identity), at: now })
    if (!added)
      throw NotAllowed.at('account', 'CONFIRMED_ALREADY', {
        zh: '本人已确认，须由另一人复核',
        en: 'you have confirmed it already; another one of the staff must',
      })
    return { id: accountId }
  })
  return id
}
