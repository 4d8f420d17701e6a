import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { deductionEntries } from '../domain/clearing-ledger.ts'
import {
  aboveFundPart,
  appealOpen,
  noDeduction,
  noLine,
  noStatement,
  notInStatement,
  reversedAlready,
  withdrawalStands,
  withdrawnAlready,
  wrongState,
} from '../domain/clearing-refusals.ts'
import { readDeduction, readWords, type DeductInput } from '../domain/deduction.ts'
import { withdrawalAboveLimit } from '../domain/prefund.ts'
import { mirrored } from '../domain/ledger.ts'
import type { Deduction, MonthlyStatement } from '../domain/monthly-statement.ts'
import { listFundsLeft, listPosted, postClearing } from '../store/clearing-posting.ts'
import {
  addDeduction,
  afterLast,
  findDeduction,
  findItem,
  findLineNumber,
  holdAppeal,
  holdItem,
  isWithdrawn,
  setDeducted,
} from '../store/deduction.ts'
import { refuseArchived } from '../store/ledger-border.ts'
import { holdOpenStatement, holdStatement, reckonStatement } from '../store/monthly-statement.ts'
import { takeBudgetAgain } from '../store/province-budget.ts'
import { isReversed } from '../store/reversed-deduction.ts'
import { tellDeduction } from './exchange-deduction.ts'
import { countLimitOf } from './province-limit.ts'
import { holdOwn, staffOf } from './monthly-statement.ts'

/** Deducts an amount of a settlement in a statement that is being checked. Answers the id of the deduction. */
export async function deduct(context: Context, requestId: string, input: DeductInput): Promise<string> {
  const { db, clearing } = context
  const identity = staffOf(context)
  const now = context.now()
  const { id } = await once(db, { identity, requestId, operation: 'deduct', input, now }, async (tx) => {
    const read = readDeduction(input, clearing)
    const statement = await holdOwn(tx, identity, input.statement)
    if (statement === null) throw noStatement('input.statement')
    if (statement.state !== 'CHECKING') throw wrongState(statement.state, 'input.statement')
    const item = read.settlementId === null ? null : await findItem(tx, statement.id, read.settlementId)
    if (item === null) throw notInStatement()
    if (await isReversed(tx, item)) throw reversedAlready()
    const line = read.serial === null ? null : await findLineNumber(tx, item, read.serial)
    if (read.serial !== null && line === null) throw noLine()
    const left = fenOf((item.fund < 0n ? 0n : item.fund) - item.deducted)
    if (read.amount > left) throw aboveFundPart(left)

    await refuseArchived(tx, item.settlementId, 'input.settlement')

    const at = await afterLast(tx, item, now)
    const one: Deduction = {
      ...partiesOf(statement),
      id: context.newId(at),
      statementId: statement.id,
      insuredId: item.insuredId,
      settlementId: item.settlementId,
      line,
      amount: read.amount,
      reason: read.reason,
      words: read.words,
      withdraws: null,
      fromMonth: null,
      decidedBy: callerOf(identity),
      at,
    }
    const entries = deductionEntries(statement, one.amount, await listFundsLeft(tx, item.settlementId))
    await addDeduction(tx, one)
    await setDeducted(tx, item, fenOf(item.deducted + one.amount))
    await post(tx, context, one, entries)
    if (one.otherProvince !== null) await tellDeduction(tx, one, now)
    await reckonStatement(tx, statement)
    return { id: one.id }
  })
  return id
}

/**
 * Withdraws a deduction by an entry that names it. Until the statement is confirmed it counts there; later the entry goes
 * into the next statement that is open. Answers the id of the entry.
 */
export async function withdrawDeduction(
  context: Context,
  requestId: string,
  asked: { readonly deduction: string; readonly words: string },
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'withdrawDeduction', input: asked, now }
  await countLimitOf(context, asked.deduction, identity.pool)
  const { id } = await once(context.db, request, async (tx) => {
    const words = readWords('words', asked.words)
    const found = uuidFault(asked.deduction) === null ? await findDeduction(tx, asked.deduction.toLowerCase()) : null
    if (found === null || found.pool !== identity.pool) throw noDeduction()
    if ((await holdAppeal(tx, found.id))?.state === 'OPEN') throw appealOpen('deduction')
    return { id: await takeBack(tx, context, found, { words, by: callerOf(identity), at: now, path: 'deduction' }) }
  })
  return id
}

interface TakingBack {
  readonly words: string
  readonly by: string
  readonly at: Temporal.Instant
  /** The month before which it does not count; null when it counts at once. */
  readonly fromMonth?: string
  /** The field by which somebody decides so; by rule there is none, for the bill was reversed and takes no room. */
  readonly path?: string
}

/** Adds the entry that withdraws a deduction; answers its id. @throws NotAllowed when another province would owe too much by it */
export async function takeBack(
  tx: Tx,
  context: Pick<Context, 'newId'>,
  found: Deduction,
  { words, by, at: now, fromMonth, path }: TakingBack,
): Promise<string> {
  if (found.withdraws !== null) throw withdrawalStands()
  const statement = await statementFor(tx, found, fromMonth)
  const item = await holdItem(tx, found)
  assert(item !== null, 'a settlement of which something was deducted stands in a statement')
  if (await isWithdrawn(tx, found.id)) throw withdrawnAlready()
  const at = await afterLast(tx, item, now)
  const one: Deduction = {
    ...found,
    id: context.newId(at),
    statementId: statement?.id ?? null,
    amount: fenOf(0n - found.amount),
    words,
    withdraws: found.id,
    fromMonth: fromMonth ?? null,
    decidedBy: by,
    at,
  }
  await addDeduction(tx, one)
  await setDeducted(tx, item, fenOf(item.deducted - found.amount))
  await post(tx, context, one, mirrored(await listPosted(tx, found.id, path ?? 'deduction')))
  if (one.otherProvince !== null) {
    const exchange = await tellDeduction(tx, one, now)
    const owed = { province: one.otherProvince, amount: found.amount, exchange }
    const full = path === undefined ? null : await takeBudgetAgain(tx, owed)
    if (full !== null) throw withdrawalAboveLimit(path ?? '', { ...full, ...owed })
  }
  if (statement !== null) await reckonStatement(tx, statement)
  return one.id
}

/** Where a withdrawal counts: in its own statement while that is open and not too early, or else in the next one that is. */
async function statementFor(tx: Tx, found: Deduction, fromMonth?: string): Promise<MonthlyStatement | null> {
  const own = found.statementId === null ? null : await holdStatement(tx, found.statementId)
  if (fromMonth !== undefined) return holdOpenStatement(tx, found, fromMonth, fromMonth)
  if (own?.state === 'CHECKING' || own?.state === 'CHECKED') return own
  return holdOpenStatement(tx, found, own?.month ?? '')
}

const partiesOf = ({
  institution,
  pool,
  insuredPool,
  insuranceType,
  clearingType,
  otherProvince,
}: MonthlyStatement) => ({
  institution,
  pool,
  insuredPool,
  insuranceType,
  clearingType,
  otherProvince,
})

const post = (
  tx: Tx,
  { newId }: Pick<Context, 'newId'>,
  { id, insuredPool, pool: bureau, otherProvince, institution, amount, at }: Deduction,
  entries: Parameters<typeof postClearing>[2],
): Promise<void> =>
  postClearing(
    tx,
    {
      groupId: newId(at),
      kind: 'DEDUCTION',
      source: id,
      // Whose books it is in: the pool whose funds bear it, or the bureau to which another province owes it.
      pool: otherProvince === null ? insuredPool : bureau,
      institution,
      amount,
      at,
    },
    entries,
  )
