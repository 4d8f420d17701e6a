import { may } from '@yibao/schema/builder'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import {
  createWebhook,
  editWebhook,
  removeWebhook,
  replayWebhook,
  rotateSecret,
  type WebhookSecret,
} from '../commands/webhook.ts'
import { FAILING_DAYS, OLD_SECRET_HOURS, REPLAY_MAX, type Webhook, type WebhookKind } from '../domain/webhook.ts'
import { listWebhooks } from '../store/webhooks.ts'

export const mayReadWebhook = may('institution', 'employer', 'channel', 'auditor')
const mayChange = may('institution institutions:write', 'employer', 'channel')

export const webhookKind = builder.enumType('WebhookKind', {
  description: '事件种类。 What happened.',
  values: {
    AGREEMENT_CHANGED: { description: '医保服务协议变更 `agreement.changed`' },
    KEY_EXPIRING: { description: '登录密钥即将到期 `key.expiring`' },
    IMPORT_FINISHED: { description: '目录对照文件导入完成 `import.finished`' },
    RECONCILIATION_FINISHED: { description: '对账完成 `reconciliation.finished`' },
    STATEMENT_READY: { description: '月结单生成 `statement.ready`' },
    SETTLEMENT_REVERSED_BY_PLATFORM: {
      description: '结算逾期未确认，由平台撤销 `settlement.reversed_by_platform`',
    },
    MESSAGE_ARRIVED: { description: '收到站内消息 `message.arrived`' },
  } satisfies Record<WebhookKind, object>,
})

const state = builder.enumType('WebhookState', {
  description: '推送地址状态。 Whether anything is sent there.',
  values: {
    ACTIVE: { description: '启用' },
    DISABLED: {
      description: `停用：自行停用，或连续 ${FAILING_DAYS} 天未送达。 Disabled by its holder, or not reached for ${FAILING_DAYS} days.`,
    },
    REMOVED: { description: '已删除' },
  } as const,
})

const webhook = builder.objectRef<Webhook>('Webhook').implement({
  ...mayReadWebhook,
  description:
    '事件推送地址，按 Standard Webhooks 签名。 An address events are sent to, signed as Standard Webhooks says.',
  fields: (t) => ({
    id: t.exposeID('id'),
    url: t.exposeString('url'),
    kinds: t.field({ type: [webhookKind], resolve: (one) => [...one.kinds] as WebhookKind[] }),
    description: t.exposeString('description'),
    state: t.expose('state', { type: state }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: '从何时起未能送达。 Since when nothing arrives.',
    }),
    disabledAt: t.expose('disabledAt', { type: 'DateTime', nullable: true }),
  }),
})

const withSecret = builder.objectRef<WebhookSecret>('WebhookWithSecret').implement({
  ...mayChange,
  description: '推送地址及其签名密钥；密钥只在创建和更换时显示。 The secret is shown when it is made and never again.',
  fields: (t) => ({
    webhook: t.field({ type: webhook, resolve: (one) => one.webhook }),
    secret: t.exposeString('secret', { description: '`whsec_…`' }),
  }),
})

const removed = builder.objectRef<{ readonly id: string }>('WebhookRemoved').implement({
  ...mayChange,
  fields: (t) => ({ id: t.exposeID('id') }),
})

const replayed = builder.objectRef<{ readonly count: number }>('WebhookReplay').implement({
  ...mayChange,
  description: '重发的条数。 How many messages are sent again.',
  fields: (t) => ({ count: t.exposeInt('count') }),
})

const connection = connectionOf('Webhook', webhook, mayReadWebhook)

builder.queryField('webhooks', (t) =>
  t.field({
    ...mayReadWebhook,
    type: connection,
    description:
      '事件推送地址，先登记者在前，限调用者可见。 Addresses events are sent to, of the caller; the first added first.',
    errors: { types: [InvalidInput] },
    args: {
      state: t.arg({ type: state, description: '不填为未删除的。 Those that were not removed when left out.' }),
      kind: t.arg({ type: webhookKind, description: '接收该种事件的。 Those that want events of this kind.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { state: wanted, kind, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = { state: wanted ?? null, kind: kind ?? null, after }
      return pageOf(await read((tx) => listWebhooks(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)

const REJECTIONS = [InvalidInput, NotFound, NotAllowed, RequestReused, Busy]

builder.mutationFields((t) => {
  const requestId = t.arg.id({ required: true })
  const id = t.arg.id({ required: true })
  const description = t.arg.string()
  return {
    createWebhook: t.field({
      ...mayChange,
      type: withSecret,
      description: '新增推送地址（公网 https）。 Adds an address events are sent to, https and reachable by everybody.',
      errors: { types: REJECTIONS },
      args: {
        requestId,
        url: t.arg.string({ required: true }),
        kinds: t.arg({ type: [webhookKind], required: true }),
        description,
      },
      resolve: (_root, { requestId: request, ...input }, context) => createWebhook(context, request, input),
    }),
    changeWebhook: t.field({
      ...mayChange,
      type: webhook,
      description: '变更、停用或重新启用推送地址。 Changes, disables or enables an address.',
      errors: { types: REJECTIONS },
      args: {
        requestId,
        webhook: id,
        url: t.arg.string(),
        kinds: t.arg({ type: [webhookKind] }),
        description,
        isActive: t.arg.boolean(),
      },
      resolve: (_root, { requestId: request, webhook: one, url, kinds, description: said, isActive }, context) =>
        editWebhook(context, request, {
          webhook: one,
          isActive,
          ...(url != null && { url }),
          ...(kinds != null && { kinds }),
          ...(said != null && { description: said }),
        }),
    }),
    removeWebhook: t.field({
      ...mayChange,
      type: removed,
      description: '删除推送地址。 Removes an address.',
      errors: { types: REJECTIONS },
      args: { requestId, webhook: id },
      resolve: async (_root, args, context) => ({ id: await removeWebhook(context, args.requestId, args.webhook) }),
    }),
  }
})

builder.mutationFields((t) => {
  const requestId = t.arg.id({ required: true })
  const id = t.arg.id({ required: true })
  return {
    rotateWebhookSecret: t.field({
      ...mayChange,
      type: withSecret,
      description:
        '更换签名密钥：到期前每条消息带新旧两个签名。 Puts another secret in force; messages carry a signature of each until the old one ends.',
      errors: { types: REJECTIONS },
      args: {
        requestId,
        webhook: id,
        oldHours: t.arg.int({
          description: `旧密钥继续有效的小时数，默认 ${OLD_SECRET_HOURS.default}，最多 ${OLD_SECRET_HOURS.max}`,
        }),
      },
      resolve: (_root, { requestId: request, ...input }, context) => rotateSecret(context, request, input),
    }),
    replayWebhook: t.field({
      ...mayChange,
      type: replayed,
      description: `重发一条，或某段时间内的事件（最多 ${REPLAY_MAX} 条）；消息标识不变。 Sends one message again, or those of a time; each keeps its id.`,
      errors: { types: REJECTIONS },
      args: {
        requestId,
        webhook: id,
        delivery: t.arg.id(),
        from: t.arg({ type: 'DateTime' }),
        to: t.arg({ type: 'DateTime' }),
      },
      resolve: async (_root, { requestId: request, ...input }, context) => ({
        count: await replayWebhook(context, request, input),
      }),
    }),
  }
})
