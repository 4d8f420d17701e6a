import { divisionFault, problemAt } from './ids.ts'
import type { InternalHandler } from './internal.ts'
import { Busy, InvalidInput, NotAllowed } from './rejection.ts'

/** Something to be said to the platform of the province somebody is insured in. */
export interface HomeMessage {
  /** Pool of the insurance, six digits; its first two say which platform. */
  readonly insuredPool: string
  /** One of the types of the cross-province subgraph. */
  readonly type: string
  readonly message: object
}

/** As the cross-province subgraph answers `exchange.send`. */
type Sent =
  | { readonly kind: 'ANSWERED'; readonly answer: unknown }
  | { readonly kind: 'REFUSED' | 'UNREACHED'; readonly code: string }

const NOT_PARTNERS = new Set(['PARTNER_UNKNOWN', 'EXCHANGE_OFF'])

/** Whether what became of a message says that there is no way between the two, so that nothing comes of saying it again. */
export const isNotLinked = (code: string): boolean => NOT_PARTNERS.has(code)

/**
 * What the cross-province subgraph in another process answers: when it cannot be asked, nothing of the message is known. A
 * connection that was never made says by its code that nothing was said.
 */
export const reachedBy =
  (crossProvince: InternalHandler): InternalHandler =>
  async (operation, input, traceId) => {
    try {
      return await crossProvince(operation, input, traceId)
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
      return { kind: 'UNREACHED', code: typeof code === 'string' ? code : 'NOT_ANSWERED' } satisfies Sent
    }
  }

/**
 * Asks the platform a person is insured with, through the cross-province subgraph of this one, and answers what it said.
 *
 * @throws InvalidInput when the pool is none, NotAllowed NOT_LINKED when there is no such platform to be asked, Busy
 * HOME_UNREACHABLE when it does not answer
 */
export async function askHome(
  crossProvince: InternalHandler | undefined,
  { insuredPool, type, message }: HomeMessage,
  traceId: string,
): Promise<unknown> {
  checkInsuredPool(insuredPool)
  if (crossProvince === undefined) throw notLinked()
  const province = insuredPool.slice(0, 2)
  const sent = (await crossProvince('exchange.send', { province, type, message }, traceId)) as Sent
  if (sent.kind === 'ANSWERED') return sent.answer
  throw isNotLinked(sent.code) ? notLinked() : homeUnreachable()
}

/** @throws InvalidInput when it is no division */
export function checkInsuredPool(insuredPool: string): void {
  const fault = divisionFault(insuredPool)
  if (fault !== null) throw InvalidInput.of([problemAt('insuredPool', fault)])
}

/** Whether somebody insured in this pool is insured on the platform of another province than the institution lies in. */
export const isElsewhere = (institution: string, insuredPool: string): boolean =>
  institution.slice(1, 3) !== insuredPool.slice(0, 2)

/** The province is not joined to this platform. */
export const notLinked = (): NotAllowed =>
  NotAllowed.at('insuredPool', 'NOT_LINKED', {
    zh: '参保省份未与本平台联网，不能直接查询和结算；请参保人先自费，凭票据回参保地手工报销',
    en: 'the province of insurance is not linked with this platform: the person pays, and claims at home by the receipts',
  })

/** The home platform gave no answer that could be relied on. */
export const homeUnreachable = (): Busy =>
  Busy.because('insuredPool', 'HOME_UNREACHABLE', {
    zh: '参保地平台暂无应答，请稍后原样重试；不要因此推迟救治，可先登记就诊，出院结算前联网补办',
    en:
      'the platform of the province of insurance does not answer: send the same request again later; treat the person ' +
      'meanwhile, what is missing can be done until the discharge is settled',
  })
