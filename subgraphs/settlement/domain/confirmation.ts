import type { NotAllowed } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import { refusedAt } from './refusals.ts'

/** An institution's word that it has received the answer to a settlement. */
export interface Confirmation {
  readonly requestId: string
  readonly settlement: string
  /** When it was first given. */
  readonly confirmedAt: Temporal.Instant
}

/** Who asks for the reversal of what nobody confirmed in time: nobody else can, so nobody can take the ids of its requests. */
export const UNCONFIRMED = 'platform:unconfirmed'

/** Until when a bill has to be confirmed that is settled then; null when it stands without. */
export const confirmByOf = (
  { confirmWithin }: Pick<Bill, 'confirmWithin'>,
  settledAt: Temporal.Instant,
): Temporal.Instant | null => (confirmWithin === null ? null : settledAt.add({ minutes: confirmWithin }))

export const nothingToConfirm = (): NotAllowed =>
  refusedAt('NOTHING_TO_CONFIRM', ['requestId'], {
    zh: '该请求没有已生效的结算；请以 outcome 查询或原样重发',
    en: 'this request has led to no settlement; ask for its outcome or send it again',
  })

export const confirmedTooLate = (): NotAllowed =>
  refusedAt('CONFIRMED_TOO_LATE', ['requestId'], {
    zh: '已超过确认时限，该结算已自动冲正；请换用新的 requestId 重新结算',
    en: 'the time to confirm is over and the settlement is taken back; settle again under a new requestId',
  })

export const takenBack = (): NotAllowed =>
  refusedAt('TAKEN_BACK', ['requestId'], {
    zh: '该结算已撤销或已部分退费，无需确认；可用 outcome 查询',
    en: 'the settlement was taken back, in part or whole, and needs no confirmation; its outcome says how',
  })
