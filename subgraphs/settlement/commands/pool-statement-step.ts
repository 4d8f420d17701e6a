import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { poolPaidEntries, poolReceivedEntries } from '../domain/clearing-ledger.ts'
import { readWords } from '../domain/deduction.ts'
import {
  noPoolStatement,
  notInPoolStatement,
  otherAmount,
  readAmount,
  readPoolPayment,
  wrongPoolState,
  type PoolStatement,
  type PoolStatementState,
} from '../domain/pool-statement.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { countItems, holdPoolStatement, releaseItems, setPoolStatement } from '../store/pool-statement.ts'
import { staffOf } from './monthly-statement.ts'
import { noteStep } from './pool-statement.ts'

/** The debtor agrees; where nothing is left to pay, that is the end of it. */
export const confirmPoolStatement = (context: Context, requestId: string, statement: string): Promise<string> =>
  advance(context, { requestId, operation: 'confirmPoolStatement', statement, by: 'debtor' }, (held) => {
    expectState(held, 'DECLARED')
    return { state: held.amount === 0n ? 'RECEIVED' : 'CONFIRMED' }
  })

export interface PoolDispute {
  readonly statement: string
  readonly reason: string
  readonly statements: readonly string[]
}

/** The debtor disputes monthly statements in it; the creditor withdraws it then. */
export const disputePoolStatement = (context: Context, requestId: string, dispute: PoolDispute): Promise<string> =>
  advance(
    context,
    { requestId, operation: 'disputePoolStatement', by: 'debtor', ...dispute },
    async (held, _now, tx) => {
      expectState(held, 'DECLARED')
      const words = readWords('reason', dispute.reason)
      const disputed = [...new Set(dispute.statements.map((id) => id.toLowerCase()))]
      const isKnown = disputed.length > 0 && disputed.every((id) => uuidFault(id) === null)
      if (!isKnown || (await countItems(tx, held.id, disputed)) !== disputed.length) throw notInPoolStatement()
      return { state: 'DISPUTED', words, disputed }
    },
  )

/** The creditor takes a declaration back; what stood in it may be declared again. */
export const withdrawPoolStatement = (context: Context, requestId: string, statement: string): Promise<string> =>
  advance(
    context,
    { requestId, operation: 'withdrawPoolStatement', statement, by: 'creditor' },
    async (held, _now, tx) => {
      expectState(held, 'DECLARED', 'DISPUTED')
      await releaseItems(tx, held.id)
      return { state: 'WITHDRAWN' }
    },
  )

export interface PoolPayment {
  readonly statement: string
  readonly bankReference: string
  readonly paidOn: string
}

/** The debtor has paid, by which transfer. */
export const payPoolStatement = (context: Context, requestId: string, payment: PoolPayment): Promise<string> =>
  advance(context, { requestId, operation: 'payPoolStatement', by: 'debtor', ...payment }, async (held, now, tx) => {
    expectState(held, 'CONFIRMED')
    const paid = readPoolPayment(payment, held, now)
    await post(tx, context, held, { kind: 'POOL_PAID', at: now })
    return { state: 'PAID', words: paid.bankReference, ...paid }
  })

/** What was paid has come in: exactly that, or it is not this statement's money. */
export const receivePoolPayment = (
  context: Context,
  requestId: string,
  received: { readonly statement: string; readonly amount: string },
): Promise<string> =>
  advance(
    context,
    { requestId, operation: 'receivePoolPayment', by: 'creditor', ...received },
    async (held, now, tx) => {
      expectState(held, 'PAID')
      if (readAmount(received.amount) !== held.amount) throw otherAmount(held.amount)
      await post(tx, context, held, { kind: 'POOL_RECEIVED', at: now })
      return { state: 'RECEIVED' }
    },
  )

function expectState({ state }: PoolStatement, ...expected: readonly PoolStatementState[]): void {
  if (!expected.includes(state)) throw wrongPoolState(state)
}

interface Posted {
  readonly kind: 'POOL_PAID' | 'POOL_RECEIVED'
  readonly at: Temporal.Instant
}

function post(tx: Tx, context: Context, held: PoolStatement, { kind, at }: Posted): Promise<void> {
  const { id: source, creditor, debtor, amount } = held
  const pool = kind === 'POOL_PAID' ? debtor : creditor
  const entries = kind === 'POOL_PAID' ? poolPaidEntries(held, amount) : poolReceivedEntries(held, amount)
  return postClearing(tx, { groupId: context.newId(at), kind, source, pool, institution: null, amount, at }, entries)
}

interface Advancing {
  readonly requestId: string
  readonly operation: string
  readonly statement: string
  /** Whose staff takes this step. */
  readonly by: 'creditor' | 'debtor'
}

type Next = Pick<PoolStatement, 'state'> &
  Partial<Pick<PoolStatement, 'bankReference' | 'paidOn'>> & {
    readonly words?: string
    readonly disputed?: readonly string[]
  }
type Step = (held: PoolStatement, now: Temporal.Instant, tx: Tx) => Next | Promise<Next>

/** Takes a declaration one step further, notes who did, and tells both bureaus. Answers its id. */
async function advance(
  context: Context,
  { requestId, operation, by, ...input }: Advancing,
  step: Step,
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const { id } = await once(context.db, { identity, requestId, operation, input, now }, async (tx) => {
    const known = uuidFault(input.statement) === null ? input.statement.toLowerCase() : null
    const held = known === null ? null : await holdPoolStatement(tx, known)
    if (held === null || held[by] !== identity.pool) throw noPoolStatement()
    const { words = null, disputed = [], ...set } = await step(held, now, tx)
    await setPoolStatement(tx, held.id, set)
    await noteStep(tx, held, { state: set.state, caller: callerOf(identity), at: now, words, disputed })
    return { id: held.id }
  })
  return id
}
