import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, Rejection, type StoredRejection } from '@yibao/schema/rejection'
import type { KeyHolder } from './facts.ts'
import { refusedAt } from './refusals.ts'
import { settlementNumber } from './settlement-id.ts'

/** The settlement was taken back before; `details` holds by which reversal. */
export class AlreadyReversed extends Rejection {
  static by({ insuredId, settlementId }: KeyHolder, path: string): AlreadyReversed {
    const text = { zh: '该结算已撤销', en: 'the settlement was taken back before' }
    const problems = [{ path, code: 'ALREADY_REVERSED', message: text }]
    return new AlreadyReversed({ code: 'ALREADY_REVERSED', text, problems, details: { insuredId, settlementId } })
  }

  /** The reversal that took it back. */
  get reversal(): KeyHolder {
    return { insuredId: String(this.details['insuredId']), settlementId: String(this.details['settlementId']) }
  }
}

Rejection.register('AlreadyReversed', AlreadyReversed)

/**
 * The pool takes back the latest first, and a later settlement stands. It is named only to the institution that made it;
 * of another's nothing is said but that it is there. Never stored: the same request succeeds once the way is free.
 */
export class LaterSettlementStands extends NotAllowed {
  override readonly retryable = true

  /** `id`: the later settlement, when it is the caller's own; null when it is another institution's. */
  static standing(id: string | null, path: string): LaterSettlementStands {
    const text =
      id === null
        ? {
            zh: '该参保人此后在其他机构有结算仍有效，本统筹区须由后至前撤销；请参保人或经办机构协助',
            en: 'a later settlement elsewhere stands, and this pool takes back the latest first; the person or the bureau can help',
          }
        : {
            zh: `此后的结算 ${settlementNumber(id)} 仍有效，本统筹区须由后至前撤销，请先撤销该笔结算`,
            en: `the later settlement ${settlementNumber(id)} stands, and this pool takes back the latest first; take that one back first`,
          }
    const problems = [{ path, code: 'LATER_SETTLEMENT_STANDS', message: text }]
    return new LaterSettlementStands({ code: 'LATER_SETTLEMENT_STANDS', text, problems, details: {} })
  }
}

const OBSTACLES: ReadonlySet<string> = new Set(['LATER_PART_STANDS', 'LATER_SETTLEMENT_STANDS'])

/** Whether a settlement has to be taken back before: time alone does not help. */
export const isObstacle = ({ code }: Rejection): boolean => OBSTACLES.has(code)

/** The same for a request that was under way: it is over, and asked again under another one. */
export const standsInTheWay = ({ code, text, problems }: Rejection): NotAllowed =>
  NotAllowed.of({ code, text, problems })

/** What of an answer that a bill was taken back before says under which exchange of the one who asks; null when it does not. */
export const reversedUnder = ({ code, details }: StoredRejection): string | null => {
  const exchange = code === 'ALREADY_REVERSED' ? details['exchange'] : null
  return typeof exchange === 'string' && uuidFault(exchange) === null ? exchange : null
}

const GIVEN_UP = 'NOT_TAKEN_BACK'
/** Whether another platform has refused it for good, and not only what of it was given up. */
export const isForGood = (failure: unknown): boolean =>
  failure instanceof Rejection && !failure.retryable && failure.code !== GIVEN_UP

/** It was given up because something stood in its way, and home was told so. */
export const notTakenBack = (): NotAllowed =>
  refusedAt(GIVEN_UP, ['settlement'], {
    zh: '此前撤销受阻，该请求已终止，未撤销；请换用新的 requestId 再次申请撤销',
    en: 'something stood in the way and this request is over; nothing was taken back: ask again under a new requestId',
  })

export const reversalOfReversal = (path: string): NotAllowed =>
  refusedAt('REVERSAL_OF_REVERSAL', [path], {
    zh: '这是一笔撤销，不能再撤销；请重新结算',
    en: 'this is a reversal, which cannot be taken back; settle the bill again',
  })

/** The year's bills left too little of a counter for what this one would give back. */
export const belowZero = (path: string): NotAllowed =>
  refusedAt('COUNTER_BELOW_ZERO', [path], {
    zh: '撤销后累计将为负数；请先撤销此后的结算，或由经办机构处理',
    en: 'taking it back would leave a counter below zero; take back the later settlements first, or ask the bureau',
  })
