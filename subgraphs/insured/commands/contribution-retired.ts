import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { billRetired, creditDayOf, dueRuns, type RetiredRun } from '../domain/contribution-retired.ts'
import { creditsOf } from '../domain/contribution-pay.ts'
import { addBills, findBills } from '../store/contribution-bills.ts'
import { publishCredits } from '../store/contribution-receipts.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { findBegun, findRetired, holdRun, moveRun } from '../store/contribution-run.ts'

/** Persons of one transaction. */
const BATCH = 500

/** Makes out what the accounts of the retired are credited of each month, once for each person, month and pool. */
export async function creditRetired({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  const runs = dueRuns(await contributionRules(), await findBegun(db.orm), dayOf(clock()))
  for (const run of runs) while (await creditBatch({ db, clock }, run));
}

/** Batch, credits and how far the run has come are one transaction; false when nobody is left. */
function creditBatch({ db, clock }: Pick<Services, 'db' | 'clock'>, run: RetiredRun): Promise<boolean> {
  return db.orm.transaction(async (tx) => {
    const { rule, period } = run
    const { pool, insuranceType, personTypes: types } = rule
    const after = await holdRun(tx, { pool, period })
    if (after === null) return false
    const retired = await findRetired(tx, { pool, insuranceType, types, on: creditDayOf(run), after, limit: BATCH })
    const keys = retired.map(({ insuredId }) => ({ insuredId, insuranceType, period }))
    const billed = new Set((await findBills(tx, keys)).map((one) => one.personId))
    const now = clock()
    const bills = retired
      .filter(({ insuredId }) => !billed.has(insuredId))
      .map((one) => billRetired(one, run, newId(), now))
    await addBills(tx, bills)
    const credits = creditsOf(bills).map((one) => ({ ...one, id: newId() }))
    await publishCredits(tx, credits, now)
    await moveRun(tx, { pool, period }, retired.at(-1)?.insuredId ?? null)
    return retired.length > 0
  })
}
