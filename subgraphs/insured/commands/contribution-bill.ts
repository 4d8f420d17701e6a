import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  charge,
  claim,
  checkPeriod,
  checkStranger,
  isToCharge,
  readChoice,
  type ChargeInput,
} from '../domain/contribution-bill.ts'
import { checkPayer, type PayerInput } from '../domain/contribution-pay.ts'
import { isOpen, isStanding, type Bill, type Choice } from '../domain/contribution.ts'
import { addBills, findBills, setClaimed } from '../store/contribution-bills.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { findPayer, keyed } from './contribution-person.ts'

/** Of several months or years of one person. */
export interface BillInput extends PayerInput, ChargeInput {
  readonly periods: readonly string[]
}

/** A year of months and the one before. */
const PERIODS_MAX = 24

/** Bills somebody who pays alone for periods, each once; answers the ids of the bills, those there were included. */
export async function billContributions(
  context: Context,
  { requestId, input }: { requestId: string; input: BillInput },
): Promise<readonly string[]> {
  const { db, now, identity } = context
  assert(identity !== null, 'the schema lets nobody else in')
  const at = now()
  const asked = { identity, requestId, operation: 'billContributions', input: keyed(context, input), now: at }
  const { bills } = await once(db, asked, async (tx) => {
    const problems: Problem[] = []
    checkPayer(input, identity.kind === 'person', problems)
    const choice = readChoice(input, problems)
    checkPeriods(input.periods, problems)
    InvalidInput.throwIf(problems)
    const person = await findPayer(context, tx, input)
    const { insuranceType, periods } = input
    const byStranger = isStranger(identity, person.id)
    if (byStranger) checkStranger(input, periods, dayOf(at))
    const asking = periods.map((period, i) => ({ period, path: `periods[${i}]` }))
    const found = await ensureBills(tx, { insuredId: person.id, insuranceType, asking, choice, byStranger, at })
    const standing = found.filter(isStanding)
    checkPool(context, standing)
    return { bills: standing.map(({ id }) => id) }
  })
  return bills
}

/** Reports what is wrong with a list of periods. */
export function checkPeriods(periods: readonly string[], problems: Problem[]): void {
  if (periods.length === 0 || periods.length > PERIODS_MAX) {
    const message = { zh: `应为 1–${PERIODS_MAX} 个期间`, en: `must be 1 to ${PERIODS_MAX} periods` }
    problems.push({ path: 'periods', code: 'TOO_MANY', message })
  }
  for (const [i, period] of periods.slice(0, PERIODS_MAX).entries()) {
    checkPeriod(period, `periods[${i}]`, problems)
    if (periods.indexOf(period) < i) {
      problems.push({ path: `periods[${i}]`, code: 'TWICE', message: { zh: '重复', en: 'is named twice' } })
    }
  }
}

/** Somebody who signed in for themself and names another. */
export const isStranger = (identity: Context['identity'], insuredId: string): boolean =>
  identity?.kind === 'person' && identity.insuredId !== insuredId

interface Asking {
  readonly insuredId: string
  readonly insuranceType: string
  readonly asking: readonly { readonly period: string; readonly path: string }[]
  readonly choice: Choice
  /** Whether somebody asks for another person. */
  readonly byStranger: boolean
  readonly at: Temporal.Instant
}

/**
 * The bills of these periods, made where there are none; corrections after the bill they correct. What a stranger had
 * made and nobody has paid becomes that of whom it is for, with their choice.
 */
export async function ensureBills(tx: Tx, wanted: Asking): Promise<Bill[]> {
  const { insuredId, insuranceType, asking, choice, byStranger, at } = wanted
  const found = await findBills(
    tx,
    asking.map(({ period }) => ({ insuredId, insuranceType, period })),
  )
  const existing = byStranger ? found : await claimAll(tx, found, choice)
  const of = (period: string) => existing.filter((one) => one.period === period)
  const missing = asking.filter(({ period }) => isToCharge(of(period)))
  if (missing.length === 0) return existing
  const [rules, enrolments] = [await contributionRules(), await findEnrolments(tx, [insuredId])]
  const made = missing
    .map(({ period, path }) =>
      charge(
        { ...choice, insuredId, insuranceType, period },
        { rules, enrolments, existing: of(period), today: dayOf(at), now: at, id: newId(), path },
      ),
    )
    .map((one) => ({ ...one, byStranger }))
  await addBills(tx, made)
  return [...existing, ...made]
}

const isTaken = (one: Bill) => one.byStranger === true && isOpen(one)

async function claimAll(tx: Tx, bills: Bill[], choice: Choice): Promise<Bill[]> {
  if (!bills.some(isTaken)) return bills
  const rules = await contributionRules()
  const claimed = bills.map((one) => (isTaken(one) ? claim(one, choice, rules) : one))
  await setClaimed(
    tx,
    claimed.filter((one, i) => one !== bills[i]),
  )
  return claimed
}

/** A clerk bills and takes money for the own pool alone. */
export function checkPool({ identity }: Pick<Context, 'identity'>, bills: readonly Pick<Bill, 'pool'>[]): void {
  if (identity?.kind !== 'staff' || bills.every((one) => one.pool === identity.pool)) return
  throw NotAllowed.at('identityNumber', 'POOL_NOT_YOURS', {
    zh: '参保关系不在本统筹区',
    en: 'the person is insured in the pool of another bureau',
  })
}
