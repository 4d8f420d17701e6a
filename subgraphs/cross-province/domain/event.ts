import type { Text } from '@yibao/schema/rejection'
import { isWaiting, type Filing } from './filing.ts'

/** What can happen to a filing. */
export type Action =
  | 'FILED'
  | 'CERTIFIED'
  | 'NOT_CERTIFIED'
  | 'ESCALATED'
  | 'CONFIRMED'
  | 'REFUSED'
  | 'WITHDRAWN'
  | 'CANCELLED'
  | 'REPLACED'
  | 'CARD_REQUESTED'

/** One change of a filing; changes are only ever added. */
export interface FilingEvent {
  readonly insuredId: string
  readonly filingId: string
  readonly number: number
  readonly action: Action
  readonly reason: string | null
  /** Who, as `callerOf` says it. */
  readonly actor: string
  readonly at: Temporal.Instant
}

/** What is done by rule and by no one. */
export const BY_RULE = 'platform:cross_province'

/** Who made a change, as the person is told: by office, not by name. */
export function officeOf(actor: string): Text {
  const [kind = '', pool = '', certifier = ''] = actor.split(':')
  if (kind === 'person') return { zh: '本人', en: 'the person' }
  if (kind === 'staff') return { zh: `统筹区 ${pool} 经办机构`, en: `the agency of pool ${pool}` }
  if (kind === 'province')
    return { zh: `就医地 ${certifier} 经办机构`, en: `the agency of the other place, ${certifier}` }
  return { zh: '系统按规则', en: 'by rule' }
}

const dashed = (action: Action): string => action.toLowerCase().replaceAll('_', '-')

/** A change as the outbox takes it: ids, codes and days, nothing that names the person. */
export const eventOf = (action: Action, filing: Filing, at: Temporal.Instant) => ({
  topic: `filing.${dashed(action)}`,
  insuredId: filing.insuredId,
  payload: {
    filingId: filing.id,
    pool: filing.pool,
    type: filing.type,
    stage: filing.stage,
    destination: filing.destination,
    certifier: filing.certifier,
    beginOn: filing.beginOn.toString(),
    endOn: filing.endOn?.toString() ?? null,
    cancelledFrom: filing.cancelledFrom?.toString() ?? null,
  },
  at,
})

/** The template a change is told by; null when what follows at once tells more. */
export function templateOf(action: Action, filing: Filing): string | null {
  // By rule it is confirmed in the same breath.
  if (action === 'FILED' && !isWaiting(filing)) return null
  if (action === 'CONFIRMED' && filing.replaces !== null) return 'filing.changed'
  return `filing.${dashed(action)}`
}
