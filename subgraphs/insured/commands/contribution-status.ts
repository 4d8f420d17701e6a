import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkPayer, type PayerInput } from '../domain/contribution-pay.ts'
import type { Bill } from '../domain/contribution.ts'
import { findBills } from '../store/contribution-bills.ts'
import { checkPeriods, checkPool } from './contribution-bill.ts'
import { findPayer } from './contribution-person.ts'

interface StatusInput extends PayerInput {
  readonly insuranceType: string
  readonly periods: readonly string[]
}

/** What somebody named by number and name owes for periods that were billed, and whether it is paid, as of now. */
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
  checkPool(context, bills)
  return bills.filter((one) => one.replacedBy == null).toSorted((a, b) => (a.period < b.period ? -1 : 1))
}
