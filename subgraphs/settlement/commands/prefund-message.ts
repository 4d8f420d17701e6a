import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { formatYuan } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import {
  byWhom,
  isBeyond,
  mayBecome,
  moreThanPaid,
  notTheSamePrefund,
  otherSide,
  speakerOf,
  wrongPrefundState,
  type Prefund,
} from '../domain/prefund.ts'
import { isPaidTomorrow, later, taken, type MoneyAnswer } from '../domain/province-message.ts'
import type { PrefundMessage } from '../peers/money-message.ts'
import { addPrefund, addPrefundStep, holdPrefund, setPrefund, sumPaid } from '../store/prefund.ts'
import { postPrefund } from './prefund-post.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId' | 'provinces'>

/** Takes what the other side has done about a prefund: once, and in whatever order it is heard of. */
export function takePrefund(working: Working, province: string, message: PrefundMessage): Promise<MoneyAnswer> {
  const { id, kind, state } = message
  const by = byWhom(kind, state)
  return working.db.orm.transaction(async (tx) => {
    const held = await holdPrefund(tx, id)
    if (held !== null && !(isSame(held, province, message) && isSamePaid(held, message))) throw notTheSamePrefund()
    if (held !== null && (held.state === state || isBeyond(held.state, state))) return taken(id)
    if (!mayBecome({ kind, from: held?.state ?? null, to: state, by })) {
      if (held !== null && held.state === 'DECLINED') throw wrongPrefundState(held.state)
      return later(id)
    }
    const at = working.clock()
    if (state === 'PAID') {
      if (message.paidOn !== null && isPaidTomorrow(message.paidOn, at)) return later(id)
      if (kind === 'RETURN') await checkReturned(tx, province, message)
    }
    const one = await keep(tx, held, province, message)
    await addPrefundStep(tx, { prefundId: id, state, caller: `province:${province}`, at, words: message.words })
    await postPrefund(tx, working, one, at)
    await tellStaff(tx, working, one, at)
    return taken(id)
  }, 'serializable')
}

/** What goes back was paid in: the books of the other side cannot make the position here negative. @throws NotAllowed */
async function checkReturned(tx: Tx, province: string, { amount }: PrefundMessage): Promise<void> {
  const paid = await sumPaid(tx, province)
  if (amount > paid) throw moreThanPaid(paid)
}

const isSame = (held: Prefund, province: string, { kind, state, amount }: PrefundMessage): boolean =>
  held.province === province && held.amount === amount && held.kind === kind && held.side !== byWhom(kind, state)

/** Of one that is on record as paid: the same paper and transfer. */
const isSamePaid = (held: Prefund, { state, paperNumber, bankReference, paidOn }: PrefundMessage): boolean =>
  state !== 'PAID' ||
  held.bankReference === null ||
  (held.paperNumber === paperNumber && held.bankReference === bankReference && String(held.paidOn) === String(paidOn))

async function keep(
  tx: Tx,
  held: Prefund | null,
  province: string,
  { id, kind, state, amount, paperNumber, bankReference, paidOn }: PrefundMessage,
): Promise<Prefund> {
  const paid = state === 'PAID' ? { paperNumber, bankReference, paidOn } : {}
  if (held !== null) {
    await setPrefund(tx, id, { state, ...paid })
    return { ...held, state, ...paid }
  }
  const none = { paperNumber: null, bankReference: null, paidOn: null }
  const side = otherSide(byWhom(kind, state))
  const one: Prefund = { ...none, ...paid, id, kind, province, side, pool: null, state, amount }
  await addPrefund(tx, one)
  return one
}

async function tellStaff(tx: Tx, { provinces }: Working, one: Prefund, at: Temporal.Instant): Promise<void> {
  const pool = one.pool ?? (provinces === undefined ? null : speakerOf(provinces.province))
  if (pool === null) return
  const template = `prefund.${one.kind === 'RETURN' ? 'return-' : ''}${one.state.toLowerCase()}`
  const data = { province: one.province, amount: formatYuan(one.amount) }
  await notify(tx, 'settlement', { to: { kind: 'staff', pool }, template, data, at, key: `${template}:${one.id}` })
}
