import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { noWebhook, TRIES_MAX, type Attempt, type Delivery, type WebhookKind } from '../domain/webhook.ts'
import { findWebhook, listDeliveries } from '../store/webhooks.ts'
import { mayReadWebhook, webhookKind } from './webhook.ts'

const state = builder.enumType('WebhookDeliveryState', {
  description: '投递状态。 What became of a message.',
  values: {
    WAITING: { description: '等待投递或重试' },
    DELIVERED: { description: '已送达（对方答 2xx）' },
    GIVEN_UP: {
      description: `未送达：${TRIES_MAX} 次未成功，或地址已停用；可重发。 Not delivered; it can be replayed.`,
    },
  } as const,
})

const attempt = builder.objectRef<Attempt>('WebhookAttempt').implement({
  ...mayReadWebhook,
  description: '一次投递尝试。 One try.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', resolve: (one) => Temporal.Instant.from(one.at) }),
    status: t.exposeInt('status', { nullable: true, description: 'HTTP 状态码' }),
    error: t.exposeString('error', { nullable: true, description: '无应答的原因。 Why there was no answer.' }),
    milliseconds: t.exposeInt('milliseconds'),
  }),
})

const delivery = builder.objectRef<Delivery>('WebhookDelivery').implement({
  ...mayReadWebhook,
  description: '一条推送消息。 One event, sent to one address.',
  fields: (t) => ({
    id: t.exposeID('id'),
    messageId: t.exposeID('messageId', {
      description: '消息标识 `webhook-id`，重试与重发不变。 The same through retries and replays.',
    }),
    kind: t.field({ type: webhookKind, resolve: (one) => one.kind as WebhookKind }),
    body: t.exposeString('body', { description: '所签的正文（JSON）。 What is signed.' }),
    state: t.expose('state', { type: state }),
    attempts: t.field({ type: [attempt], resolve: (one) => [...one.attempts] }),
    nextAt: t.expose('nextAt', { type: 'DateTime', nullable: true, description: '下次尝试' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    deliveredAt: t.expose('deliveredAt', { type: 'DateTime', nullable: true }),
  }),
})

const connection = connectionOf('WebhookDelivery', delivery, mayReadWebhook)

builder.queryField('webhookDeliveries', (t) =>
  t.field({
    ...mayReadWebhook,
    type: connection,
    description: '某推送地址的投递记录，最近的在前。 What was sent to an address, the latest first.',
    errors: { types: [InvalidInput, NotFound] },
    args: {
      webhook: t.arg.id({ required: true }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { webhook, state: of, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const found = uuidFault(webhook) === null ? await read((tx) => findWebhook(tx, webhook)) : null
      if (found === null) throw noWebhook()
      const filter = { webhookId: found.id, before: after ?? undefined, state: of ?? undefined }
      return pageOf(await read((tx) => listDeliveries(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)
