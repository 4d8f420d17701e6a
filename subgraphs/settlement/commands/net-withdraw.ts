import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan } from '@yibao/schema/money'
import type { Context, Services } from '../context.ts'
import { netDiffers, noNetStatement, wrongNetState, type NetStatement } from '../domain/netting.ts'
import { speakerOf } from '../domain/prefund.ts'
import { taken, type MoneyAnswer } from '../domain/province-message.ts'
import type { NettingStep } from '../peers/money-message.ts'
import { addNetStatement, holdNetStatement, releaseAll, setNetStatement } from '../store/netting.ts'
import { addMessage } from '../store/province-message.ts'
import { noteNetStep, speakerIn } from './net-statement.ts'

/**
 * The place asks for a statement back that home has not confirmed. Home decides, for it may confirm in the same moment: until it
 * has answered the lines stand in this statement. Answers it.
 */
export async function withdrawNet(
  context: Context,
  requestId: string,
  input: { readonly statement: string },
): Promise<string> {
  const identity = speakerIn(context)
  const at = context.now()
  const { statement: named } = input
  const { id } = await once(
    context.db,
    { identity, requestId, operation: 'withdrawNet', input, now: at },
    async (tx) => {
      const held = uuidFault(named) === null ? await holdNetStatement(tx, named.toLowerCase()) : null
      if (held === null || held.side !== 'PLACE') throw noNetStatement()
      if (held.state !== 'DECLARED') throw wrongNetState(held.state)
      await become(tx, context, held, { state: 'WITHDRAWING', caller: callerOf(identity), at })
      const { id: withdrawn, province, month, count, amount } = held
      const message = { step: 'WITHDRAWING', id: withdrawn, month, count, amount: formatYuan(amount) }
      await addMessage(tx, { id: context.newId(at), province, type: 'netting', pool: identity.pool, message, at })
      return { id: withdrawn }
    },
  )
  return id
}

type Working = Pick<Services, 'clock' | 'newId' | 'provinces'>

/**
 * At home: what is not confirmed is withdrawn, also before its lines are here, and the place is told. What is confirmed stands; the
 * place is told that already.
 */
export async function takeWithdrawing(
  tx: Tx,
  working: Working,
  province: string,
  { id, month, count, amount }: NettingStep<'WITHDRAWING'>,
): Promise<MoneyAnswer> {
  const before = await holdNetStatement(tx, id)
  if (before !== null && (before.province !== province || before.side !== 'HOME')) throw netDiffers()
  if (before !== null && before.state !== 'ARRIVING' && before.state !== 'DECLARED') return taken(id)
  const sums = { count, amount, dueOn: null }
  const statement: NetStatement = before ?? { id, province, side: 'HOME', month, state: 'ARRIVING', ...sums }
  if (before === null) await addNetStatement(tx, statement)
  await releaseAll(tx, id)
  const at = working.clock()
  await become(tx, working, { ...statement, ...sums }, { state: 'WITHDRAWN', caller: `province:${province}`, at })
  const pool = speakerOf(working.provinces?.province ?? '')
  const message = { step: 'WITHDRAWN', id }
  await addMessage(tx, { id: working.newId(at), province, type: 'netting', pool, message, at })
  return taken(id)
}

/** At the place: home agrees, and the lines are free for the next statement. */
export async function takeWithdrawn(
  tx: Tx,
  working: Working,
  province: string,
  { id }: NettingStep<'WITHDRAWN'>,
): Promise<MoneyAnswer> {
  const statement = await holdNetStatement(tx, id)
  if (statement === null || statement.province !== province || statement.side !== 'PLACE') throw netDiffers()
  if (statement.state === 'WITHDRAWN') return taken(id)
  if (statement.state !== 'WITHDRAWING') throw wrongNetState(statement.state)
  await releaseAll(tx, id)
  await become(tx, working, statement, { state: 'WITHDRAWN', caller: `province:${province}`, at: working.clock() })
  return taken(id)
}

interface Becoming extends Pick<NetStatement, 'state'> {
  readonly caller: string
  readonly at: Temporal.Instant
}

async function become(
  tx: Tx,
  working: Pick<Services, 'provinces'>,
  statement: NetStatement,
  { state, ...by }: Becoming,
): Promise<void> {
  const { id, count, amount } = statement
  await setNetStatement(tx, id, { state, count, amount })
  await noteNetStep(tx, working, { ...statement, state }, by)
}
