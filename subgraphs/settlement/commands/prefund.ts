import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan, ZERO } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { readWords } from '../domain/deduction.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { readAmount } from '../domain/pool-statement.ts'
import {
  byWhom,
  checkNotNeeded,
  isSpeaker,
  mayBecome,
  noPrefund,
  notTheSamePrefund,
  notTheProvince,
  readOther,
  readPositive,
  readPrefundPayment,
  wrongPrefundState,
  type PayInput,
  type Prefund,
  type PrefundState,
} from '../domain/prefund.ts'
import { addMessage } from '../store/province-message.ts'
import { addPrefund, addPrefundStep, holdPrefund, readPositions, setPrefund, sumHeld } from '../store/prefund.ts'
import { staffOf } from './monthly-statement.ts'
import { postPrefund } from './prefund-post.ts'

export interface RequestInput {
  readonly province: string
  readonly amount: string
  readonly words: string
}

/** The holder asks the province that pays in for more. */
export const requestPrefund = (context: Context, requestId: string, input: RequestInput): Promise<string> =>
  begin(context, { requestId, operation: 'requestPrefund', input }, (own) => {
    const fields = new Fields()
    const province = readOther(fields, own, input.province)
    const amount = readPositive(fields, 'amount', input.amount)
    fields.check()
    const words = readWords('words', input.words)
    if (amount === null) throw new TypeError('an amount without a fault can be read')
    return { ...NOT_PAID, kind: 'PAYMENT', province, amount, state: 'REQUESTED', words }
  })

/** The payer says whether it will pay what it is asked for. */
export const answerPrefundRequest = (
  context: Context,
  requestId: string,
  input: { readonly prefund: string; readonly agreed: boolean; readonly words?: Maybe<string> },
): Promise<string> =>
  advance(context, { requestId, operation: 'answerPrefundRequest', input }, () => ({
    state: input.agreed ? 'AGREED' : 'DECLINED',
    words: input.agreed ? readGiven(input.words) : readWords('words', input.words ?? ''),
  }))

export interface PayPrefundInput extends PayInput {
  /** The request it pays; none when it is paid of one's own accord. */
  readonly prefund?: Maybe<string>
}

/** The payer has paid in, by which paper and transfer. */
export function payPrefund(context: Context, requestId: string, input: PayPrefundInput): Promise<string> {
  const asked = { requestId, operation: 'payPrefund', input }
  const paid = (own: string) => readPrefundPayment(input, own, context.now())
  const { prefund } = input
  if (prefund === null || prefund === undefined)
    return begin(context, asked, (own) => ({ ...paid(own), kind: 'PAYMENT', state: 'PAID', words: null }))
  return advance(context, { ...asked, input: { ...input, prefund } }, (held, own) => {
    const { province, amount, ...how } = paid(own)
    if (held.province !== province || held.amount !== amount) throw notTheSamePrefund()
    return { state: 'PAID', words: null, ...how }
  })
}

/** The money has come in, with the holder or back with the payer: exactly that, or it is not this one. */
export const receivePrefund = (
  context: Context,
  requestId: string,
  input: { readonly prefund: string; readonly amount: string },
): Promise<string> =>
  advance(context, { requestId, operation: 'receivePrefund', input }, (held) => {
    if (readAmount(input.amount) !== held.amount) throw notTheSamePrefund()
    return { state: 'RECEIVED', words: null }
  })

/** The money has not come in: who paid has it back in its books, and looks for it. */
export const denyPrefund = (
  context: Context,
  requestId: string,
  input: { readonly prefund: string; readonly words: string },
): Promise<string> =>
  advance(context, { requestId, operation: 'denyPrefund', input }, () => ({
    state: 'DENIED',
    words: readWords('words', input.words),
  }))

export interface ReturnInput extends PayInput {
  readonly words?: Maybe<string>
}

/** The holder pays back what is not needed of what was paid in. */
export const returnPrefund = (context: Context, requestId: string, input: ReturnInput): Promise<string> =>
  begin(context, { requestId, operation: 'returnPrefund', input }, async (own, tx) => {
    const paid = readPrefundPayment(input, own, context.now())
    const { province, amount } = paid
    const positions = await readPositions(context.db.hot)
    const used = positions.find((one) => one.province === province && one.side === 'HOLDER')?.used ?? ZERO
    checkNotNeeded(amount, { held: await sumHeld(tx, province), used })
    return { ...paid, kind: 'RETURN', state: 'PAID', words: readGiven(input.words) }
  })

/** Words that need not be said; what is said is read like all others, for the other platform takes nothing else. */
const readGiven = (words: Maybe<string>): string | null => (isGiven(words) ? readWords('words', words) : null)

const NOT_PAID = { paperNumber: null, bankReference: null, paidOn: null }

interface Asked<Input> {
  readonly requestId: string
  readonly operation: string
  readonly input: Input
}

type Beginning = Omit<Prefund, 'id' | 'side' | 'pool'> & { readonly words: string | null }

async function begin(
  context: Context,
  asked: Asked<object>,
  what: (own: string, tx: Tx) => Beginning | Promise<Beginning>,
): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const { id } = await once(context.db, { identity, ...asked, now }, async (tx) => {
    if (!isSpeaker(pool)) throw notTheProvince()
    const { words, ...one } = await what(pool.slice(0, 2), tx)
    const added: Prefund = { ...one, id: context.newId(now), side: byWhom(one.kind, one.state), pool }
    await addPrefund(tx, added)
    await tell(tx, context, added, { caller: callerOf(identity), words, at: now })
    return { id: added.id }
  })
  return id
}

type Next = Pick<Prefund, 'state'> &
  Partial<Pick<Prefund, 'paperNumber' | 'bankReference' | 'paidOn'>> & { readonly words: string | null }

async function advance(
  context: Context,
  asked: Asked<{ readonly prefund: string }>,
  step: (held: Prefund, own: string) => Next,
): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const { id } = await once(context.db, { identity, ...asked, now }, async (tx) => {
    if (!isSpeaker(pool)) throw notTheProvince()
    const named = asked.input.prefund
    const held = uuidFault(named) === null ? await holdPrefund(tx, named.toLowerCase()) : null
    if (held === null) throw noPrefund()
    const { words, ...set } = step(held, pool.slice(0, 2))
    const { kind, state: from, side: by } = held
    if (!mayBecome({ kind, from, to: set.state, by })) throw wrongPrefundState(from)
    await setPrefund(tx, held.id, { ...set, pool })
    await tell(tx, context, { ...held, ...set, pool }, { caller: callerOf(identity), words, at: now })
    return { id: held.id }
  })
  return id
}

interface Taken {
  readonly caller: string
  readonly words: string | null
  readonly at: Temporal.Instant
}

/** Notes what was done here, posts it, and has the other side told. */
async function tell(tx: Tx, context: Context, one: Prefund, { caller, words, at }: Taken): Promise<void> {
  const { id, kind, province, state, amount, paperNumber, bankReference, paidOn } = one
  await addPrefundStep(tx, { prefundId: id, state, caller, at, words })
  await postPrefund(tx, context, one, at)
  const paid = { paperNumber, bankReference, paidOn: paidOn?.toString() ?? null }
  const step = { id, state: state satisfies PrefundState, amount: formatYuan(amount), ...paid, words }
  const message = kind === 'RETURN' ? { ...step, kind } : step
  await addMessage(tx, { id: context.newId(at), province, type: 'prefund', pool: one.pool ?? '', message, at })
}
