import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Context, Services } from '../context.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import { isSpeaker, notTheProvince, readOther } from '../domain/prefund.ts'
import { owedFor } from '../domain/away.ts'
import { tryTold } from '../peers/exchange-read.ts'
import {
  countBudget,
  findFullLimitOf,
  listCountable,
  listUncounted,
  setBudget,
  takeBudget,
} from '../store/province-budget.ts'
import { staffOf } from './monthly-statement.ts'

export interface LimitInput {
  readonly province: string
  /** Null ends it. */
  readonly limit?: Maybe<string>
  readonly paperNumber: string
}

/** Sets what another province may owe here at most, as the contract with it says, or ends that. Answers the province. */
export async function setProvinceLimit(context: Context, requestId: string, input: LimitInput): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const asked = { identity, requestId, operation: 'setProvinceLimit', input, now }
  const { province } = await once(context.db, asked, async (tx) => {
    if (!isSpeaker(identity.pool)) throw notTheProvince()
    const fields = new Fields()
    const of = readOther(fields, identity.pool.slice(0, 2), input.province)
    const wanted = input.limit === null || input.limit === undefined ? null : fields.money('limit', input.limit)
    if (wanted !== null && wanted < 0n) fields.fault('limit', 'RANGE', { zh: '不能为负', en: 'must not be negative' })
    const paperNumber = fields.words('paperNumber', input.paperNumber, { max: 100 }) ?? ''
    fields.check()
    await setBudget(tx, { province: of, wanted, paperNumber, setBy: callerOf(identity), setAt: now })
    return { province: of }
  })
  return province
}

/** Counts what provinces with a limit may owe, `isAll` also what was counted minutes ago, and puts new limits in force. */
export async function countLimits({ db }: Pick<Services, 'db'>, isAll: boolean): Promise<void> {
  for (const province of await listCountable(db.hot, isAll)) await countLimit(db, province)
}

async function countLimit({ apart }: Services['db'], province: string): Promise<void> {
  // What home is to commit is counted by its word: whether it ever says that it has is not for a limit on it to wait for.
  for (const { exchange, answer } of await listUncounted(apart, province)) {
    const told = tryTold(answer)
    if (told !== null) await takeBudget(apart, { province, exchange, amount: owedFor(told) })
  }
  await countBudget(apart, province)
}

/**
 * Counts the limit that a deduction of a pool has no room in to be withdrawn: what is counted may be some minutes old and too much,
 * and somebody waits for the word.
 */
export async function countLimitOf({ db }: Pick<Services, 'db'>, deduction: string, pool: string): Promise<void> {
  const province = uuidFault(deduction) === null ? await findFullLimitOf(db.hot, deduction, pool) : null
  if (province !== null) await countBudget(db.apart, province)
}
