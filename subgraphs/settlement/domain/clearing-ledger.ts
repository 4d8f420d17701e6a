import assert from 'node:assert/strict'
import { NOBODY } from '@yibao/schema/ids'
import { allocate, fenOf, sum, type Fen } from '@yibao/schema/money'
import type { LedgerEntry } from './ledger.ts'

/** Between whom money moves. */
export interface Parties {
  readonly institution: string
  readonly pool: string
}

const payable = ({ institution }: Parties): string => `payable:institution:${institution}`
const deposit = ({ institution, pool }: Parties): string => `deposit:institution:${institution}:${pool}`
const transit = ({ pool }: Parties): string => `transit:${pool}`
const bank = ({ pool }: Pick<Parties, 'pool'>): string => `bank:${pool}`

/** A group that moves an amount from one account to another; none when nothing moves. */
export const moved = (amount: Fen, from: string, to: string): LedgerEntry[] =>
  amount === 0n
    ? []
    : [
        { insuredId: NOBODY, account: from, amount: fenOf(0n - amount) },
        { insuredId: NOBODY, account: to, amount },
      ]

/** A deduction is owed to the institution no more; see below. */
export const deductionEntries = (
  parties: Parties,
  amount: Fen,
  left: readonly { readonly account: string; readonly amount: Fen }[],
): LedgerEntry[] => givenBackEntries(payable(parties), amount, left)

/**
 * A deduction goes back to what paid the settlement, the funds or another province, in proportion to what is still theirs of
 * it. `owed`: the account that owes it no more. `left`: what each account gave and did not get back yet, positive; the
 * amount is at most all of it.
 */
export function givenBackEntries(
  owed: string,
  amount: Fen,
  left: readonly { readonly account: string; readonly amount: Fen }[],
): LedgerEntry[] {
  const parts = allocate(
    amount,
    left.map((one) => one.amount),
  )
  const back = left.flatMap(({ account, amount: most }, i) => {
    const part = parts[i] ?? fenOf(0n)
    assert(part <= most, 'no fund gets back more than it gave')
    return part === 0n ? [] : [{ insuredId: NOBODY, account, amount: part }]
  })
  assert.equal(sum(back.map((one) => one.amount)), amount, 'all of a deduction goes back to funds')
  return [{ insuredId: NOBODY, account: owed, amount: fenOf(0n - amount) }, ...back]
}

/** A difference of the payment method is borne by the basic fund of the insurance. */
export const differenceEntries = (parties: Parties, amount: Fen, fund: string): LedgerEntry[] =>
  moved(amount, fund, payable(parties))

export const depositEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, payable(parties), deposit(parties))

export const releaseEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, deposit(parties), payable(parties))

/**
 * What of a deposit is forfeited goes to the basic funds of the pool that kept it, in proportion to what was kept of the
 * statements of each insurance. `kept`: by fund account; those that came to less than nothing get nothing.
 */
export function forfeitEntries(
  parties: Parties,
  amount: Fen,
  kept: readonly { readonly account: string; readonly amount: Fen }[],
): LedgerEntry[] {
  const parts = allocate(
    amount,
    kept.map((one) => (one.amount > 0n ? one.amount : 0n)),
  )
  const funds = kept.flatMap(({ account }, i) => {
    const part = parts[i] ?? fenOf(0n)
    return part === 0n ? [] : [{ insuredId: NOBODY, account, amount: part }]
  })
  return [{ insuredId: NOBODY, account: deposit(parties), amount: fenOf(0n - amount) }, ...funds]
}

/** Between which pools money is owed. */
export interface Pools {
  readonly creditor: string
  readonly debtor: string
}

const due = ({ debtor, creditor }: Pools): string => `due:${debtor}:${creditor}`
const claim = ({ creditor, debtor }: Pools): string => `claim:${creditor}:${debtor}`

/** In the books of the pool whose funds bear a statement: it owes the other bureau instead of the institution. */
export const dueEntries = (parties: Parties & Pools, amount: Fen): LedgerEntry[] =>
  moved(amount, payable(parties), due(parties))

/** In the books of the bureau that clears: it owes the institution, and the other pool owes it. */
export const claimEntries = (parties: Parties & Pools, amount: Fen): LedgerEntry[] =>
  moved(amount, claim(parties), payable(parties))

/** In the books of the debtor: it has paid what it owed. */
export const poolPaidEntries = (pools: Pools, amount: Fen): LedgerEntry[] =>
  moved(amount, due(pools), bank({ pool: pools.debtor }))

/** In the books of the creditor: what was owed to it has come in. */
export const poolReceivedEntries = (pools: Pools, amount: Fen): LedgerEntry[] =>
  moved(amount, bank({ pool: pools.creditor }), claim(pools))

/** A transfer is in transit from the file on until the bank has answered. */
export const sentEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, payable(parties), transit(parties))

export const paidEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, transit(parties), bank(parties))

/** A transfer that was paid came back: it is owed again, and the bank has the money again. */
export const returnedEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, bank(parties), payable(parties))

export const rejectedEntries = (parties: Parties, amount: Fen): LedgerEntry[] =>
  moved(amount, transit(parties), payable(parties))
