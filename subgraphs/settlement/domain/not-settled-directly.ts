import { NotAllowed, Rejection, type Text } from '@yibao/schema/rejection'
import type { ClaimCause } from './claim.ts'

/**
 * The window cannot settle it, and whoever was treated may claim it by hand; `details` say for what cause, and of which pool where
 * that is known.
 */
export class NotSettledDirectly extends NotAllowed {
  static instead(refusal: NotAllowed, cause: ClaimCause, pool: string | null): NotSettledDirectly {
    const { code, text, problems, details } = refusal
    // That there is no way to a province says already where it is claimed.
    const told = code === 'NOT_LINKED' ? text : withWay(text, pool)
    return new NotSettledDirectly({ code, text: told, problems, details: { ...details, cause, pool } })
  }
}

Rejection.register('NotSettledDirectly', NotSettledDirectly)

/** Why a window does not settle, as a claim says it. */
const CAUSES: ReadonlyMap<string, ClaimCause> = new Map([
  ['INSTITUTION_NOT_DESIGNATED', 'NOT_DESIGNATED'],
  ['INSTITUTION_SUSPENDED', 'NOT_DESIGNATED'],
  ['INSTITUTION_TERMINATED', 'NOT_DESIGNATED'],
  ['CAPABILITY_MISSING', 'NOT_LINKED'],
  ['NOT_LINKED', 'NOT_LINKED'],
  ['CROSS_AREA_NOT_STATED', 'NOT_FILED'],
  ['CROSS_AREA_REFUSED', 'NOT_FILED'],
])

/** A refusal of the window, with the way to the agency of the pool where care that is refused so may be claimed. */
export function orClaimed(refusal: unknown, pool: string | null): unknown {
  if (!(refusal instanceof NotAllowed) || refusal instanceof NotSettledDirectly) return refusal
  const cause = CAUSES.get(refusal.code)
  return cause === undefined ? refusal : NotSettledDirectly.instead(refusal, cause, pool)
}

/** Does what a window asks for; where that is refused, and may be claimed, the refusal says where. */
export function directly<Done>(pool: string | null, work: () => Done): Done {
  try {
    return work()
  } catch (refusal) {
    throw orClaimed(refusal, pool)
  }
}

function withWay({ zh, en }: Text, pool: string | null): Text {
  const place = pool === null ? '' : ` ${pool} `
  return {
    zh: `${zh}。参保人可先自费并保留票据，在手机上或到参保统筹区${place}医保经办机构申请零星报销；能否报销、须什么材料，可先查询`,
    en: `${en}. The person pays, keeps the receipts and claims by phone or at the agency of the pool${place.trimEnd()} that insures them, which says beforehand whether it is paid and what it needs`,
  }
}
