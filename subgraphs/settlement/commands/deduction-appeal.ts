import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Tx } from '@yibao/drizzle/connect'
import type { Context } from '../context.ts'
import {
  appealedAlready,
  appealTooLate,
  noAppeal,
  noDeduction,
  withdrawalStands,
  withdrawnAlready,
  wrongState,
} from '../domain/clearing-refusals.ts'
import { readDocument, readWords } from '../domain/deduction.ts'
import type { Maybe } from '../domain/fields.ts'
import type { Deduction, MonthlyStatement } from '../domain/monthly-statement.ts'
import { addAppeal, decide, findDeduction, holdAppeal, isWithdrawn } from '../store/deduction.ts'
import { holdStatement } from '../store/monthly-statement.ts'
import { usePaper } from './clearing-paper.ts'
import { takeBack } from './deduction.ts'
import { countLimitOf } from './province-limit.ts'
import { staffOf } from './monthly-statement.ts'

export interface AppealInput {
  readonly deduction: string
  readonly words: string
  readonly document?: Maybe<string>
}

/** An institution says what speaks against a deduction, once and within the time. Answers the id of the deduction. */
export async function appealDeduction(context: Context, requestId: string, input: AppealInput): Promise<string> {
  const identity = context.institution()
  const { institution } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'appealDeduction', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const words = readWords('input.words', input.words)
    const paper = readDocument('input.document', input.document)
    const { found, statement } = await holdDeduction(tx, input.deduction, (one) => one.institution === institution)
    if (statement.state !== 'CHECKED') throw wrongState(statement.state, 'input.deduction')
    const until = statement.appealUntil
    if (until !== null && Temporal.PlainDate.compare(dayOf(now), until) > 0) throw appealTooLate(until)
    if (found.withdraws !== null) throw withdrawalStands()
    if (await isWithdrawn(tx, found.id)) throw withdrawnAlready()
    const { id: of, pool } = found
    const given = { path: 'input.document', by: `appeal:${of}`, at: now, pool, institution, isOwn: true }
    const document = await usePaper(tx, paper, given)
    const added = await addAppeal(tx, {
      deductionId: of,
      statementId: statement.id,
      institution,
      pool,
      insuredPool: found.insuredPool,
      words,
      document,
      appealedBy: callerOf(identity),
      appealedAt: now,
      state: 'OPEN',
      answer: null,
      decidedBy: null,
      decidedAt: null,
    })
    if (!added) throw appealedAlready()
    return { id: found.id }
  })
  return id
}

export interface DecideInput {
  readonly deduction: string
  readonly upheld: boolean
  readonly answer: string
}

/** Staff decide an appeal: upheld, the deduction is withdrawn by an entry of its own; rejected, it stands. */
export async function decideAppeal(context: Context, requestId: string, input: DecideInput): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'decideAppeal', input, now }
  if (input.upheld) await countLimitOf(context, input.deduction, identity.pool)
  const { id } = await once(context.db, request, async (tx) => {
    const answer = readWords('input.answer', input.answer)
    const { found } = await holdDeduction(tx, input.deduction, (one) => one.pool === identity.pool)
    const appeal = await holdAppeal(tx, found.id)
    if (appeal?.state !== 'OPEN') throw noAppeal()
    const by = callerOf(identity)
    const state = input.upheld ? 'UPHELD' : 'REJECTED'
    await decide(tx, found.id, { state, answer, decidedBy: by, decidedAt: now })
    if (input.upheld) await takeBack(tx, context, found, { words: answer, by, at: now, path: 'input.deduction' })
    return { id: found.id }
  })
  return id
}

/** A deduction of whoever asks, with its statement held. Throws NotFound. */
async function holdDeduction(
  tx: Tx,
  id: string,
  isTheirs: (one: Deduction) => boolean,
): Promise<{ readonly found: Deduction; readonly statement: MonthlyStatement }> {
  const found = uuidFault(id) === null ? await findDeduction(tx, id.toLowerCase()) : null
  if (found === null || !isTheirs(found) || found.statementId === null) throw noDeduction()
  const statement = await holdStatement(tx, found.statementId)
  if (statement === null) throw noDeduction()
  return { found, statement }
}
