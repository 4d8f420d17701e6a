import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { markRead } from '../commands/message-read.ts'
import type { Context } from '../context.ts'
import { wordsOf, type Delivery, type Message } from '../domain/message.ts'
import { findMessages, listMessages } from '../store/message.ts'
import { NOTICES } from '../store/notices.ts'
import { text } from './enrolment.ts'
import { mayReadMessages, mayReceiveMessages } from './rights.ts'

const channel = builder.enumType('MessageChannel', {
  description: '消息渠道。 How a message gets to somebody.',
  values: {
    IN_APP: { description: '站内 read here' },
    SMS: { description: '短信 text message' },
    PUSH: { description: '推送 push message' },
  } as const,
})

const state = builder.enumType('DeliveryState', {
  description: '送达状态。 How far a message got.',
  values: {
    WAITING: { description: '待发送（含静默时段与重试） waits for its hour or the next try' },
    SENT: { description: '已交服务商 the provider has it' },
    DELIVERED: { description: '已送达 it arrived' },
    FAILED: { description: '未送达，不再尝试 it did not and is not tried again' },
  } as const,
})

const delivery = builder.objectRef<Delivery>('MessageDelivery').implement({
  ...mayReadMessages,
  description: '一条消息在一个渠道的送达情况。 How a message got to its recipient by one channel.',
  fields: (t) => ({
    channel: t.expose('channel', { type: channel }),
    state: t.expose('state', { type: state }),
    attempts: t.exposeInt('attempts', { description: '已尝试次数 tries so far' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', nullable: true }),
    deliveredAt: t.expose('deliveredAt', { type: 'DateTime', nullable: true }),
  }),
})

const message = builder.objectRef<Message>('Message').implement({
  ...mayReadMessages,
  description: '一条通知。 Something its recipient was told.',
  fields: (t) => ({
    id: t.exposeID('id'),
    template: t.exposeString('template', { description: '模板代码。 What it is about, for machines.' }),
    kind: t.string({
      description: '通知类别。 What channels are chosen by.',
      resolve: (one) => wordsOf(one, NOTICES).kind,
    }),
    title: t.field({ type: text, resolve: (one) => wordsOf(one, NOTICES).title }),
    text: t.field({ type: text, resolve: (one) => wordsOf(one, NOTICES).text }),
    at: t.expose('at', { type: 'DateTime' }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: '已读时间 when it was read' }),
    deliveries: t.field({
      type: [delivery],
      resolve: async ({ id }, _args, { load }) => [...(await load.deliveries.load(id))],
    }),
  }),
})

const connection = connectionOf('Message', message, mayReadMessages)

function noteReads({ noteRead }: Context, found: readonly Message[]): void {
  for (const { to } of found) if (to.kind === 'person') noteRead(to.code, 'messages')
}

builder.queryFields((t) => ({
  messages: t.field({
    ...mayReadMessages,
    type: connection,
    description:
      '收到的通知，最近的在前；机构、单位和经办共用各自的收件箱。 What one was told, the latest first; an institution, an employer and the staff of a pool share an inbox each.',
    errors: { types: [InvalidInput] },
    args: {
      unread: t.arg.boolean({ description: 'true 只列未读，false 只列已读 only unread, or only read ones' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { unread, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = { ...(unread != null && { unread }), ...(after !== null && { before: after }) }
      const rows = await context.read((tx) => listMessages(tx, filter, size + 1))
      noteReads(context, rows)
      return pageOf(rows, size, (one) => one.id)
    },
  }),
}))

const reading = builder.objectRef<{ readonly messages: Message[] }>('MessageReading').implement({
  ...mayReceiveMessages,
  description: '标为已读的通知。 Messages that are now read.',
  fields: (t) => ({ messages: t.expose('messages', { type: [message] }) }),
})

builder.mutationFields((t) => ({
  markRead: t.field({
    ...mayReceiveMessages,
    type: reading,
    description: '把通知标为已读，至多 100 条。 Marks messages as read, 100 at most.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), ids: t.arg.idList({ required: true }) },
    resolve: async (_root, args, context) => {
      const ids = await markRead(context, args)
      const messages = await context.read((tx) => findMessages(tx, ids))
      noteReads(context, messages)
      return { messages }
    },
  }),
}))
