import type { ReadTx } from '@yibao/drizzle/connect'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkPayer, isPayable, type PayerInput } from '../domain/contribution-pay.ts'
import { isStanding, type Bill } from '../domain/contribution.ts'
import { findBills, findBillsById } from '../store/contribution-bills.ts'
import { findRecords } from '../store/merge-persons.ts'
import { billContributions, checkPeriods, checkPool, type BillInput } from './contribution-bill.ts'
import { findPayer } from './contribution-person.ts'

interface StatusInput extends PayerInput {
  readonly insuranceType: string
  readonly periods: readonly string[]
}

/** What somebody named by number and name owes for periods that were billed, as of now, as far as it concerns who asks. */
export async function contributionStatus(context: Context, input: StatusInput): Promise<readonly Bill[]> {
  const problems: Problem[] = []
  checkPayer(input, context.identity?.kind === 'person', problems)
  checkPeriods(input.periods, problems)
  InvalidInput.throwIf(problems)
  const { orm } = context.db
  const { id: insuredId } = await findPayer(context, orm, input)
  context.noteRead(insuredId, 'contributionStatus')
  const { insuranceType } = input
  const bills = await findBills(
    orm,
    input.periods.map((period) => ({ insuredId, insuranceType, period })),
  )
  const standing = bills.filter(isStanding)
  checkPool(context, standing)
  return (await toldTo(context, orm, standing)).toSorted(byPeriod)
}

/** Bills periods, and answers what who asks is told of the bills. */
export async function billAndTell(
  context: Context,
  asked: { readonly requestId: string; readonly input: BillInput },
): Promise<readonly Bill[]> {
  const { orm } = context.db
  const found = await findBillsById(orm, await billContributions(context, asked))
  for (const { insuredId } of found) context.noteRead(insuredId, 'contributionStatus')
  return (await toldTo(context, orm, found)).toSorted(byPeriod)
}

const byPeriod = (a: Bill, b: Bill) => (a.period < b.period ? -1 : 1)

/**
 * Name and number are known to many. So whoever pays for somebody else, and every channel, is told what can be paid
 * through them now: not what an employer declares, which says the wage, nor what was paid and when. The person is told
 * everything, and the bureau of the pool.
 */
async function toldTo({ identity }: Context, tx: ReadTx, bills: readonly Bill[]): Promise<readonly Bill[]> {
  if (identity?.kind === 'staff') return bills
  const own = identity?.kind === 'person' ? await findRecords(tx, identity.insuredId) : []
  return bills.filter((one) => own.includes(one.insuredId) || isPayable(one))
}
