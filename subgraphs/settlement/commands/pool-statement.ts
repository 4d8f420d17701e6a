import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { fenOf, formatYuan, sum, type Fen } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { owedBetween, type MonthlyStatement } from '../domain/monthly-statement.ts'
import {
  lessThanNothing,
  nothingToDeclareToPool,
  readPoolDeclaration,
  type PoolStatement,
  type PoolStatementState,
} from '../domain/pool-statement.ts'
import { addPoolStatement, addStep, listDeclarable } from '../store/pool-statement.ts'
import { staffOf } from './monthly-statement.ts'

/** Monthly statements of one declaration at most: an institution has a few a month. */
const STATEMENTS_MAX = 5000

/**
 * Declares to another pool what it owes for its persons up to a month: all confirmed statements that stand in no
 * declaration, one declaration for each insurance. What comes to less than nothing waits for what follows. Answers ids.
 */
export async function declareToPool(
  context: Context,
  requestId: string,
  input: { readonly debtor: string; readonly month: string },
): Promise<readonly string[]> {
  const identity = staffOf(context)
  const now = context.now()
  const asked = { identity, requestId, operation: 'declareToPool', input, now }
  const { ids } = await once(context.db, asked, async (tx) => {
    const { debtor, month } = readPoolDeclaration(input, now)
    const found = await listDeclarable(tx, { creditor: identity.pool, debtor, month }, STATEMENTS_MAX)
    if (found.length === 0) throw nothingToDeclareToPool()
    const made: string[] = []
    for (const items of Map.groupBy(found, (one) => one.insuranceType).values()) {
      const statement = declarationOf(context, items, { month, now })
      if (statement.amount < 0n) continue
      await addPoolStatement(tx, statement, items)
      await noteStep(tx, statement, { state: 'DECLARED', caller: callerOf(identity), at: now })
      made.push(statement.id)
    }
    if (made.length === 0) throw lessThanNothing(fenOf(sum(found.map(owedBetween))))
    return { ids: made }
  })
  return ids
}

function declarationOf(
  context: Context,
  items: readonly MonthlyStatement[],
  { month, now }: { readonly month: string; readonly now: Temporal.Instant },
): PoolStatement {
  const total = (of: (one: MonthlyStatement) => Fen) => fenOf(sum(items.map(of)))
  const count = (of: (one: MonthlyStatement) => number) => items.reduce((all, one) => all + of(one), 0)
  const { pool: creditor = '', insuredPool: debtor = '', insuranceType = '' } = items[0] ?? {}
  const { day: dueOn, provisional: dueProvisional } = context.clearing.poolDueOn(dayOf(now))
  return {
    id: context.newId(now),
    creditor,
    debtor,
    insuranceType,
    month,
    state: 'DECLARED',
    statements: items.length,
    settlements: count((one) => one.settlements),
    reversals: count((one) => one.reversals),
    fund: total((one) => one.fund),
    account: total((one) => one.account),
    deducted: total((one) => one.deducted),
    difference: total((one) => one.difference),
    amount: total(owedBetween),
    declaredOn: dayOf(now),
    dueOn,
    dueProvisional,
    bankReference: null,
    paidOn: null,
  }
}

interface Taken {
  readonly state: PoolStatementState
  readonly caller: string
  readonly at: Temporal.Instant
  readonly words?: string | null
  readonly disputed?: readonly string[]
}

/** Notes a step and who took it, and tells both bureaus. */
export async function noteStep(
  tx: Tx,
  statement: PoolStatement,
  { words = null, disputed = [], ...taken }: Taken,
): Promise<void> {
  const { id, creditor, debtor, month, amount, dueOn } = statement
  await addStep(tx, { poolStatementId: id, creditor, debtor, words, disputed, ...taken })
  const template = `pool-statement.${taken.state.toLowerCase()}`
  const data = { month, creditor, debtor, amount: formatYuan(amount), due: dueOn.toString() }
  for (const pool of [creditor, debtor]) {
    const notice = { template, data, at: taken.at, key: `${template}:${id}:${pool}` }
    await notify(tx, 'settlement', { ...notice, to: { kind: 'staff', pool } })
  }
}
