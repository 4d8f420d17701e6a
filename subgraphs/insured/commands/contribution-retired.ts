import type { Tx } from '@yibao/drizzle/connect'
import { sqlState } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import {
  billRetired,
  creditDayOf,
  dueRuns,
  monthOf,
  withdrawCredits,
  type Retired,
  type RetiredRun,
} from '../domain/contribution-retired.ts'
import { isPayable, creditsOf } from '../domain/contribution-pay.ts'
import type { Bill } from '../domain/contribution.ts'
import { addBills, findBills, lockBills, setReplaced, type PersonsBill } from '../store/contribution-bills.ts'
import { findPendingFor, publishCredits } from '../store/contribution-receipts.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { findBegun, findReached, findRetired, holdRun, moveRun } from '../store/contribution-run.ts'
import { cancelOrders } from './contribution-notice.ts'

/** Persons of one transaction. */
const BATCH = 500
const TRIES = 12

/** Makes out what the accounts of the retired are credited of each month, once for each person, month and pool. */
export async function creditRetired({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  const runs = dueRuns(await contributionRules(), await findBegun(db.orm), dayOf(clock()))
  for (const run of runs) while (await take({ db, clock }, run));
}

/** A batch; again when somebody was paying for one of its persons, so that it is decided on what is paid by then. */
async function take(parts: Pick<Services, 'db' | 'clock'>, run: RetiredRun): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.db.orm.transaction((tx) => creditBatch(tx, run, parts.clock()), 'serializable')
    } catch (error) {
      const state = sqlState(error)
      if (attempt >= TRIES || (state !== '23505' && state !== '40P01' && state !== '40001')) throw error
    }
  }
}

/** Batch, credits and how far the run has come are one transaction; false when nobody is left. */
async function creditBatch(tx: Tx, run: RetiredRun, now: Temporal.Instant): Promise<boolean> {
  const { rule, period } = run
  const { pool, insuranceType, personTypes: types } = rule
  const after = await holdRun(tx, { pool, period })
  if (after === null) return false
  const retired = await findRetired(tx, { pool, insuranceType, types, on: creditDayOf(run), after, limit: BATCH })
  const keys = retired.map(({ insuredId }) => ({ insuredId, insuranceType, period }))
  const bills = await credit(tx, run, { retired, existing: await lockBills(tx, keys), now })
  const credits = creditsOf(bills).map((one) => ({ ...one, id: newId() }))
  await publishCredits(tx, credits, now)
  await moveRun(tx, { pool, period }, retired.at(-1)?.insuredId ?? null)
  return retired.length > 0
}

interface Crediting {
  readonly retired: readonly Retired[]
  readonly existing: readonly PersonsBill[]
  readonly now: Temporal.Instant
}

/**
 * Credits each whose month is neither paid nor credited. What they were billed for it and nobody has paid, whoever asked
 * for it, is owed no longer: else the month could be credited twice.
 */
async function credit(tx: Tx, run: RetiredRun, { retired, existing, now }: Crediting): Promise<Bill[]> {
  const byPerson = Map.groupBy(existing, (one) => one.personId)
  const made: Bill[] = []
  const replaced: { readonly bill: Bill; readonly by: string }[] = []
  for (const one of retired) {
    const mine = byPerson.get(one.insuredId) ?? []
    const { isPaid, credited } = monthOf(mine)
    if (isPaid || credited > 0n) continue
    const bill = billRetired(one, run, { existing: mine, id: newId(), now })
    made.push(bill)
    replaced.push(...mine.filter(isPayable).map((open) => ({ bill: open, by: bill.id })))
  }
  await addBills(tx, made)
  for (const { bill, by } of replaced) {
    await setReplaced(tx, bill, by)
    await cancelOrders(tx, await findPendingFor(tx, bill.id), now)
  }
  return made
}

/**
 * Looks again at the months of which bills are settled: one that was credited as that of somebody retired and is paid after
 * all gives that credit back, one that corrections have lowered to nothing is credited if its run has passed the person by.
 * Answers the bills that say so, whose credits are to be published with those of what is settled.
 */
export async function reviewRetired(tx: Tx, settled: readonly Bill[], now: Temporal.Instant): Promise<Bill[]> {
  const rules = (await contributionRules()).filter((one) => one.creditDay !== undefined)
  const concerned = settled.filter((one) => rules.some((rule) => rule.insuranceType === one.insuranceType))
  const credited = await findBills(tx, concerned, 'RETIRED')
  const lowered = concerned.filter((one) => one.personShare + one.employerShare < 0n)
  const keys = [...lowered, ...credited.map((one) => ({ ...one, insuredId: one.personId }))]
  const months = Map.groupBy(await findBills(tx, keys), (one) => `${one.insuranceType} ${one.period}`)
  const made: Bill[] = []
  for (const existing of months.values()) {
    const persons = Map.groupBy(existing, (one) => one.personId)
    const paid = [...persons.values()].filter((mine) => monthOf(mine).isPaid)
    const back = paid.flatMap((mine) => withdrawCredits(mine, newId, now))
    await addBills(tx, back)
    made.push(...back)
    for (const rule of rules) made.push(...(await creditPassed(tx, { rule, existing, now })))
  }
  return made
}

async function creditPassed(
  tx: Tx,
  { rule, existing, now }: Pick<RetiredRun, 'rule'> & Omit<Crediting, 'retired'>,
): Promise<Bill[]> {
  const [first] = existing
  if (first === undefined || first.insuranceType !== rule.insuranceType || first.period.length === 4) return []
  const run = { rule, period: first.period }
  const { pool, insuranceType, personTypes: types } = rule
  const reached = await findReached(tx, { pool, period: run.period })
  if (reached === null) return []
  const among = [...new Set(existing.map((one) => one.personId))].filter((id) => id <= reached)
  const asked = { pool, insuranceType, types, on: creditDayOf(run), among, limit: among.length }
  return credit(tx, run, { retired: await findRetired(tx, asked), existing, now })
}
