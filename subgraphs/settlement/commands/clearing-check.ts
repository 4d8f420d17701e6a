import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import type { Identity } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { claimEntries, depositEntries, dueEntries } from '../domain/clearing-ledger.ts'
import { appealOpen, appealPeriodRuns, noStatement, wrongState } from '../domain/clearing-refusals.ts'
import { owedBetween, type MonthlyStatement, type StatementState } from '../domain/monthly-statement.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { hasDeductions, hasOpenAppeals } from '../store/deduction.ts'
import { addBacks, holdReversedParts } from '../store/deposit-back.ts'
import { findStatement, reckonStatement, setStatement } from '../store/monthly-statement.ts'
import { holdOwn, staffOf, tellStatement } from './monthly-statement.ts'

type Set = Parameters<typeof setStatement>[2]

/** Staff begin to check a statement: from now on it is not withdrawn any more. */
export const startCheck = (context: Context, requestId: string, statement: string): Promise<string> =>
  advance(context, { identity: staffOf(context), requestId, operation: 'startCheck', statement }, (held, now) => {
    expectState(held, 'DECLARED')
    return { state: 'CHECKING', checkStartedAt: now }
  })

/** Staff end the check: the institution may appeal until the day that is said. */
export const finishCheck = (context: Context, requestId: string, statement: string): Promise<string> =>
  advance(context, { identity: staffOf(context), requestId, operation: 'finishCheck', statement }, (held, now) => {
    expectState(held, 'CHECKING')
    const { day: appealUntil, provisional: appealProvisional } = context.clearing.appealUntil(dayOf(now))
    return { state: 'CHECKED', checkedAt: now, appealUntil, appealProvisional }
  })

/**
 * Settles what a statement comes to: by the institution at any time after the check, or by staff when nothing was
 * deducted or the time for appeals is over. The deposit is kept back, and what is left is due.
 */
export function confirmStatement(context: Context, requestId: string, statement: string): Promise<string> {
  const { identity, clearing } = context
  assert(identity?.kind === 'institution' || identity?.kind === 'staff', 'the schema lets nobody else in')
  return advance(
    context,
    { identity, requestId, operation: 'confirmStatement', statement },
    async (checked, now, tx) => {
      expectState(checked, 'CHECKED')
      if (await hasOpenAppeals(tx, checked.id)) throw appealOpen('statement')
      const until = checked.appealUntil
      const runs = until !== null && Temporal.PlainDate.compare(dayOf(now), until) <= 0
      if (identity.kind === 'staff' && runs && (await hasDeductions(tx, checked.id))) throw appealPeriodRuns(until)
      const held = await settleDeposit(tx, checked)
      const { id, pool, institution, deposit: amount } = held
      const posting = {
        groupId: context.newId(now),
        kind: 'DEPOSIT' as const,
        source: id,
        pool,
        institution,
        amount,
        at: now,
      }
      await postClearing(tx, posting, depositEntries(held, amount))
      // What another province owes was posted with the bill: no pool of this platform owes it.
      if (held.insuredPool !== pool && held.otherProvince === null) await owePool(tx, context, held, now)
      const { day: dueOn, provisional: dueProvisional } = clearing.dueOn(held.declaredOn)
      // Nothing is left to be paid, or owed back.
      if (held.transfer === 0n) return { state: 'PAID', confirmedAt: now, dueOn, dueProvisional, paidAt: now }
      return { state: 'CONFIRMED', confirmedAt: now, dueOn, dueProvisional }
    },
  )
}

/** What is kept, and what goes back of other deposits, is settled when a statement is confirmed. */
async function settleDeposit(tx: Tx, checked: MonthlyStatement): Promise<MonthlyStatement> {
  await holdReversedParts(tx, checked.id)
  const { backs } = await reckonStatement(tx, checked)
  await addBacks(tx, checked, backs)
  const settled = await findStatement(tx, checked.id)
  assert(settled !== null, 'a statement that is held is there')
  return settled
}

/** The pool at home owes the bureau what the institution gets and what is kept back of it; each in its own books. */
async function owePool(tx: Tx, context: Context, held: MonthlyStatement, at: Temporal.Instant): Promise<void> {
  const { id: source, pool: creditor, insuredPool: debtor, institution } = held
  const amount = owedBetween(held)
  const parties = { institution, creditor, debtor }
  const made = { source, institution, amount, at }
  const due = { ...made, groupId: context.newId(at), kind: 'DUE' as const, pool: debtor }
  await postClearing(tx, due, dueEntries({ ...parties, pool: debtor }, amount))
  const claim = { ...made, groupId: context.newId(at), kind: 'CLAIM' as const, pool: creditor }
  await postClearing(tx, claim, claimEntries({ ...parties, pool: creditor }, amount))
}

function expectState({ state }: MonthlyStatement, expected: StatementState): void {
  if (state !== expected) throw wrongState(state)
}

interface Advancing {
  readonly identity: Identity
  readonly requestId: string
  readonly operation: string
  readonly statement: string
}

type Step = (held: MonthlyStatement, now: Temporal.Instant, tx: Tx) => Set | Promise<Set>

/** Takes a statement one step further, and tells others. Answers its id. */
async function advance(context: Context, { statement, ...asked }: Advancing, step: Step): Promise<string> {
  const now = context.now()
  const { id } = await once(context.db, { ...asked, input: { statement }, now }, async (tx) => {
    const held = await holdOwn(tx, asked.identity, statement)
    if (held === null) throw noStatement()
    const set = await step(held, now, tx)
    await setStatement(tx, held.id, set)
    await tellStatement(tx, held.id, { at: now })
    return { id: held.id }
  })
  return id
}
