import type { Fault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { hasTrailingDot, isLocal, isPortAllowed, namesInternal } from './internal-address.ts'

/** Kinds of events partners can have sent to them, with the topic and the schema whose outbox tells of them. */
export const WEBHOOK_KINDS = {
  AGREEMENT_CHANGED: { topic: 'agreement.changed', from: 'institutions' },
  KEY_EXPIRING: { topic: 'key.expiring', from: 'institutions' },
  IMPORT_FINISHED: { topic: 'import.finished', from: 'institutions' },
  RECONCILIATION_FINISHED: { topic: 'reconciliation.finished', from: 'settlement' },
  STATEMENT_READY: { topic: 'statement.ready', from: 'settlement' },
  SETTLEMENT_REVERSED_BY_PLATFORM: { topic: 'settlement.reversed_by_platform', from: 'settlement' },
  MESSAGE_ARRIVED: { topic: 'message.arrived', from: 'insured' },
} as const
export type WebhookKind = keyof typeof WEBHOOK_KINDS

const isKind = (text: string): text is WebhookKind => text in WEBHOOK_KINDS

export const KINDS: readonly WebhookKind[] = Object.keys(WEBHOOK_KINDS).filter(isKind)

/** Whose systems they are. */
export interface WebhookHolder {
  readonly institution: string | null
  readonly employer: string | null
  readonly channel: string | null
}

export interface Webhook extends WebhookHolder {
  readonly id: string
  readonly url: string
  readonly kinds: readonly string[]
  readonly description: string
  readonly state: 'ACTIVE' | 'DISABLED' | 'REMOVED'
  readonly createdAt: Temporal.Instant
  readonly failingSince: Temporal.Instant | null
  readonly disabledAt: Temporal.Instant | null
}

/** One try to deliver. Of what the other side answered only the number is kept. */
export interface Attempt {
  readonly at: string
  readonly status: number | null
  /** Why there was no answer; a code. */
  readonly error: string | null
  readonly milliseconds: number
}

export interface Delivery {
  readonly id: string
  readonly webhookId: string
  readonly messageId: string
  readonly kind: string
  readonly body: string
  readonly state: 'WAITING' | 'DELIVERED' | 'GIVEN_UP'
  readonly attempts: readonly Attempt[]
  readonly nextAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
  readonly deliveredAt: Temporal.Instant | null
}

/** Seconds between tries, as Standard Webhooks recommends: some 3 days in all. */
const PAUSES = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
export const TRIES_MAX = PAUSES.length + 1
/** An address nothing reached for so long is disabled. */
export const FAILING_DAYS = 5
/** Long enough for a partner to change over, short enough for a lost secret to end. */
export const OLD_SECRET_HOURS = { default: 24, max: 168 } as const
export const WEBHOOKS_MAX = 10
export const REPLAY_MAX = 1000

/** When to try again after so many tries; null when that was the last. `random` from 0 to 1 spreads them by a tenth. */
export function nextTry(tries: number, now: Temporal.Instant, random: number): Temporal.Instant | null {
  const pause = PAUSES[tries - 1]
  return pause === undefined ? null : now.add({ milliseconds: Math.round(pause * 1000 * (0.9 + 0.2 * random)) })
}

/** What is wrong with an address. `allowLocal` lets one on this machine pass, without TLS too. */
export function urlFault(text: string, allowLocal: boolean): Fault | null {
  const form = {
    code: 'URL',
    message: {
      zh: '须为 https 地址，不含用户名、密码和片段，域名末尾不带点',
      en: 'must be an https address without user, password or fragment, and no dot behind the name',
    },
  }
  if (text.length > 500 || !URL.canParse(text)) return form
  const url = new URL(text)
  const { protocol, username, password, hash } = url
  if (username !== '' || password !== '' || hash !== '') return form
  if (isLocal(url)) return allowLocal ? null : PRIVATE_ADDRESS
  if (namesInternal(url)) return PRIVATE_ADDRESS
  if (protocol !== 'https:' || hasTrailingDot(url)) return form
  return isPortAllowed(url) ? null : PORT
}

const PORT: Fault = {
  code: 'PORT',
  message: { zh: '只允许端口 443 或 8443', en: 'must be of port 443 or 8443' },
}

const PRIVATE_ADDRESS: Fault = {
  code: 'PRIVATE_ADDRESS',
  message: { zh: '不得为内部网络地址', en: 'must not be an address of an internal network' },
}

export const noWebhook = (): NotFound => NotFound.of({ zh: '该推送地址', en: 'the webhook' }, 'webhook')

export const tooManyWebhooks = (): NotAllowed =>
  NotAllowed.of({
    code: 'TOO_MANY_WEBHOOKS',
    text: { zh: `推送地址不得超过 ${WEBHOOKS_MAX} 个`, en: `there may be no more than ${WEBHOOKS_MAX} webhooks` },
  })

export const webhookIsOff = (): NotAllowed =>
  NotAllowed.of({
    code: 'WEBHOOK_DISABLED',
    text: { zh: '该推送地址已停用，请先启用', en: 'this webhook is disabled; enable it first' },
  })
