import { before } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Kind } from './rules.ts'

/** What an agency answers. */
export interface CertificationAnswer {
  readonly certified: boolean
  /** Why not, where it does not. */
  readonly reason: string | null
}

/** What home asks of the agency of the other place, as it is said to that place's platform. */
export interface CertificationAsked {
  /** The id of the filing at home. */
  readonly exchange: string
  readonly certifier: string
  /** Home pool. */
  readonly pool: string
  readonly kind: Kind
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  readonly dueOn: Temporal.PlainDate
  readonly person: { readonly id: string; readonly name: string; readonly identityNumber: string }
}

export type CertificationState = 'WAITING' | 'CERTIFIED' | 'NOT_CERTIFIED' | 'ENDED'

/** What another province asks an agency here to certify. */
export interface Certification {
  readonly id: string
  /** The home platform's id of the person. */
  readonly insuredId: string
  readonly province: string
  readonly pool: string
  readonly filingId: string
  readonly certifier: string
  readonly kind: Kind
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  readonly name: string
  readonly identityMasked: string
  readonly state: CertificationState
  readonly dueOn: Temporal.PlainDate
  readonly receivedAt: Temporal.Instant
  readonly escalatedAt: Temporal.Instant | null
  readonly reason: string | null
  readonly decidedAt: Temporal.Instant | null
  readonly toldAt: Temporal.Instant | null
}

/** Refuses what the sender may not ask for, or not of this platform. @throws InvalidInput, NotAllowed */
export function checkAsked(
  { certifier, pool, beginOn, endOn }: CertificationAsked,
  { from, here }: { readonly from: string; readonly here: string },
): void {
  if (!certifier.startsWith(here)) {
    throw NotAllowed.at('certifier', 'NOT_HERE', { zh: '不是本省的经办机构', en: 'is no agency of this province' })
  }
  if (!pool.startsWith(from)) {
    throw NotAllowed.at('pool', 'NOT_THEIRS', { zh: '不是发送方省份的统筹区', en: 'is no pool of the sender' })
  }
  if (endOn === null || !before(endOn, beginOn)) return
  const message = { zh: '结束日期早于开始日期', en: 'is before the first day' }
  throw InvalidInput.of([{ path: 'endOn', code: 'PERIOD_REVERSED', message }])
}

/** Refuses an answer to what was answered, or is no longer asked. @throws NotAllowed */
export function checkWaiting({ state }: Pick<Certification, 'state'>): void {
  if (state === 'WAITING') return
  throw NotAllowed.at('certificationId', 'CERTIFICATION_STATE', {
    zh: '该核实已办结或参保地已不再需要',
    en: 'was answered already, or home no longer asks for it',
  })
}

const SECONDS_FIRST = 5
const SECONDS_MAX = 600

/** When something that was not answered is said again: soon at first, then every ten minutes. */
export const nextAttempt = (attempts: number, at: Temporal.Instant): Temporal.Instant =>
  at.add({ seconds: Math.min(SECONDS_FIRST * 2 ** Math.min(attempts, 10), SECONDS_MAX) })

/** When the other platform is asked again for an answer it has not given: a lost one is found within the hour. */
export const nextLook = (at: Temporal.Instant): Temporal.Instant => at.add({ hours: 1 })
