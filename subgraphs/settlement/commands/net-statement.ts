import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan, ZERO } from '@yibao/schema/money'
import type { Context, Services } from '../context.ts'
import { endOfMonth } from '../domain/clearing.ts'
import { readWords } from '../domain/deduction.ts'
import {
  noNetStatement,
  notALine,
  nothingToNet,
  readNetDeclaration,
  wrongNetState,
  type NetState,
  type NetStatement,
} from '../domain/netting.ts'
import { isSpeaker, notTheProvince, speakerOf } from '../domain/prefund.ts'
import { idFloor } from '../domain/settlement-id.ts'
import { disputeFollowers, disputeItems, listDisputes, releaseDisputed } from '../store/net-dispute.ts'
import {
  addNetStatement,
  addNetStep,
  collectNet,
  holdNetStatement,
  listNetItems,
  setNetStatement,
  sumNetItems,
} from '../store/netting.ts'
import { addMessage } from '../store/province-message.ts'
import { staffOf } from './monthly-statement.ts'

/** Lines of one message. */
const PAGE = 500

/** The staff that asks, who speaks for the province. Throws NotAllowed for any other bureau. */
export function speakerIn(context: Context): Extract<Identity, { kind: 'staff' }> {
  const identity = staffOf(context)
  if (!isSpeaker(identity.pool)) throw notTheProvince()
  return identity
}

/**
 * Declares to another province what it owes up to the end of a month: every bill, reversal and deduction that stands in no
 * statement, whatever is settled meanwhile. The lines are said, then that they are all. Answers the statement.
 */
export async function declareNet(
  context: Context,
  requestId: string,
  input: { readonly province: string; readonly month: string },
): Promise<string> {
  const identity = speakerIn(context)
  const now = context.now()
  const { id } = await once(context.db, { identity, requestId, operation: 'declareNet', input, now }, async (tx) => {
    const { province, month } = readNetDeclaration(input, identity.pool.slice(0, 2), now)
    const before = idFloor(endOfMonth(month).toZonedDateTime('Asia/Shanghai').toInstant())
    const made = context.newId(now)
    const empty: NetStatement = {
      id: made,
      province,
      side: 'PLACE',
      month,
      state: 'DECLARED',
      count: 0,
      amount: ZERO,
      dueOn: null,
    }
    await addNetStatement(tx, empty)
    await collectNet(tx, { id: made, province, before })
    const sums = await sumNetItems(tx, made)
    if (sums.count === 0) throw nothingToNet()
    const statement = { ...empty, ...sums }
    await setNetStatement(tx, made, { state: 'DECLARED', ...sums })
    await noteNetStep(tx, context, statement, { caller: callerOf(identity), at: now })
    await tellLines(tx, context, statement, identity.pool)
    return { id: made }
  })
  return id
}

async function tellLines(tx: Tx, context: Context, { id, province, month, ...sums }: NetStatement, pool: string) {
  const at = context.now()
  const tell = (message: object) =>
    addMessage(tx, { id: context.newId(at), province, type: 'netting', pool, message, at })
  for (let after: string | null = null; ;) {
    const page = await listNetItems(tx, id, { after, limit: PAGE })
    const lines = page.map(({ item, kind, bill, amount }) => ({ item, kind, bill, amount: formatYuan(amount) }))
    if (lines.length > 0) await tell({ step: 'LINES', id, month, lines })
    if (page.length < PAGE) break
    after = page.at(-1)?.item ?? null
  }
  await tell({ step: 'DECLARED', id, count: sums.count, amount: formatYuan(sums.amount) })
}

/**
 * Home does not agree to lines; they leave the statement when it is confirmed, with what came after them of the same bills, and may be
 * declared again. Answers it.
 */
export async function disputeNetLines(
  context: Context,
  requestId: string,
  input: { readonly statement: string; readonly items: readonly string[]; readonly words: string },
): Promise<string> {
  return advance(context, { requestId, operation: 'disputeNetLines', input }, async (tx, held) => {
    const words = readWords('words', input.words)
    const items = [...new Set(input.items.map((one) => one.toLowerCase()))]
    if (items.length === 0 || items.some((one) => uuidFault(one) !== null)) throw notALine()
    if ((await disputeItems(tx, held.id, items, words)) !== items.length) throw notALine()
    await disputeFollowers(tx, held.id)
  })
}

/** Home agrees to what is not disputed: from now on it owes exactly that, and both platforms hold the same lines. */
export async function confirmNet(
  context: Context,
  requestId: string,
  input: { readonly statement: string },
): Promise<string> {
  const asked = { requestId, operation: 'confirmNet', input }
  return advance(context, asked, async (tx, held, identity) => {
    const at = context.now()
    await releaseDisputed(tx, held.id)
    const sums = await sumNetItems(tx, held.id)
    const set = { state: 'CONFIRMED' as const, ...sums, dueOn: context.clearing.provinceDueOn(dayOf(at)).day }
    await setNetStatement(tx, held.id, set)
    await noteNetStep(tx, context, { ...held, ...set }, { caller: callerOf(identity), at })
    const disputed = (await listDisputes(tx, [held.id])).map(({ item, words }) => ({ item, words }))
    const message = { step: 'CONFIRMED', id: held.id, disputed, count: sums.count, amount: formatYuan(sums.amount) }
    const { province } = held
    await addMessage(tx, { id: context.newId(at), province, type: 'netting', pool: identity.pool, message, at })
  })
}

interface Asked<Input> {
  readonly requestId: string
  readonly operation: string
  readonly input: Input
}

/** Does something with a statement of what this province owes, while it is not confirmed. */
async function advance(
  context: Context,
  asked: Asked<{ readonly statement: string }>,
  step: (tx: Tx, held: NetStatement, identity: Extract<Identity, { kind: 'staff' }>) => Promise<void>,
): Promise<string> {
  const identity = speakerIn(context)
  const { statement } = asked.input
  const { id } = await once(context.db, { identity, ...asked, now: context.now() }, async (tx) => {
    const held = uuidFault(statement) === null ? await holdNetStatement(tx, statement.toLowerCase()) : null
    if (held === null || held.side !== 'HOME') throw noNetStatement()
    if (held.state !== 'DECLARED') throw wrongNetState(held.state)
    await step(tx, held, identity)
    return { id: held.id }
  })
  return id
}

/** Notes a step, and tells the bureau that speaks for the province. */
export async function noteNetStep(
  tx: Tx,
  { provinces }: Pick<Services, 'provinces'>,
  { id, province, month, amount, state }: NetStatement,
  { caller, at }: { readonly caller: string; readonly at: Temporal.Instant },
): Promise<void> {
  await addNetStep(tx, { statementId: id, state: state satisfies NetState, caller, at })
  if (provinces === undefined) return
  const template = `netting.${state.toLowerCase()}`
  const data = { province, month, amount: formatYuan(amount) }
  const to = { kind: 'staff', pool: speakerOf(provinces.province) } as const
  await notify(tx, 'settlement', { to, template, data, at, key: `${template}:${id}` })
}
