import { randomBytes } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import type { Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { decrypt, encrypt, type Secrets } from '@yibao/schema/secrets'
import { textFault } from '@yibao/schema/text'
import type { Context } from '../context.ts'
import {
  noWebhook,
  OLD_SECRET_HOURS,
  REPLAY_MAX,
  tooManyWebhooks,
  urlFault,
  webhookIsOff,
  WEBHOOKS_MAX,
  type Webhook,
  type WebhookHolder,
  type WebhookKind,
} from '../domain/webhook.ts'
import {
  addWebhook,
  changeSecret,
  changeWebhook,
  countWebhooks,
  findSecret,
  findWebhook,
  giveUpWaiting,
  replayDeliveries,
  type Replay,
} from '../store/webhooks.ts'

/** A webhook with the secret its messages are verified by. */
export interface WebhookSecret {
  readonly webhook: Webhook
  readonly secret: string
}

/** 32 bytes, written as Standard Webhooks says. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

interface NewWebhook {
  readonly url: string
  readonly kinds: readonly WebhookKind[]
  readonly description?: string | null | undefined
}

/** Adds an address events are sent to. */
export async function createWebhook(context: Context, requestId: string, input: NewWebhook): Promise<WebhookSecret> {
  const keys = keysOf(context)
  const id = await change(context, { requestId, operation: 'createWebhook', input }, async (tx, holder, now) => {
    const read = readWebhook(input, context.allowLocalWebhooks)
    if ((await countWebhooks(tx, holder)) >= WEBHOOKS_MAX) throw tooManyWebhooks()
    const one = newId()
    await addWebhook(tx, { ...holder, ...read, id: one, createdAt: now, secret: encrypt(keys, newSecret(), one) })
    return one
  })
  return withSecret(context, keys, id)
}

interface RotateSecret {
  readonly webhook: string
  readonly oldHours?: number | null | undefined
}

/** Puts another secret in force. Messages carry a signature of each until the old one ends. */
export async function rotateSecret(context: Context, requestId: string, input: RotateSecret): Promise<WebhookSecret> {
  const keys = keysOf(context)
  const id = await change(context, { requestId, operation: 'rotateWebhookSecret', input }, async (tx, holder, now) => {
    const hours = input.oldHours ?? OLD_SECRET_HOURS.default
    if (hours < 0 || hours > OLD_SECRET_HOURS.max) {
      const message = {
        zh: `应在 0 与 ${OLD_SECRET_HOURS.max} 之间`,
        en: `must be between 0 and ${OLD_SECRET_HOURS.max}`,
      }
      throw InvalidInput.of([{ path: 'oldHours', code: 'RANGE', message }])
    }
    const one = await own(tx, holder, input.webhook)
    await changeSecret(tx, one.id, encrypt(keys, newSecret(), one.id), now.add({ hours }))
    return one.id
  })
  return withSecret(context, keys, id)
}

interface ChangeWebhook extends Partial<NewWebhook> {
  readonly webhook: string
  readonly isActive?: boolean | null | undefined
}

/** Changes where and what is sent, and whether anything is. */
export async function editWebhook(context: Context, requestId: string, input: ChangeWebhook): Promise<Webhook> {
  const id = await change(context, { requestId, operation: 'changeWebhook', input }, async (tx, holder, now) => {
    const one = await own(tx, holder, input.webhook)
    const { url = one.url, kinds = one.kinds as readonly WebhookKind[], description = one.description } = input
    const read = readWebhook({ url, kinds, description }, context.allowLocalWebhooks)
    const isActive = input.isActive ?? one.state === 'ACTIVE'
    const state = isActive ? 'ACTIVE' : 'DISABLED'
    const disabledAt = isActive ? null : (one.disabledAt ?? now)
    await changeWebhook(tx, one.id, { ...read, kinds: [...read.kinds], state, disabledAt, failingSince: null })
    if (!isActive) await giveUpWaiting(tx, one.id)
    return one.id
  })
  const found = await context.read((tx) => findWebhook(tx, id))
  if (found === null) throw noWebhook()
  return found
}

/** Removes an address; what was sent to it stays in the log of the database. */
export async function removeWebhook(context: Context, requestId: string, id: string): Promise<string> {
  return change(context, { requestId, operation: 'removeWebhook', input: { id } }, async (tx, holder, now) => {
    const one = await own(tx, holder, id)
    await changeWebhook(tx, one.id, { state: 'REMOVED', disabledAt: one.disabledAt ?? now })
    await giveUpWaiting(tx, one.id)
    return one.id
  })
}

interface ReplayInput {
  readonly webhook: string
  readonly delivery?: string | null | undefined
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
}

/** Sends one message again, or those of events from one moment to another; answers how many. */
export async function replayWebhook(context: Context, requestId: string, input: ReplayInput): Promise<number> {
  return change(context, { requestId, operation: 'replayWebhook', input }, async (tx, holder, now) => {
    const which = readReplay(input)
    const one = await own(tx, holder, input.webhook)
    if (one.state !== 'ACTIVE') throw webhookIsOff()
    return replayDeliveries(tx, one.id, which, now)
  })
}

function readReplay({ delivery, from, to }: ReplayInput): Replay {
  if (delivery != null && uuidFault(delivery) === null) return { delivery }
  try {
    if (delivery == null && from != null && to != null) {
      return { from: Temporal.Instant.from(from), to: Temporal.Instant.from(to), limit: REPLAY_MAX }
    }
  } catch {
    // Said below, with what else is wrong.
  }
  const message = {
    zh: '须填写 delivery，或 from 与 to（带时区的时刻）',
    en: 'needs delivery, or from and to, instants with an offset',
  }
  throw InvalidInput.of([{ path: 'delivery', code: 'REQUIRED', message }])
}

interface Asked {
  readonly requestId: string
  readonly operation: string
  readonly input: unknown
}

function change<T>(
  { db, identity, now: clock }: Context,
  { requestId, operation, input }: Asked,
  work: (tx: Tx, holder: WebhookHolder, now: Temporal.Instant) => Promise<T>,
): Promise<T> {
  const holder = holderOf(identity)
  if (identity === null || holder === null) throw noWebhook()
  const now = clock()
  return once(db, { identity, requestId, operation, input, now }, (tx) => work(tx, holder, now))
}

function holderOf(identity: Identity | null): WebhookHolder | null {
  const nobody = { institution: null, employer: null, channel: null }
  if (identity?.kind === 'institution') return { ...nobody, institution: identity.institution }
  if (identity?.kind === 'employer') return { ...nobody, employer: identity.employer }
  return identity?.kind === 'channel' ? { ...nobody, channel: identity.channel } : null
}

async function own(tx: Tx, holder: WebhookHolder, id: string): Promise<Webhook> {
  const found = uuidFault(id) === null ? await findWebhook(tx, id) : null
  const { institution, employer, channel } = holder
  if (found?.institution !== institution || found.employer !== employer || found.channel !== channel) throw noWebhook()
  return found
}

function readWebhook(input: NewWebhook, allowLocal: boolean) {
  const problems: Problem[] = []
  const wrong = urlFault(input.url, allowLocal)
  if (wrong !== null) problems.push({ path: 'url', ...wrong })
  const description = input.description?.trim() ?? ''
  const said = description === '' ? null : textFault(description, { min: 1, max: 200 })
  if (said !== null) problems.push({ path: 'description', ...said })
  const kinds = [...new Set(input.kinds)]
  if (kinds.length === 0) {
    problems.push({
      path: 'kinds',
      code: 'REQUIRED',
      message: { zh: '至少选择一种事件', en: 'needs one kind at least' },
    })
  }
  InvalidInput.throwIf(problems)
  return { url: new URL(input.url).href, kinds, description }
}

async function withSecret({ db }: Context, keys: Secrets, id: string): Promise<WebhookSecret> {
  const [webhook, stored] = [await findWebhook(db.orm, id), await findSecret(db.orm, id)]
  if (webhook === null || stored === null) throw noWebhook()
  return { webhook, secret: decrypt(keys, stored.secret, id) }
}

function keysOf({ secrets }: Context): Secrets {
  if (secrets !== undefined) return secrets
  throw NotAllowed.of({
    code: 'NO_WEBHOOKS',
    text: { zh: '本平台未启用事件推送', en: 'this platform sends no webhooks' },
  })
}
